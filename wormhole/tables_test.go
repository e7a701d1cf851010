package wormhole_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// setOf is the set of some hosts.
func setOf(hosts ...wormhole.Host) wormhole.Set {
	var s wormhole.Set
	for _, h := range hosts {
		s.Add(h)
	}
	return s
}

// members walks a set as the core does.
func members(s wormhole.Set) []wormhole.Host {
	var list []wormhole.Host
	for h := s.Next(0); h != wormhole.NoHost; h = s.Next(int(h) + 1) {
		list = append(list, h)
	}
	return list
}

// Sets are walked in order, over the border of their words.
func TestSetNext(t *testing.T) {
	s := setOf(0, 5, 63, 64, 100, 127)
	for from, want := range map[int]wormhole.Host{
		0: 0, 1: 5, 5: 5, 6: 63, 62: 63, 63: 63, 64: 64, 65: 100, 101: 127, 127: 127,
		128: wormhole.NoHost, 129: wormhole.NoHost, 1 << 20: wormhole.NoHost, -1: wormhole.NoHost,
	} {
		if got := s.Next(from); got != want {
			t.Errorf("the next from %d is %d, want %d", from, got, want)
		}
	}
	if got := members(s); !slices.Equal(got, []wormhole.Host{0, 5, 63, 64, 100, 127}) {
		t.Errorf("walked %v", got)
	}
	if got := members(wormhole.Set{}); got != nil {
		t.Errorf("the empty set has %v", got)
	}
}

// A number that is no host is in no set, and changes none.
func TestSetOfNoHosts(t *testing.T) {
	for _, h := range []wormhole.Host{128, 191, 192, wormhole.NoHost} {
		s := wormhole.SetOf(wormhole.MaxHosts)
		if s.Has(h) {
			t.Errorf("%d is in a set", h)
		}
		if s.Remove(h); s.Len() != wormhole.MaxHosts {
			t.Errorf("without %d: %d hosts", h, s.Len())
		}
		var none wormhole.Set
		if none.Add(h); none != (wormhole.Set{}) {
			t.Errorf("%d was put in: %v", h, none)
		}
	}
}

// SetOf stops at the hosts that there can be.
func TestSetOf(t *testing.T) {
	for n, want := range map[int]int{-1: 0, 0: 0, 1: 1, 64: 64, 65: 65, 128: 128, 129: 128, 1 << 30: 128} {
		if s := wormhole.SetOf(n); s.Len() != want {
			t.Errorf("SetOf(%d) has %d hosts, want %d", n, s.Len(), want)
		}
	}
}

// What sets are combined to, on both sides of the border.
func TestSetAlgebra(t *testing.T) {
	a, b := setOf(1, 63, 64), setOf(63, 100)
	for _, c := range []struct {
		name      string
		got, want wormhole.Set
	}{
		{"union", a.Union(b), setOf(1, 63, 64, 100)},
		{"intersection", a.Intersect(b), setOf(63)},
		{"difference", a.Minus(b), setOf(1, 64)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, members(c.got), members(c.want))
		}
	}
	if a.Contains(b) || !a.Contains(setOf(64, 1)) || !a.Contains(wormhole.Set{}) || !a.Contains(a) || a.Contains(setOf(65)) {
		t.Error("Contains is wrong")
	}
	if a.Remove(64); a != setOf(1, 63) {
		t.Errorf("after Remove: %v", members(a))
	}
}

// Algorithm 1 is what the paper has, in its order, and T_localexec its sum.
func TestAlgorithm1Table(t *testing.T) {
	b := wormhole.Bounds{Shutdown: 1, CheckCode: 20, RestoreCode: 300, Boot: 4000, Transfer: 50000}
	if got := b.TLocalExec(); got != 1+2*20+2*300+4000+50000 {
		t.Errorf("T_localexec = %d", got)
	}
	want := []struct {
		name  string
		bound time.Duration
		after wormhole.Phase
	}{
		{"shutdown", 1, 0}, {"check-os", 20, 0}, {"restore-os", 300, checkOS}, {"check-sm", 20, 0},
		{"restore-sm", 300, checkSM}, {"boot", 4000, 0}, {"transfer", 50000, 0},
	}
	got := wormhole.Algorithm1()
	if len(got) != len(want) {
		t.Fatalf("%d phases", len(got))
	}
	for i, p := range got {
		w := want[i]
		if p.Phase != wormhole.Phase(i+1) || p.Name != w.name || p.Phase.String() != w.name || p.Bound(&b) != w.bound || p.After != w.after {
			t.Errorf("phase %d: %+v (%v), bound %d; want %+v", i+1, p, p.Phase, p.Bound(&b), w)
		}
	}
	got[0].Name = "changed"
	if wormhole.Algorithm1()[0].Name != "shutdown" {
		t.Error("a caller can change Algorithm 1")
	}
}

