package exposure

import (
	"math"
	"math/rand/v2"

	"github.com/proactive-resilience/wormhole/policies"
)

// law is the time in seconds that one attacker needs for one clean replica: a certain part and a random one.
// [E-2]
type law struct {
	least  float64 // the certain part; work below it never succeeds
	spread spread  // the random part, which can be as short as 0; nil when there is none
	scale  float64 // by which both are multiplied: 1, or less where work carries over
}

// spread is a continuous distribution on the times above 0. It is given by its cumulative hazard H(t) = -ln(1 - F(t)),
// because differences of H stay exact where differences of F would cancel: the chance to fall between a and b
// after having stood until a is 1 - exp(H(a) - H(b)).
type spread interface {
	hazard(t float64) float64
	inverse(h float64) float64 // the time at which the hazard has come to h
}

func newLaw(c *policies.Compromise) law {
	l := law{least: c.Least.Seconds(), scale: 1}
	switch {
	case c.Exponential != nil:
		l.spread = weibull{c.Exponential.Mean.Seconds(), 1}
	case c.Weibull != nil:
		l.spread = weibull{c.Weibull.Scale.Seconds(), c.Weibull.Shape}
	case c.Lognormal != nil:
		l.spread = lognormal{c.Lognormal.Median.Seconds(), c.Lognormal.Sigma}
	case c.Uniform != nil:
		l.least += c.Uniform.Least.Seconds()
		l.spread = uniform{c.Uniform.Most.Seconds() - c.Uniform.Least.Seconds()}
	}
	return l
}

// hazard is H(t); +Inf when the replica is certainly compromised by t.
func (l law) hazard(t float64) float64 {
	t = t/l.scale - l.least
	switch {
	case t < 0 || math.IsNaN(t):
		return 0
	case l.spread == nil:
		return math.Inf(1)
	case t == 0:
		return 0
	}
	return l.spread.hazard(t)
}

// by is F(t), the probability that the replica is compromised by t.
func (l law) by(t float64) float64 { return -math.Expm1(-l.hazard(t)) }

// between is the probability that a replica that stands at age a has fallen at age b.
func (l law) between(a, b float64) float64 {
	hb := l.hazard(b)
	if math.IsInf(hb, 1) {
		return 1
	}
	return max(0, -math.Expm1(l.hazard(a)-hb))
}

// stillNeeds draws the work that a clean replica still needs after some was done in vain. The hazard until success is
// exponential of mean 1, and without memory.
func (l law) stillNeeds(done float64, r *rand.Rand) float64 {
	return max(0, l.quantile(l.hazard(done)+r.ExpFloat64())-done)
}

// quantile is the time at which the hazard has come to h.
func (l law) quantile(h float64) float64 {
	if l.spread == nil {
		return l.scale * l.least
	}
	return l.scale * (l.least + l.spread.inverse(h))
}

func (l law) median() float64 { return l.quantile(math.Ln2) }

func (l law) scaled(by float64) law {
	l.scale *= by
	return l
}

// memoryless says whether the law is exponential from its very start.
func (l law) memoryless() (mean float64, ok bool) {
	w, is := l.spread.(weibull)
	return w.scale * l.scale, is && w.shape == 1 && l.least == 0
}
