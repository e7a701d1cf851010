package policies

import (
	"fmt"
	"time"
)

// A predicate is a part of a condition that one parameter can repair by growing or by shrinking, but not by both. The search
// for a fix rests on that: each predicate is monotone in each parameter. Only "schedule" has two parts.
type predicate struct {
	condition string
	holds     func(*checker, *Policy) bool
}

var predicates = []predicate{
	{"replicas", func(_ *checker, p *Policy) bool { return p.Replicas >= p.leastReplicas() }},
	{"parameters", func(_ *checker, p *Policy) bool { return p.positive() }},
	{"deadline", func(_ *checker, p *Policy) bool { return p.Deadline >= p.roundBound() }},
	{"period", func(_ *checker, p *Policy) bool { return p.Period > p.Deadline }},
	{"exhaustion", func(c *checker, p *Policy) bool { return p.window() < c.exhaust }},
	{"schedule", func(c *checker, p *Policy) bool { return c.gaps(p).shortest.length > p.Deadline }},
	{"schedule", func(c *checker, p *Policy) bool { return c.gaps(p).longest.length <= p.Period }},
}

// checker is one policy under examination.
type checker struct {
	policy  *Policy
	exhaust time.Duration
	cron    *gaps // of the cron schedule, which no fix changes; nil for a fixed period
	from    time.Time
	invalid bool // the expression is none; only for a Policy that did not come from Parse
}

func newChecker(p *Policy, in Inputs) *checker {
	c := &checker{policy: p, exhaust: in.Exhaust, from: in.From}
	if p.Schedule == "" {
		return c
	}
	schedule, err := ParseSchedule(p.Schedule)
	if err != nil {
		c.invalid, c.cron = true, &gaps{}
		return c
	}
	found := schedule.gaps(p.Control.Cycle, in.From)
	c.cron = &found
	return c
}

// gaps are those between the round starts of p, which is the policy under examination or one that a fix would make of it.
func (c *checker) gaps(p *Policy) gaps {
	if c.cron != nil {
		return *c.cron
	}
	kept := gap{length: p.wholeCycles()}
	return gaps{kept, kept}
}

// holds says whether every part of a condition holds.
func (c *checker) holds(p *Policy, condition string) bool {
	for _, part := range predicates {
		if part.condition == condition && !part.holds(c, p) {
			return false
		}
	}
	return true
}

func (c *checker) replicas() Condition {
	p := c.policy
	formula, source := "n >= 3k' + 2k + 1", "TR-05-17 section 3.3"
	switch p.Engine {
	case Classic:
		formula, source = "n >= 3(k + k') + 1", "TR-05-17 section 3.3, n >= 3f + 1 with k + k' <= f"
	case Crash:
		formula, source = "n >= 2(k + k') + 1", "TR-05-17 section 3.3, k + k' <= f, for an engine with n >= 2f + 1"
	}
	return Condition{Name: "replicas", Formula: formula, Source: source,
		Left: fmt.Sprint(p.Replicas), Relation: ">=", Right: fmt.Sprint(p.leastReplicas())}
}

func (c *checker) parameters() Condition {
	p := c.policy
	left := fmt.Sprintf("k = %d, k' = %d, shortest bound %v", p.K, p.KPrime, p.shortestBound())
	if wrong := p.notPositive(); len(wrong) > 0 {
		left = wrong[0].path + " = " + wrong[0].text(p)
	}
	return Condition{Name: "parameters", Formula: "k >= 1, k' >= 1, every bound > 0",
		Source: "TR-05-17 section 3.3 (k, k'), section 3.2 (bounds), section 2.3.1 (P1, P2)", Left: left, Relation: ">", Right: "0"}
}

func (c *checker) deadline() Condition {
	p := c.policy
	return Condition{Name: "deadline", Formula: "T_d >= T_exec + groups * (omissions + 2) * cycle",
		Source: "TR-05-17 section 3.3 (T_d >= T_exec), with the handover between groups on the control network",
		Left:   p.Deadline.String(), Relation: ">=", Right: p.roundBound().String()}
}

func (c *checker) period() Condition {
	p := c.policy
	return Condition{Name: "period", Formula: "T_p > T_d", Source: "TR-05-17 definition 2.4 and section 3.3",
		Left: p.Period.String(), Relation: ">", Right: p.Deadline.String()}
}

func (c *checker) exhaustion() Condition {
	return Condition{Name: "exhaustion", Formula: "T_p + T_d < T_exhaust(k' + 1)", Source: "TR-05-17 section 3.3",
		Left: c.policy.window().String(), Relation: "<", Right: c.exhaust.String()}
}

func (c *checker) scheduled() Condition {
	p := c.policy
	left := "no schedule"
	if !c.invalid {
		left = c.worst().String()
	}
	return Condition{Name: "schedule", Formula: "T_d < t_i - t_(i-1) <= T_p", Source: "TR-05-17 definition 2.4",
		Left: left, Relation: "in", Right: fmt.Sprintf("(%v, %v]", p.Deadline, p.Period)}
}

// worst is the gap that breaks the schedule's condition the most, in proportion; or the longest, when none does.
func (c *checker) worst() gap {
	g, p := c.gaps(c.policy), c.policy
	tooShort := float64(p.Deadline) / float64(max(g.shortest.length, 1))
	tooLong := float64(g.longest.length) / float64(max(p.Period, 1))
	if g.shortest.length <= p.Deadline && (g.longest.length <= p.Period || tooShort > tooLong) {
		return g.shortest
	}
	return g.longest
}

// String is the length, and for a gap of the calendar where it lies.
func (g gap) String() string {
	if g.to.IsZero() {
		return g.length.String()
	}
	return fmt.Sprintf("%v from %s to %s", g.length, g.from.Format(time.RFC3339Nano), g.to.Format(time.RFC3339Nano))
}
