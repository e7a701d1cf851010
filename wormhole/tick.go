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
	c.cycle, c.boundary = t.Cycle, t.Boundary
	if c.origin == 0 {
		c.origin, c.present = c.cycle, c.cycle
	}
	c.missed()
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

// missed looks at the cycles in which this local wormhole was not there or said
// nothing. What was not heard in them, and what the others did not hear, is its own
// fault, and so it judges nobody for a while; but not for ever, if it is late again
// and again. After a window without a word of its own it joins anew.
func (c *Core) missed() {
	away, since := c.cycle-c.present, c.cycle-c.joinedAt
	switch {
	case away > c.cfg.window():
		c.leave()
	case away > 1 && since > 2*c.cfg.grace():
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
