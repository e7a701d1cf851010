package wormhole

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
// just joined gives the others a window to hear that it has, and itself one to hear it.
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
	c.absent, c.fenced = out, fenced
	if !c.joined {
		c.judgeJoining()
		return
	}
	if c.cycle > c.joinedAt+c.cfg.grace() {
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
	if c.inSync && c.onTime && c.absent.Len() <= c.budget() {
		c.joined, c.joinedAt = true, c.cycle
		c.lost = c.absent
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
	if c.absent.Union(c.fenced).Len() <= c.budget() {
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
	return c.cfg.Members.Len()-c.absent.Len() >= c.cfg.quorum()
}

// gone is the set of members out of contact that a majority does not hear.
func (c *Core) gone() Set {
	var s Set
	for h := c.absent.Next(0); h != NoHost; h = c.absent.Next(int(h) + 1) {
		deaf := 1 // this one
		for y := c.cfg.Members.Next(0); y != NoHost; y = c.cfg.Members.Next(int(y) + 1) {
			if y != c.self && !c.absent.Has(y) && !c.peers[y].frame.Heard.Has(h) {
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
	gone := c.absent.Minus(c.lost)
	for h := gone.Next(0); h != NoHost; h = gone.Next(int(h) + 1) {
		c.raise(Alert{Type: AlertWormholeLost, Subject: h, Life: c.peers[h].frame.Boot})
	}
	c.lost = c.absent
}
