package exposure

import (
	"math"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// TR-05-17, section 3.1: f+1 hackers in parallel on f+1 replicas need "the time necessary to compromise the less vulnerable
// replica" of those. [E-5]
func TestParallelAttackTakesAsLongAsTheLeastVulnerable(t *testing.T) {
	p := sixReplicas(each(policies.Parallel, policies.Different, 10, 20, 30, 40, 50, 60))
	for x := 1; x <= 6; x++ {
		if b, err := TExhaust(p, x); err != nil || b.Time != time.Duration(10*x)*time.Minute {
			t.Errorf("T_exhaust(%d) = %s, %v", x, b.Time, err)
		}
	}
}

// Section 3.1: with equal replicas "an adversary only needs to discover how to compromise a single replica". [E-5]
func TestEqualReplicasFallTogether(t *testing.T) {
	for _, attack := range []policies.Attack{policies.Sequential, policies.Parallel} {
		for kind, c := range kinds() {
			p := sixReplicas(adversary(attack, policies.Equal, c))
			one, err := TExhaust(p, 1)
			all, err2 := TExhaust(p, 6)
			if err != nil || err2 != nil || one.Time != all.Time {
				t.Errorf("%s, %s: T_exhaust(1) = %s, T_exhaust(6) = %s, %v, %v", attack, kind, one.Time, all.Time, err, err2)
			}
		}
	}
}

// Section 3.1: "in long-lived systems, even if replicas are attacked in sequence, the probability of more than f being
// compromised is significant". [E-19]
func TestWithoutRejuvenationLongMissionsFail(t *testing.T) {
	for name, m := range manyModels(t) {
		m = m.withPeriod(never)
		m.mission = 3600 * 24 * 365
		if v := m.failure(); v.Probability < 0.999 {
			t.Errorf("%s: only %v in a year", name, v)
		}
	}
}

// Section 3.3, footnote 1: without a fault to spare rejuvenation does not help. Against memoryless compromise the probability of
// survival is exp(-time up / mean) with and without it: all that is gained is the time down. [E-18]
func TestRejuvenationWithoutRedundancyGainsOnlyTheTimeDown(t *testing.T) {
	p := sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(1000*time.Hour)))
	p.Replicas, p.KPrime = 1, 0
	m := mustModel(t, p)
	m.mission = 600 * m.period
	rounds := 600.0 - 1 // the first period has no round, and the last round begins as the mission ends
	upTime := m.mission - rounds*m.down
	near(t, "with", m.failure().Probability, -math.Expm1(-upTime/3.6e6), 1e-9)
	near(t, "without", m.withPeriod(never).failure().Probability, -math.Expm1(-m.mission/3.6e6), 1e-9)
	m.down = 0
	near(t, "no time down", m.failure().Probability, m.withPeriod(never).failure().Probability, 1e-9)
}

// The same for k' = 0 with six replicas, the first of which to fall ends it. [E-18]
func TestNoFaultToSpareMakesThePeriodMeaningless(t *testing.T) {
	p := sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(100000*time.Hour)))
	p.KPrime = 0
	m := mustModel(t, p)
	m.down = 0
	want := m.withPeriod(never).failure().Probability
	for _, period := range []float64{400, 3600, 1e5, 1e6} {
		near(t, "probability", m.withPeriod(period).failure().Probability, want, 1e-9)
	}
}

// With one fault to spare it does help, by orders of magnitude.
func TestRejuvenationWithRedundancyHelps(t *testing.T) {
	m := mustModel(t, sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(7200*time.Hour))))
	with, without := m.failure().Probability, m.withPeriod(never).failure().Probability
	if with*1000 > without {
		t.Errorf("with %v, without %v", with, without)
	}
}

// SRDS14 and section 3.1: neither diversity nor rejuvenation alone defends a long mission; both together do. [E-21]
func TestDiversityAndRejuvenationHelpTogether(t *testing.T) {
	probability := func(likeness policies.Likeness, rejuvenated bool) float64 {
		m := mustModel(t, sixReplicas(adversary(policies.Parallel, likeness, memoryless(7200*time.Hour))))
		if !rejuvenated {
			m = m.withPeriod(never)
		}
		return m.failure().Probability
	}
	both := probability(policies.Different, true)
	alone := min(probability(policies.Different, false), probability(policies.Equal, true))
	neither := probability(policies.Equal, false)
	if both*1000 > alone || alone > neither {
		t.Errorf("both %v, the better one alone %v, neither %v", both, alone, neither)
	}
}

// More in common is never better, neither for T_exhaust nor over the mission.
func TestSimilarityNeverHelps(t *testing.T) {
	for _, attack := range []policies.Attack{policies.Sequential, policies.Parallel} {
		lastTime, last := time.Duration(math.MaxInt64), 0.0
		for _, share := range []float64{0, 0.2, 0.5, 0.8, 1} {
			p := sixReplicas(similar(adversary(attack, policies.Similar, memoryless(7200*time.Hour)), share))
			p.Adversary.Mission = 800 * time.Hour
			b, err := TExhaust(p, 2)
			m := mustModel(t, p)
			v := m.withPeriod(never).failure().Probability
			if err != nil || b.Time > lastTime || v < last*(1-1e-3) {
				t.Errorf("%s, %v: T_exhaust %s after %s, probability %v after %v, %v", attack, share, b.Time, lastTime, v, last, err)
			}
			lastTime, last = b.Time, v
		}
	}
}

// More attackers are never slower and more tolerated faults never worse.
func TestStrongerAndWeaker(t *testing.T) {
	last := time.Duration(math.MaxInt64)
	for power := 1; power <= 6; power++ {
		a := each(policies.Parallel, policies.Different, 10, 15, 20, 25, 30, 35)
		a.Power = power
		b, err := TExhaust(sixReplicas(a), 5)
		if err != nil || b.Time > last {
			t.Errorf("%d attackers: %s after %s, %v", power, b.Time, last, err)
		}
		last = b.Time
	}
	lastP := 1.0
	for kPrime := range 4 {
		p := sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(720*time.Hour)))
		p.KPrime = kPrime
		v := mustModel(t, p).failure().Probability
		if v > lastP {
			t.Errorf("k' = %d: %v after %v", kPrime, v, lastP)
		}
		lastP = v
	}
}
