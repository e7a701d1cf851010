package measure

import (
	"math"
	"math/bits"
	"time"
)

// Histogram counts durations in buckets whose width grows with the duration (log-linear, as
// in HdrHistogram): a fixed amount of memory, whatever is added, and quantiles that are at
// most RelativeError above the true ones. Its zero value is empty. The least and the
// largest duration are kept exactly.
type Histogram struct {
	counts   [buckets]uint64
	total    uint64
	min, max time.Duration
}

// bucketOf is the bucket that d falls into. Below 2^(subBits+1) ns every nanosecond has its
// own; from there on the first subBits+1 bits of the number choose.
func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	shift := max(bits.Len64(v)-1-subBits, 0)
	return min(shift<<subBits+int(v>>shift), buckets-1)
}

// upperEnd is the largest duration that falls into bucket i.
func upperEnd(i int) time.Duration {
	shift := max(i>>subBits-1, 0)
	return time.Duration(i-shift<<subBits+1)<<shift - 1
}

// Add counts d. A negative duration is counted as zero: the clocks that it comes from can
// be off by that much.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	if h.total == 0 || d < h.min {
		h.min = d
	}
	h.max = max(h.max, d)
	h.total++
	h.counts[bucketOf(d)]++
}

// Merge adds all that o has counted. The result is that of one histogram that had counted
// both.
func (h *Histogram) Merge(o *Histogram) {
	if o.total == 0 {
		return
	}
	if h.total == 0 || o.min < h.min {
		h.min = o.min
	}
	h.max = max(h.max, o.max)
	h.total += o.total
	for i, n := range o.counts {
		h.counts[i] += n
	}
}

// Count is the number of durations that were added.
func (h *Histogram) Count() uint64 { return h.total }

// Min is the least duration, exactly; 0 if there is none.
func (h *Histogram) Min() time.Duration { return h.min }

// Max is the largest duration, exactly; 0 if there is none.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile is a duration that a share q of all, 0 to 1, does not exceed: the least such one,
// or up to RelativeError more. It is 0 if there is none.
func (h *Histogram) Quantile(q float64) time.Duration { return h.ranked(rank(q, h.total)) }

// rank is the place, from 1, of the least of n sorted values that a share q of them does not
// exceed.
func rank(q float64, n uint64) uint64 {
	r := math.Ceil(q * float64(n))
	switch {
	case !(r >= 1):
		return 1
	case r >= float64(n):
		return n
	}
	return uint64(r)
}

// ranked is the upper end of the bucket of the value at place r, from 1, but never more
// than the largest value.
func (h *Histogram) ranked(r uint64) time.Duration {
	if h.total == 0 {
		return 0
	}
	for i, n := range h.counts {
		if n >= r {
			if i == buckets-1 {
				return h.max // the last bucket has no upper end
			}
			return min(upperEnd(i), h.max)
		}
		r -= n
	}
	return h.max
}

// between counts what is above lo and not above hi, by the upper ends of the buckets, of
// which the last one in use ends at the largest duration.
func (h *Histogram) between(lo, hi time.Duration) uint64 {
	n := uint64(0)
	for i := bucketOf(lo); i <= bucketOf(h.max); i++ {
		end := h.max
		if i < bucketOf(h.max) {
			end = upperEnd(i)
		}
		if end > lo && end <= hi {
			n += h.counts[i]
		}
		if end > hi {
			break
		}
	}
	return n
}
