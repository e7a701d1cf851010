package exposure

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// busy is a policy that fails often enough to be simulated plainly.
func busy(a policies.Adversary) *policies.Policy {
	a.Mission = 40 * time.Hour
	p := sixReplicas(a)
	p.Period, p.Deadline, p.Bounds.Boot = 100*time.Minute, 48*time.Minute, 5*time.Minute
	return p
}

// [E-9] [E-15] The chain agrees with plain simulation for every kind of time, several group sizes and tolerances.
func TestChainAgainstSimulation(t *testing.T) {
	for kind, c := range kinds() {
		for _, size := range []struct{ n, k, kPrime int }{{6, 1, 1}, {6, 1, 0}, {8, 2, 1}, {9, 1, 2}, {6, 6, 1}} {
			p := busy(adversary(policies.Parallel, policies.Different, c))
			p.Replicas, p.K, p.KPrime = size.n, size.k, size.kPrime
			m := mustModel(t, p)
			v := m.failure()
			if !v.Exact {
				t.Errorf("%s, %v: only a bound", kind, size)
			}
			agrees(t, fmt.Sprintf("%s, %v", kind, size), v, m.noisy(1))
		}
	}
}

// [E-9] Unequal replicas too.
func TestChainOfUnequalReplicas(t *testing.T) {
	a := policies.Adversary{Attack: policies.Parallel, Replicas: policies.Different}
	for i := range 6 {
		a.Each = append(a.Each, memoryless(time.Duration(2+4*i)*time.Hour))
	}
	m := mustModel(t, busy(a))
	agrees(t, "unequal", m.failure(), m.simulate(1, 20000, quiet()))
}

// naiveFailure plays every round without the short cut of the steady rate, over all subsets of the replicas and with failure as a state.
func naiveFailure(m *model) float64 {
	mass := make([]float64, 1<<m.n+1)
	mass[0] = 1
	failed := len(mass) - 1
	born, now := make([]float64, m.n), 0.0
	advance := func(until float64) {
		next := make([]float64, len(mass))
		next[failed] = mass[failed]
		for s := range failed {
			for grown := s; grown < failed; grown = (grown + 1) | s {
				next[naiveState(m, grown, failed)] += mass[s] * naiveStep(m, s, grown, born, now, until)
			}
		}
		mass, now = next, until
	}
	for round := 1.0; ; round++ {
		for g := range m.groups {
			at := round*m.period + m.leaves(g)
			advance(min(at, m.mission))
			if at >= m.mission {
				return mass[failed]
			}
			naiveClean(m, mass, failed, g)
			for i := range born {
				if m.group[i] == g {
					born[i] = round*m.period + m.returns(g)
				}
			}
		}
	}
}

func naiveState(m *model, s, failed int) int {
	count := 0
	for i := range m.n {
		count += s >> i & 1
	}
	if count > m.kPrime {
		return failed
	}
	return s
}

func naiveStep(m *model, from, to int, born []float64, now, until float64) float64 {
	p := 1.0
	for i, l := range m.laws {
		fall := l.between(now-born[i], until-born[i])
		switch {
		case from>>i&1 == 1:
		case to>>i&1 == 1:
			p *= fall
		default:
			p *= 1 - fall
		}
	}
	return p
}

func naiveClean(m *model, mass []float64, failed, g int) {
	for s := range failed {
		clean := s
		for i := range m.n {
			if m.group[i] == g {
				clean &^= 1 << i
			}
		}
		if clean != s {
			mass[clean] += mass[s]
			mass[s] = 0
		}
	}
}

// [E-9] The chain with its short cuts is the plain walk over all subsets and all rounds.
func TestChainAgainstAllSubsets(t *testing.T) {
	for kind, c := range kinds() {
		p := busy(adversary(policies.Parallel, policies.Different, c))
		m := mustModel(t, p)
		for _, mission := range []float64{0.2, 1.01, 1.6, 2.3, 30.45} {
			m.mission = mission * m.period
			near(t, fmt.Sprintf("%s, %v periods", kind, mission), m.failure().Probability, naiveFailure(m), 1e-9)
		}
	}
}

// [E-10] The union bound is never below the chain, and not far above it where failures are rare.
func TestUnionBoundIsABound(t *testing.T) {
	for kind, c := range kinds() {
		for _, kPrime := range []int{0, 1, 2} {
			p := busy(adversary(policies.Parallel, policies.Different, c))
			p.KPrime = kPrime
			m := mustModel(t, p)
			for _, mission := range []float64{0.5, 5, 500} {
				m.mission = mission * m.period
				chain, union := m.failure().Probability, m.unionBound(kPrime)
				if union < chain {
					t.Errorf("%s, k' %d, %v periods: union %v below chain %v", kind, kPrime, mission, union, chain)
				}
			}
		}
	}
}

// [E-10] Where the sets are too many the union bound takes over and is marked as a bound.
func TestManyReplicasGetTheUnionBound(t *testing.T) {
	p := sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(72000*time.Hour)))
	p.Replicas, p.KPrime, p.K = 128, 20, 1
	if v := mustModel(t, p).failure(); v.Exact || v.Probability > 1e-6 {
		t.Errorf("128 replicas: %v", v)
	}
}

// prime is the formula of SRDS14, section VI: replicas rejuvenated one after the other, evenly over the period, and each interval
// between two rejuvenations an experiment of its own.
func prime(n, tolerated int, mean, period, mission float64) float64 {
	ps := make([]float64, n)
	for j := range ps {
		ps[j] = -math.Expm1(-period / float64(n) * float64(j+1) / mean)
	}
	return -math.Expm1(mission / period * float64(n) * math.Log1p(-atLeast(ps, tolerated+1)))
}

// [E-9] Prime's formula counts a pair of compromised replicas again in each interval in which it lasts; so it is above the chain,
// by less than the number of intervals in a life.
func TestChainAgainstPrimesFormula(t *testing.T) {
	p := sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(20000*time.Hour)))
	m := mustModel(t, p)
	m.deadline = m.period * (1 - 1e-9)
	m.slot, m.down = m.deadline/6, 0
	got, formula := m.failure().Probability, prime(6, 1, 20000*3600, m.period, m.mission)
	if got > formula || got < formula/6 {
		t.Errorf("chain %v, Prime's formula %v", got, formula)
	}
}
