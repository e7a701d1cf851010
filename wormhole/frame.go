package wormhole

// Standing is what a local wormhole says of its right to take its replica down.
type Standing uint8

const (
	// Idle: the replica is not being rejuvenated and no right is asked for.
	Idle Standing = iota
	// Claiming: the right is asked for. Who hears it counts the replica as down.
	Claiming
	// Running: the replica is in Algorithm 1.
	Running
)

// Turn is what a local wormhole says of its replica's part in a round.
type Turn uint8

const (
	// TurnNone: the local wormhole has not begun the round.
	TurnNone Turn = iota
	// TurnPending: the replica goes in its group; later groups wait for it.
	TurnPending
	// TurnLate: the replica missed its group, and goes after all others if
	// there is time; nobody waits for it.
	TurnLate
	// TurnDone: the replica was rejuvenated in this round.
	TurnDone
	// TurnFailed: the replica is down, and does not try again in this round.
	TurnFailed
	numTurns
)

// Scope is how far a latch of the fail-safe reaches.
type Scope uint8

const (
	// ScopeNone: not latched.
	ScopeNone Scope = iota
	// ScopeLocal: this local wormhole alone has lost its footing (it is cut
	// off, or its store was rolled back); the others count its replica as one
	// of the k'.
	ScopeLocal
	// ScopeAll: a promise of the whole system is broken; whoever hears it
	// latches too.
	ScopeAll
	numScopes
)

// Reason is why the fail-safe latched.
type Reason uint8

const (
	// ReasonNone: not latched.
	ReasonNone Reason = iota
	// ReasonBudget: more than k' replicas are fenced or out of contact.
	ReasonBudget
	// ReasonFirst: the policy says `when: first`, and a replica was fenced or
	// went out of contact.
	ReasonFirst
	// ReasonDeadline: a round did not end within T_d.
	ReasonDeadline
	// ReasonPeriod: two round starts were more than T_p apart.
	ReasonPeriod
	// ReasonIsolated: no majority is in contact with this local wormhole.
	ReasonIsolated
	// ReasonRollback: the stored state is not the latest that was written.
	ReasonRollback
	numReasons
)

var reasonNames = [numReasons]string{"none", "budget", "first", "deadline", "period", "isolated", "rollback"}

// String returns the reason's name as the operator sees it.
func (r Reason) String() string {
	if r >= numReasons {
		return "unknown"
	}
	return reasonNames[r]
}

// Frame is what a local wormhole says in its slot of a cycle. The control
// network adds sender and cycle, and authenticates all of it.
type Frame struct {
	Epoch uint32 // membership that the sender is in
	Boot  uint64 // how often the sender has started

	Round    uint64   // latest round that the sender has begun
	Turn     Turn     // its replica's part in that round
	Group    uint16   // rank of its replica: the group in the round, or behind all groups
	Standing Standing // its right to take its replica down
	Start    Cycle    // with Running: the cycle in which the rejuvenation began
	Phase    Phase    // with Running: for people to see

	Fenced      bool   // the replica is certainly down, or about to be made so
	Incarnation uint64 // of the replica
	Checkpoint  uint64 // last stable checkpoint that the replica has reported

	Heard Set // whose frame of the cycle before the sender heard
	Held  Set // which replicas may be down for rejuvenation, as far as the sender knows

	LatchGen    uint32 // generation of the sender's latch, 0 if it is not latched
	LatchScope  Scope
	LatchReason Reason
	ClearedGen  uint32 // latches up to this generation have been cleared by an operator

	Last     Host // replica that goes last in Round, or NoHost
	NextLast Host // the same for the next round, while it is being agreed on

	NextEpoch uint32 // membership that is proposed for the next round boundary, or 0
	Ready     Set    // members that are known to have it

	PauseVersion uint32 // orders of pause and resume, the newest wins
	PauseUntil   Cycle  // no rejuvenation starts before this cycle

	AskTarget Host   // replica whose rejuvenation an operator asks for, or NoHost
	AskSeq    uint16 // number of that order at the sender
}
