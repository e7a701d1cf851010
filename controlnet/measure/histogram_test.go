package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// shapes are distributions as they are met: narrow, with a long tail, over all orders of
// magnitude, and with the same value again and again.
var shapes = map[string]func(*rand.Rand) time.Duration{
	"uniform":    func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(int64(time.Second))) },
	"tail":       func(r *rand.Rand) time.Duration { return time.Duration(1e5 * math.Exp(2*r.NormFloat64())) },
	"everything": func(r *rand.Rand) time.Duration { return time.Duration(1) << r.IntN(36) },
	"small":      func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(300)) },
	"constant":   func(*rand.Rand) time.Duration { return 123456 },
}

// fill makes n samples of a shape, and a histogram of them.
func fill(n int, seed uint64, shape func(*rand.Rand) time.Duration) ([]time.Duration, *Histogram) {
	r := rand.New(rand.NewPCG(seed, 7))
	h := &Histogram{}
	list := make([]time.Duration, n)
	for i := range list {
		list[i] = shape(r)
		h.Add(list[i])
	}
	return list, h
}

// TestQuantiles holds the histogram against a sorted list: a quantile is never below the
// true one, nor more than RelativeError above it; the extremes are exact.
func TestQuantiles(t *testing.T) {
	for name, shape := range shapes {
		for _, n := range []int{1, 2, 10, 1000, 20000} {
			list, h := fill(n, uint64(n), shape)
			slices.Sort(list)
			if h.Count() != uint64(n) || h.Min() != list[0] || h.Max() != list[n-1] {
				t.Errorf("%s: %d samples from %v to %v, and not %d from %v to %v", name, h.Count(), h.Min(), h.Max(), n, list[0], list[n-1])
			}
			for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999, 1} {
				at := max(int(math.Ceil(q*float64(n))), 1)
				want, got := list[at-1], h.Quantile(q)
				if got < want || float64(got) > float64(want)*(1+RelativeError) {
					t.Errorf("%s, n = %d: the quantile %g is %v, and of the sorted list %v", name, n, q, got, want)
				}
			}
		}
	}
}

// TestBuckets goes to both ends of every bucket: they are adjacent, in order, and narrower
// than RelativeError.
func TestBuckets(t *testing.T) {
	low := time.Duration(0)
	for i := range buckets {
		high := upperEnd(i)
		if bucketOf(low) != i || bucketOf(high) != i {
			t.Fatalf("bucket %d has %v to %v, which fall into %d and %d", i, low, high, bucketOf(low), bucketOf(high))
		}
		if float64(high-low) > float64(low)*RelativeError {
			t.Fatalf("bucket %d from %v to %v is too wide", i, low, high)
		}
		low = high + 1
	}
	for _, d := range []time.Duration{low, math.MaxInt64} {
		if bucketOf(d) != buckets-1 {
			t.Errorf("%v is in bucket %d", d, bucketOf(d))
		}
	}
	if bucketOf(-1) != 0 || bucketOf(math.MinInt64) != 0 {
		t.Error("a negative duration is not counted as zero")
	}
}

// TestHistogramAtItsEnds has what no bucket was made for.
func TestHistogramAtItsEnds(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Min() != 0 || h.Max() != 0 {
		t.Error("an empty histogram has figures")
	}
	h.Add(-time.Second)
	h.Add(time.Hour)
	h.Add(2 * time.Hour)
	if h.Min() != 0 || h.Max() != 2*time.Hour || h.Quantile(0.6) != 2*time.Hour || h.Quantile(0.3) != 0 {
		t.Errorf("from %v to %v, quantiles %v and %v", h.Min(), h.Max(), h.Quantile(0.3), h.Quantile(0.6))
	}
	if q := h.Quantile(math.NaN()); q != 0 {
		t.Errorf("the quantile of no number is %v", q)
	}
}

