package wormhole

// beginRound begins the round that the timetable says has started. Nobody leads:
// every local wormhole comes to it by itself ([W-13]).
func (c *Core) beginRound() {
	if !c.joined {
		return
	}
	round, start, ok := c.cfg.Starts.At(c.cycle)
	if !ok || round <= c.st.Round {
		c.regroup()
		return
	}
	if c.firstEver(round, start) {
		return
	}
	if c.periodMissed(round) {
		c.raise(Alert{Type: AlertPeriodMissed, Subject: NoHost})
		c.latch(ReasonPeriod, ScopeAll)
	}
	c.switchEpoch(round)
	c.st.Last = c.agreedLast(round)
	c.st.Round, c.st.Turn = round, TurnPending
	c.dirty = true
	c.regroup()
	c.st.Turn = c.firstTurn(start)
}

// firstEver lets a system that has never had a round wait for the start of its
// first one instead of beginning in the middle of one that nobody began.
func (c *Core) firstEver(round uint64, start Cycle) bool {
	if c.st.Round != 0 || c.cycle <= start+c.cfg.window() {
		return false
	}
	begun := !c.allOthers(func(h Host) bool { return !c.contact(h) || c.peers[h].frame.Round < round })
	return !begun
}

// firstTurn is the replica's turn in a round that began in cycle start.
func (c *Core) firstTurn(start Cycle) Turn {
	switch {
	case c.st.Replica == Stopped, c.st.Latched() && c.cfg.Action != ActionAlert:
		return TurnFailed
	case c.st.Replica == Rejuvenating, c.cycle > start+c.cfg.turnover() && c.comesTooLate():
		return TurnLate
	}
	return TurnPending
}

// inTurn reports whether the replica has its rejuvenation of the round to come.
func (c *Core) inTurn() bool { return c.st.Turn == TurnPending || c.st.Turn == TurnLate }

// periodMissed reports whether the round before was begun by nobody: then more
// than T_p has passed since the last start. A member that alone was away finds
// in the frames of the others that they have begun it.
func (c *Core) periodMissed(round uint64) bool {
	if c.st.Latched() {
		return false
	}
	last := c.st.Round
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if h != c.self && c.contact(h) {
			last = max(last, c.peers[h].frame.Round)
		}
	}
	return last != 0 && last < round-1
}

// joinRound gives a local wormhole that comes into contact its place in the
// round that is under way: its group's, if nobody behind has moved, or the last.
func (c *Core) joinRound() {
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		f := &c.peers[h].frame
		if h != c.self && c.contact(h) && f.Round == c.st.Round && c.st.Round != 0 {
			c.st.Last = f.Last
			c.dirty = true
			break
		}
	}
	c.regroup()
	if c.st.Turn == TurnPending && c.comesTooLate() {
		c.st.Turn = TurnLate
		c.dirty = true
	}
}

// comesTooLate reports whether a local wormhole that comes to a round when it is
// under way must not take its group's turn: the others have gone on without it, or
// the round would not end in time with it.
func (c *Core) comesTooLate() bool {
	return c.passedBy() || c.tooLate(c.cfg.lead()) || c.worstEnd() > c.roundStart()+c.cfg.deadlineCycles()
}

// tooLate reports whether a rejuvenation that begins so many cycles from now could
// end after T_d.
func (c *Core) tooLate(in Cycle) bool {
	return c.cycle+in+c.cfg.execCycles() > c.roundStart()+c.cfg.deadlineCycles()
}

// passedBy reports whether a member of a later group has had or taken its turn.
func (c *Core) passedBy() bool {
	mine := c.group[c.self]
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		f := &c.peers[h].frame
		if h == c.self || !c.contact(h) || c.group[h] <= mine || f.Round < c.st.Round {
			continue
		}
		if f.Turn != TurnPending || f.Standing == Running {
			return true
		}
	}
	return false
}

// regroup computes the groups: the members in the order of their numbers, the
// one that leads the payload last, k at a time (TR-05-17 section 3.3).
func (c *Core) regroup() {
	key := groupKey{c.cfg.Epoch, c.st.Last, true}
	if c.grouped == key {
		return
	}
	c.grouped = key
	c.assignGroups(c.st.Last)
}

func (c *Core) assignGroups(last Host) {
	pos := 0
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if h != last {
			c.group[h] = uint16(pos / c.cfg.K)
			pos++
		}
	}
	if c.cfg.Members.Has(last) {
		c.group[last] = uint16(pos / c.cfg.K)
	}
}

// Ranks behind those of the groups: late replicas, then extra rejuvenations. A
// lower number goes first.
func (c *Core) lateRank() uint16  { return uint16(c.cfg.groups()) + uint16(c.self) }
func (c *Core) extraRank() uint16 { return c.lateRank() + MaxHosts }

// rank is what the frame says: the rank of the claim, or of the run.
func (c *Core) rank() uint16 {
	if c.claim.standing {
		return c.claim.rank
	}
	return c.group[c.self]
}

