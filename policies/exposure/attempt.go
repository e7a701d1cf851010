package exposure

import (
	"cmp"
	"math"
	"slices"
)

// Value is a computed probability.
type Value struct {
	Probability float64 `json:"probability"`
	Exact       bool    `json:"exact"`  // otherwise an upper bound
	Method      string  `json:"method"` // the formula, in words
}

func exact(p float64, method string) Value { return Value{p, true, method} }

func bound(p float64, method string) Value { return Value{p, false, method} }

// attempt is the probability that x replicas are compromised within t seconds of a start at which all are clean
// and after which none is rejuvenated.
// [E-6]
func (m *model) attempt(x int, t float64) Value {
	switch {
	case x <= 0:
		return exact(1, "nothing to compromise")
	case x > m.n || t <= 0:
		return exact(0, "nothing can be compromised")
	case m.deterministic() && (m.unlimited() || m.attackers == 1 || m.alike()):
		return exact(indicator(t >= m.certainTime(x)), "certain times")
	case m.carried == 1 || x == 1:
		return m.firstFalls(t)
	case m.attackers == 1:
		return m.oneAfterTheOther(x, t)
	case m.unlimited():
		return m.allAtOnce(x, t)
	}
	return m.someAtOnce(x, t)
}

// someAtOnce is for more than one attacker and fewer than replicas, which has no closed form: more attackers are
// never slower, and x replicas never fall before the first.
func (m *model) someAtOnce(x int, t float64) Value {
	more, first := m.withAttackers(m.n).attempt(x, t), m.firstFalls(t)
	if first.Probability < more.Probability {
		return bound(first.Probability, first.Method)
	}
	return bound(more.Probability, "as many attackers as replicas: "+more.Method)
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (m *model) withAttackers(count int) *model {
	c := *m
	c.attackers = count
	return &c
}

func (m *model) certainTime(x int) float64 {
	return leastTime(m.certainWorks(), m.attackers, m.carried, x)
}

func (m *model) certainWorks() []float64 {
	works := make([]float64, m.n)
	for i, l := range m.laws {
		works[i] = l.scale * l.least
	}
	return works
}

// firstFalls is the probability that one replica falls by t. Fewer attackers than replicas take those that are
// most likely to.
func (m *model) firstFalls(t float64) Value {
	hazards := make([]float64, m.n)
	for i, l := range m.laws {
		hazards[i] = l.hazard(t)
	}
	slices.Sort(hazards)
	p := -math.Expm1(-sum(hazards[m.n-m.attackers:]))
	if m.unlimited() || m.alike() {
		return exact(p, "the first to fall: 1 - product of (1 - F)")
	}
	return bound(p, "the first to fall, if the attackers chose best for each time")
}

// allAtOnce has an attacker on each replica.
func (m *model) allAtOnce(x int, t float64) Value {
	if m.carried > 0 {
		return exact(m.carriedOver(x, t), "quadrature over the first to fall")
	}
	ps := make([]float64, m.n)
	for i, l := range m.laws {
		ps[i] = l.by(t)
	}
	return exact(atLeast(ps, x), "Poisson binomial tail of the replicas' F")
}

// oneAfterTheOther has a single attacker, who takes the x most vulnerable. Which those are depends on the time
// when the distributions cross; then each of the x is taken to be as vulnerable as the most vulnerable is at every time.
func (m *model) oneAfterTheOther(x int, t float64) Value {
	laws, ordered := m.mostVulnerable(t)
	mean, memoryless := laws[0].memoryless()
	switch {
	case m.alike() && memoryless && m.carried == 0:
		return exact(erlang(x, t/mean), "Erlang: sum of equal exponential times")
	case ordered:
		return exact(sumBy(m.inTurn(laws[:x]), t), "convolution of the most vulnerable replicas' times")
	}
	return bound(m.envelopeBy(x, t), "convolution of the greatest F of all replicas")
}

// inTurn scales all but the first by what does not carry over.
func (m *model) inTurn(laws []law) []law {
	out := []law{laws[0]}
	for _, l := range laws[1:] {
		out = append(out, l.scaled(1-m.carried))
	}
	return out
}

// mostVulnerable sorts the laws by their F, the greatest first, and says whether that order is the same at all times up to t.
func (m *model) mostVulnerable(t float64) (sorted []law, ordered bool) {
	sorted = slices.Clone(m.laws)
	slices.SortStableFunc(sorted, func(a, b law) int {
		return cmp.Or(cmp.Compare(b.hazard(t), a.hazard(t)), cmp.Compare(a.median(), b.median()))
	})
	for u := t; u > t*1e-6; u *= 0.7 {
		if !fallingHazards(sorted, u) {
			return sorted, false
		}
	}
	return sorted, true
}

func fallingHazards(laws []law, t float64) bool {
	return slices.IsSortedFunc(laws, func(a, b law) int { return cmp.Compare(b.hazard(t), a.hazard(t)) })
}
