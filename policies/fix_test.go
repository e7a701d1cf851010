package policies

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// The proposals for typical mistakes, word for word.
func TestFix(t *testing.T) {
	for _, c := range []struct {
		name, condition string
		change          func(*Policy)
		want            string
	}{
		{"[P-31] exact where that is readable", "deadline", func(p *Policy) { p.Deadline = 5 * time.Minute },
			"set spec.deadline to 5m40.8s (now 5m0s)"},
		{"[P-31] whole cycles", "period", func(p *Policy) { p.Period = 6 * time.Minute },
			"set spec.period to 6m0.2s (now 6m0s)"},
		{"[P-31] downwards", "exhaustion", func(p *Policy) { p.Exhaust = 16 * time.Minute },
			"set spec.period to 9m59.8s (now 10m0s)"},
		{"[P-31] a count", "replicas", func(p *Policy) { p.Replicas = 5 },
			"set spec.replicas to 6 (now 5)"},
		{"[P-31] the relatively smallest", "deadline", func(p *Policy) { p.Bounds.Boot = time.Hour },
			"set spec.bounds.boot to 18.2s (now 1h0m0s); measure that spec.bounds.boot holds"},
		{"[P-32] two, of which one repairs the other", "replicas", func(p *Policy) { p.KPrime = 2 },
			"set spec.replicas to 9 (now 6) and spec.deadline to 8m31.2s (now 6m0s)"},
		{"[P-32] two that share", "exhaustion", func(p *Policy) { p.Exhaust, p.Deadline = 14*time.Minute, 8*time.Minute },
			"set spec.deadline to 6m59.999s (now 8m0s) and spec.period to 7m0s (now 10m0s)"},
		{"[P-32] a schedule", "schedule", cronOf("0 * * * *", 6*time.Minute, 10*time.Minute),
			`set spec.schedule to "*/10 * * * *" (now "0 * * * *")`},
		{"[P-32] a number before a schedule", "schedule",
			func(p *Policy) { p.Schedule, p.Period, p.Exhaust = "0 * * * *", 50*time.Minute, 2*time.Hour },
			"set spec.period to 1h0m0s (now 50m0s)"},
		{"[P-32] advice", "exhaustion", func(p *Policy) { p.Exhaust = 11 * time.Minute },
			"no change of one or two values makes it hold: shorten the bounds of the phases, or tolerate more faults, which T_exhaust(k'+1) grows with"},
		{"[P-33] what is zero", "parameters", func(p *Policy) { p.K, p.Control.Drift = 0, 0 },
			"set spec.faults.k to 1 (now 0) and spec.control.drift to 1e-09 (now 0)"},
		{"[P-33] the model must be asked again", "replicas", func(p *Policy) { p.Replicas, p.Adversary = 5, &Adversary{} },
			"set spec.replicas to 6 (now 5); T_exhaust depends on n and must be computed again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := with(t, c.change)
			if got := condition(t, p, c.condition).Fix; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// random is the ledger with a few numbers changed: feasible, or wrong in one or more ways.
func random(t testing.TB, r *rand.Rand) *Policy {
	p := ledger(t)
	p.Engine = Engine(p.Engine.allowed()[r.IntN(3)])
	p.Replicas, p.KPrime, p.K = r.IntN(15), r.IntN(4), r.IntN(4)
	p.Exhaust = time.Duration(r.Int64N(int64(40 * time.Minute)))
	p.Control.Cycle = []time.Duration{0, 1, 7 * time.Millisecond, 200 * time.Millisecond, 3 * time.Second}[r.IntN(5)]
	for _, field := range []*time.Duration{&p.Period, &p.Deadline, &p.Bounds.Boot, &p.Bounds.RestoreCode} {
		switch r.IntN(3) {
		case 0:
			*field = time.Duration(r.IntN(15)) * time.Minute / 2
		case 1:
			*field = time.Duration(float64(*field) * r.Float64() * 2)
		}
	}
	if r.IntN(4) == 0 {
		p.Schedule = []string{"*/10 * * * *", "*/7 * * * *", "*/5 0-11 * * *", "0 0 * * *"}[r.IntN(4)]
	}
	return p
}

// [P-30] Whatever a report proposes is done, and the condition holds and no other broke.
func TestFixFixes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	proposed, advised := 0, 0
	for range rounds(t, 300) {
		p := random(t, r)
		before := check(p)
		for i, c := range before.Conditions {
			if c.Holds {
				continue
			}
			if c.Changes == nil {
				advised++
				continue
			}
			proposed++
			changed := applied(t, p, c.Changes)
			after := newChecker(changed, Inputs{From: from, Exhaust: p.Exhaust})
			for j, other := range before.Conditions {
				if (i == j || other.Holds) && !after.holds(changed, other.Name) {
					t.Fatalf("%+v: to mend %s: %s; then %s does not hold", p, c.Name, c.Fix, other.Name)
				}
			}
		}
	}
	if proposed < 3*advised {
		t.Errorf("%d proposals, %d times only advice", proposed, advised)
	}
}

// rounds shortens the random tests for -short.
func rounds(t *testing.T, n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// [P-31] [P-32] Fast against naive: a search of a fine grid of all values of one parameter, and of a coarse one of all pairs,
// finds nothing nearer than what was proposed, but for the whole cycles that proposals are written in.
func TestFixIsTheNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range rounds(t, 60) {
		p := random(t, r)
		p.Schedule = ""
		c := newChecker(p, Inputs{From: from, Exhaust: p.Exhaust})
		for _, name := range []string{"replicas", "deadline", "period", "exhaustion", "schedule"} {
			if c.holds(p, name) {
				continue
			}
			s := c.searchFor(name)
			found := s.single() || s.pair()
			readable := 2*float64(p.Control.Cycle)/float64(max(min(p.Period, p.Deadline), time.Second)) + 1e-3
			if cost := naiveCost(s, len(s.best)); cost < s.cost-readable || cost < math.Inf(1) && !found {
				t.Fatalf("%+v: %s is mended at the cost of %.4f by %v, a grid knows %.4f", p, name, s.cost, s.changes(p), cost)
			}
		}
	}
}

// naiveCost is the least cost on the grid: of one parameter, or of two when the search found no single one.
func naiveCost(s *search, moves int) float64 {
	least := math.Inf(1)
	for _, a := range movable() {
		for _, value := range grid(&s.start, a, 400) {
			p := s.start
			if a.set(&p, value); s.met(&p) {
				least = min(least, a.cost(&s.start, value))
			}
		}
	}
	if moves == 1 || !math.IsInf(least, 1) {
		return least
	}
	for i, a := range movable() {
		for _, b := range movable()[i+1:] {
			least = min(least, naivePair(s, a, b))
		}
	}
	return least
}

func naivePair(s *search, a, b parameter) float64 {
	least := math.Inf(1)
	for _, x := range grid(&s.start, a, 40) {
		p := s.start
		a.set(&p, x)
		for _, y := range grid(&s.start, b, 40) {
			if b.set(&p, y); s.met(&p) {
				least = min(least, a.cost(&s.start, x)+b.cost(&s.start, y))
			}
		}
	}
	return least
}

// grid is the first values of a count, or of a duration up to three times the present one.
func grid(p *Policy, q parameter, steps int64) []int64 {
	step := int64(1)
	if q.isTime() {
		step = max(3*q.get(p)/steps, 1)
	}
	var values []int64
	for i := int64(1); i <= steps && i*step <= q.most; i++ {
		values = append(values, i*step)
	}
	return values
}

// [P-21] The quick answer to "is everything positive" is that of the list.
func TestPositiveIsNotPositive(t *testing.T) {
	for i := range parameters {
		p := ledger(t)
		parameters[i].set(p, 0)
		if p.positive() != (len(p.notPositive()) == 0) {
			t.Errorf("%s = 0: positive is %v", parameters[i].path, p.positive())
		}
	}
}

// [P-33] No proposal touches what is a fact, unless it was zero.
func TestFixLeavesFactsAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range rounds(t, 100) {
		p := random(t, r)
		for _, c := range check(p).Conditions {
			for _, change := range c.Changes {
				fact := strings.HasPrefix(change.Path, "spec.control.") || change.Path == "spec.faults.kPrime"
				if fact && change.From != "0" && change.From != "0s" {
					t.Fatalf("%+v: %s", p, c.Fix)
				}
			}
		}
	}
}
