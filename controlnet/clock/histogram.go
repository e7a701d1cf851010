package clock

import (
	"math/bits"
	"sync/atomic"
	"time"
)

const (
	// subBits makes 16 buckets of equal width of each doubling: a quantile is right to one
	// part in sixteen.
	subBits = 4
	// octaves bounds what is told apart: 2^36 ns, more than a minute, the longest cycle.
	octaves = 36
	buckets = (octaves - subBits + 1) << subBits
)

// Histogram counts durations in buckets of fixed relative width. One goroutine adds, any
// other may take snapshots; nothing is allocated or locked. Its zero value is empty.
type Histogram struct {
	count, max atomic.Int64
	bucket     [buckets]atomic.Uint32
}

// Add counts d. A negative d counts as zero, and one past the last bucket there.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.bucket[bucketOf(d)].Add(1)
	h.count.Add(1)
	if int64(d) > h.max.Load() {
		h.max.Store(int64(d))
	}
}

// bucketOf is the bucket that d falls into.
func bucketOf(d time.Duration) int {
	octave := bits.Len64(uint64(d) >> subBits) // 0 for what is below 16 ns
	if octave == 0 {
		return int(d)
	}
	i := octave<<subBits + int(uint64(d)>>(octave-1))&(1<<subBits-1)
	return min(i, buckets-1)
}

// upperEdge is the longest duration that falls into a bucket.
func upperEdge(i int) time.Duration {
	octave, sub := i>>subBits, i&(1<<subBits-1)
	if octave == 0 {
		return time.Duration(sub)
	}
	return time.Duration((1<<subBits+sub+1)<<(octave-1) - 1)
}

// Durations is a snapshot of a Histogram.
type Durations struct {
	Count  int64
	Max    time.Duration // exact
	bucket [buckets]uint32
}

// Snapshot reads the histogram into s. What is added meanwhile may be in it in part.
func (h *Histogram) Snapshot(s *Durations) {
	s.Count, s.Max = 0, time.Duration(h.max.Load())
	for i := range s.bucket {
		s.bucket[i] = h.bucket[i].Load()
		s.Count += int64(s.bucket[i])
	}
}

// Quantile returns the duration that the fraction q of all were not longer than, rounded up
// to the end of its bucket, or 0 where nothing was counted.
func (s *Durations) Quantile(q float64) time.Duration {
	want := int64(q * float64(s.Count))
	var seen int64
	for i, n := range s.bucket {
		if seen += int64(n); n > 0 && seen >= want {
			return min(upperEdge(i), s.Max)
		}
	}
	return s.Max
}
