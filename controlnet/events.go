package controlnet

import "time"

// An Input is one event for the core: what happened, and when by the host's own clock.
// With no field but Now set, only time passed; a driver gives such an input at the instant
// that the last Output named as Wake.
type Input struct {
	// Now is the instant of the step by the local clock: a clock that never jumps, keeps
	// its rate within the drift of real time, and lasts as long as the Core. A step with
	// an instant before that of an earlier step is taken to be at the instant of that one;
	// if it is earlier by more than Process the clock is broken, and the core starts anew.
	Now time.Duration

	// Frame is a frame that was received, or nil. The core keeps nothing of it.
	Frame []byte
	// At is when Frame arrived by the local clock: the kernel's time stamp where there is
	// one. It is at or before Now.
	At time.Duration
	// Path is the number of the path that Frame came on, below MaxPaths.
	Path int

	// UTC is the time since the Unix epoch by the host's real-time clock at Now, or 0
	// where that is not known. It is looked at in steps that begin a cycle.
	UTC time.Duration
}

// Output is what a step asks of its driver. Its memory belongs to the core and is good
// until the next step.
type Output struct {
	// Send is the frame to send now, on every path, or nil. It bears the instant of the
	// step: a driver reads its clock, steps and sends, with nothing in between.
	Send []byte
	// Tick is set in a step that begins a cycle, else nil.
	Tick *Tick
	// Wake is the instant by the local clock at which the core wants to be called next, with
	// no frame. It may have gone by.
	Wake time.Duration
}

// Tick is the beginning of a cycle.
type Tick struct {
	// Cycle is the number of the cycle that begins: cycles since the Unix epoch.
	Cycle uint64
	// Due is the instant that this step was due at, by the local clock, and Late by how much
	// it came after that.
	Due  time.Duration
	Late time.Duration
	// Boundary is the instant at which the cycle begins, by the local clock as it is set now:
	// Due, and by what the network's clock was corrected in this step. Bound speaks of it.
	Boundary time.Duration
	// InSync says that this host is one of a majority whose clocks agree within Bound, so
	// that Cycle, Boundary and Frames can be relied on. In sync, Cycle only ever grows.
	InSync bool
	// Bound is how far, at most, the same boundary is from that of any other host in
	// contact, until the next cycle begins. Valid with InSync.
	Bound time.Duration
	// Heard are the hosts in sync whose frame of the cycle before was accepted.
	Heard Set
	// View are the hosts in sync of which a frame was accepted in the last window, this
	// one included.
	View Set
	// Members is the membership: the hosts that the views of a majority hold. With no
	// change of views for two windows it is the same everywhere ([C-16]).
	Members Set
	// Frames are the payloads that were heard in the cycle before, one a host at most, in
	// the order of the hosts.
	Frames []Received
}

// Received is a payload and who sent it in which cycle.
type Received struct {
	Sender  Host
	Cycle   uint64
	Payload []byte
}

// Start is what a core starts from.
type Start struct {
	Now time.Duration // local clock
	// UTC is the time since the Unix epoch by the host's real-time clock. The first cycle
	// of a network that starts from cold is the median of what its hosts believe.
	UTC time.Duration
	// Floor is a cycle: this host is in sync in none before it. A driver that remembers
	// the last cycle of its earlier life gives the next one.
	Floor uint64
	// Life must differ from that of every earlier start of this host under the same keys;
	// 64 random bits will do. It makes the tags of this life's frames unlike all earlier ones.
	Life uint64
	// Keys are the keys that are held, by ascending epoch.
	Keys []Key
}
