package exposure

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// rising are the kinds whose hazard does not fall with the time spent.
func rising() map[string]policies.Compromise {
	out := kinds()
	delete(out, "weibull falling")
	delete(out, "lognormal")
	return out
}

// [E-20] A longer T_p is never better where the hazard does not fall. The mission is many periods long; a mission that ends in
// the middle of the last one moves the result by a hair.
func TestLongerPeriodIsNeverBetter(t *testing.T) {
	for kind, c := range rising() {
		for _, likeness := range []policies.Likeness{policies.Different, policies.Equal} {
			m := mustModel(t, sixReplicas(adversary(policies.Parallel, likeness, c)))
			last := 0.0
			for period := 400.0; period < 1e6; period *= 1.3 {
				v := m.withPeriod(period).failure().Probability
				if v < last*(1-1e-6) {
					t.Errorf("%s, %s: T_p = %v gives %v after %v", kind, likeness, period, v, last)
				}
				last = v
			}
		}
	}
}

// [E-20] Where it falls, the opposite can be true: each rejuvenation brings back the adversary's best hour.
func TestFallingHazardTurnsItRound(t *testing.T) {
	c := policies.Compromise{Weibull: &policies.Weibull{Scale: 1e6 * time.Hour, Shape: 0.3}}
	m := mustModel(t, sixReplicas(adversary(policies.Parallel, policies.Different, c)))
	short, long := m.withPeriod(600).failure().Probability, m.withPeriod(60000).failure().Probability
	if short <= long {
		t.Errorf("T_p of 10 min: %v, of 1000 min: %v", short, long)
	}
}

// [E-13] The greatest period meets the target and a slightly longer one does not.
func TestGreatestPeriodIsTheLast(t *testing.T) {
	for kind, c := range kinds() {
		for _, target := range []float64{1e-3, 0.2} {
			p := sixReplicas(adversary(policies.Parallel, policies.Different, c))
			p.Deadline, p.Adversary.Mission, p.Adversary.Target = time.Minute, 20*time.Hour, target
			p.KPrime = 3
			m := mustModel(t, p)
			best := m.greatestPeriod()
			if best == 0 {
				if v := m.withPeriod(m.deadline * 1.01).failure().Probability; v <= target {
					t.Errorf("%s: none, but the shortest gives %v", kind, v)
				}
				continue
			}
			at, after := m.withPeriod(best).failure().Probability, m.withPeriod(best*1.0001).failure().Probability
			if at > target || after <= target && best < m.mission {
				t.Errorf("%s: T_p = %v gives %v, and a bit more %v; target %v", kind, best, at, after, target)
			}
		}
	}
}

// [E-13] With certain times it is T_exhaust - T_d, the paper's own limit, or a little more, since the guaranteed window is the
// first life only.
func TestGreatestPeriodOfCertainTimes(t *testing.T) {
	p := sixReplicas(adversary(policies.Parallel, policies.Different, atLeastFor(20*time.Minute)))
	best := mustModel(t, p).greatestPeriod()
	limit := (20*time.Minute - p.Deadline).Seconds()
	if best < limit-1 || best > limit+p.Deadline.Seconds() {
		t.Errorf("greatest period %v s, the paper's limit is %v s", best, limit)
	}
}

// [E-13] No period is said where none meets the target.
func TestNoPeriodForEqualReplicas(t *testing.T) {
	m := mustModel(t, sixReplicas(adversary(policies.Parallel, policies.Equal, memoryless(time.Hour))))
	if best := m.greatestPeriod(); best != 0 {
		t.Errorf("greatest period %v", best)
	}
}
