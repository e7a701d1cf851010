package wormhole

import "time"

// tick is one cycle. The order of its parts is the protocol: first what is
// known, then what follows from it, then what this local wormhole does and says.
func (c *Core) tick(t *Tick) {
	if c.removed {
		return
	}
	if !c.learnTime(t) {
		c.fallSilent()
		return
	}
	c.hear(t.Frames)
	if c.removed {
		return
	}
	if !c.onTime {
		c.fallSilent()
		return
	}
	c.silent = 0
	c.judgeContact()
	c.adopt()
	c.beginRound()
	if c.removed {
		return
	}
	c.flood()
	c.judgeRound()
	c.advance()
	c.renewLease()
	c.speak()
}

// learnTime takes the control network's clock in. It reports whether there is
// one to go by. A local wormhole that is late by more than T_proc, or whose
// clock is not vouched for, neither speaks nor acts in this cycle ([W-10]).
func (c *Core) learnTime(t *Tick) bool {
	was := c.inSync
	c.inSync = t.InSync && t.Cycle > c.cycle
	if !c.inSync {
		if was {
			c.tellBound()
		}
		return false
	}
	before := c.cycle
	c.cycle, c.boundary = t.Cycle, t.Boundary
	if c.origin == 0 {
		c.origin, c.present, before = c.cycle, c.cycle, c.cycle
	}
	c.missed(c.cycle - before)
	late := c.now-t.Boundary > c.cfg.Process || t.Boundary-c.now > c.cfg.Process
	if late {
		c.tellBound()
	}
	if c.onTime = !late; c.onTime {
		c.present = c.cycle
	}
	c.resynced()
	c.expire()
	return true
}

// tellBound raises control.bound for this host, once a round.
func (c *Core) tellBound() {
	if c.boundTold != c.st.Round+1 {
		c.boundTold = c.st.Round + 1
		c.raise(Alert{Type: AlertControlBound, Subject: c.self, Life: c.st.Boot})
	}
}

// missed looks at the cycles that this local wormhole was not there for. Frames
// that it did not take say nothing about the others: it takes a window to hear them
// anew. After a window without a word of its own it joins anew.
func (c *Core) missed(ticks Cycle) {
	switch {
	case c.cycle-c.present > c.cfg.window():
		c.leave()
	case ticks > 1:
		c.joinedAt = c.cycle
	}
}

// fallSilent is a cycle in which this local wormhole can neither speak nor act. To
// the others it is an omission. A claim stands: nothing was said that contradicts
// it. After more such cycles than the omission bound it no longer counts itself in.
func (c *Core) fallSilent() {
	c.silent++
	if c.silent > c.cfg.Omissions {
		c.leave()
	}
	c.judgeJoining()
}

// leave makes a local wormhole whose own timing has failed join again as if it
// had just started: the others are not to blame that it did not hear them. Its
// replica is left to the dead-man rule meanwhile ([W-11]).
func (c *Core) leave() {
	if c.joined {
		c.joined, c.alone = false, c.now
	}
	c.withdraw()
}

// contact reports whether h and this local wormhole hear each other: a frame of
// h was heard inside the window, and one inside the window said that h hears too.
func (c *Core) contact(h Host) bool {
	p := &c.peers[h]
	if h == c.self {
		return true
	}
	w := c.cfg.window()
	return p.heard != 0 && c.cycle-p.heard <= w && p.ackLast != 0 && c.cycle-p.ackLast <= w
}

// judgeContact finds who is out of contact and who is fenced, and latches when
// those are more than the budget ([W-12], (c) of the design's rule). One that has
// just joined gives the others a window to hear that it has.
func (c *Core) judgeContact() {
	var out, fenced Set
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		switch {
		case !c.contact(h):
			out.Add(h)
		case h != c.self && c.peers[h].frame.Fenced:
			fenced.Add(h)
		}
	}
	if c.st.Replica == Fenced {
		fenced.Add(c.self)
	}
	c.out_, c.fenced = out, fenced
	if !c.joined {
		c.judgeJoining()
		return
	}
	if c.cycle > c.joinedAt+c.cfg.window() {
		c.tellLost()
		c.judgeBudget()
	}
}

// judgeJoining ends the time after a start in which nobody's absence counts.
// A replica that is up is not left up by a local wormhole that stays alone.
func (c *Core) judgeJoining() {
	if c.joined {
		return
	}
	if c.inSync && c.onTime && c.out_.Len() <= c.budget() {
		c.joined, c.joinedAt = true, c.cycle
		c.lost = c.out_
		c.joinRound()
		if c.st.Replica == Stopped && !c.st.Latched() {
			c.coldStart()
		}
		return
	}
	up := c.st.Replica != Stopped && c.st.Replica != Fenced
	if up && c.now-c.alone >= c.cfg.lease() {
		c.latch(ReasonIsolated, ScopeLocal)
	}
}

