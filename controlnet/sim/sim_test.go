package sim

import (
	"flag"
	"os"
	"strings"
	"testing"
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
