package wormhole

import "time"

// peer is what a local wormhole knows of another member.
type peer struct {
	heard   Cycle // cycle of the last frame heard from it, 0 for never
	ackLast Cycle // cycle of its last frame that says it heard this one's frame before
	ahead   Cycle // cycle of the last frame that shows it in the proposed membership
	vouched Cycle // cycle of its first frame in a row that vouches for this one's claim, 0 for none

	standing Standing      // by the freshest word on it, direct or relayed
	asOf     Cycle         // cycle of that word
	holdFrom time.Duration // local time from which the hold is counted
	holdFor  time.Duration // how long it lasts from there
	holdTo   Cycle         // and the cycle up to which it lasts in any case

	frame Frame // the last frame heard
}

// hear takes the frames of the last cycle in. Every other frame is old, early
// or foreign: it is counted, and nothing else ([W-4]).
func (c *Core) hear(frames []Received) {
	last := c.cycle - 1
	c.follow(frames, last)
	for i := range frames {
		r := &frames[i]
		if r.Cycle != last || r.Sender == c.self || !c.cfg.Members.Has(r.Sender) || r.Frame.Epoch != c.cfg.Epoch {
			c.refused++
			continue
		}
		if c.peers[r.Sender].heard == last {
			c.refused++
			continue
		}
		c.direct(r.Sender, r.Frame, last)
	}
	c.relay(frames, last)
}

// direct takes the word of a member on itself, sent in cycle at.
func (c *Core) direct(h Host, f *Frame, at Cycle) {
	p := &c.peers[h]
	p.frame = *f
	p.heard, p.asOf, p.standing = at, at, f.Standing
	switch f.Standing {
	case Claiming:
		c.hold(p, at, c.cfg.holdAfterClaim(), at+2*c.cfg.window()+2+c.cfg.execCycles())
	case Running:
		start := min(f.Start, at)
		c.hold(p, start, c.cfg.holdAfterStart(), max(start+1+c.cfg.execCycles(), at))
	}
	c.acknowledged(p, f, at)
}

// hold counts a member's replica as down until both clocks say that it cannot
// be any more: the local one, whose rate is what this rests on ([W-8]), and the
// control network's, which a jump of the local one cannot hurry.
func (c *Core) hold(p *peer, from Cycle, length time.Duration, to Cycle) {
	p.holdFrom = c.boundaryOf(int64(from) - int64(c.cycle))
	p.holdFor, p.holdTo = length, to
}

// boundaryOf returns the local time at which the cycle begins that is delta
// cycles from the current one.
func (c *Core) boundaryOf(delta int64) time.Duration {
	far := int64(2 * MaxBound / c.cfg.Cycle) // longer ago than any bound: no matter how much
	delta = min(max(delta, -far), far)
	return c.boundary + time.Duration(delta)*c.cfg.Cycle
}

// acknowledged notes whether a member has heard this one, and since when it
// vouches for its claim.
func (c *Core) acknowledged(p *peer, f *Frame, at Cycle) {
	vouches := c.claim.standing && f.Held.Has(c.self)
	if !vouches || at-p.ackLast > 2*c.cfg.window() {
		p.vouched = 0
	}
	if !f.Heard.Has(c.self) {
		return
	}
	p.ackLast = at
	if vouches && p.vouched == 0 && at >= c.claim.from+c.cfg.window() {
		p.vouched = at
	}
}

// relay takes the word of the members on the others: whom one of them has heard
// inside the window before and does not count as down has said so itself inside that
// window. It spares the wait for a frame that was lost on one link only.
func (c *Core) relay(frames []Received, at Cycle) {
	since := at - c.cfg.window()
	open := c.unknownSince(since)
	for i := range frames {
		if open == (Set{}) {
			return
		}
		r := &frames[i]
		if r.Cycle != at || r.Sender == c.self || !c.cfg.Members.Has(r.Sender) || c.peers[r.Sender].heard != at {
			continue
		}
		f := &c.peers[r.Sender].frame
		idle := f.Heard.Minus(f.Held).Intersect(open)
		for h := idle.Next(0); h != NoHost; h = idle.Next(int(h) + 1) {
			c.peers[h].standing, c.peers[h].asOf = Idle, since
		}
		open = open.Minus(idle)
	}
}

// unknownSince is the set of members on whom there is no word since a cycle.
func (c *Core) unknownSince(since Cycle) Set {
	var s Set
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if h != c.self && c.peers[h].asOf < since {
			s.Add(h)
		}
	}
	return s
}

// held reports whether h's replica may be down for rejuvenation. Of a member
// that was never heard since this local wormhole started nothing is known: it
// may have been vouched for before, so it counts as down for as long as a
// rejuvenation can last from then ([W-7]).
func (c *Core) held(h Host) bool {
	p := &c.peers[h]
	if p.asOf == 0 {
		grace := 2*c.cfg.window() + 2 + c.cfg.execCycles()
		return c.now-c.started < c.cfg.holdAfterClaim() || c.origin == 0 || c.cycle < c.origin+grace
	}
	if p.standing == Idle {
		return false
	}
	return c.now-p.holdFrom < p.holdFor || c.cycle <= p.holdTo
}

// heldSet is the set that goes into the frame.
func (c *Core) heldSet() Set {
	var s Set
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if h != c.self && c.held(h) {
			s.Add(h)
		}
	}
	if c.standing() != Idle {
		s.Add(c.self)
	}
	return s
}

// spoke reports whether a frame of another member was heard in the last cycle.
func (c *Core) spoke(h Host) bool {
	p := &c.peers[h]
	return h != c.self && p.heard != 0 && p.heard == c.cycle-1
}

// heardSet is the set of members of whom a frame was heard inside the last
// window. Of one that keeps to the omission bound every frame says so: were it
// the last cycle only, losses in both directions could fall so that the answer
// to a frame that came through is always lost.
func (c *Core) heardSet() Set {
	var s Set
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if p := &c.peers[h]; h == c.self || p.heard != 0 && p.heard+c.cfg.window() >= c.cycle {
			s.Add(h)
		}
	}
	return s
}

// standing is what this local wormhole says of its own right.
func (c *Core) standing() Standing {
	switch {
	case c.st.Replica == Rejuvenating:
		return Running
	case c.claim.standing:
		return Claiming
	}
	return Idle
}
