package wormhole

import "time"

// start begins Algorithm 1 on this host's replica ([W-9], [W-15]).
func (c *Core) start(forRound bool) {
	c.assert(c.stops.Len() < c.cfg.K, "a rejuvenation starts beside k others")
	c.assert(c.backers.Len() >= c.cfg.quorum(), "a rejuvenation starts without a majority")
	c.cancel()
	s := &c.st
	s.Incarnation++
	s.Attempt++
	s.Replica, s.Start, s.ForRound, s.Extra = Rejuvenating, c.cycle, forRound, false
	c.dirty = true
	c.withdraw()
	c.run = run{active: true, deadline: c.boundary + c.cfg.Bounds.TLocalExec(), until: c.cycle + c.cfg.execCycles()}
	c.lease = c.run.deadline
	c.enter(PhaseShutdown)
}

// coldStart brings a replica up that was stopped by decision or by a power cut:
// code checked and restored as in Algorithm 1, but its incarnation, its keys
// and its log kept, and no state waited for. It takes no slot: it ends a fault
// instead of making one ([W-28]).
func (c *Core) coldStart() {
	c.cancel()
	c.st.Attempt++
	c.st.Replica, c.st.ForRound = Starting, false
	c.dirty = true
	c.run = run{active: true, cold: true, deadline: c.now + c.cfg.Bounds.TLocalExec()}
	c.enter(PhaseShutdown)
}

// enter begins a phase. The first one is void unless it is begun at once: it
// rests on evidence that ages.
func (c *Core) enter(p Phase) {
	r := &c.run
	r.phase, r.since, r.warned = p, c.now, false
	notAfter := r.deadline
	if p == PhaseShutdown && !r.cold && !r.unsynced {
		notAfter = c.now + c.cfg.Process
	}
	c.command(Command{
		Kind: CommandPhase, Phase: p, Attempt: c.st.Attempt, Incarnation: c.st.Incarnation,
		Cold: r.cold, NotAfter: notAfter, Within: p.bound(&c.cfg.Bounds),
	})
}

// phaseEnd is the instant at which the phase overruns its bound.
func (c *Core) phaseEnd() time.Duration {
	if c.run.phase == PhaseNone {
		return c.run.deadline
	}
	return c.run.since + c.run.phase.bound(&c.cfg.Bounds)
}

// result takes the end of a phase. A result of another attempt or phase is one
// that came too late, and is of no interest.
func (c *Core) result(r *PhaseResult) {
	if !c.run.active || r.Attempt != c.st.Attempt || r.Phase != c.run.phase || r.Phase == PhaseNone {
		return
	}
	isCheck := r.Phase == PhaseCheckOS || r.Phase == PhaseCheckSM
	switch o := r.Outcome; {
	case o == Succeeded:
	case o == Differs && isCheck:
		c.raiseOwn(AlertCodeMismatch, r.Phase, o)
	case o == Tampered && r.Phase == PhaseTransfer:
		c.raiseOwn(AlertStateTampered, r.Phase, o)
	case o == Refused && r.Phase == PhaseBoot:
		c.raiseOwn(AlertQuoteRefused, r.Phase, o)
		c.fence(r.Phase, o)
		return
	default:
		c.fence(r.Phase, Failed)
		return
	}
	c.proceed(r.Phase, r.Outcome)
}

// raiseOwn raises an alert about this host's replica.
func (c *Core) raiseOwn(t AlertType, p Phase, o Outcome) {
	c.raise(Alert{Type: t, Subject: c.self, Life: c.st.Incarnation, Phase: p, Outcome: o})
}

// proceed goes to the phase after p.
func (c *Core) proceed(p Phase, o Outcome) {
	if n := p.next(o, c.run.cold); n != PhaseNone {
		c.enter(n)
		return
	}
	c.recovered()
}

// recovered ends an attempt well.
func (c *Core) recovered() {
	if c.st.ForRound {
		c.st.Turn = TurnDone
	}
	c.st.Replica, c.st.ForRound = Up, false
	c.run = run{}
	c.lease = c.now + c.cfg.lease()
	c.dirty = true
}

// expire deals with the deadlines that have passed ([W-11], [W-15], [W-25]).
func (c *Core) expire() {
	r := &c.run
	switch {
	case r.active && (c.now >= r.deadline || r.until != 0 && c.inSync && c.cycle > r.until):
		c.overdue()
	case r.active && !r.warned && c.now >= c.phaseEnd():
		r.warned = true
		c.raiseOwn(AlertPhaseOverrun, r.phase, Failed)
	case c.st.Replica == Up && c.lease != 0 && c.now >= c.lease:
		c.fence(PhaseNone, Failed)
	}
}

// overdue ends an attempt at the end of its bound.
func (c *Core) overdue() {
	c.fence(c.run.phase, Failed)
}

// cancel drops the attempt that is under way.
func (c *Core) cancel() {
	if c.run.active {
		c.command(Command{Kind: CommandCancel, Attempt: c.st.Attempt})
	}
	c.run = run{}
}

// fence makes the replica certainly down, says so, and leaves it down until its
// next turn or an operator's order. From here on it is one of the k'.
func (c *Core) fence(p Phase, o Outcome) {
	c.cancel()
	s := &c.st
	if s.Replica != Fenced {
		s.Replica = Fenced
		c.raiseOwn(AlertReplicaFenced, p, o)
	}
	if s.ForRound {
		s.Turn = TurnFailed
	}
	s.ForRound = false
	c.command(Command{Kind: CommandFence})
	c.dirty = true
}

// report takes what the drivers say of the replica. A replica that has died by
// itself may have been made to: it comes back by a rejuvenation and not by
// being started again as it was.
func (c *Core) report(r *Report) {
	c.leads = r.Leads
	c.check = max(c.check, r.Checkpoint)
	if r.Died && c.st.Replica == Up {
		c.st.Extra = true
		c.fence(PhaseNone, Failed)
	}
}
