package lab

import (
	"fmt"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// bounds are generous: the tests are about what the hosts do, on machines that stall.
func bounds() controlnet.Config {
	return controlnet.Config{
		Network: 0x6c61_6272_6174_0001, Cycle: 100 * time.Millisecond, Delay: 4 * time.Millisecond,
		Process: 10 * time.Millisecond, Drift: 1e-4, Payload: 160,
	}
}

// skews are local clocks that were started at different times and run at different rates,
// spread over all that the drift bound allows.
func skews(n int) []clock.Skew {
	s := make([]clock.Skew, n)
	for h := range s {
		s[h] = clock.Skew{
			Offset: time.Duration(h) * 1000 * time.Second,
			PPM:    -90 + 180*float64(h)/float64(max(1, n-1)),
			UTC:    time.Duration(h*h) * time.Millisecond,
		}
	}
	return s
}

// play runs a scenario and judges it.
func play(t *testing.T, s *scenario.Scenario, kind string, seed uint64) (*judge.Trial, *judge.Verdict) {
	t.Helper()
	setup := Setup{Config: bounds(), Link: kind, Realtime: true, Skews: skews(s.Hosts), Seed: seed}
	setup.Prepare(s)
	c, err := Start(setup)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	trial, err := c.Play(s)
	for _, w := range c.Warnings() {
		t.Log("warning: ", w)
	}
	if err != nil {
		t.Fatal(err)
	}
	v := judge.Judge(trial)
	t.Logf("%d cycles; clocks %v apart at most, bound %v; late by %v at most; %d breaches",
		v.Cycles, v.Skew, v.Bound, v.Late, v.Breaches)
	t.Logf("all in sync %v after the last host's first cycle", coldStart(trial).Round(time.Millisecond))
	for _, a := range v.Away {
		t.Logf("away: %+v", a)
	}
	return trial, v
}

// coldStart is how long it took from the first cycle of the host that came last until all
// were in sync, and each other's members.
func coldStart(trial *judge.Trial) time.Duration {
	var first [controlnet.MaxHosts]time.Duration
	last, synced := time.Duration(0), time.Duration(0)
	for i := range trial.Records {
		r := &trial.Records[i]
		if r.Life == 0 && first[r.Host] == 0 {
			first[r.Host] = r.Begun
			last = max(last, r.Begun)
		}
		if r.Cycle == trial.From-1 {
			synced = max(synced, r.Begun)
		}
	}
	return synced - last
}

// tries is how often a scenario is played while the machine breaks its bounds in it.
const tries = 3

// TestScenarios plays the scenarios on real sockets.
func TestScenarios(t *testing.T) {
	need(t, Layout{Hosts: 1, Paths: 1})
	for i, s := range scenario.Table() {
		kind := []string{UDP, Packet}[i%2]
		t.Run(fmt.Sprintf("%s/%s", s.Name, kind), func(t *testing.T) {
			t.Parallel()
			for try := range tries {
				trial, v := play(t, &s, kind, uint64(i*tries+try))
				for _, f := range v.Faults() {
					t.Errorf("%s: cycle %d: %s", f.Check, f.Cycle, f.Text)
				}
				if f := v.Faults(); len(f) > 0 {
					t.Log(trial.Story(trial.Around(f[0])))
				}
				if t.Failed() || len(v.Excused()) == 0 {
					return
				}
				for _, f := range v.Excused() {
					t.Logf("excused: %s: cycle %d: %s", f.Check, f.Cycle, f.Text)
				}
			}
			t.Errorf("the machine broke its bounds in %d runs of the scenario", tries)
		})
	}
}

// TestLateHostIsSilent stops a host again and again until it is too late for the cycle, and
// not yet for its slot: it must leave the slot empty ([C-9]). The judge looks at that; here it
// is seen to that the host was late at all.
func TestLateHostIsSilent(t *testing.T) {
	need(t, Layout{Hosts: 1, Paths: 1})
	t.Parallel()
	var last controlnet.Set
	last.Add(6)
	s := scenario.Scenario{Name: "late", Hosts: 7, Omissions: 2, Paths: 1, Cycles: 60}
	for i := range 10 {
		s.Events = append(s.Events, scenario.Event{Kind: scenario.Stop, At: 3 + 4*uint64(i), For: 1, Hosts: last})
	}
	setup := Setup{Config: bounds(), Link: UDP, Skews: skews(s.Hosts), Realtime: true}
	setup.Prepare(&s)
	c, err := Start(setup)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p := &player{Cluster: c, s: &s, lateEnd: 2 * setup.Config.Process}
	if slot := setup.Config.SlotStart(6); p.lateEnd >= slot {
		t.Fatalf("%v is not before the slot, which is at %v", p.lateEnd, slot)
	}
	trial, err := p.play()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range judge.Judge(trial).Faults() {
		t.Errorf("%s: cycle %d: %s", f.Check, f.Cycle, f.Text)
	}
	if late := trial.Counters[6].LateTicks; late == 0 {
		t.Error("the host was never late")
	} else {
		t.Logf("the host was late in %d cycles of 10", late)
	}
}
