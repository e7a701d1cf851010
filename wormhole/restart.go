package wormhole

// wakeUp decides what to do with the replica as it was found ([W-26], [W-27]).
func (c *Core) wakeUp(s *Start) {
	fresh := s.State == nil && s.Counter == 0
	intact := s.State != nil && s.State.valid() && (s.State.Counter == s.Counter || s.State.Counter == s.Counter+1)
	if s.State != nil && s.State.valid() {
		c.st = *s.State
	} else {
		c.st.Last = NoHost
	}
	c.st.Epoch = c.cfg.Epoch
	c.st.Boot++
	c.dirty = true
	c.notBefore = c.st.NoClaimBefore
	switch {
	case !fresh && !intact:
		c.rolledBack(s.Counter)
	case c.st.Latched():
		c.resumeLatched(s.Running)
	default:
		c.resume(s.Running)
	}
}

// rolledBack latches: what this local wormhole has forgotten it may have
// promised. The counter goes on from the TPM's, so that the latch can be stored,
// and so do the numbers of incarnation and attempt: each was stored, so there have
// been no more of them than the counter counts, and none is used twice.
func (c *Core) rolledBack(counter uint64) {
	c.st.Counter = max(c.st.Counter, counter)
	c.st.Incarnation = max(c.st.Incarnation, c.st.Counter)
	c.st.Attempt = max(c.st.Attempt, c.st.Counter)
	c.fence(PhaseNone, Failed)
	c.latch(ReasonRollback, ScopeLocal)
}

// resumeLatched does to the payload again what the fail-safe did. With the
// action alert, which leaves the payload alone, the replica goes on as well.
func (c *Core) resumeLatched(running bool) {
	if c.cfg.Action == ActionAlert {
		c.resume(running)
	}
	c.failSafe()
}

// resume takes the replica up where the stored state left it.
func (c *Core) resume(running bool) {
	switch c.st.Replica {
	case Rejuvenating:
		c.resumeRun()
	case Fenced:
		c.command(Command{Kind: CommandFence})
	case Up:
		if !running {
			c.coldStart()
		}
	case Starting:
		c.coldStart()
	}
}

// resumeRun goes on with a rejuvenation that the restart has interrupted, from its
// first phase, because nothing is known of the later ones, and inside the bound
// that it had. How much of that is left is known when the control network has told
// the cycle. Until then nothing is done: the right to take the replica down may be
// over, and the replica may be up. The dead-man rule has its end in any case.
func (c *Core) resumeRun() {
	c.run = run{active: true, unsynced: true, warned: true, until: c.st.Start + c.cfg.execCycles()}
	c.run.deadline = c.now + c.cfg.Bounds.TLocalExec()
}

// resynced gives a resumed rejuvenation its bound back.
func (c *Core) resynced() {
	if !c.run.active || !c.run.unsynced {
		return
	}
	c.run.deadline = c.boundaryOf(int64(c.st.Start)-int64(c.cycle)) + c.cfg.Bounds.TLocalExec()
	if c.st.Start > c.cycle || c.now >= c.run.deadline {
		c.st.Extra = true
		c.overdue()
		return
	}
	c.enter(PhaseShutdown)
	c.run.unsynced = false
}
