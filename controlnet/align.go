package controlnet

import (
	"slices"
	"time"
)

// align is what a host does to its clock while it is out of sync ([C-13]). Others may rely for
// a window on a clock whose readings they were given. So it is set only after a window in
// which none were given, and then stays for one, in which the host may come into sync. When
// a host starts, nobody was given any.
func (c *Core) align() {
	if c.sync == SyncFloor || c.sync == SyncDrift || c.held > 0 {
		c.withdrawn = false
		c.correct() // its clock agrees with a majority's, it only may not say so
		c.bound = 0
		return
	}
	if c.dwell > 0 {
		c.dwell--
		return
	}
	target, ok := c.target()
	switch far := ok && clamp(target, c.maxCorrection()) != target; {
	case ok && !far:
		c.withdrawn = false
	case far && !c.withdrawn:
		c.withdrawn = true
	case far && c.released():
		c.withdrawn, c.dwell = false, int(c.window())
		c.jump(target)
	}
}

// released reports whether nobody relies on readings any more that this host gave: the next
// boundary of the others comes after the last at which they count.
func (c *Core) released() bool {
	return !c.promised || c.now-c.gave > time.Duration(c.window())*c.Cycle+c.Limit()
}

// lose is what happens when sync is lost. Usually the clock is still good, and the host comes
// back with it. After an absence in which it may have drifted far, it gives no readings
// before it has compared it.
func (c *Core) lose(away uint64) {
	c.count.SyncLost++
	if c.drifted(time.Duration(away)*c.Cycle) > c.Limit()/2 {
		c.withdrawn = true
	} else {
		c.dwell = int(c.window())
	}
}

// target is by how much the clock should be set: to the median of the hosts in sync or, if
// none is heard, to that of a majority of hosts, this one included, that are not.
func (c *Core) target() (time.Duration, bool) {
	s := c.sorted[:0]
	for h := range c.peers {
		if p := &c.peers[h]; c.claimsSync(p) {
			s = append(s, c.ahead(p))
		}
	}
	if len(s) == 0 {
		for h := range c.peers {
			if p := &c.peers[h]; c.isFresh(p) {
				s = append(s, c.ahead(p))
			}
		}
		if len(s)+1 < c.quorum() {
			return 0, false
		}
		s = append(s, 0)
	}
	slices.Sort(s)
	c.sorted = s[:0]
	return s[(len(s)-1)/2], true
}

// ahead estimates by how much a fresh host's clock is ahead: the middle of its reading, or
// where that is not whole, the time that its frame bore and half of Delay.
func (c *Core) ahead(p *peer) time.Duration {
	if r := &p.read; r.hasTop && r.toldAt == r.baseAt {
		return p.middle()
	}
	return p.lo + c.Delay/2
}

// jump sets the clock and goes on from where it then is. The slot of that cycle may be over.
// What a clock is set by out of sync says nothing of its rate.
func (c *Core) jump(by time.Duration) {
	c.setClock(c.offset + by)
	c.rate.restart(c.now, c.offset)
	c.sent = c.now > c.slot()
}
