package exposure

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

func minutes(ms ...int) []policies.Compromise {
	var out []policies.Compromise
	for _, m := range ms {
		out = append(out, atLeastFor(time.Duration(m)*time.Minute))
	}
	return out
}

func each(attack policies.Attack, likeness policies.Likeness, ms ...int) policies.Adversary {
	return policies.Adversary{Attack: attack, Replicas: likeness, Each: minutes(ms...)}
}

// [E-5] The certain T_exhaust of the paper's cases.
func TestCertainExhaust(t *testing.T) {
	unequal := []int{50, 10, 40, 20, 60, 30}
	limited := each(policies.Parallel, policies.Different, unequal...)
	limited.Power = 2
	cases := []struct {
		name string
		a    policies.Adversary
		x    int
		want time.Duration
	}{
		{"equal, one", adversary(policies.Sequential, policies.Equal, atLeastFor(30*time.Minute)), 1, 30 * time.Minute},
		{"equal, all", adversary(policies.Sequential, policies.Equal, atLeastFor(30*time.Minute)), 6, 30 * time.Minute},
		{"equal, parallel", adversary(policies.Parallel, policies.Equal, atLeastFor(30*time.Minute)), 6, 30 * time.Minute},
		{"sequential", each(policies.Sequential, policies.Different, unequal...), 3, 60 * time.Minute},
		{"parallel", each(policies.Parallel, policies.Different, unequal...), 3, 30 * time.Minute},
		{"two attackers", limited, 3, 30 * time.Minute},
		{"two attackers, four replicas", limited, 4, 50 * time.Minute},
		{"similar, sequential", similar(each(policies.Sequential, policies.Similar, unequal...), 0.5), 3, 35 * time.Minute},
		{"similar, parallel", similar(each(policies.Parallel, policies.Similar, unequal...), 0.25), 3, 25 * time.Minute},
	}
	for _, c := range cases {
		b, err := TExhaust(sixReplicas(c.a), c.x)
		if err != nil || !b.Certain || b.Time != c.want {
			t.Errorf("%s: T_exhaust(%d) = %s (certain %v, %v), want %s", c.name, c.x, b.Time, b.Certain, err, c.want)
		}
	}
}

// naiveMakespan tries every assignment of works to attackers.
func naiveMakespan(works []float64, loads []float64) float64 {
	if len(works) == 0 {
		return slices.Max(loads)
	}
	best := math.Inf(1)
	for i := range loads {
		loads[i] += works[0]
		best = min(best, naiveMakespan(works[1:], loads))
		loads[i] -= works[0]
	}
	return best
}

// [E-5] The bound is never above the true least makespan, is that of the simple cases, and falls with the number of attackers.
func TestMakespanBoundAgainstAllAssignments(t *testing.T) {
	r := source(3, 1)
	for range 300 {
		works := make([]float64, 1+r.IntN(6))
		for i := range works {
			works[i] = float64(1 + r.IntN(20))
		}
		slices.Sort(works)
		last := math.Inf(1)
		for attackers := 1; attackers <= 6; attackers++ {
			got, want := leastMakespan(works, attackers), naiveMakespan(works, make([]float64, attackers))
			simple := attackers == 1 || attackers >= len(works)
			if got > want+1e-9 || simple && got < want-1e-9 || got > last {
				t.Fatalf("%v with %d attackers: %v, true %v, with one attacker less %v", works, attackers, got, want, last)
			}
			last = got
		}
	}
}

// [E-5] Similar replicas lie between different and equal ones, in proportion.
func TestSimilarityInterpolates(t *testing.T) {
	a := adversary(policies.Sequential, policies.Similar, atLeastFor(time.Hour))
	for _, s := range []float64{0, 0.25, 0.5, 0.75, 1} {
		b, err := TExhaust(sixReplicas(similar(a, s)), 4)
		want := time.Duration((s + (1-s)*4) * float64(time.Hour))
		if err != nil || b.Time != want {
			t.Errorf("similarity %v: %s, %v; want %s", s, b.Time, err, want)
		}
	}
}