// TestMerge wants of two histograms what one has that took in all.
func TestMerge(t *testing.T) {
	for name, shape := range shapes {
		first, a := fill(1000, 1, shape)
		second, b := fill(300, 2, shape)
		var all Histogram
		for _, d := range append(first, second...) {
			all.Add(d)
		}
		a.Merge(b)
		a.Merge(&Histogram{})
		if *a != all {
			t.Errorf("%s: merged is not the same as counted together", name)
		}
		var empty Histogram
		empty.Merge(&all)
		if empty != all {
			t.Errorf("%s: merged into nothing is not the same", name)
		}
	}
}

// TestBetween sees that rows without a gap hold every sample exactly once.
func TestBetween(t *testing.T) {
	for name, shape := range shapes {
		_, h := fill(5000, 3, shape)
		sum, low := uint64(0), time.Duration(-1)
		for high := time.Duration(1); ; high *= 3 {
			sum += h.between(low, high)
			low = high
			if high >= h.Max() {
				break
			}
		}
		if sum != h.Count() {
			t.Errorf("%s: %d samples in all rows, and %d in the histogram", name, sum, h.Count())
		}
	}
}

// TestAddAllocates sees that a sample costs no memory.
func TestAddAllocates(t *testing.T) {
	s := &Series{Bound: time.Millisecond}
	if n := testing.AllocsPerRun(1000, func() { s.Add(12345) }); n != 0 {
		t.Errorf("%g allocations a sample", n)
	}
}

// TestSeriesCountsWhatNobodySaw has samples beyond the bound that could not be measured:
// they are the largest of all, in the quantiles and in the maximum.
func TestSeriesCountsWhatNobodySaw(t *testing.T) {
	s := Series{Bound: 10 * time.Millisecond}
	for range 97 {
		s.Add(time.Millisecond)
	}
	s.Add(s.Bound) // at the bound is within it
	s.Add(11 * time.Millisecond)
	s.Unseen(1)
	f := s.Figures()
	if f.Samples != 100 || f.Beyond != 2 || !f.Unseen {
		t.Errorf("%d samples, %d beyond, unseen %v", f.Samples, f.Beyond, f.Unseen)
	}
	if f.P50 > 1008*time.Microsecond || f.P99 != 11*time.Millisecond || f.P999 != 11*time.Millisecond {
		t.Errorf("p50 %v, p99 %v, p99.9 %v", f.P50, f.P99, f.P999)
	}
	none := Series{Bound: 10 * time.Millisecond}
	none.Unseen(3)
	if f := none.Figures(); f.Max != none.Bound || f.P50 != none.Bound || f.Samples != 3 || f.Beyond != 3 {
		t.Errorf("with nothing measured: %+v", f)
	}
	none.Longest = 70 * time.Millisecond // as is known from elsewhere
	if f := none.Figures(); f.Max != 70*time.Millisecond || !f.Unseen {
		t.Errorf("with nothing measured, and the longest known: %+v", f)
	}
	if s.Longest = 70 * time.Millisecond; s.Max() != 70*time.Millisecond {
		t.Errorf("at most %v", s.Max())
	}
	s.Longest, none.Longest = 0, 0
	s.Merge(&none)
	if s.Samples() != 103 || s.Beyond() != 5 || s.Max() != 11*time.Millisecond {
		t.Errorf("merged: %d samples, %d beyond, at most %v", s.Samples(), s.Beyond(), s.Max())
	}
}

// TestFiguresMerge sees that what is said of several members is never too good: no quantile
// of all samples together is above the one that is given.
func TestFiguresMerge(t *testing.T) {
	var merged Figures
	all := Series{Bound: 500 * time.Microsecond}
	for name, shape := range shapes {
		s := Series{Bound: all.Bound}
		list, _ := fill(2000, 4, shape)
		for _, d := range list {
			s.Add(d)
		}
		merged.Merge(s.Figures())
		all.Merge(&s)
		if want := all.Figures(); merged.Samples != want.Samples || merged.Beyond != want.Beyond || merged.Max != want.Max ||
			merged.Min != want.Min || merged.P50 < want.P50 || merged.P99 < want.P99 || merged.P999 < want.P999 {
			t.Errorf("with %s: %+v is said of %+v", name, merged, want)
		}
	}
	before := merged
	merged.Merge(Figures{})
	if merged != before {
		t.Error("a member without samples changed the figures")
	}
}
