package controlnet

import "time"

// rateWatch holds the rate of the local clock against the network's. Corrections that add up
// to more than two clocks may drift apart mean that this clock is the one that is wrong:
// the others are a majority ([C-12]).
type rateWatch struct {
	from    time.Duration // local clock at the beginning of the watch
	offset  time.Duration // then
	steered time.Duration // since, towards UTC
	broken  bool          // the last watch that ended, or this one, showed too much

	// A longer watch, for people to see. It begins when the clocks have settled.
	anchor  rateAnchor
	settled bool
}

// rateAnchor is a point that a rate is measured from.
type rateAnchor struct{ local, offset, steered time.Duration }

// settle is for how many cycles in sync the clocks may still move towards each other.
const settle = 32

func (r *rateWatch) restart(now, offset time.Duration) {
	r.from, r.offset, r.steered = now, offset, 0
}

// see begins the longer watch when the clocks have settled, and again after sync was lost.
func (r *rateWatch) see(c *Core) {
	switch {
	case c.sync != SyncKept:
		r.settled = false
	case !r.settled && c.cycle-c.since >= settle:
		r.settled = true
		r.anchor = rateAnchor{local: c.now, offset: c.offset}
	}
}

// measured is the rate of the local clock against the network's less one, and over how long
// that was seen.
func (r *rateWatch) measured(c *Core) (rate float64, over time.Duration) {
	if over = c.now - r.anchor.local; !r.settled || over < c.reach() {
		return 0, 0
	}
	return float64(r.anchor.offset+r.anchor.steered-c.offset) / float64(over), over
}

// gained is by how much the network's clock has been set since, against the local one.
func (r *rateWatch) gained(offset time.Duration) time.Duration { return offset - r.offset - r.steered }

// judge reports whether the local clock keeps its drift. A good clock is set by what it drifts
// and, if it came into sync far from the others, by no more than hosts in sync can be apart.
// One that was found bad has to keep its drift, with nothing added, for long enough to see it.
func (r *rateWatch) judge(c *Core) bool {
	over := c.now - r.from
	gained := r.gained(c.offset).Abs()
	drifted := c.drifted(over)
	switch {
	case gained > drifted+3*c.Limit():
		r.broken = true
		r.restart(c.now, c.offset)
	case r.broken && drifted > 4*c.Limit():
		r.broken = gained > drifted
		r.restart(c.now, c.offset)
	case drifted > 24*c.Limit():
		r.restart(c.now, c.offset)
	}
	return r.broken
}
