package exposure

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// distance is that of Kolmogorov and Smirnov between a sample and a distribution.
func distance(sample []float64, f func(float64) float64) float64 {
	slices.Sort(sample)
	worst, n := 0.0, float64(len(sample))
	for i, x := range sample {
		worst = max(worst, f(x)-float64(i)/n, float64(i+1)/n-f(x))
	}
	return worst
}

// [E-2] A draw follows the distribution.
func TestDrawsFollowTheirLaw(t *testing.T) {
	for name, c := range kinds() {
		l := newLaw(&c)
		r, sample := source(1, 1), make([]float64, 20000)
		for i := range sample {
			sample[i] = l.stillNeeds(0, r)
		}
		if d := distance(sample, l.by); d > 1.63/math.Sqrt(float64(len(sample))) {
			t.Errorf("%s: distance %v from its own law", name, d)
		}
	}
}

// [E-2] What is drawn given work already spent is what remains of the draws that are longer than that work.
func TestRemainingWorkIsConditional(t *testing.T) {
	for name, c := range kinds() {
		l := newLaw(&c)
		done := l.median() / 2
		r, sample := source(1, 2), make([]float64, 20000)
		for i := range sample {
			sample[i] = l.stillNeeds(done, r)
		}
		f := func(x float64) float64 { return l.between(done, done+x) }
		if d := distance(sample, f); d > 1.63/math.Sqrt(float64(len(sample))) {
			t.Errorf("%s: distance %v from its own remainder", name, d)
		}
	}
}

func TestHazardAndQuantileAreInverse(t *testing.T) {
	for name, c := range kinds() {
		l := newLaw(&c).scaled(0.3)
		for _, h := range []float64{1e-9, 1e-3, 0.5, 1, 5, 20} {
			near(t, name, l.hazard(l.quantile(h)), h, 1e-6)
		}
	}
}

// [E-2] Below the least time nothing succeeds; at it a replica without a distribution is certainly compromised.
func TestLeastTimeIsCertain(t *testing.T) {
	c := atLeastFor(30 * time.Minute)
	l := newLaw(&c)
	if l.by(1799.9) != 0 || l.by(1800) != 1 || l.between(0, 1800) != 1 {
		t.Errorf("F is %v before and %v at the least time", l.by(1799.9), l.by(1800))
	}
	u := newLaw(&policies.Compromise{Least: time.Hour, Uniform: &policies.Uniform{Least: time.Hour, Most: 3 * time.Hour}})
	near(t, "uniform after both of its least times", u.by(3*3600), 0.5, 1e-12)
}
