package exposure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/proactive-resilience/wormhole/policies"
)

// model is a policy as the mathematics sees it. Times are in seconds.
type model struct {
	n, kPrime int
	group     []int // of each replica
	groups    int
	laws      []law
	attackers int     // that work at the same time, on one replica each
	carried   float64 // share of the work that carries over once one replica is compromised

	period   float64 // T_p; +Inf is no rejuvenation at all
	deadline float64 // T_d
	slot     float64 // T_d / groups: what one group may take
	down     float64 // of it, the time in which its replicas are down
	mission  float64
	target   float64
}

// ErrNoAdversary is returned for a policy that states T_exhaust instead of describing an adversary.
var ErrNoAdversary = errors.New("the policy has no adversary; describe one under spec.adversary")

// newModel refuses what Parse would refuse, so that the numerics need not think of it. A policy that is merely infeasible, such as one
// with a period below its deadline, has a T_exhaust all the same.
func newModel(p *policies.Policy) (*model, error) {
	if err := described(p); err != nil {
		return nil, err
	}
	a, n := p.Adversary, p.Replicas
	m := &model{
		n: n, kPrime: p.KPrime, groups: p.Groups(),
		attackers: a.Attackers(n), carried: a.Carried(),
		period: p.Period.Seconds(), deadline: p.Deadline.Seconds(),
		mission: a.Mission.Seconds(), target: a.Target,
	}
	m.slot = m.deadline / float64(m.groups)
	m.down = min(p.TLocalExec().Seconds(), m.slot)
	for i := range n {
		m.group = append(m.group, i/max(p.K, 1))
		m.laws = append(m.laws, newLaw(a.For(i)))
	}
	return m, nil
}

// described says what is missing for T_exhaust.
func described(p *policies.Policy) error {
	switch {
	case p.Adversary == nil:
		return ErrNoAdversary
	case p.Replicas < 1 || p.Replicas > policies.MaxReplicas:
		return fmt.Errorf("replicas is %d; use 1 to %d", p.Replicas, policies.MaxReplicas)
	}
	return findings(p.Adversary.FindingsFor(p.Replicas))
}

// playable says what is missing for rounds to be played.
func playable(p *policies.Policy) error {
	switch {
	case p.K < 1 || p.KPrime < 0:
		return fmt.Errorf("k is %d and kPrime %d; use at least 1 and 0", p.K, p.KPrime)
	case p.KPrime >= p.Replicas:
		return fmt.Errorf("kPrime is %d of %d replicas; use a kPrime below the number of replicas", p.KPrime, p.Replicas)
	case p.Deadline <= 0 || p.Period <= p.Deadline:
		return fmt.Errorf("period is %s and deadline %s; use a period longer than the deadline", p.Period, p.Deadline)
	}
	return nil
}

func findings(fs []policies.Finding) error {
	if len(fs) == 0 {
		return nil
	}
	var lines []string
	for _, f := range fs {
		lines = append(lines, fmt.Sprintf("adversary.%s %s; %s", f.Path, f.Message, f.Fix))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// leaves is the time after the start of a round at which group g is shut down, as late as T_d allows.
func (m *model) leaves(g int) float64 { return m.returns(g) - m.down }

// returns is the time after the start of a round at which group g is back and clean.
func (m *model) returns(g int) float64 { return float64(g+1) * m.slot }

// window is T_p + T_d, the longest time between two rejuvenations of one replica.
func (m *model) window() float64 { return m.period + m.deadline }

// unlimited says that every replica has an attacker of its own.
func (m *model) unlimited() bool { return m.attackers >= m.n }

// alike says that all replicas are equally vulnerable.
func (m *model) alike() bool {
	return !slices.ContainsFunc(m.laws, func(l law) bool { return l != m.laws[0] })
}

// deterministic says that every replica takes a certain time.
func (m *model) deterministic() bool {
	return !slices.ContainsFunc(m.laws, func(l law) bool { return l.spread != nil })
}

// withPeriod is the same policy with another T_p; +Inf takes rejuvenation away.
func (m *model) withPeriod(period float64) *model {
	c := *m
	c.period = period
	return &c
}

// scaledBy is the same policy against an adversary who needs that share of the time.
func (m *model) scaledBy(share float64) *model {
	c := *m
	c.laws = slices.Clone(m.laws)
	for i := range c.laws {
		c.laws[i] = c.laws[i].scaled(share)
	}
	return &c
}

// rounds is the number of periods in the mission, whole or not.
func (m *model) rounds() float64 { return m.mission / m.period }

func (m *model) rejuvenates() bool { return !math.IsInf(m.period, 1) }
