package measure

import "time"

// Series is a histogram of samples that are held against a bound. Beside those that were
// measured it counts the ones that are known to be beyond the bound but could not be
// measured: a frame that was refused as too late has no known delay, and leaving it out
// would make the slowest network look like the fastest.
type Series struct {
	Seen  Histogram
	Bound time.Duration
	// Longest is about how long those were at most that could not be measured, if that is
	// known from elsewhere.
	Longest time.Duration

	beyond uint64
	unseen uint64
}

// Add counts a sample that was measured.
func (s *Series) Add(d time.Duration) {
	s.Seen.Add(d)
	if d > s.Bound {
		s.beyond++
	}
}

// Unseen counts n samples that are beyond the bound by nobody knows how much.
func (s *Series) Unseen(n uint64) { s.unseen += n }

// Merge adds the samples of o, which are held against the same bound.
func (s *Series) Merge(o *Series) {
	s.Seen.Merge(&o.Seen)
	s.beyond += o.beyond
	s.unseen += o.unseen
	s.Longest = max(s.Longest, o.Longest)
}

// Samples is the number of all samples, measured or not.
func (s *Series) Samples() uint64 { return s.Seen.Count() + s.unseen }

// Beyond is the number of samples beyond the bound.
func (s *Series) Beyond() uint64 { return s.beyond + s.unseen }

// Max is the largest sample. Where some were not measured it is at least the bound, and what
// is known of them.
func (s *Series) Max() time.Duration {
	if s.unseen > 0 {
		return max(s.Seen.Max(), s.Bound, s.Longest)
	}
	return s.Seen.Max()
}

// Quantile is that of all samples, those that were not measured being the largest.
func (s *Series) Quantile(q float64) time.Duration {
	r := rank(q, s.Samples())
	if r > s.Seen.Count() {
		return s.Max()
	}
	return s.Seen.ranked(r)
}

// Figures are the series in a few numbers.
func (s *Series) Figures() Figures {
	return Figures{
		Samples: s.Samples(), Beyond: s.Beyond(), Unseen: s.unseen > 0,
		Min: s.Seen.Min(), P50: s.Quantile(0.5), P99: s.Quantile(0.99), P999: s.Quantile(0.999), Max: s.Max(),
	}
}

// Figures are what is told of a series of samples.
type Figures struct {
	Samples uint64
	Beyond  uint64 // samples beyond the policy's bound
	// Unseen says that some of those could not be measured: Max is then only a lower bound.
	Unseen                   bool
	Min, P50, P99, P999, Max time.Duration
}

// Merge makes f what can be said of both: the numbers add up, and a quantile of all samples
// is not above the largest that one part has.
func (f *Figures) Merge(o Figures) {
	if o.Samples == 0 {
		return
	}
	if f.Samples == 0 || o.Min < f.Min {
		f.Min = o.Min
	}
	f.Samples += o.Samples
	f.Beyond += o.Beyond
	f.Unseen = f.Unseen || o.Unseen
	f.P50, f.P99 = max(f.P50, o.P50), max(f.P99, o.P99)
	f.P999, f.Max = max(f.P999, o.P999), max(f.Max, o.Max)
}