// [E-4] Where a distribution begins at 0, T_exhaust is the quantile at the share of the target, and says so.
func TestExhaustOfADistributionIsAQuantile(t *testing.T) {
	for name, c := range kinds() {
		for _, a := range []policies.Adversary{adversary(policies.Sequential, policies.Different, c), adversary(policies.Parallel, policies.Different, c)} {
			p := sixReplicas(a)
			b, err := TExhaust(p, 2)
			if err != nil {
				t.Fatal(err)
			}
			m := mustModel(t, p)
			if certain := m.certainTime(2) > 0; certain != b.Certain {
				t.Errorf("%s: certain is %v", name, b.Certain)
			}
			if b.Certain {
				continue
			}
			near(t, name+": share", b.Share, 1e-6/(8760*6)/6, 1e-12)
			before, after := m.attempt(2, b.Time.Seconds()).Probability, m.attempt(2, b.Time.Seconds()*1.001+2e-9).Probability
			if before > b.Share || after < b.Share {
				t.Errorf("%s: probability %v before and %v after, share %v", name, before, after, b.Share)
			}
		}
	}
}

// [E-4] The quantile keeps its promise: with T_p + T_d below it, the computed probability over the mission is within the target.
func TestQuantileKeepsTheTarget(t *testing.T) {
	for name, c := range kinds() {
		p := sixReplicas(adversary(policies.Parallel, policies.Different, c))
		p.Adversary.Target, p.Adversary.Mission = 1e-2, 48*time.Hour
		b, err := TExhaust(p, 2)
		if err != nil {
			t.Fatal(err)
		}
		m := mustModel(t, p)
		m.deadline = b.Time.Seconds() * 0.3
		m.slot, m.down = m.deadline/6, m.deadline/12
		rounds := math.Ceil(m.rounds())
		m.period = b.Time.Seconds()*0.7 - 1e-6
		if math.Ceil(m.rounds()) > rounds { // the share was taken for the longer period
			m.target *= math.Ceil(m.rounds()) / rounds
		}
		if got := m.failure().Probability; got > m.target*1.0001 {
			t.Errorf("%s: probability %v, target %v", name, got, m.target)
		}
	}
}

// [E-1] A stated exhaust is handed on, a missing one computed, and neither is an error.
func TestResolve(t *testing.T) {
	p := sixReplicas(adversary(policies.Sequential, policies.Different, atLeastFor(12*time.Minute)))
	if got, err := Resolve(p); err != nil || got != 24*time.Minute {
		t.Errorf("computed: %s, %v", got, err)
	}
	p.Adversary, p.Exhaust = nil, 20*time.Minute
	if got, err := Resolve(p); err != nil || got != 20*time.Minute {
		t.Errorf("stated: %s, %v", got, err)
	}
	p.Exhaust = 0
	if _, err := Resolve(p); err == nil {
		t.Error("neither given, and no error")
	}
	if _, err := TExhaust(p, 2); !errors.Is(err, ErrNoAdversary) {
		t.Errorf("no adversary: %v", err)
	}
}

// [E-1] An infeasible policy has a T_exhaust all the same, so that the check can say what is wrong with it.
func TestResolveOfAnInfeasiblePolicy(t *testing.T) {
	for _, c := range []policies.Compromise{memoryless(time.Hour), atLeastFor(time.Hour)} {
		p := sixReplicas(adversary(policies.Sequential, policies.Different, c))
		p.Period, p.Deadline, p.K, p.KPrime = -time.Minute, 0, 0, 6
		if got, err := Resolve(p); err != nil || got < 0 {
			t.Errorf("%s, %v", got, err)
		}
	}
}

func TestExhaustRefusesWhatThereIsNot(t *testing.T) {
	p := sixReplicas(adversary(policies.Sequential, policies.Different, atLeastFor(time.Minute)))
	for _, x := range []int{-1, 0, 7} {
		if _, err := TExhaust(p, x); err == nil {
			t.Errorf("T_exhaust(%d) of 6 replicas is not refused", x)
		}
	}
	p.Adversary.Target = 2
	if _, err := TExhaust(p, 1); err == nil {
		t.Error("a target of 2 is not refused")
	}
}
