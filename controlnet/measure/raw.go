package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The raw results of the hosts of one machine go to the process that started them as JSON:
// the histograms of all are merged, which quantiles could not be.

type rawHistogram struct {
	Min, Max time.Duration
	Counts   [][2]uint64 // bucket and count, by ascending bucket
}

// MarshalJSON writes the buckets that are in use.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	raw := rawHistogram{Min: h.min, Max: h.max, Counts: [][2]uint64{}}
	for i, n := range h.counts {
		if n > 0 {
			raw.Counts = append(raw.Counts, [2]uint64{uint64(i), n})
		}
	}
	return json.Marshal(raw)
}

var errRaw = errors.New("not a histogram")

// UnmarshalJSON reads what MarshalJSON wrote, and refuses what it cannot have written.
func (h *Histogram) UnmarshalJSON(src []byte) error {
	var raw rawHistogram
	if err := json.Unmarshal(src, &raw); err != nil {
		return fmt.Errorf("%w: %w", errRaw, err)
	}
	read := Histogram{min: raw.Min, max: raw.Max}
	for i, pair := range raw.Counts {
		bucket, n := pair[0], pair[1]
		if bucket >= buckets || i > 0 && bucket <= raw.Counts[i-1][0] || n == 0 || read.total+n < n {
			return fmt.Errorf("%w: bucket %d with %d", errRaw, bucket, n)
		}
		read.counts[bucket] = n
		read.total += n
	}
	if err := read.checkEnds(raw.Counts); err != nil {
		return err
	}
	*h = read
	return nil
}

// checkEnds sees that the extremes are in the first and the last bucket that is in use.
func (h *Histogram) checkEnds(counts [][2]uint64) error {
	if len(counts) == 0 {
		if h.min != 0 || h.max != 0 {
			return fmt.Errorf("%w: extremes of nothing", errRaw)
		}
		return nil
	}
	first, last := counts[0][0], counts[len(counts)-1][0]
	if h.min < 0 || h.min > h.max || uint64(bucketOf(h.min)) != first || uint64(bucketOf(h.max)) != last {
		return fmt.Errorf("%w: extremes %v and %v are not in the buckets", errRaw, h.min, h.max)
	}
	return nil
}

type rawSeries struct {
	Seen           *Histogram
	Bound, Longest time.Duration
	Beyond, Unseen uint64
}

// MarshalJSON writes all of the series.
func (s *Series) MarshalJSON() ([]byte, error) {
	return json.Marshal(rawSeries{&s.Seen, s.Bound, s.Longest, s.beyond, s.unseen})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Series) UnmarshalJSON(src []byte) error {
	raw := rawSeries{Seen: &Histogram{}}
	if err := json.Unmarshal(src, &raw); err != nil {
		return err
	}
	if raw.Seen == nil || raw.Beyond > raw.Seen.Count() {
		return fmt.Errorf("%w: more samples beyond the bound than samples", errRaw)
	}
	*s = Series{Seen: *raw.Seen, Bound: raw.Bound, Longest: raw.Longest, beyond: raw.Beyond, unseen: raw.Unseen}
	return nil
}
