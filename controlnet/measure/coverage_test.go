package measure

import (
	"math"
	"testing"
)

// noMore is the chance of at most x of n, each with the chance p, by adding up the binomial
// terms; those further than a hundred thousand below x are nothing.
func noMore(n, x int, p float64) float64 {
	sum, all := 0.0, float64(n)
	for i := max(0, x-100_000); i <= x; i++ {
		k := float64(i)
		sum += math.Exp(logGamma(all+1) - logGamma(k+1) - logGamma(all-k+1) + k*math.Log(p) + (all-k)*math.Log1p(-p))
	}
	return sum
}

// TestAtMost holds the limit against its definition: at it, so few beyond the bound have a
// chance of 5 %, and above it less.
func TestAtMost(t *testing.T) {
	for n := 1; n <= 60; n++ {
		for x := 0; x < n; x++ {
			limit := AtMost(uint64(n), uint64(x))
			if got := noMore(n, x, limit); math.Abs(got-(1-Confidence)) > 1e-6 {
				t.Fatalf("%d of %d beyond: at the limit %g the chance of it is %g", x, n, limit, got)
			}
			if limit <= float64(x)/float64(n) || limit > 1 {
				t.Fatalf("%d of %d beyond: the limit %g is impossible", x, n, limit)
			}
		}
	}
}

// TestAtMostOfMany has the sizes that a check of hours has.
func TestAtMostOfMany(t *testing.T) {
	for _, row := range []struct{ n, x int }{{10_000, 1}, {1_000_000, 3}, {50_000_000, 400}, {50_000_000, 49_999_000}} {
		p := AtMost(uint64(row.n), uint64(row.x))
		sum := noMore(row.n, row.x, p)
		if math.Abs(sum-(1-Confidence)) > 1e-3 {
			t.Errorf("%d of %d beyond: at the limit %g the chance of it is %g", row.x, row.n, p, sum)
		}
	}
}

// TestRuleOfThree has the sentence that people know, and the ends.
func TestRuleOfThree(t *testing.T) {
	for _, n := range []uint64{100, 10_000, 1_000_000_000} {
		if p := AtMost(n, 0) * float64(n); p < 2.9 || p > 3 {
			t.Errorf("none of %d beyond: less than %g / N", n, p)
		}
	}
	if AtMost(0, 0) != 1 || AtMost(5, 5) != 1 || AtMost(5, 6) != 1 {
		t.Error("nothing is known without samples, nor when all are beyond")
	}
	if Coverage(0, 0) != 0 || Coverage(4, 1) != 0.75 || Coverage(4, 5) != 0 {
		t.Error("coverage is not the share of samples within")
	}
}