// Names of values, and of those that are none.
func TestStrings(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{wormhole.PhaseNone.String(), "none"}, {wormhole.PhaseTransfer.String(), "transfer"},
		{wormhole.Phase(8).String(), "none"}, {wormhole.Phase(255).String(), "none"},
		{wormhole.ReasonNone.String(), "none"}, {wormhole.ReasonRollback.String(), "rollback"},
		{wormhole.Reason(7).String(), "unknown"}, {wormhole.Reason(255).String(), "unknown"},
		{wormhole.AlertPhaseOverrun.String(), "phase.overrun"}, {wormhole.AlertControlBound.String(), "control.bound"},
		{wormhole.AlertType(11).String(), "unknown"}, {wormhole.AlertType(255).String(), "unknown"},
		{wormhole.Stopped.String(), "stopped"}, {wormhole.Fenced.String(), "fenced"},
		{wormhole.ReplicaState(5).String(), "unknown"}, {wormhole.ReplicaState(255).String(), "unknown"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// A configuration under which the core cannot run is refused, with the reason.
func TestConfigRefused(t *testing.T) {
	const positive = "every one must be positive and at most 744h0m0s"
	for _, c := range []struct {
		change func(c *wormhole.Config)
		want   string
	}{
		{func(c *wormhole.Config) { c.K = 0 }, "k = 0 and k' = 1: each must be at least 1"},
		{func(c *wormhole.Config) { c.KPrime = 0 }, "k = 1 and k' = 0: each must be at least 1"},
		{func(c *wormhole.Config) { c.KPrime = 3 }, "6 members are too few for k' = 3 and k = 1: 8 are the least of any engine"},
		{func(c *wormhole.Config) { c.K = 4 }, "6 members are too few for k' = 1 and k = 4: 7 are the least of any engine"},
		{func(c *wormhole.Config) { c.Omissions = -1 }, "omissions = -1: must be from 0 to 13"},
		{func(c *wormhole.Config) { c.Omissions = 14 }, "omissions = 14: must be from 0 to 13"},
		{func(c *wormhole.Config) { c.Starts = nil }, "no timetable of round starts"},
		{func(c *wormhole.Config) { c.Bounds.Boot = 0 }, "a bound is 0s: " + positive},
		{func(c *wormhole.Config) { c.Bounds.Shutdown = -1 }, "a bound is -1ns: " + positive},
		{func(c *wormhole.Config) { c.Cycle = 0 }, "a bound is 0s: " + positive},
		{func(c *wormhole.Config) { c.Process = 0 }, "a bound is 0s: " + positive},
		{func(c *wormhole.Config) { c.Period = wormhole.MaxBound + 1 }, "a bound is 744h0m0.000000001s: " + positive},
		{func(c *wormhole.Config) { c.Drift = -1e-9 }, "drift = -1e-09: must be at least 0 and below 0.1"},
		{func(c *wormhole.Config) { c.Drift = 0.1 }, "drift = 0.1: must be at least 0 and below 0.1"},
		{func(c *wormhole.Config) { c.Drift = math.NaN() }, "drift = NaN: must be at least 0 and below 0.1"},
		{func(c *wormhole.Config) { c.Omissions = 4 }, "(15 cycles of 100ms): shorten spec.control.cycle to 80ms or less"},
	} {
		cfg := six()
		c.change(&cfg)
		err := cfg.Check()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		if _, err := wormhole.New(cfg, 0, wormhole.Start{}, new(wormhole.Output)); err == nil || !strings.HasPrefix(err.Error(), "configuration of host 0: ") {
			t.Errorf("a core is made of it: %v", err)
		}
	}
	cfg := six()
	if err := cfg.Check(); err != nil {
		t.Errorf("a good one is refused: %v", err)
	}
	if _, err := wormhole.New(cfg, 6, wormhole.Start{}, new(wormhole.Output)); err == nil || err.Error() != "host 6 is no member of epoch 1" {
		t.Errorf("a core for a host that is no member: %v", err)
	}
}

// policy is one like six().
func policy() policies.Policy {
	return policies.Policy{
		Name: "six", Replicas: 6, KPrime: 1, K: 1, Engine: policies.Hybrid,
		Bounds:   policies.Bounds{Shutdown: cycleLength, CheckCode: cycleLength, RestoreCode: 2 * cycleLength, Boot: 3 * cycleLength, Transfer: 2 * cycleLength},
		Deadline: 96 * cycleLength, Period: 120 * cycleLength,
		Control: policies.Control{Cycle: cycleLength, Delay: procBound, Process: procBound, Drift: 200e-6, Omissions: 2},
	}
}

// [W-13] The configuration is made of the policy, and its rounds are counted from 1.
func TestFromPolicy(t *testing.T) {
	for from, want := range map[policies.Action]wormhole.Action{
		policies.Shutdown: wormhole.ActionShutdown, policies.Isolate: wormhole.ActionIsolate, policies.AlertOnly: wormhole.ActionAlert,
	} {
		p := policy()
		p.FailSafe = policies.FailSafe{Action: from, When: policies.AtFirst}
		c, err := wormhole.FromPolicy(&p)
		if err != nil {
			t.Fatal(err)
		}
		like := six()
		if c.Members != like.Members || c.Bounds != like.Bounds || c.Omissions != 2 || c.Action != want || !c.FirstMiss || c.Deadline != p.Deadline || c.Epoch != 1 {
			t.Errorf("%+v", c)
		}
		round, start := c.Starts.Next(1 << 30)
		if got, at, ok := c.Starts.At(start); !ok || got != round || at != start || round == 0 {
			t.Errorf("round %d starts in %d; at that cycle it is round %d, since %d (%v)", round, start, got, at, ok)
		}
		if got, at, _ := c.Starts.At(start - 1); got != round-1 || start-at != 120 {
			t.Errorf("before it: round %d since %d", got, at)
		}
	}
}

// A policy that the core cannot run is refused by its name.
func TestFromPolicyRefused(t *testing.T) {
	for _, c := range []struct {
		change func(p *policies.Policy)
		want   string
	}{
		{func(p *policies.Policy) { p.Replicas = 129 }, `policy "six": 129 replicas, at most 128`},
		{func(p *policies.Policy) { p.KPrime = 9 }, `policy "six": 6 members are too few`},
		{func(p *policies.Policy) { p.Period = 0 }, `policy "six": `},
	} {
		p := policy()
		c.change(&p)
		if _, err := wormhole.FromPolicy(&p); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
