package sim

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	wires "github.com/proactive-resilience/wormhole/controlnet/scenario"
	below "github.com/proactive-resilience/wormhole/controlnet/sim"
)

// TestControl lets the control network's own cores run below the local wormholes, under all
// that the campaign has: what holds with the simplest network, [W-1] to [W-28], holds with
// the real one.
func TestControl(t *testing.T) {
	o := Options{Config: Default(), Runs: 100, Rounds: 5, Workers: 2, Control: true}
	if testing.Short() {
		o.Runs = 8
	}
	r := campaign(t, o)
	if r.MaxDown != 1 || r.Rejuvenations < o.Runs*15 {
		t.Errorf("at most %d down, %d rejuvenations: the runs did not do what they are about", r.MaxDown, r.Rejuvenations)
	}
	for _, name := range []string{"frame-lost", "frame-lost-beyond", "frame-repeated", "frame-replayed", "clock-drift", "clock-jump", "partition", "deaf-link", "stall"} {
		if r.Faults[name] == 0 && !testing.Short() {
			t.Errorf("no %s in %d runs", name, o.Runs)
		}
	}
}

// TestControlSameSeedSameRun is [W-3] with both cores: a run is the same to the byte.
func TestControlSameSeedSameRun(t *testing.T) {
	o := Options{Config: Default(), Seed: 3, Runs: 6, Rounds: 2, Workers: 1, Control: true}
	one := campaign(t, o)
	o.Workers = 4
	if four := campaign(t, o); !reflect.DeepEqual(one, four) {
		t.Errorf("one worker: %+v\nfour: %+v", one, four)
	}
	o.Control = false
	if without := campaign(t, o); without.Digest == one.Digest {
		t.Error("without the control network's cores the run is the same")
	}
}

// TestControlRefused shows that a policy whose control network cannot work is refused.
func TestControlRefused(t *testing.T) {
	cfg := Default()
	cfg.Process = 40 * time.Millisecond
	_, err := Run(Options{Config: cfg, Runs: 1, Rounds: 1, Control: true})
	if err == nil || !strings.Contains(err.Error(), "too short for 6 hosts") {
		t.Errorf("a cycle that holds no slots is taken: %v", err)
	}
}

// TestControlScenarios carries out every scenario of the control network with both cores: at
// once, and in the middle of a round. What it expects of the control network is held, and
// everything that the wormhole promises.
func TestControlScenarios(t *testing.T) {
	for _, s := range wires.Table() {
		t.Run(strings.ReplaceAll(s.Name, " ", "-"), func(t *testing.T) {
			for _, later := range []int{0, 45} {
				both(t, &s, later)
			}
		})
	}
}

// both runs one scenario that begins so many cycles after all are in sync.
func both(t *testing.T, s *wires.Scenario, later int) {
	t.Helper()
	cfg := scaled(s.Hosts, 1, 1, s.Omissions)
	below := below.FromScenario(s, 7, below.Light)
	below.Later = later
	plan := Plan{Seed: 7, Profile: profileOf(s), Rounds: 2, Control: true, Wires: &below}
	if err := checkControl(&cfg); err != nil {
		t.Fatal(err)
	}
	w := newWorld(&cfg, plan, nil)
	w.ctl.net.Expect(s.Expect)
	w.run()
	if v := w.chk.violation; v != nil {
		t.Fatalf("%d cycles later: %s at %v: %s", later, v.Invariant, v.At, v.Text)
	}
	if w.chk.rejuvs < s.Hosts && profileOf(s) != Beyond || w.chk.trips.Early+w.chk.trips.Missed > 0 {
		t.Errorf("%d cycles later: %d rejuvenations of %d replicas, fail-safe %+v", later, w.chk.rejuvs, s.Hosts, w.chk.trips)
	}
}

// profileOf is what a scenario means for the wormhole: nothing at all, one host that may lose
// its footing alone, or more than the budget.
func profileOf(s *wires.Scenario) Profile {
	away := controlnet.Set{}
	for _, e := range s.Events {
		if e.Kind >= wires.Cut && e.Kind <= wires.Kill {
			away = controlnet.Set{away[0] | e.Hosts[0], away[1] | e.Hosts[1]}
		}
	}
	switch away.Len() {
	case 0:
		return Calm
	case 1:
		return Alone
	}
	return Beyond
}
