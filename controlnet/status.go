package controlnet

import "time"

// Sync is what keeps a host out of sync, or that nothing does.
type Sync uint8

// The values of Sync.
const (
	SyncStarting Sync = iota // no majority has acknowledged this host yet
	SyncAligning             // its clock is being set to the others'
	SyncFloor                // the network's cycle is before one that this host has been in
	SyncDrift                // its clock runs outside of the drift bound
	SyncKept                 // in sync
	numSync
)

var syncNames = [numSync]string{"starting", "aligning", "behind", "drift", "in sync"}

// String returns the name as the operator sees it.
func (s Sync) String() string {
	if s >= numSync {
		return "unknown"
	}
	return syncNames[s]
}

// Counters count what happened since the start.
type Counters struct {
	Sent      uint64 // frames sent
	Accepted  uint64 // frames accepted, whether their senders were in sync or not
	Redundant uint64 // second copies, on another path
	Refused   [NumRefusals]uint64
	LateTicks uint64 // cycles that were begun later than Process
	LateSlots uint64 // frames not sent because their slot was missed by more than Process
	Skipped   uint64 // cycles that were not begun at all
	SyncLost  uint64 // times that sync was lost
	Missed    uint64 // frames of hosts in View that did not come, over all hosts
	Slow      uint64 // readings not used: the round trip was longer than twice Delay
	Torn      uint64 // readings not used: they contradict each other, since a clock has jumped
}

// Status is what a host can say of itself and of the network.
type Status struct {
	Self    Host
	Cycle   uint64
	Sync    Sync
	Bound   time.Duration // on the clock error, with SyncKept
	Late    time.Duration // of the last tick
	Since   uint64        // cycle since which it is in sync, or was
	View    Set
	Members Set
	Agreed  bool   // every host in View states the same View
	Epoch   uint32 // key epoch in use
	Next    uint32 // newest key epoch that is held
	Ready   Set    // hosts in View that hold Next too
	// Offset is what the network's clock shows beyond the local one. It follows UTC, too.
	Offset time.Duration
	// Rate is by how much the local clock was certainly faster than the network's over
	// RateOver, a fraction. While clocks differ by less than a round trip nobody is corrected,
	// and it is 0: it tells a rate over minutes to hours.
	Rate     float64
	RateOver time.Duration // what Rate was measured over
	UTCError time.Duration // network's time minus UTC, by the median of the hosts that know it
	UTCKnown bool
	Counters Counters
}

// Peer is what a host knows of another one.
type Peer struct {
	InView  bool
	Contact bool          // its clock is read, and agrees within Limit
	Heard   uint64        // last cycle in which a frame of it, in sync, was accepted
	Lo, Hi  time.Duration // with Contact: its clock minus this one lies between them
	// RoundTrip is the sum of the ways there and back that Lo and Hi come from.
	RoundTrip time.Duration
	// Delay is the way of the frame that Lo comes from, by the middle of Lo and Hi; DelayMax is
	// the longest that this can have been, clocks at the ends of the drift included. A frame
	// that was too long on the way is no such frame: Slow counts those.
	Delay, DelayMax time.Duration
	SentLate        time.Duration // by how much its last frame left after its slot's beginning, as it says
	Accepted        uint64        // frames accepted, in sync or not
	Missed          uint64        // frames that did not come while it was in View
	Slow            uint64        // readings not used: the round trip was longer than twice Delay
	OnPath          [MaxPaths]uint64
	Life            uint64
	Next            uint32 // newest key epoch that it holds
}
