package measure

import "time"

const (
	// subBits gives every octave of a histogram 128 buckets, so that a bucket's ends differ
	// by less than a hundredth.
	subBits = 7

	// topBits ends the histogram at 2^37 ns, 137 s: twice the longest cycle there is. What
	// is longer falls into the last bucket; the maximum is exact all the same.
	topBits = 37

	// buckets is the number of buckets of a histogram: 31 KiB of counts.
	buckets = (topBits - subBits + 1) << subBits

	// RelativeError is how far above the true one a quantile may be, as a fraction.
	RelativeError = 1.0 / (1 << subBits)

	// Confidence is that of every statement on what happens in the long run.
	Confidence = 0.95

	// driftPoints bounds the readings of the clock that are kept: enough for a line, and few
	// enough to go over them again for the report.
	driftPoints = 1024

	// minDriftOver is the shortest time from which a rate is told: below it the error of a
	// reading is larger than any drift.
	minDriftOver = time.Second

	// MaxRaw bounds the raw results of one host in bytes, as they come from a host that runs
	// on the same machine: three histograms with every bucket in use are below it.
	MaxRaw = 1 << 20
)
