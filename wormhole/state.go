package wormhole

// ReplicaState is what the local wormhole knows of its replica.
type ReplicaState uint8

// The states of a replica.
const (
	// Stopped: not running, by decision (never started, or fail-safe).
	Stopped ReplicaState = iota
	// Starting: in a cold start, which is no rejuvenation: it keeps its
	// incarnation and its log.
	Starting
	// Up: running.
	Up
	// Rejuvenating: in Algorithm 1.
	Rejuvenating
	// Fenced: made certainly down.
	Fenced
	numReplicaStates
)

var replicaStateNames = [numReplicaStates]string{"stopped", "starting", "up", "rejuvenating", "fenced"}

// String returns the state's name as the operator sees it.
func (s ReplicaState) String() string {
	if s >= numReplicaStates {
		return "unknown"
	}
	return replicaStateNames[s]
}

// Latch is the fail-safe. Its zero value is "not latched".
type Latch struct {
	Gen    uint32 // greater than ClearedGen while it holds
	Scope  Scope
	Reason Reason
	Round  uint64 // round in which it latched
	Cycle  Cycle  // cycle in which it latched
}

// State is all that a local wormhole must not forget. It is stored before
// anything that depends on it is sent or done ([W-21]); Counter is bound to the
// TPM's counter, so that an older State is recognised ([W-23]).
type State struct {
	Counter uint64 // +1 with each store
	Boot    uint64 // +1 with each start of the local wormhole
	Epoch   uint32

	Replica     ReplicaState
	Incarnation uint64 // of the replica
	Attempt     uint64 // number of the last Algorithm 1 or cold start begun
	Start       Cycle  // first cycle of that attempt, while Replica is Rejuvenating
	ForRound    bool   // that attempt is the replica's turn in Round

	// NoClaimBefore is the first cycle in which a restarted local wormhole may
	// claim: answers to the claims of its earlier life may still be about.
	NoClaimBefore Cycle

	Round uint64 // latest round begun
	Turn  Turn   // the replica's part in it
	Last  Host   // replica that goes last in it

	Extra      bool // an extra rejuvenation is wanted
	PauseVer   uint32
	PauseUntil Cycle

	Latch      Latch
	ClearedGen uint32

	AlertSeq      uint64 // number of the last alert raised
	AlertsDropped uint64
	AlertCount    uint8
	Alerts        [MaxPendingAlerts]Alert // not yet known to be in the outbox
}

// Latched reports whether the fail-safe holds.
func (s *State) Latched() bool { return s.Latch.Gen > s.ClearedGen }

// valid reports whether the values are ones that a core can have stored. A driver
// checks what it reads; this is the last look before it is believed.
func (s *State) valid() bool {
	enums := s.Replica < numReplicaStates && s.Turn < numTurns && s.Latch.Scope < numScopes && s.Latch.Reason < numReasons
	return enums && hostOrNone(s.Last) && int(s.AlertCount) <= len(s.Alerts)
}