// turnOf is what a member's last frame says of its turn in this round. One that
// has not begun the round has its turn before it; one that is ahead is finished;
// one that has not joined yet will be late.
func (c *Core) turnOf(h Host) Turn {
	if h == c.self {
		return c.st.Turn
	}
	switch f := &c.peers[h].frame; {
	case f.Turn == TurnNone:
		return TurnLate
	case f.Round < c.st.Round:
		return TurnPending
	case f.Round > c.st.Round:
		return TurnDone
	default:
		return f.Turn
	}
}

// finished reports whether nobody has to wait for h in this round any more: its
// turn is over, or it is out of contact and cannot be in a rejuvenation ([W-14]).
// An extra rejuvenation is no part of the round.
func (c *Core) finished(h Host) bool {
	if h == c.self {
		return c.st.Turn != TurnPending && !c.st.ForRound
	}
	if !c.contact(h) {
		return !c.held(h)
	}
	t := c.turnOf(h)
	return t != TurnPending && !(t == TurnLate && c.peers[h].frame.Standing == Running)
}

// groupsBeforeDone is (a) of the rule: every member of the groups before this
// replica's is finished.
func (c *Core) groupsBeforeDone() bool {
	if c.st.Turn == TurnLate {
		return c.allOthers(func(h Host) bool { return c.finished(h) })
	}
	mine := c.group[c.self]
	return c.allOthers(func(h Host) bool { return c.group[h] >= mine || c.finished(h) })
}

// groupBeforeUnderWay reports whether all groups before this replica's are
// finished but for the one just before, all of which is at least running. Then
// it is time to claim, so that the turnover costs no more than it must ([W-14]).
func (c *Core) groupBeforeUnderWay() bool {
	if c.st.Turn == TurnLate {
		return c.allOthers(func(h Host) bool { return c.finished(h) || c.peers[h].standing == Running })
	}
	mine := c.group[c.self]
	return c.allOthers(func(h Host) bool {
		running := c.group[h]+1 == mine && c.peers[h].standing == Running
		return c.group[h] >= mine || running || c.finished(h)
	})
}

func (c *Core) allOthers(ok func(Host) bool) bool {
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if h != c.self && !ok(h) {
			return false
		}
	}
	return true
}

// wants says whether this replica has a reason to be rejuvenated now, at which
// rank, and whether that is its turn in the round; or why it has none yet.
func (c *Core) wants() (rank uint16, forRound bool, why Why) {
	switch {
	case c.st.Round == 0:
	case c.st.Turn == TurnPending:
		return c.wantsTurn()
	case c.st.Turn == TurnLate:
		return c.wantsLate()
	}
	if c.claimsAhead() {
		return 0, true, WhyGo
	}
	switch {
	case !c.st.Extra:
		return 0, false, WhyNotDue
	case c.st.Replica == Starting:
		return 0, false, WhyStarting
	}
	return c.wantsExtra()
}

func (c *Core) wantsTurn() (uint16, bool, Why) {
	if !c.groupBeforeUnderWay() {
		return 0, true, WhyGroup
	}
	return c.group[c.self], true, WhyGo
}

// wantsLate lets a late replica go after all others, if it can be finished by
// T_d. If it cannot, it must not stay up: judgeRound fences it.
func (c *Core) wantsLate() (uint16, bool, Why) {
	switch {
	case !c.groupBeforeUnderWay():
		return 0, true, WhyGroup
	case c.tooLate(0):
		return 0, true, WhyTime
	}
	return c.lateRank(), true, WhyGo
}

// claimsAhead lets the members of the first group claim before the round
// starts, so that they start with it.
func (c *Core) claimsAhead() bool {
	_, next := c.cfg.Starts.Next(c.cycle)
	if next-c.cycle > c.cfg.lead() || !c.roundOver() {
		return false
	}
	return c.firstNext() && c.st.Replica != Stopped
}

// firstNext reports whether this replica will be in the first group of the next
// round, as far as is known now.
func (c *Core) firstNext() bool {
	pos := 0
	for h := c.cfg.Members.Next(0); h != NoHost && h != c.self; h = c.cfg.Members.Next(int(h) + 1) {
		if h != c.nextLast {
			pos++
		}
	}
	if c.self == c.nextLast {
		pos = c.cfg.Members.Len() - 1
	}
	return pos < c.cfg.K
}

// wantsExtra lets an extra rejuvenation go when no round is under way and it
// will be over, whatever happens, before the next one's first claims.
func (c *Core) wantsExtra() (uint16, bool, Why) {
	_, next := c.cfg.Starts.Next(c.cycle)
	switch {
	case !c.roundOver():
		return 0, false, WhyGroup
	case c.cycle+c.cfg.execCycles()+2*c.cfg.lead() > next:
		return 0, false, WhyTime
	}
	return c.extraRank(), false, WhyGo
}

// roundOver reports whether every member is finished with the latest round.
func (c *Core) roundOver() bool {
	if c.st.Round == 0 {
		return true
	}
	return c.finished(c.self) && c.allOthers(c.finished) && c.st.Turn != TurnLate
}

// roundStart is the first cycle of the latest round begun.
func (c *Core) roundStart() Cycle {
	_, start, _ := c.cfg.Starts.At(c.cycle)
	return start
}
