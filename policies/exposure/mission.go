package exposure

import "math"

// failure is the probability that at some instant of the mission more than k' replicas are compromised.
// [E-11]
func (m *model) failure() Value {
	x := m.kPrime + 1
	switch {
	case !m.rejuvenates():
		return m.attempt(x, m.mission)
	case m.exhaustionSafe():
		return exact(0, "T_p + T_d is less than a certain T_exhaust(k'+1)")
	case m.carried == 1:
		return m.allFall()
	case m.carried == 0 && m.unlimited():
		return m.chained(m.kPrime, true)
	}
	return m.bounded()
}

// exhaustionSafe is the paper's condition with a T_exhaust that is certain (TR-05-17, section 3.3).
func (m *model) exhaustionSafe() bool { return m.certainTime(m.kPrime+1) > m.window() }

// chained is the exact chain, or the union bound when the chain would be too large.
func (m *model) chained(threshold int, same bool) Value {
	c := newChain(m, threshold)
	switch {
	case c == nil:
		return bound(m.unionBound(threshold), "union bound over the groups of all rounds")
	case same:
		return exact(c.failure(), "Markov chain of the sets of compromised replicas")
	}
	return bound(c.failure(), "Markov chain, against an adversary who is never slower")
}

// allFall is for equal replicas: the first to fall brings all others down, so that k' does not help.
func (m *model) allFall() Value {
	enough := m.n-m.largestGroup() > m.kPrime
	if m.attackers == 1 && m.alike() && m.groups > 1 && enough {
		return exact(m.renewals(), "renewals: the attacker moves on to the freshest replica")
	}
	return m.chained(0, m.unlimited() && enough)
}

func (m *model) largestGroup() int {
	size := 0
	for _, g := range m.group {
		if g == 0 {
			size++
		}
	}
	return size
}

// renewals is for one attacker on equal replicas, who stays with one until it goes down and then takes the one that stays
// longest. He starts in the last group, then walks backwards through the groups, each of which came back a slot before
// the one after it went down; when the first goes down nothing has come back in this round yet, and he returns to the last group.
// So his tries last T_p + leave of the last group; and from then on, again and again, groups-1 times T_p - slot and once (groups-1) slots.
func (m *model) renewals() float64 {
	l, tries := m.laws[0], float64(m.groups-1)
	first := m.period + m.leaves(m.groups-1)
	if m.mission <= first {
		return l.by(m.mission)
	}
	long, short, cycle := m.period-m.slot, tries*m.slot, tries*m.period
	h := l.hazard(first)
	whole, rest := math.Modf((m.mission - first) / cycle)
	if whole > 0 {
		h += whole * (tries*l.hazard(long) + l.hazard(short))
	}
	return -math.Expm1(-h - m.partCycle(rest*cycle, long, short))
}

// partCycle is the hazard of a cycle of tries that is cut off.
func (m *model) partCycle(rest, long, short float64) float64 {
	h := 0.0
	for range m.groups - 1 {
		h += m.laws[0].hazard(min(rest, long))
		rest = max(0, rest-long)
	}
	return h + m.laws[0].hazard(min(rest, short))
}

// bounded is the least of three upper bounds for attacks that have no closed form. Work never goes faster than 1/(1-s),
// and more attackers are never slower: so the adversary who has one on each replica and works at that speed from the start
// is never slower. Neither is one whose first success ends everything.
// [E-12]
func (m *model) bounded() Value {
	all := m.withAttackers(m.n)
	v := all.scaledBy(1-m.carried).chained(m.kPrime, false)
	if first := all.chained(0, false); first.Probability < v.Probability {
		v = first
	}
	return v
}
