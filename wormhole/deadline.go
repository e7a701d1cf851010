package wormhole

// judgeRound watches the round's bounds ([W-16], [W-17]).
func (c *Core) judgeRound() {
	if c.st.Round == 0 || !c.joined {
		return
	}
	start := c.roundStart()
	end := start + c.cfg.deadlineCycles()
	c.judgeRisk(end)
	if c.st.Turn == TurnLate && c.tooLate(0) && c.st.Replica != Rejuvenating {
		c.giveUp()
	}
	if c.cycle < end || c.judged == c.st.Round {
		return
	}
	c.judged = c.st.Round
	if !c.st.Latched() && !c.inTime() {
		c.raise(Alert{Type: AlertDeadlineMissed, Subject: NoHost})
		c.latch(ReasonDeadline, ScopeAll)
	}
}

// giveUp fences a replica that cannot have its turn in this round any more: what
// is up is rejuvenated in every round. It comes back as soon as the round is over.
func (c *Core) giveUp() {
	c.st.Turn, c.st.Extra = TurnFailed, true
	c.fence(PhaseNone, Failed)
}

// inTime reports whether nobody in contact is still to come in this round.
// Those out of contact are counted elsewhere, among the k'.
func (c *Core) inTime() bool {
	if !c.finished(c.self) && c.st.Turn != TurnFailed {
		return false
	}
	return c.allOthers(func(h Host) bool { return !c.contact(h) || c.finished(h) })
}

// judgeRisk says at once when the groups that are left no longer fit before
// T_d if each takes its bound.
func (c *Core) judgeRisk(end Cycle) {
	if c.atRisk == c.st.Round || c.st.Latched() {
		return
	}
	if c.worstEnd() > end {
		c.atRisk = c.st.Round
		c.raise(Alert{Type: AlertDeadlineAtRisk, Subject: NoHost})
	}
}

// worstEnd is the cycle with which the round is over at the latest: the group that
// is under way takes its bound, and each group that has not begun, when no pause
// keeps it, its bound and the turn-over to it. It is 0 if nothing of the round is
// left.
func (c *Core) worstEnd() Cycle {
	groups, running := c.worstLeft()
	switch turnover := c.cfg.turnover(); {
	case groups == 0 && running == 0:
		return 0
	case groups == 0:
		return c.cycle + running
	case running == 0:
		return max(c.cycle, c.st.PauseUntil) + groups*(c.cfg.execCycles()+turnover) - turnover
	default:
		return max(c.cycle+running, c.st.PauseUntil) + groups*(c.cfg.execCycles()+turnover)
	}
}

// worstLeft counts the groups of which nobody has begun, and the cycles that the
// groups of which somebody has may still take.
func (c *Core) worstLeft() (groups, running Cycle) {
	var begun, counted groupSet
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if _, runs := c.runLeft(h); runs || c.turnOf(h) == TurnDone {
			begun.add(c.group[h])
		}
	}
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		left, runs := c.runLeft(h)
		switch {
		case c.finished(h):
		case runs:
			running = max(running, left)
		case begun.has(c.group[h]):
			running = max(running, c.cfg.execCycles())
		case !counted.add(c.group[h]):
			groups++
		}
	}
	return groups, running
}

// runLeft returns the cycles that h's rejuvenation may still take.
func (c *Core) runLeft(h Host) (Cycle, bool) {
	start, runs := c.peers[h].frame.Start, c.peers[h].standing == Running
	if h == c.self {
		start, runs = c.st.Start, c.st.Replica == Rejuvenating
	}
	if end := start + c.cfg.execCycles(); runs && end > c.cycle {
		return end - c.cycle, true
	}
	return 0, runs
}

// groupSet is a set of groups.
type groupSet [MaxHosts/64 + 1]uint64

// has reports whether g is in.
func (s *groupSet) has(g uint16) bool { return s[int(g>>6)%len(s)]&(1<<(g&63)) != 0 }

// add puts g in and reports whether it was in already.
func (s *groupSet) add(g uint16) bool {
	w, bit := int(g>>6)%len(s), uint64(1)<<(g&63)
	was := s[w]&bit != 0
	s[w] |= bit
	return was
}
