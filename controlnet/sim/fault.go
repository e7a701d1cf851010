package sim

import (
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// Kind is what a fault does. Those of package scenario come first, with its numbers.
type Kind uint8

// The kinds that scenarios do not have.
const (
	LossBeyond Kind = iota + Kind(scenario.WrongUTC) + 1 // frames are lost with probability Rate, without regard to the omission bound
	Deaf                                                 // the frames of Others do not reach Hosts
	Slow                                                 // frames to Hosts take Share of the delay bound longer: over it
	Stream                                               // what was on the wire Age cycles ago is on it again, for Hosts
	Late                                                 // the drivers of Hosts come too late to what is due, every other time
	StopSend                                             // a process is stopped between the core's word and the network's
	Drift                                                // the clocks of Hosts run Rate faster than real time, beyond the bound
	Jump                                                 // the clocks of Hosts jump by By
	KeyLate                                              // the key changes as in KeyChange, and Hosts get it By after the others have turned to it
	UTCStep                                              // somebody sets the real-time clocks of Hosts by By
	NumKinds
)

// The kinds of scenarios, by their names here.
const (
	Loss        = Kind(scenario.Loss)
	Delay       = Kind(scenario.Delay)
	Duplicate   = Kind(scenario.Duplicate)
	Reorder     = Kind(scenario.Reorder)
	Corrupt     = Kind(scenario.Corrupt)
	Replay      = Kind(scenario.Replay)
	Flood       = Kind(scenario.Flood)
	FloodReplay = Kind(scenario.FloodReplay)
	Cut         = Kind(scenario.Cut)
	Unplug      = Kind(scenario.Unplug)
	Stop        = Kind(scenario.Stop)
	Kill        = Kind(scenario.Kill)
	KeyChange   = Kind(scenario.KeyChange)
	WrongUTC    = Kind(scenario.WrongUTC)
)

var kindNames = [NumKinds]string{
	LossBeyond: "loss-beyond", Deaf: "deaf", Slow: "slow", Stream: "stream", Late: "late", StopSend: "stop-send",
	Drift: "drift", Jump: "jump", KeyLate: "key-late", UTCStep: "utc-step",
}

// String returns the kind's name in reports.
func (k Kind) String() string {
	switch {
	case k < LossBeyond:
		return scenario.Kind(k).String()
	case k < NumKinds:
		return kindNames[k]
	}
	return "unknown"
}

// Fault is one entry of a run's plan.
type Fault struct {
	Kind    Kind
	At, For time.Duration  // since the run began, real time
	Hosts   controlnet.Set // who is hit; empty: all
	Others  controlnet.Set
	Path    int // counted from 1; 0: all
	Rate    float64
	Share   float64
	Age     uint64
	By      time.Duration
}

// hits reports whether the fault is about h.
func (f *Fault) hits(h int) bool {
	return f.Hosts == controlnet.Set{} || f.Hosts.Has(controlnet.Host(h))
}

// String describes the fault for people.
func (f Fault) String() string {
	return fmt.Sprintf("%-12v at %v for %v, hosts %s others %s path %d rate %.4g share %.3g age %d by %v",
		f.Kind, f.At, f.For, setText(f.Hosts), setText(f.Others), f.Path, f.Rate, f.Share, f.Age, f.By)
}

func setText(s controlnet.Set) string {
	text := "{"
	for h := s.Next(0); h != controlnet.NoHost; h = s.Next(int(h) + 1) {
		if len(text) > 1 {
			text += " "
		}
		text += fmt.Sprint(h)
	}
	return text + "}"
}

// arena keeps copies of frames until the end of a run, in few pieces.
type arena struct{ free []byte }

const arenaPiece = 1 << 16

func (a *arena) copy(b []byte) []byte {
	if len(a.free) < len(b) {
		a.free = make([]byte, max(arenaPiece, len(b)))
	}
	c := a.free[:len(b):len(b)]
	a.free = a.free[len(b):]
	copy(c, b)
	return c
}