// budget is how many replicas may be fenced or out of contact.
func (c *Core) budget() int {
	if c.cfg.FirstMiss {
		return 0
	}
	return c.cfg.KPrime
}

// judgeBudget latches when the budget is spent ([W-12]). For the whole system it
// is spent when those that are fenced, and those that a majority does not hear,
// are too many; the members' word on whom they hear is in their frames. Where
// that does not explain who is missing here, it is this local wormhole that is
// badly connected: it latches for itself alone, after the others have had time to
// come to see the same.
func (c *Core) judgeBudget() {
	if c.out_.Union(c.fenced).Len() <= c.budget() {
		c.spentFor = 0
		return
	}
	c.spentFor++
	switch {
	case c.st.Latched() && c.st.Latch.Scope == ScopeAll:
	case c.gone().Union(c.fenced).Len() > c.budget() && c.majority():
		c.latch(c.spent(), ScopeAll)
	case !c.majority() || c.spentFor > 2*c.cfg.Omissions+2:
		c.latch(ReasonIsolated, ScopeLocal)
	}
}

// spent is the reason to latch for when the budget is spent.
func (c *Core) spent() Reason {
	if c.cfg.FirstMiss {
		return ReasonFirst
	}
	return ReasonBudget
}

// majority reports whether this local wormhole is in contact with more than half
// of the members, itself included.
func (c *Core) majority() bool {
	return c.cfg.Members.Len()-c.out_.Len() >= c.cfg.quorum()
}

// gone is the set of members out of contact that a majority does not hear.
func (c *Core) gone() Set {
	var s Set
	for h := c.out_.Next(0); h != NoHost; h = c.out_.Next(int(h) + 1) {
		deaf := 1 // this one
		for y := c.cfg.Members.Next(0); y != NoHost; y = c.cfg.Members.Next(int(y) + 1) {
			if y != c.self && !c.out_.Has(y) && !c.peers[y].frame.Heard.Has(h) {
				deaf++
			}
		}
		if deaf >= c.cfg.quorum() {
			s.Add(h)
		}
	}
	return s
}

// tellLost raises wormhole.lost for every member that has newly gone.
func (c *Core) tellLost() {
	gone := c.out_.Minus(c.lost)
	for h := gone.Next(0); h != NoHost; h = gone.Next(int(h) + 1) {
		c.raise(Alert{Type: AlertWormholeLost, Subject: h, Life: c.peers[h].frame.Boot})
	}
	c.lost = c.out_
}

// renewLease keeps the dead-man rule off while this local wormhole is in
// contact. During a rejuvenation the lease is that rejuvenation's bound, and is
// not renewed ([W-25]).
func (c *Core) renewLease() {
	switch {
	case c.run.unsynced:
	case c.run.active:
		c.lease = c.run.deadline
	case c.joined:
		c.lease = c.now + c.cfg.lease()
	}
}

// speak puts the frame of this cycle together.
func (c *Core) speak() {
	o := c.out
	o.Send = true
	c.claim.sent(c.cycle, c.now)
	f := &o.Frame
	*f = Frame{
		Epoch: c.cfg.Epoch, Boot: c.st.Boot,
		Round: c.st.Round, Turn: c.st.Turn, Group: c.rank(),
		Standing: c.standing(), Phase: c.run.phase,
		Fenced:      c.st.Replica == Fenced || c.st.Latched() && c.st.Latch.Scope == ScopeLocal,
		Incarnation: c.st.Incarnation, Checkpoint: c.check,
		Heard: c.heardSet(), Held: c.heldSet(),
		ClearedGen: c.st.ClearedGen,
		Last:       c.st.Last, NextLast: c.nextLast,
		Ready:        c.ready,
		PauseVersion: c.st.PauseVer, PauseUntil: c.st.PauseUntil,
		AskTarget: NoHost,
	}
	if !c.joined {
		f.Turn = TurnNone
	}
	if f.Standing == Running {
		f.Start = c.st.Start
	}
	if c.st.Latched() {
		f.LatchGen, f.LatchScope, f.LatchReason = c.st.Latch.Gen, c.st.Latch.Scope, c.st.Latch.Reason
	}
	if c.next != nil {
		f.NextEpoch = c.next.Epoch
	}
	if c.ask.target != NoHost && c.cycle <= c.ask.until {
		f.AskTarget, f.AskSeq = c.ask.target, c.ask.seq
	}
}

// sent notes when the frame of cycle at left.
func (k *claim) sent(at Cycle, now time.Duration) {
	k.sentAt[at%sentRing], k.sentIn[at%sentRing] = now, at
}
