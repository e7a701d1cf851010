package measure

import (
	"math"
	"time"
)

// Drift finds the rate of a local clock against the network's from readings of both. It
// keeps a bounded number of readings, spread evenly over all that it was given.
type Drift struct {
	points []reading
	stride int // every stride-th reading is kept
	skip   int // readings until the next one that is kept
	bound  time.Duration
}

// reading is the network's clock beyond the local one at an instant of the local one.
type reading struct{ local, offset time.Duration }

// Add takes in that the network's clock was `offset` beyond the local one when that showed
// `local`, and that this is right to within bound. Instants must not fall.
func (d *Drift) Add(local, offset, bound time.Duration) {
	d.bound = max(d.bound, bound)
	if d.skip > 0 {
		d.skip--
		return
	}
	if len(d.points) == driftPoints {
		d.thin()
	}
	d.points = append(d.points, reading{local, offset})
	d.skip = max(d.stride, 1) - 1
}

// thin drops every second reading and keeps half as many from now on.
func (d *Drift) thin() {
	for i := range d.points[:driftPoints/2] {
		d.points[i] = d.points[2*i]
	}
	d.points = d.points[:driftPoints/2]
	d.stride = 2 * max(d.stride, 1)
}

// Fit is a rate and how far it can be trusted. All but Over are fractions: 1e-6 is a
// microsecond in a second.
type Fit struct {
	// Rate is by how much the local clock is faster than the network's, on average.
	Rate float64
	// Error bounds the error of Rate if no reading was off by more than the worst that was
	// seen to miss the line, whatever their errors have to do with each other.
	Error float64
	// Worst bounds it if every reading was off by all that its stated bound allows.
	Worst float64
	// Over is the time from the first reading to the last.
	Over time.Duration
}

// excess is by how much the clock is wrong at the least.
func (f *Fit) excess() float64 { return math.Abs(f.Rate) - f.Error }

// Fit lays the line with the least squares through the readings. It is not ok as long as
// there are too few, or they are too close together, to tell a rate from them.
func (d *Drift) Fit() (f Fit, ok bool) {
	n := len(d.points)
	if n < 3 || d.points[n-1].local-d.points[0].local < minDriftOver {
		return Fit{}, false
	}
	first := d.points[0]
	at := func(i int) (x, y float64) { // from the first reading on, so that no digits are lost
		p := d.points[i]
		return float64(p.local - first.local), float64(p.offset - first.offset)
	}
	var mx, my, sxx, sxy, reach, miss float64
	for i := range n {
		x, y := at(i)
		mx, my = mx+x/float64(n), my+y/float64(n)
	}
	for i := range n {
		x, y := at(i)
		sxx, sxy = sxx+(x-mx)*(x-mx), sxy+(x-mx)*(y-my)
		reach += math.Abs(x - mx)
	}
	slope := sxy / sxx
	for i := range n {
		x, y := at(i)
		miss = max(miss, math.Abs(y-my-slope*(x-mx)))
	}
	// The slope is a weighted sum of the readings; errors of e in all of them, with the worst
	// signs, move it by e times the sum of the weights' sizes.
	return Fit{
		Rate: 0 - slope, Error: miss * reach / sxx, Worst: float64(d.bound) * reach / sxx,
		Over: d.points[n-1].local - first.local,
	}, true
}
