package exposure

import (
	"fmt"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// [E-6] The probability rises with the time and falls with the number of replicas, for every attack.
func TestAttemptIsMonotone(t *testing.T) {
	for name, m := range manyModels(t) {
		for x := 1; x <= 4; x++ {
			last := 0.0
			for at := 60.0; at < 3e5; at *= 3 {
				p := m.attempt(x, at).Probability
				more := m.attempt(x+1, at).Probability
				if p < last*(1-1e-3) || more > p*(1+1e-3) || p > 1 {
					t.Errorf("%s: x %d, t %v: %v after %v; for one more %v", name, x, at, p, last, more)
				}
				last = p
			}
		}
	}
}

// manyModels is every kind of time under every kind of attack.
func manyModels(t *testing.T) map[string]*model {
	out := map[string]*model{}
	for kind, c := range kinds() {
		for _, attackers := range []int{1, 3, 6} {
			for _, share := range []float64{0, 0.5, 1} {
				a := similar(adversary(policies.Parallel, policies.Similar, c), share)
				a.Power, a.Mission = attackers, 60*time.Hour
				p := sixReplicas(a)
				p.Period, p.Deadline = 3*time.Hour, time.Hour
				out[fmt.Sprintf("%s, %d attackers, similarity %v", kind, attackers, share)] = mustModel(t, p)
			}
		}
	}
	return out
}

// [E-15] Without rejuvenation the closed forms, the convolution and the quadrature agree with simulation.
func TestCleanStartAgainstSimulation(t *testing.T) {
	seed := uint64(0)
	for name, m := range manyModels(t) {
		m = m.withPeriod(never)
		m.mission = 4 * 3600
		agrees(t, name, m.failure(), m.noisy(seed))
	}
}

// [E-8] At the ends of the similarity the quadrature is the closed form.
func TestQuadratureAtItsEnds(t *testing.T) {
	for kind, c := range kinds() {
		p := sixReplicas(similar(adversary(policies.Parallel, policies.Similar, c), 0.5))
		m := mustModel(t, p)
		for _, at := range []float64{3600, 4 * 3600} {
			m.carried = 0
			apart := m.attempt(3, at).Probability
			m.carried = 1
			together := m.attempt(3, at).Probability
			m.carried = 1e-9
			near(t, kind+": different", m.carriedOver(3, at), apart, 2e-3)
			m.carried = 1 - 1e-7
			near(t, kind+": equal", m.carriedOver(3, at), together, 2e-2)
		}
	}
}

// [E-8] Between them it agrees with simulation, with unequal replicas too.
func TestQuadratureOfUnequalReplicas(t *testing.T) {
	a := policies.Adversary{Attack: policies.Parallel, Replicas: policies.Similar, Similarity: 0.6}
	for i := range 6 {
		a.Each = append(a.Each, memoryless(time.Duration(2*i+3)*time.Hour))
	}
	p := sixReplicas(a)
	p.KPrime = 2
	m := mustModel(t, p).withPeriod(never)
	m.mission = 2 * 3600
	agrees(t, "unequal", m.failure(), m.simulate(1, 40000, quiet()))
}

// [E-8] A replica with a certain time among others is not lost between the cells.
func TestQuadratureWithACertainTime(t *testing.T) {
	for _, certain := range []time.Duration{10 * time.Minute, time.Hour, 90 * time.Minute} {
		a := policies.Adversary{Attack: policies.Parallel, Replicas: policies.Similar, Similarity: 0.5}
		a.Each = append(a.Each, atLeastFor(certain))
		for range 5 {
			a.Each = append(a.Each, policies.Compromise{Least: 15 * time.Minute, Exponential: &policies.Exponential{Mean: 9 * time.Hour}})
		}
		m := mustModel(t, sixReplicas(a)).withPeriod(never)
		m.mission = 2 * 3600
		agrees(t, certain.String(), m.failure(), m.simulate(1, 20000, quiet()))
	}
}

// [E-7] One attacker on unequal replicas takes the most vulnerable first.
func TestSequentialOfUnequalReplicas(t *testing.T) {
	a := policies.Adversary{Attack: policies.Sequential, Replicas: policies.Different}
	for i := range 6 {
		a.Each = append(a.Each, memoryless(time.Duration(12-2*i)*time.Hour))
	}
	m := mustModel(t, sixReplicas(a)).withPeriod(never)
	m.mission = 2 * 3600
	agrees(t, "unequal", m.failure(), m.simulate(1, 40000, quiet()))
}

// [E-6] Where the distributions cross, the value is marked as a bound and is one.
func TestCrossingDistributionsAreABound(t *testing.T) {
	a := policies.Adversary{Attack: policies.Sequential, Replicas: policies.Different}
	for i := range 6 {
		c := memoryless(5 * time.Hour)
		if i%2 == 0 {
			c = policies.Compromise{Weibull: &policies.Weibull{Scale: 4 * time.Hour, Shape: 4}}
		}
		a.Each = append(a.Each, c)
	}
	m := mustModel(t, sixReplicas(a)).withPeriod(never)
	m.mission = 4 * 3600
	v := m.failure()
	if v.Exact {
		t.Errorf("%v is called exact", v)
	}
	agrees(t, "crossing", v, m.noisy(1))
}
