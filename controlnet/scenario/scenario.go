package scenario

import (
	"errors"
	"fmt"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Scenario is a run of the control network.
type Scenario struct {
	Name      string // in lower case, with hyphens
	Text      string // what it is about, a sentence
	Hosts     int
	Omissions int
	Paths     int    // that a frame is sent on
	Cycles    uint64 // length
	Events    []Event
	Expect    Expect
}

// Expect is what must come of a scenario, beside what always holds.
type Expect struct {
	// Stay are hosts that are in sync in all cycles, and never leave the Members that one
	// of them states.
	Stay controlnet.Set
	// Out are hosts that are missing, in some cycle, from the Members that every host of
	// Stay states. Those of them that are not killed lose sync themselves.
	Out controlnet.Set
	// Refused are refusals each of which some host of Stay has counted at the end.
	Refused []controlnet.Refusal
	// Counts are counters each of which is above zero at some host at the end.
	Counts []Count
}

// Count names a counter of controlnet.Counters.
type Count uint8

// The counters that a scenario can ask for.
const (
	Redundant Count = iota
	LateTicks
	LateSlots
	Skipped
	SyncLost
	Missed
	numCounts
)

var countNames = [numCounts]string{"redundant", "late ticks", "late slots", "skipped", "sync lost", "missed"}

// String returns the counter's name.
func (c Count) String() string {
	if c >= numCounts {
		return "unknown"
	}
	return countNames[c]
}

// Of returns the counter's value.
func (c Count) Of(k *controlnet.Counters) uint64 {
	return [numCounts]uint64{k.Redundant, k.LateTicks, k.LateSlots, k.Skipped, k.SyncLost, k.Missed}[c]
}

// ErrScenario is the error of a scenario that contradicts itself.
var ErrScenario = errors.New("scenario")

// settle is how many cycles a scenario leaves at its end for hosts to come back.
func (s *Scenario) settle() uint64 { return 2*uint64(s.Omissions+1) + 12 }

// Validate says with ErrScenario what of s no executor could carry out, or what would be
// shown by it without having happened.
func (s *Scenario) Validate() error {
	all := controlnet.SetOf(s.Hosts)
	switch {
	case s.Name == "" || s.Text == "":
		return fmt.Errorf("%w %q: it needs a name and a text", ErrScenario, s.Name)
	case s.Hosts < 1 || s.Hosts > controlnet.MaxHosts:
		return fmt.Errorf("%w %q: %d hosts, not 1 to %d", ErrScenario, s.Name, s.Hosts, controlnet.MaxHosts)
	case s.Omissions < 0 || s.Omissions > controlnet.MaxOmissions:
		return fmt.Errorf("%w %q: %d omissions, not 0 to %d", ErrScenario, s.Name, s.Omissions, controlnet.MaxOmissions)
	case s.Paths < 1 || s.Paths > controlnet.MaxPaths:
		return fmt.Errorf("%w %q: %d paths, not 1 to %d", ErrScenario, s.Name, s.Paths, controlnet.MaxPaths)
	case !within(s.Expect.Stay, all) || !within(s.Expect.Out, all) || s.Expect.Stay.Len() <= s.Hosts/2:
		return fmt.Errorf("%w %q: it expects something of hosts that do not exist, or no majority to stay", ErrScenario, s.Name)
	case meet(s.Expect.Stay, s.Expect.Out):
		return fmt.Errorf("%w %q: it expects a host to stay and to be out", ErrScenario, s.Name)
	}
	for i := range s.Events {
		e := &s.Events[i]
		if why := s.refuse(e); why != "" {
			return fmt.Errorf("%w %q: event %d, %v at cycle %d: %s", ErrScenario, s.Name, i, e.Kind, e.At, why)
		}
	}
	return nil
}

// refuse says what is wrong with an event, or nothing.
func (s *Scenario) refuse(e *Event) string {
	all := controlnet.SetOf(s.Hosts)
	switch {
	case e.Kind >= numKinds:
		return "there is no such kind"
	case !within(e.Hosts, all) || !within(e.Others, all):
		return "it hits a host that does not exist"
	case e.Path < 0 || e.Path > s.Paths:
		return "it hits a path that does not exist"
	case e.Kind == WrongUTC && (e.At != 0 || e.By == 0):
		return "a wrong clock is wrong from the start, and by something"
	case e.Kind != WrongUTC && (e.For == 0 || e.End() > s.Cycles || e.End() < e.At):
		return "it does not last, or is not over at the end"
	case e.Kind <= Replay && e.Kind != Delay && !(e.Rate > 0 && e.Rate <= 1):
		return "its rate is no probability"
	case (e.Kind == Delay || e.Kind == Reorder) && !(e.Share > 0 && e.Share <= 1):
		return "its share is not above 0 and up to 1"
	case (e.Kind == Flood || e.Kind == FloodReplay) && !(e.Rate >= 1):
		return "a flood has at least one frame a cycle"
	case e.Kind == Replay && e.Age == 0:
		return "a frame of the same cycle is a duplicate"
	}
	return s.refuseDeparture(e)
}

// refuseDeparture looks at the events that take hosts out of the membership.
func (s *Scenario) refuseDeparture(e *Event) string {
	if e.Kind < Cut || e.Kind > Kill {
		return ""
	}
	switch {
	case e.Hosts == controlnet.Set{}:
		return "it does not say who is hit"
	case e.Kind == Cut && (e.Others == controlnet.Set{} || meet(e.Hosts, e.Others)):
		return "it does not say what the two sides are"
	case e.Kind != Cut && meet(e.Hosts, s.Expect.Stay):
		return "it hits a host that is expected to stay"
	case e.End()+s.settle() > s.Cycles:
		return fmt.Sprintf("it leaves fewer than %d cycles to come back in", s.settle())
	}
	return ""
}

func within(s, of controlnet.Set) bool { return s[0]&^of[0]|s[1]&^of[1] == 0 }

func meet(a, b controlnet.Set) bool { return a[0]&b[0]|a[1]&b[1] != 0 }
