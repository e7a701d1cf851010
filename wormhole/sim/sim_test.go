package sim

import (
	"os"
	"strconv"
	"testing"
)

func TestDebug(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("RUNS"))
	seed, _ := strconv.Atoi(os.Getenv("SEED"))
	cfg := Default()
	r, err := Run(Options{Config: cfg, Seed: uint64(seed), Runs: n, Rounds: 10, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	byInv := map[string]int{}
	for _, v := range r.Violations {
		byInv[v.Invariant]++
		if byInv[v.Invariant] < 4 {
			t.Logf("%+v", v)
		}
	}
	t.Logf("%v rejuvs %d maxdown %d trips %+v %v", byInv, r.Rejuvenations, r.MaxDown, r.Trips, r.Faults)
	if os.Getenv("SHOW") != "" && len(r.Violations) > 0 {
		p, tr, v := Shortest(&cfg, NewPlan(r.Violations[0].Seed, &cfg, 10))
		t.Logf("%+v\n%+v", p, v)
		if tr != nil {
			tr.WriteTo(os.Stdout)
		}
	}
}
