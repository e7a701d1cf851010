package scenario

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// TestTable holds the table to its own rules, and to being complete: every kind of event
// is in some scenario, and every host and configuration can be had.
func TestTable(t *testing.T) {
	names, kinds := map[string]bool{}, map[Kind]bool{}
	for _, s := range Table() {
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
		if names[s.Name] {
			t.Errorf("two scenarios are called %q", s.Name)
		}
		names[s.Name] = true
		for _, e := range s.Events {
			kinds[e.Kind] = true
		}
		cfg := controlnet.Config{
			Network: 1, Hosts: s.Hosts, Cycle: 200 * time.Millisecond, Delay: 10 * time.Millisecond,
			Process: 10 * time.Millisecond, Drift: 1e-4, Omissions: s.Omissions, ClockFaults: (s.Hosts - 1) / 3, Payload: 160,
		}
		if err := cfg.Check(); err != nil {
			t.Errorf("%s: no ordinary configuration runs it: %v", s.Name, err)
		}
		if found, ok := Find(s.Name); !ok || found.Text != s.Text {
			t.Errorf("%s is not found by its name", s.Name)
		}
	}
	for _, k := range Kinds() {
		if !kinds[k] {
			t.Errorf("%v happens in no scenario", k)
		}
	}
	if _, ok := Find("no such thing"); ok {
		t.Error("a scenario that does not exist is found")
	}
}

// TestValidate breaks a good scenario in every way that Validate knows.
func TestValidate(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(*Scenario)
	}{
		{"a name and a text", func(s *Scenario) { s.Text = "" }},
		{"hosts, not 1 to", func(s *Scenario) { s.Hosts = controlnet.MaxHosts + 1 }},
		{"omissions, not 0 to", func(s *Scenario) { s.Omissions = -1 }},
		{"paths, not 1 to", func(s *Scenario) { s.Paths = 0 }},
		{"hosts that do not exist", func(s *Scenario) { s.Expect.Out.Add(7) }},
		{"no majority", func(s *Scenario) { s.Expect.Stay = hosts(0, 1, 2) }},
		{"to stay and to be out", func(s *Scenario) { s.Expect.Out.Add(0) }},
		{"no such kind", func(s *Scenario) { s.Events[0].Kind = numKinds }},
		{"a host that does not exist", func(s *Scenario) { s.Events[0].Hosts.Add(99) }},
		{"a path that does not exist", func(s *Scenario) { s.Events[0].Path = 2 }},
		{"wrong from the start", func(s *Scenario) { s.Events[0] = Event{Kind: WrongUTC, At: 1, By: 1} }},
		{"by something", func(s *Scenario) { s.Events[0] = Event{Kind: WrongUTC} }},
		{"does not last", func(s *Scenario) { s.Events[0].For = 0 }},
		{"not over at the end", func(s *Scenario) { s.Events[0].For = 1 << 63 }},
		{"no probability", func(s *Scenario) { s.Events[0] = Event{Kind: Loss, For: 1, Rate: 1.5} }},
		{"share", func(s *Scenario) { s.Events[0] = Event{Kind: Delay, For: 1, Share: 2} }},
		{"a flood", func(s *Scenario) { s.Events[0] = Event{Kind: Flood, For: 1} }},
		{"a duplicate", func(s *Scenario) { s.Events[0] = Event{Kind: Replay, For: 1, Rate: 1} }},
		{"who is hit", func(s *Scenario) { s.Events[0].Hosts = controlnet.Set{} }},
		{"what the two sides are", func(s *Scenario) { s.Events[0] = Event{Kind: Cut, For: 1, Hosts: hosts(3), Others: hosts(3)} }},
		{"expected to stay", func(s *Scenario) { s.Events[0].Hosts.Add(0) }},
		{"to come back in", func(s *Scenario) { s.Events[0].For = s.Cycles - s.Events[0].At }},
	} {
		s, ok := Find("unplug")
		if !ok {
			t.Fatal("there is no scenario to spoil")
		}
		c.spoil(&s)
		if err := s.Validate(); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want %q, got %v", c.want, err)
		}
	}
}

// TestHits shows that an empty set stands for all, and when an event is over.
func TestHits(t *testing.T) {
	all, one := Event{At: 3, For: 4}, Event{Hosts: hosts(2)}
	if !all.Hits(5) || all.End() != 7 || one.Hits(5) || !one.Hits(2) {
		t.Errorf("%v %v %v %v", all.Hits(5), all.End(), one.Hits(5), one.Hits(2))
	}
}

// TestCounts reads every counter from where it is.
func TestCounts(t *testing.T) {
	k := controlnet.Counters{Redundant: 1, LateTicks: 2, LateSlots: 3, Skipped: 4, SyncLost: 5, Missed: 6}
	for c := Count(0); c < numCounts; c++ {
		if c.Of(&k) != uint64(c)+1 || c.String() == "unknown" {
			t.Errorf("%v is %d", c, c.Of(&k))
		}
	}
	if numCounts.String() != "unknown" || numKinds.String() != "unknown" {
		t.Error("what does not exist has a name")
	}
}
