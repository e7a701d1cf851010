package exposure

import (
	"math"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// sixReplicas is the smallest policy of the papers: n = 6, k' = k = 1.
func sixReplicas(a policies.Adversary) *policies.Policy {
	if a.Mission == 0 {
		a.Mission = 8760 * time.Hour
	}
	if a.Target == 0 {
		a.Target = 1e-6
	}
	return &policies.Policy{
		Name: "six", Replicas: 6, K: 1, KPrime: 1, Period: 10 * time.Minute, Deadline: 6 * time.Minute,
		Bounds: policies.Bounds{Boot: 50 * time.Second}, Adversary: &a,
	}
}

func adversary(attack policies.Attack, likeness policies.Likeness, c policies.Compromise) policies.Adversary {
	return policies.Adversary{Attack: attack, Replicas: likeness, Compromise: &c}
}

func atLeastFor(d time.Duration) policies.Compromise { return policies.Compromise{Least: d} }

func memoryless(mean time.Duration) policies.Compromise {
	return policies.Compromise{Exponential: &policies.Exponential{Mean: mean}}
}

func similar(a policies.Adversary, share float64) policies.Adversary {
	a.Replicas, a.Similarity = policies.Similar, share
	return a
}

func mustModel(t testing.TB, p *policies.Policy) *model {
	t.Helper()
	m, err := newModel(p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// near compares with a relative tolerance.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s: %v, want %v within %v of it", what, got, want, tolerance)
	}
}

// agrees holds a computed value against a simulation. Seeds are fixed, so that an agreement once seen stays; the interval is
// widened to twice itself, since many are compared and one in twenty may miss.
func agrees(t *testing.T, what string, v Value, e Estimate) {
	t.Helper()
	low, high := e.Probability-2*(e.Probability-e.Low), e.Probability+2*(e.High-e.Probability)
	if v.Probability < low || v.Exact && v.Probability > high {
		t.Errorf("%s: computed %v, simulated %v", what, v, e)
	}
}

var never = math.Inf(1)

func quiet() *progress { return &progress{} }

// noisy is a simulation short enough for a test.
func (m *model) noisy(seed uint64) Estimate { return m.simulate(seed, 2000, quiet()) }

// laws of every kind, with medians of a few hours.
func kinds() map[string]policies.Compromise {
	return map[string]policies.Compromise{
		"exponential":         memoryless(5 * time.Hour),
		"shifted exponential": {Least: 30 * time.Minute, Exponential: &policies.Exponential{Mean: 5 * time.Hour}},
		"weibull rising":      {Weibull: &policies.Weibull{Scale: 5 * time.Hour, Shape: 1.7}},
		"weibull falling":     {Weibull: &policies.Weibull{Scale: 5 * time.Hour, Shape: 0.8}},
		"lognormal":           {Lognormal: &policies.Lognormal{Median: 4 * time.Hour, Sigma: 1.1}},
		"uniform":             {Uniform: &policies.Uniform{Least: 5 * time.Minute, Most: 8 * time.Hour}},
	}
}
