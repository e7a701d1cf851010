package exposure

import (
	"fmt"
	"math"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// Bound is T_exhaust(x), the least time to compromise x replicas (TR-05-17, section 3.3).
type Bound struct {
	Replicas int // x
	Time     time.Duration
	// Certain says that no adversary of the model is faster. Otherwise the model knows no least time, because its
	// distributions begin at 0, and Time is a quantile: before it the probability that a clean start leads to x compromised
	// replicas is at most Share.
	Certain bool
	Share   float64
	Method  string
}

// TExhaust computes T_exhaust(x) from the policy's adversary: the certain least time where there is one, and otherwise
// the quantile at the share of the target that one group of one round may use up.
// [E-4]
func TExhaust(p *policies.Policy, x int) (Bound, error) {
	m, err := newModel(p)
	if err != nil {
		return Bound{}, err
	}
	if x < 1 || x > m.n {
		return Bound{}, fmt.Errorf("T_exhaust of %d replicas; use 1 to %d, the number of replicas", x, m.n)
	}
	if certain := m.certainTime(x); certain > 0 {
		return Bound{Replicas: x, Time: duration(certain), Certain: true, Method: m.certainMethod()}, nil
	}
	return m.quantile(x), nil
}

// Resolve is the T_exhaust(k'+1) to hold against T_p + T_d: as stated in the policy, or computed from its adversary. A k' that
// leaves no replica out is another condition's concern; here it asks for all of them.
// [E-1]
func Resolve(p *policies.Policy) (time.Duration, error) {
	if p.Adversary == nil {
		if p.Exhaust <= 0 {
			return 0, fmt.Errorf("neither exhaust nor an adversary is given; give one of them")
		}
		return p.Exhaust, nil
	}
	b, err := TExhaust(p, max(1, min(p.KPrime+1, p.Replicas)))
	return b.Time, err
}

// share is the part of the target that each group of each round may use, so that all of them together, by the
// union bound, stay within it.
func (m *model) share() float64 { return m.target / (math.Ceil(m.rounds()) * float64(m.groups)) }

func (m *model) quantile(x int) Bound {
	share := m.share()
	within := func(t float64) bool { return m.attempt(x, t).Probability <= share }
	t := greatest(within, 1e-9, m.mission)
	return Bound{Replicas: x, Time: duration(t), Share: share, Method: m.attempt(x, m.window()).Method}
}

// greatest is the greatest t between low and high for which holds is true, given that it is true up to some t and
// false from there on; 0 when there is none. The search is over the logarithm, since nothing is known of the scale.
func greatest(holds func(t float64) bool, low, high float64) float64 {
	switch {
	case high <= low || !holds(low):
		return 0
	case holds(high):
		return high
	}
	for range bisections {
		mid := math.Sqrt(low) * math.Sqrt(high)
		if holds(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

func (m *model) certainMethod() string {
	switch {
	case m.carried == 1:
		return "all fall with the first: the least of the least times"
	case m.attackers == 1:
		return "one after the other: s * first + (1-s) * sum of the least times"
	case m.unlimited():
		return "all at once: s * first + (1-s) * the (k'+1)-th least time"
	}
	return fmt.Sprintf("%d at once: s * first + (1-s) * least makespan", m.attackers)
}

// duration rounds down, because a T_exhaust must never be stated too long. It adds a millionth of a nanosecond, or the
// last bits of a float64, lest a time that is whole in nanoseconds lose one to its conversion.
func duration(seconds float64) time.Duration {
	ns := seconds * 1e9
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(math.Floor(ns*(1+4e-16) + 1e-6))
}
