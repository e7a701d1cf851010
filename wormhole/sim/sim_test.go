package sim

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// TestCampaign is the fixed share of the campaign that every change has to pass:
// no promise broken, and every kind of fault there.
func TestCampaign(t *testing.T) {
	runs := 400
	if testing.Short() {
		runs = 40
	}
	r := campaign(t, Options{Config: Default(), Runs: runs, Rounds: 10, Workers: 2})
	for _, name := range FaultNames() {
		if r.Faults[name] == 0 && !testing.Short() {
			t.Errorf("no %s in %d runs", name, runs)
		}
	}
	if r.Excepted == 0 && !testing.Short() {
		t.Error("no run has met the exception of the slow clock")
	}
	if r.MaxDown != 1 || r.Rejuvenations < runs*30 {
		t.Errorf("at most %d down, %d rejuvenations: the runs did not do what they are about", r.MaxDown, r.Rejuvenations)
	}
}

// TestSizes lets other sizes run, k = 2 and 4 among them, [W-6] and [W-14].
func TestSizes(t *testing.T) {
	for _, size := range []struct{ n, kPrime, k, runs int }{{7, 1, 1, 40}, {9, 1, 2, 40}, {10, 1, 3, 40}, {14, 3, 2, 20}, {24, 4, 4, 8}} {
		if testing.Short() {
			size.runs = 4
		}
		r := campaign(t, Options{Config: Scaled(size.n, size.kPrime, size.k), Runs: size.runs, Rounds: 5, Workers: 2})
		if r.MaxDown > size.k || r.Trips.Early+r.Trips.Missed > 0 {
			t.Errorf("%+v: at most %d down, %+v", size, r.MaxDown, r.Trips)
		}
	}
}

// TestFirstMiss is the same with `when: first`, and TestActions with the other
// fail-safe actions, [W-18].
func TestFirstMiss(t *testing.T) {
	cfg := Default()
	cfg.FirstMiss = true
	w := newWorld(&cfg, Plan{Profile: Beyond, Rounds: 1, Faults: []Fault{{Kind: FaultDie, Host: 2, At: 9 * time.Second}}}, nil)
	w.run()
	if w.chk.violation != nil || w.chk.trips.Reasons["first"] == 0 {
		t.Errorf("a replica died and the fail-safe latched for %v, violation %+v", w.chk.trips.Reasons, w.chk.violation)
	}
}

func TestActions(t *testing.T) {
	for _, action := range []wormhole.Action{wormhole.ActionIsolate, wormhole.ActionAlert} {
		cfg := Default()
		cfg.Action = action
		campaign(t, Options{Config: cfg, Runs: 60, Rounds: 5, Workers: 2, Seed: 7})
	}
}

// campaign runs one and fails the test with the shortest trace if a promise broke.
func campaign(t *testing.T, o Options) *Report {
	t.Helper()
	r, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Good() {
		var b strings.Builder
		if err := r.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("a promise broke:\n%s", b.String())
	}
	return r
}

// TestSameSeedSameRun holds [W-3] up: the report is the same to the byte, however
// many runs go on at once, and another seed gives another.
func TestSameSeedSameRun(t *testing.T) {
	o := Options{Config: Default(), Seed: 3, Runs: 12, Rounds: 4, Workers: 1}
	one := campaign(t, o)
	o.Workers = 4
	if four := campaign(t, o); !reflect.DeepEqual(one, four) {
		t.Errorf("one worker: %+v\nfour: %+v", one, four)
	}
	o.Seed = 4
	if other := campaign(t, o); other.Digest == one.Digest {
		t.Error("another seed gives the same digest")
	}
}

// slowClock is a run in which host 1's clock runs at a third of its rate while its
// replica is in a rejuvenation that never ends by itself.
func slowClock(also ...Fault) Plan {
	return Plan{Profile: Beyond, Rounds: 1, Faults: append(also,
		Fault{Kind: FaultHang, Host: 1, At: time.Second, Arg: int64(wormhole.PhaseTransfer) - 1},
		Fault{Kind: FaultDrift, Host: 1, At: 4800 * time.Millisecond, For: time.Minute},
	)}
}

// TestExceptionOfSlowClock shows the one exception of [W-2]: the host of the slow
// clock is out of contact besides. Then, and only then, more than k are down.
func TestExceptionOfSlowClock(t *testing.T) {
	cfg := Default()
	w := newWorld(&cfg, slowClock(Fault{Kind: FaultCutSilent, Host: 1, At: 4790 * time.Millisecond, For: time.Minute}), nil)
	w.run()
	if w.chk.violation != nil || w.chk.excepted == 0 {
		t.Errorf("out of contact: %d exceptions, violation %+v", w.chk.excepted, w.chk.violation)
	}
	if r := one(&cfg, NewPlan(15, &cfg, 10), nil); r.excepted == 0 || r.violation != nil {
		t.Errorf("the run of seed 15 does not meet the exception: %d, %+v", r.excepted, r.violation)
	}
	in := newWorld(&cfg, slowClock(), nil)
	in.run()
	if in.chk.violation != nil || in.chk.excepted != 0 {
		t.Errorf("in contact: %d exceptions, violation %+v", in.chk.excepted, in.chk.violation)
	}
}

// TestShortest makes a failing run shorter: of five faults the one is left that
// matters, and the trace ends with the violation. What fails here is the checker's
// idea of k, so that the core can stay right.
func TestShortest(t *testing.T) {
	cfg := Default()
	plan := Plan{Profile: Calm, Rounds: 4, Faults: []Fault{
		{Kind: OrderResume, Host: 0, At: 6 * time.Second},
		{Kind: OrderPause, Host: 1, At: 7 * time.Second, For: time.Second},
		{Kind: FaultSlow, Host: 2, At: 10 * time.Second},
		{Kind: OrderExtra, Host: 3, At: 11 * time.Second, Arg: 4},
		{Kind: OrderResume, Host: 5, At: 12 * time.Second},
	}}
	short, trace, v := Shortest(&cfg, plan)
	if v == nil || len(short.Faults) != 1 || short.Faults[0].Kind != FaultSlow || short.Rounds > 2 {
		t.Fatalf("left of it: %+v, %+v", short, v)
	}
	if last := trace.lines[len(trace.lines)-1]; !strings.Contains(last, "VIOLATION") {
		t.Errorf("the trace ends with %q", last)
	}
}

// TestLargest runs a round of 128 hosts with k = 4.
func TestLargest(t *testing.T) {
	if testing.Short() {
		t.Skip("128 hosts")
	}
	r := campaign(t, Options{Config: Scaled(128, 39, 4), Runs: 1, Rounds: 1, Workers: 1})
	if r.MaxDown != 4 || r.Rejuvenations < 128 {
		t.Errorf("at most %d down, %d rejuvenations", r.MaxDown, r.Rejuvenations)
	}
}

// BenchmarkRounds measures simulated rounds per second at n = 6.
func BenchmarkRounds(b *testing.B) {
	cfg := Default()
	for i := range b.N {
		one(&cfg, NewPlan(uint64(4*i), &cfg, 10), nil)
	}
	b.ReportMetric(float64(b.N*10)/b.Elapsed().Seconds(), "rounds/s")
}
