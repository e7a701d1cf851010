package controlnet

import "time"

// Limits of the control network. Every bound on memory, or on a number that a frame may
// carry, stands here with the reason for it.
const (
	// MaxHosts bounds the slots of a cycle. A frame acknowledges every host in eight bytes,
	// and with this many it still fits an Ethernet frame; a set of hosts is two words.
	MaxHosts = 128

	// MaxPayload bounds the payload of a frame, for the same reason.
	MaxPayload = 160

	// MaxFrameSize is the length of the longest frame: what a driver's buffer must hold. It
	// leaves room for the headers of IP and UDP in an Ethernet frame of 1500 bytes.
	MaxFrameSize = headerSize + MaxPayload + ackSize*MaxHosts + macSize

	// MaxOmissions bounds the omission degree. A network that loses more frames of one link
	// in a row is not synchronous, and acknowledgements are kept for so many cycles.
	MaxOmissions = 13

	// MaxCycle bounds the cycle, MinCycle keeps it above what a timer can meet.
	MaxCycle = time.Minute
	MinCycle = time.Millisecond

	// MinSlot is the shortest slot: two of the longest frames at 1 Gbit/s and the gap
	// between them take a quarter of it.
	MinSlot = 100 * time.Microsecond

	// MaxDrift bounds the drift that a policy may state for a clock. A quartz is a hundred
	// times better; past it the bounds on the clocks would be longer than a cycle.
	MaxDrift = 0.01

	// MaxKeys bounds the key epochs that are held at once: the one in use, the one before,
	// and two that are to come.
	MaxKeys = 4

	// MaxPaths bounds the paths that a frame is sent on.
	MaxPaths = 2

	// maxReading bounds a reading of another clock in a frame: 32 bits of nanoseconds.
	maxReading = 2 * time.Second

	// ownRing is how many of its own frames a host knows again by their tags: a power of
	// two that holds a window and what is on the way.
	ownRing = 32
)
