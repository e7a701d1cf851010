package clock

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestBuckets sees each bucket begin right after the one before ends.
func TestBuckets(t *testing.T) {
	for i := range buckets - 1 {
		edge := upperEdge(i)
		if bucketOf(edge) != i || bucketOf(edge+1) != i+1 {
			t.Fatalf("bucket %d ends at %d ns, but that is in %d and the next in %d", i, edge, bucketOf(edge), bucketOf(edge+1))
		}
	}
	if got := bucketOf(24 * time.Hour); got != buckets-1 {
		t.Errorf("a day is in bucket %d, not in the last", got)
	}
}

// TestQuantile compares quantiles with those of the sorted values: at most a sixteenth more.
func TestQuantile(t *testing.T) {
	var h Histogram
	var s Durations
	h.Snapshot(&s)
	if s.Quantile(0.5) != 0 || s.Count != 0 {
		t.Errorf("an empty histogram has the median %v of %d", s.Quantile(0.5), s.Count)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var values []time.Duration
	for range 20000 {
		d := time.Duration(rng.ExpFloat64() * float64(100*time.Microsecond))
		values = append(values, d)
		h.Add(d)
	}
	h.Add(-time.Second)
	values = append(values, 0)
	slices.Sort(values)
	h.Snapshot(&s)
	if s.Count != int64(len(values)) || s.Max != values[len(values)-1] {
		t.Errorf("counted %d, the longest %v, want %d and %v", s.Count, s.Max, len(values), values[len(values)-1])
	}
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		want := values[max(int(q*float64(len(values)))-1, 0)]
		if got := s.Quantile(q); got < want || got > want+want/16+1 {
			t.Errorf("quantile %v is %v, want %v or up to a sixteenth more", q, got, want)
		}
	}
}
