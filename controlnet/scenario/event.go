package scenario

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Kind is what an event does.
type Kind uint8

// The kinds. Those up to Replay hit frames on their way to Hosts, or to all; the floods come
// out of the air at Hosts, or at all; the rest hits the hosts themselves.
const (
	// Loss: a frame is lost with probability Rate. An executor that can count does not lose
	// more than the omission bound of one link in a row.
	Loss Kind = iota
	// Delay: a frame takes longer by up to Share of the delay bound.
	Delay
	// Duplicate: a frame comes twice with probability Rate.
	Duplicate
	// Reorder: with probability Rate a frame is held back by Share of the delay bound, so
	// that frames of other hosts overtake it.
	Reorder
	// Corrupt: one bit of a frame is turned with probability Rate. Such a frame is lost, and
	// counts towards the omission bound.
	Corrupt
	// Replay: with probability Rate a frame is followed by one that its sender sent Age
	// cycles earlier, or by the earliest that was recorded.
	Replay
	// Flood: garbage arrives, Rate frames a cycle: of any length, and among them such as
	// have the envelope of this network and a false authenticator.
	Flood
	// FloodReplay: an authentic frame that was recorded before arrives again and again, Rate
	// times a cycle.
	FloodReplay
	// Cut: no frame passes between Hosts and Others.
	Cut
	// Unplug: no frame reaches or leaves Hosts.
	Unplug
	// Stop: the processes of Hosts do not run (SIGSTOP), and then go on where they were.
	Stop
	// Kill: the processes of Hosts die, and are started again after For.
	Kill
	// KeyChange: all hosts are given the key of the next epoch, which begins For cycles later.
	KeyChange
	// WrongUTC: the real-time clocks of Hosts are ahead by By when they start, and stay so.
	WrongUTC
	numKinds
)

var kindNames = [numKinds]string{
	"loss", "delay", "duplicate", "reorder", "corrupt", "replay", "flood", "flood-replay",
	"cut", "unplug", "stop", "kill", "key-change", "wrong-utc",
}

// String returns the kind's name in reports.
func (k Kind) String() string {
	if k >= numKinds {
		return "unknown"
	}
	return kindNames[k]
}

// Kinds returns all kinds, so that an executor can show that it leaves none out.
func Kinds() []Kind {
	all := make([]Kind, numKinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Event is something that happens to the network or to hosts.
type Event struct {
	Kind    Kind
	At, For uint64         // cycles since cycle 0: when it begins, and how long it lasts
	Hosts   controlnet.Set // who is hit; empty: all
	Others  controlnet.Set // with Cut: the other side
	Path    int            // the one path that is hit, counted from 1; 0: all
	Rate    float64        // a probability, or frames a cycle with the floods
	Share   float64        // of Config.Delay
	Age     uint64         // with Replay: cycles
	By      time.Duration  // with WrongUTC
}

// Hits reports whether the event is about h.
func (e *Event) Hits(h controlnet.Host) bool {
	return e.Hosts == controlnet.Set{} || e.Hosts.Has(h)
}

// End is the first cycle in which the event is over.
func (e *Event) End() uint64 { return e.At + e.For }
