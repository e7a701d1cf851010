package exposure

import (
	"math"
	"math/bits"
	"testing"
)

// naiveAtLeast adds up every subset.
func naiveAtLeast(ps []float64, x int) float64 {
	total := 0.0
	for s := range uint(1) << len(ps) {
		if bits.OnesCount(s) < x {
			continue
		}
		term := 1.0
		for i, p := range ps {
			if s&(1<<i) == 0 {
				p = 1 - p
			}
			term *= p
		}
		total += term
	}
	return total
}

// [E-3] The fast tail is the sum over all subsets.
func TestTailAgainstAllSubsets(t *testing.T) {
	r := source(2, 1)
	for range 200 {
		ps := make([]float64, 1+r.IntN(9))
		for i := range ps {
			ps[i] = math.Pow(r.Float64(), 8)
		}
		for x := range len(ps) + 2 {
			near(t, "tail", atLeast(ps, x), naiveAtLeast(ps, x), 1e-12)
		}
	}
}

// [E-3] A tail far below the precision of 1 keeps its digits: C(6,3) p^3 for small p.
func TestTailKeepsItsDigits(t *testing.T) {
	p := 1e-40
	near(t, "tail", atLeast([]float64{p, p, p, p, p, p}, 3), 20*p*p*p, 1e-12)
	near(t, "erlang", erlang(3, p), p*p*p/6, 1e-12)
	near(t, "between", weibullLaw(1, 1).between(1, 1+1e-10), 1e-10, 1e-5)
}

func weibullLaw(scale, shape float64) law { return law{spread: weibull{scale, shape}, scale: 1} }

func TestErlangOnBothSidesOfItsMean(t *testing.T) {
	for _, y := range []float64{0.01, 1, 3, 5, 9, 40, 200} {
		near(t, "x = 1", erlang(1, y), -math.Expm1(-y), 1e-12)
		near(t, "x = 4", erlang(4, y), 1-math.Exp(-y)*(1+y+y*y/2+y*y*y/6), 1e-6)
	}
}

// [E-7] The convolution is Erlang's formula, where that applies, also far down in the tail.
func TestConvolutionAgainstErlang(t *testing.T) {
	l := weibullLaw(1, 1)
	for x := 1; x <= 5; x++ {
		laws := []law{l, l, l, l, l}[:x]
		for _, at := range []float64{1e-6, 0.1, 1, 5, 20} {
			near(t, "sum", sumBy(laws, at), erlang(x, at), 1e-3)
		}
	}
}

// [E-7] Certain parts only move the sum.
func TestConvolutionMovesWithTheCertainParts(t *testing.T) {
	random := law{least: 2, spread: weibull{1, 1}, scale: 1}
	fixed := law{least: 3, scale: 1}
	near(t, "sum", sumBy([]law{random, fixed, random}, 8.5), erlang(2, 1.5), 1e-3)
	if sumBy([]law{random, fixed}, 4.999) != 0 {
		t.Error("a sum is reached before its certain parts are over")
	}
}
