package controlnet

import "time"

// Frame is what a host says in its slot. Its encoding is authenticated as a whole ([C-5]).
type Frame struct {
	Epoch  uint32 // of the key that authenticates it
	Cycle  uint64
	Sender Host
	Synced bool // the sender is in sync
	// Offset is when the frame left, in the sender's cycle: 0 to Cycle.
	Offset time.Duration
	Life   uint64 // of the sender, as in Start
	Seq    uint32 // of the sender's frames in this life, from 1
	// View and Members are the sender's at the beginning of the cycle, empty if it is not in sync.
	View, Members Set
	// UTC is by how much the sender's clock is ahead of UTC, or UTCUnknown.
	UTC     time.Duration
	Next    uint32 // newest key epoch that the sender holds
	Payload []byte // nil, or Config.Payload bytes
	Acks    []Ack  // one a host
}

// Ack acknowledges the last frame of a host.
type Ack struct {
	// Tag is the tag of that frame: the first four bytes of its authenticator.
	// 0: none was heard in the last window.
	Tag uint32
	// Reading is when the frame arrived by the acknowledging host's clock, less when it
	// left by the other's: the delay, less by how much the other's clock is ahead. In
	// nanoseconds; NoReading if it does not fit.
	Reading int32
}

// UTCUnknown and NoReading stand for a value that a frame cannot give.
const (
	UTCUnknown time.Duration = -1 << 63
	NoReading  int32         = -1 << 31
)
