package wormhole

// latch latches the fail-safe. It holds across restarts until an operator clears
// it ([W-18], [W-19]).
func (c *Core) latch(r Reason, scope Scope) {
	s := &c.st
	wider := s.Latched() && s.Latch.Scope == ScopeLocal && scope == ScopeAll
	if s.Latched() && !wider {
		return
	}
	s.Latch = Latch{Gen: s.ClearedGen + 1, Scope: scope, Reason: r, Round: s.Round, Cycle: c.cycle}
	subject := NoHost
	if scope == ScopeLocal {
		subject = c.self
	}
	c.raise(Alert{Type: AlertFailsafeLatched, Subject: subject, Reason: r})
	if c.cfg.Action != ActionAlert {
		c.withdraw()
	}
	c.failSafe()
}

// failSafe does to the payload what the policy says.
func (c *Core) failSafe() {
	s := &c.st
	switch c.cfg.Action {
	case ActionAlert:
		return
	case ActionIsolate:
		c.command(Command{Kind: CommandIsolate})
		if s.Replica == Rejuvenating || s.Replica == Starting {
			c.fence(c.run.phase, Failed)
		}
	case ActionShutdown:
		c.cancel()
		c.command(Command{Kind: CommandFence})
		s.Replica, s.ForRound = Stopped, false
	}
	if c.inTurn() {
		s.Turn = TurnFailed
	}
	c.dirty = true
}

// adopt takes over what the others say that holds for all: clearances, latches,
// pauses, and orders for this host's replica.
func (c *Core) adopt() {
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if p := &c.peers[h]; c.spoke(h) {
			c.adoptClearance(&p.frame)
			c.adoptPause(&p.frame)
			c.adoptAsk(h, &p.frame)
		}
	}
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if p := &c.peers[h]; c.spoke(h) {
			c.adoptLatch(&p.frame)
		}
	}
}

// adoptLatch latches because another has: a promise of the system is broken for
// all or for none. A latch that an operator has cleared since is over.
func (c *Core) adoptLatch(f *Frame) {
	if f.LatchScope == ScopeAll && f.LatchGen > c.st.ClearedGen {
		c.latch(f.LatchReason, ScopeAll)
	}
}

// adoptClearance ends a latch of the whole system that an operator has cleared
// at another host. A latch of this host alone is cleared here or nowhere.
func (c *Core) adoptClearance(f *Frame) {
	s := &c.st
	if f.ClearedGen <= s.ClearedGen {
		return
	}
	was := s.Latched()
	s.ClearedGen = f.ClearedGen
	c.dirty = true
	if !was {
		return
	}
	if s.Latch.Scope == ScopeLocal {
		s.Latch.Gen = s.ClearedGen + 1
	} else if !s.Latched() {
		c.unlatch(ScopeAll)
	}
}

// unlatch lets the payload go on, and this host take part again from the next
// round on. Nobody knows how long the fail-safe has held, so that no replica, not
// even one that was only cut off, goes on as it was.
func (c *Core) unlatch(scope Scope) {
	s := &c.st
	s.Latch = Latch{}
	c.dirty = true
	if c.cfg.Action == ActionAlert {
		return // the payload and the rounds have gone on
	}
	if round, _, ok := c.cfg.Starts.At(c.cycle); ok && round > s.Round {
		s.Round = round
	}
	if c.inTurn() || s.Turn == TurnNone {
		s.Turn = TurnFailed
	}
	if c.cfg.Action == ActionIsolate {
		c.command(Command{Kind: CommandRejoin})
	}
	if scope == ScopeLocal {
		c.comeBack()
	} else {
		c.coldStart()
	}
}

// comeBack brings the replica of a host that was latched alone back by a
// rejuvenation: the others have gone on, so there is state to fetch, and nobody
// knows how long the replica was out of reach.
func (c *Core) comeBack() {
	c.st.Replica, c.st.Extra = Fenced, true
	c.command(Command{Kind: CommandFence})
}
