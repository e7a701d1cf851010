package wormhole

import "time"

// Status is what a local wormhole can say of itself and of the system, for the
// operator's commands and for the checkers of the simulator.
type Status struct {
	Self        Host
	Epoch       uint32
	Cycle       Cycle
	InSync      bool
	Joined      bool // in contact with enough members to take part
	Replica     ReplicaState
	Incarnation uint64
	Phase       Phase
	Start       Cycle // first cycle of the latest rejuvenation
	Round       uint64
	Turn        Turn
	Group       uint16 // group of this host's replica in the round, from 0
	Last        Host   // replica that goes last in the round, or NoHost
	Claiming    bool
	Why         Why // what the replica waits for
	Latch       Latch
	Latched     bool
	Out         Set // members out of contact
	Fenced      Set // members in contact whose replica is fenced
	Refused     uint64
	Boot        uint64
	Deadline    time.Duration // end of the attempt's bound by the local clock, 0 if none runs
	PauseUntil  Cycle
	Extra       bool
	Dropped     uint64 // alerts that were dropped because the outbox was gone
}

// Status returns the current status.
func (c *Core) Status() Status {
	s := &c.st
	return Status{
		Self: c.self, Epoch: s.Epoch, Cycle: c.cycle, InSync: c.inSync, Joined: c.joined,
		Replica: s.Replica, Incarnation: s.Incarnation, Phase: c.run.phase, Start: s.Start,
		Round: s.Round, Turn: s.Turn, Group: c.group[c.self], Last: s.Last,
		Claiming: c.claim.standing, Why: c.why, Latch: s.Latch, Latched: s.Latched(),
		Out: c.absent, Fenced: c.fenced, Refused: c.refused, Boot: s.Boot, Deadline: c.run.deadline,
		PauseUntil: s.PauseUntil, Extra: s.Extra, Dropped: s.AlertsDropped,
	}
}
