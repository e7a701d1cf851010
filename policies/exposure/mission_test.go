package exposure

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// [E-11] The paper's condition with a certain T_exhaust gives 0, computed and simulated, up to the limit and not beyond it.
func TestExhaustionSafePolicyNeverFails(t *testing.T) {
	for _, attack := range []policies.Attack{policies.Sequential, policies.Parallel} {
		for _, share := range []float64{0, 0.5, 1} {
			a := similar(adversary(attack, policies.Similar, atLeastFor(time.Hour)), share)
			p := sixReplicas(a)
			b, err := TExhaust(p, 2)
			if err != nil {
				t.Fatal(err)
			}
			p.Period = b.Time - p.Deadline - time.Second
			m := mustModel(t, p)
			if v := m.failure(); !v.Exact || v.Probability != 0 {
				t.Errorf("%s, similarity %v: %v", attack, share, v)
			}
			if e := m.simulate(1, 300, quiet()); e.Hits != 0 || e.Probability != 0 || e.High <= 0 {
				t.Errorf("%s, similarity %v: simulated %v", attack, share, e)
			}
			p.Adversary.Compromise.Least -= 20 * time.Minute
			if m := mustModel(t, p); m.failure().Probability == 0 && m.unlimited() {
				t.Errorf("%s, similarity %v: still 0 with less time", attack, share)
			}
		}
	}
}

// [E-12] [E-15] With rejuvenation every computed value agrees with simulation: exact ones from both sides, bounds from above.
func TestMissionAgainstSimulation(t *testing.T) {
	for name, m := range manyModels(t) {
		agrees(t, name, m.failure(), m.noisy(1))
	}
}

// [E-15] One attacker on equal replicas: the renewals are exact.
func TestRenewalsAgainstSimulation(t *testing.T) {
	for kind, c := range kinds() {
		p := busy(adversary(policies.Sequential, policies.Equal, c))
		for _, k := range []int{1, 2, 3} {
			p.K = k
			for _, mission := range []time.Duration{time.Hour, 3 * time.Hour, 9 * time.Hour} {
				p.Adversary.Mission = mission
				m := mustModel(t, p)
				if v := m.failure(); !v.Exact && !m.exhaustionSafe() {
					t.Errorf("%s: %v is not exact", kind, v)
				}
				agrees(t, kind, m.failure(), m.simulate(7, 4000, quiet()))
			}
		}
	}
}

// [E-11] The window is T_p + T_d and not T_p: an adversary who needs a little more than T_p comes through in the first round.
func TestWindowIsLongerThanThePeriod(t *testing.T) {
	m := mustModel(t, sixReplicas(adversary(policies.Parallel, policies.Different, atLeastFor(11*time.Minute))))
	if v, e := m.failure(), m.noisy(1); v.Probability != 1 || e.Probability != 1 {
		t.Errorf("computed %v, simulated %v", v, e)
	}
}

// [E-12] What carries over is in the bound: without it a simulation would exceed it.
func TestBoundOfSimilarReplicas(t *testing.T) {
	p := sixReplicas(similar(adversary(policies.Parallel, policies.Similar, memoryless(300*time.Hour)), 0.8))
	p.Adversary.Mission = 20 * time.Hour
	m := mustModel(t, p)
	v, e := m.failure(), m.simulate(1, 4000, quiet())
	agrees(t, "similar", v, e)
	m.carried = 0
	if apart := m.failure(); v.Exact || v.Probability > 0.9 || apart.Probability > e.Low {
		t.Errorf("bound %v, simulated %v, nothing carried over %v", v, e, apart)
	}
}

// [E-15] Splitting agrees with the chain where plain counting would need a hundred times the rounds, and with exact values for
// two levels.
func TestSplittingOfRareFailures(t *testing.T) {
	for _, kPrime := range []int{0, 1, 2} {
		p := sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(200*time.Hour)))
		p.KPrime, p.Adversary.Mission = kPrime, 300*time.Hour
		m := mustModel(t, p)
		e := m.simulate(5, 6000, quiet())
		if e.Hits == 0 || (e.High-e.Low) > e.Probability {
			t.Errorf("k' = %d: %v is no estimate", kPrime, e)
		}
		agrees(t, "splitting", m.failure(), e)
	}
}

// [E-15] Splitting also agrees where the hazard depends on the work done, so that a new future must know the past.
func TestSplittingKnowsThePast(t *testing.T) {
	c := policies.Compromise{Weibull: &policies.Weibull{Scale: 40 * time.Minute, Shape: 3}}
	p := sixReplicas(adversary(policies.Parallel, policies.Different, c))
	p.Adversary.Mission = 20 * time.Hour
	m := mustModel(t, p)
	agrees(t, "weibull", m.failure(), m.split(3, 5000, quiet()))
}

// [E-15] Without a hit the simulation says "at most", above the true value.
func TestNoHitIsAnUpperBound(t *testing.T) {
	p := sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(72000*time.Hour)))
	p.KPrime = 2
	m := mustModel(t, p)
	e := m.noisy(1)
	if e.Hits != 0 || e.Low != 0 || e.High < m.failure().Probability {
		t.Errorf("%v, computed %v", e, m.failure())
	}
}

// A deterministic adversary may hold one replica for ever; the simulation ends all the same.
func TestEndlessExcursionsEnd(t *testing.T) {
	p := sixReplicas(adversary(policies.Parallel, policies.Different, atLeastFor(7*time.Minute)))
	p.KPrime, p.K = 5, 1
	e := mustModel(t, p).simulate(1, 100, quiet())
	if e.Trials == 0 || e.High < e.Probability {
		t.Errorf("%+v", e)
	}
}
