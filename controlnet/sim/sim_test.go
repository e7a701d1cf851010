package sim

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

var (
	runs  = flag.Int("runs", 0, "runs of a long campaign instead of the fixed share")
	first = flag.Uint64("seed", 0, "seed of its first run")
	show  = flag.Int64("show", -1, "seed of a run to print the shortest failing form of")
)

// cyclesARun is the length of a run: a start, some faults, and time to come back.
const cyclesARun = 250

// TestCampaign is the fixed share of the campaign that every change has to pass: no promise
// broken, and every kind of fault and outcome there.
func TestCampaign(t *testing.T) {
	o := Options{Seed: *first, Runs: 300, Cycles: cyclesARun, Workers: 2}
	if testing.Short() {
		o.Runs = 30
	}
	if *runs > 0 {
		o.Runs = *runs
	}
	r, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if *runs > 0 {
		if _, err := os.Stdout.WriteString(b.String()); err != nil {
			t.Fatal(err)
		}
	}
	if !r.Good() {
		t.Fatalf("a promise broke:\n%s", b.String())
	}
	if !testing.Short() {
		everything(t, r)
	}
}

// everything makes sure that nothing is silently at zero: no fault, no fate of a packet, and
// nothing that is measured.
func everything(t *testing.T, r *Report) {
	t.Helper()
	for k := Kind(0); k < NumKinds; k++ {
		if r.Faults[k] == 0 {
			t.Errorf("no %v", k)
		}
	}
	for k, name := range netNames {
		if r.Net[k] == 0 {
			t.Errorf("no %s", name)
		}
	}
	for c, whys := range map[class][]controlnet.Refusal{
		genuine:   {controlnet.RefusedEpoch, controlnet.RefusedRepeated, controlnet.RefusedOld, controlnet.RefusedFuture, controlnet.RefusedEarly, controlnet.RefusedLate, controlnet.RefusedStale},
		replayed:  {controlnet.RefusedSender, controlnet.RefusedEpoch, controlnet.RefusedRepeated, controlnet.RefusedOld, controlnet.RefusedStale},
		corrupted: {controlnet.RefusedFormat, controlnet.RefusedForeign, controlnet.RefusedConfig, controlnet.RefusedSender, controlnet.RefusedEpoch, controlnet.RefusedMAC},
		garbage:   {controlnet.RefusedLength, controlnet.RefusedFormat, controlnet.RefusedForeign, controlnet.RefusedConfig, controlnet.RefusedSender, controlnet.RefusedMAC},
	} { // order-free: each is looked at by itself
		for _, why := range whys {
			if r.Outcome[c][outRefused+int(why)] == 0 {
				t.Errorf("no %s packet was refused as %v", classNames[c], why)
			}
		}
	}
	f := &r.Figures
	for i, name := range returnNames {
		if f.Returns[i].N == 0 {
			t.Errorf("nobody came into sync who was %s", name)
		}
	}
	for name, n := range map[string]int{
		"frame accepted": r.Outcome[genuine][outAccepted], "second copy on another path": r.Outcome[genuine][outRedundant],
		"death seen": f.Unseen.N, "death agreed on": f.Gone.N, "clock compared": f.Clock.N, "membership compared": f.Same, "wrong clock": f.Drifting.N,
	} { // order-free: each is looked at by itself
		if n == 0 {
			t.Errorf("no %s", name)
		}
	}
}

// TestSameSeedSameRun: the report is the same to the byte, however many runs go on at once,
// [C-2], and another seed gives another.
func TestSameSeedSameRun(t *testing.T) {
	o := Options{Seed: 11, Runs: 12, Cycles: 120, Workers: 1}
	digests := map[string]bool{}
	for _, workers := range []int{1, 4} {
		o.Workers = workers
		r, err := Run(o)
		if err != nil {
			t.Fatal(err)
		}
		digests[r.Digest] = true
	}
	if len(digests) != 1 {
		t.Error("the same seeds give two digests")
	}
	o.Seed = 12
	if r, err := Run(o); err != nil || digests[r.Digest] {
		t.Errorf("other seeds give the same digest, %v", err)
	}
	if _, err := Run(Options{Runs: MaxRuns + 1, Cycles: 1}); err == nil {
		t.Error("more runs than a report can hold are begun")
	}
}

// TestShortest makes a failing run shorter. What fails here is its Config, which no core
// takes, and so no fault is left.
func TestShortest(t *testing.T) {
	p := NewPlan(1, 60)
	p.Faults = []Fault{
		{Kind: Loss, For: p.Config.Cycle, Rate: 0.1},
		{Kind: Kill, At: p.Config.Cycle, For: time.Second, Hosts: controlnet.SetOf(p.Config.Hosts)},
		{Kind: Duplicate, For: p.Config.Cycle, Rate: 0.1},
	}
	p.Config.Process = p.Config.Cycle
	short, trace, v := Shortest(p)
	if v == nil || v.Promise != "start" || len(short.Faults) != 0 || trace == nil {
		t.Fatalf("left of it: %v, %+v", short.Faults, v)
	}
	if last := trace.lines[len(trace.lines)-1]; !strings.Contains(last, "BROKEN start") {
		t.Errorf("the trace ends with %q", last)
	}
}

// TestShow prints the shortest run that still fails like that of -show, for people.
func TestShow(t *testing.T) {
	if *show < 0 {
		t.Skip("prints a run only with -show SEED")
	}
	plan, trace, v := Shortest(NewPlan(uint64(*show), cyclesARun))
	if trace == nil {
		t.Logf("the run of seed %d breaks no promise", *show)
		return
	}
	t.Logf("%s\n%+v", strings.Join(plan.Lines(), "\n"), v)
	if _, err := trace.WriteTo(os.Stdout); err != nil {
		t.Fatal(err)
	}
}
