package controlnet

import (
	"slices"
	"time"
)

// readClocks bounds the clock of every other host at this boundary ([C-10]): from below by
// when its frame arrived, since that took no less than nothing; from above by when it says
// that this host's frame arrived, for the same reason. Neither rests on a bound on delays.
func (c *Core) readClocks() {
	at, limit := c.boundary(c.cycle), c.Limit()
	if c.sync != SyncKept && !c.hearsSync() {
		limit /= 2 // those who come into sync at once come close, and so are in contact
	}
	for h := range c.peers {
		p := &c.peers[h]
		r := &p.read
		p.lo, p.hi = -(r.base + c.offset), r.top-c.offset
		p.contact = Host(h) != c.Self && c.young(p, at) && c.steady(p, at)
		if p.contact {
			low, high := c.reaches(p, at)
			p.contact = max(-low, high)+c.maxCorrection() <= limit
		}
	}
}

// hearsSync reports whether some other host says that it is in sync.
func (c *Core) hearsSync() bool {
	for h := range c.peers {
		if p := &c.peers[h]; c.claimsSync(p) {
			return true
		}
	}
	return false
}

// steady holds a reading against the one of an earlier boundary: between two good clocks, both
// in sync, they overlap. Otherwise one of the two has jumped or runs away; whose does not
// matter to the pair, and shows by how many lose contact with whom ([C-12]).
func (c *Core) steady(p *peer, at time.Duration) bool {
	was := p.expect
	p.expect = expectation{}
	low, high := c.reaches(p, at)
	if p.synced {
		p.expect = expectation{valid: true, at: at, low: low + c.offset, high: high + c.offset}
	}
	if !was.valid || !p.synced {
		return true
	}
	since := at - was.at
	spread := c.corrections(since) + c.drifted(since)
	if p.lo+c.offset <= was.high+spread && p.hi+c.offset >= was.low-spread {
		return true
	}
	c.count.Torn++
	return false
}

// young reports whether both halves of a reading are inside the window: for so long a host
// that gave one keeps its clock ([C-13]).
func (c *Core) young(p *peer, at time.Duration) bool {
	longest := time.Duration(c.window())*c.Cycle + c.Limit()
	r := &p.read
	return p.vouched && r.hasTop && at-r.baseAt <= longest && at-r.toldAt <= longest && at-r.topAt <= c.reach()
}

// reaches bounds p's clock less this one's until the next boundary: the reading's ends, what
// the clocks drift until then, and what p may have set its own by since.
func (c *Core) reaches(p *peer, at time.Duration) (low, high time.Duration) {
	r := &p.read
	low = p.lo - c.drifted(at-r.baseAt+c.Cycle) - c.corrections(at-r.baseAt)
	high = p.hi + c.drifted(at-r.topAt+c.Cycle) + c.corrections(at-r.toldAt)
	return low, high
}

// corrections is how much a host may have set its clock by at the boundaries since it sent a
// frame of that age.
func (c *Core) corrections(age time.Duration) time.Duration {
	return (max(0, age+c.Limit())/c.Cycle + 1) * c.maxCorrection()
}

// correct sets the clock by the fault-tolerant average of the readings ([C-11]) and by a
// little towards UTC, and finds the bound that then holds.
func (c *Core) correct() {
	step := c.average()
	steer := c.utc.steer(c)
	c.offset += step + steer
	c.rate.steered += steer
	c.rate.anchor.steered += steer
	at := c.boundary(c.cycle)
	c.bound = 0
	for h := range c.peers {
		p := &c.peers[h]
		if p.contact {
			p.lo, p.hi = p.lo-step-steer, p.hi-step-steer
			low, high := c.reaches(p, at)
			c.bound = max(c.bound, -low, high)
		}
	}
}

// average is the fault-tolerant average of by how much the others' clocks are certainly ahead,
// with 0 for this one: the f largest and f smallest are left out. With few hosts in contact
// fewer are.
func (c *Core) average() time.Duration {
	s := append(c.sorted[:0], 0)
	for h := range c.peers {
		if p := &c.peers[h]; p.contact {
			s = append(s, p.certain())
		}
	}
	slices.Sort(s)
	f := c.bears(len(s))
	sum := time.Duration(0)
	for _, v := range s[f : len(s)-f] {
		sum += v
	}
	c.sorted = s[:0]
	return clamp(sum/time.Duration(len(s)-2*f), c.maxStep())
}

// clamp cuts d to at most limit in either direction.
func clamp(d, limit time.Duration) time.Duration { return min(max(d, -limit), limit) }
