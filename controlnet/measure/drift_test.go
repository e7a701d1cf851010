package measure

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// run reads a clock n times, every interval, that is faster than the network's by rate; each
// reading is off by what wrong says.
func run(n int, interval time.Duration, rate float64, bound time.Duration, wrong func(i int) time.Duration) Fit {
	var d Drift
	for i := range n {
		local := 500*24*time.Hour + time.Duration(i)*interval
		offset := 40*365*24*time.Hour - time.Duration(rate*float64(i)*float64(interval))
		d.Add(local, offset+wrong(i), bound)
	}
	f, ok := d.Fit()
	if !ok {
		panic("no rate")
	}
	return f
}

// TestDrift finds the rate of clocks whose readings are exact, and says how sure it is.
func TestDrift(t *testing.T) {
	for _, rate := range []float64{0, 1e-6, -37e-6, 200e-6, -0.01} {
		for _, n := range []int{20, 1024, 1025, 100_000} {
			f := run(n, 200*time.Millisecond, rate, time.Millisecond, func(int) time.Duration { return 0 })
			if math.Abs(f.Rate-rate) > 1e-9 || f.Error > 1e-8 {
				t.Errorf("%d readings: a rate of %g is found as %g +- %g", n, rate, f.Rate, f.Error)
			}
			if want := 3 * float64(time.Millisecond) / float64(f.Over); f.Worst < 0.9*want || f.Worst > 1.2*want {
				t.Errorf("%d readings: stated to be %g off at worst, and about %g is right", n, f.Worst, want)
			}
			if over := time.Duration(n-1) * 200 * time.Millisecond; f.Over > over || f.Over < over*9/10 {
				t.Errorf("%d readings: over %v, and not %v", n, f.Over, over)
			}
		}
	}
}

// TestDriftWithErrors has readings that are off, at random, in a slow wave, and all to the
// side that turns the line the most: what is stated as the error covers each.
func TestDriftWithErrors(t *testing.T) {
	const bound = 300 * time.Microsecond
	r := rand.New(rand.NewPCG(1, 2))
	const n = 3000
	for name, wrong := range map[string]func(int) time.Duration{
		"random": func(int) time.Duration { return time.Duration(r.Int64N(int64(2*bound))) - bound },
		"wave":   func(i int) time.Duration { return time.Duration(float64(bound) * math.Sin(float64(i)/700)) },
		"turned": func(i int) time.Duration {
			if i < n/2 {
				return bound
			}
			return -bound
		},
	} {
		const rate = -55e-6
		f := run(n, 100*time.Millisecond, rate, bound, wrong)
		if off := math.Abs(f.Rate - rate); off > f.Worst*(1+1e-9) { // "turned" is off by exactly that
			t.Errorf("%s: off by %g, and by %g at worst", name, off, f.Worst)
		}
		if off := math.Abs(f.Rate - rate); name != "turned" && off > f.Error {
			t.Errorf("%s: off by %g, and the error is stated as %g", name, off, f.Error)
		}
		if f.Error > 2*f.Worst {
			t.Errorf("%s: the error seen, %g, is far above the worst, %g", name, f.Error, f.Worst)
		}
	}
}

// TestDriftTooShort sees that no rate is told of what cannot have one.
func TestDriftTooShort(t *testing.T) {
	var d Drift
	for i := range 5 {
		if _, ok := d.Fit(); ok {
			t.Errorf("a rate of %d readings in %d ms", i, i*100)
		}
		d.Add(time.Duration(i)*100*time.Millisecond, 0, 0)
	}
	d.Add(time.Hour, 0, 0)
	if _, ok := d.Fit(); !ok {
		t.Error("no rate of an hour")
	}
}

// TestDriftMemory sees that the readings kept are bounded, and still reach back to the first.
func TestDriftMemory(t *testing.T) {
	var d Drift
	for i := range 300_000 {
		d.Add(time.Duration(i)*time.Second, 0, 0)
	}
	if len(d.points) > driftPoints || len(d.points) < driftPoints/2 || d.points[0].local != 0 {
		t.Errorf("%d readings kept, the first of %v", len(d.points), d.points[0].local)
	}
	step := d.points[1].local
	for i := range d.points {
		if d.points[i].local != time.Duration(i)*step {
			t.Fatalf("reading %d is of %v, and they are %v apart", i, d.points[i].local, step)
		}
	}
}
