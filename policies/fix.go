package policies

import (
	"slices"
	"strings"
	"time"
)

// The search for the nearest change rests on one property: every predicate is monotone in every parameter. So the smallest
// move of one parameter that makes a predicate true is found by halving, and a move that goes further than needed can only
// break more. A result is always verified by evaluating the predicates with it, whatever the search believed.

// fix returns the nearest change that makes a condition hold and breaks none that holds now: one value, or else the expression
// of a schedule, or else two values; nearest is the smallest sum of relative changes. It returns advice when there is none.
func (c *checker) fix(condition string) (string, []Change) {
	s := c.searchFor(condition)
	switch {
	case s.met(&s.start):
	case s.single():
	case condition == "schedule" && c.expression(s):
		change := s.rewritten[0]
		return "set " + change.Path + " to " + quote(change.To) + " (now " + quote(change.From) + ")", s.rewritten
	case s.pair():
	default:
		return "no change of one or two values makes it hold: " + advice[condition], nil
	}
	changes := s.changes(c.policy)
	return c.sentence(changes), changes
}

// advice is for conditions that are too far off for a small change.
var advice = map[string]string{
	"replicas":   "use a smaller k or k'",
	"parameters": "give every bound, k and k' a value above zero that the other conditions allow",
	"deadline":   "shorten the bounds of the phases, or rejuvenate more replicas at once with more replicas in all",
	"period":     "shorten the bounds of the phases, so that the deadline can be shorter",
	"exhaustion": "shorten the bounds of the phases, or tolerate more faults, which T_exhaust(k'+1) grows with",
	"schedule":   "use a schedule whose gaps are all longer than the deadline and at most the period",
}

// move sets a parameter to a value.
type move struct {
	parameter
	value int64
}

// search looks for moves after which all goals hold.
type search struct {
	*checker
	start  Policy // the policy with the moves that are forced
	tried  []parameter
	forced []move
	goals  []predicate // the parts of the condition, and what holds now
	best   []move
	cost   float64

	rewritten []Change // the schedule's expression, when that is the fix
}

// searchFor begins the search for a fix of one condition. Parameters that are zero have no choice but to grow, so that these
// moves are made beforehand.
func (c *checker) searchFor(condition string) *search {
	s := &search{checker: c, start: *c.policy, tried: movable()}
	for _, part := range predicates {
		if part.condition == condition || part.holds(c, c.policy) {
			s.goals = append(s.goals, part)
		}
	}
	if condition == "parameters" {
		for _, q := range c.policy.notPositive() {
			s.forced = append(s.forced, move{q, q.grain()})
			q.set(&s.start, q.grain())
		}
	}
	return s
}

// movable are the parameters that a fix may change beyond what is forced. The bounds of the control network are measured facts
// of it. k' is left alone because T_exhaust(k'+1) would be another, which only the caller can know.
func movable() []parameter {
	return slices.DeleteFunc(slices.Clone(parameters), func(q parameter) bool {
		return strings.HasPrefix(q.path, "spec.control.") || q.path == "spec.faults.kPrime"
	})
}

// met says whether all goals hold for p.
func (s *search) met(p *Policy) bool { return len(s.missing(p)) == 0 }

// missing lists the goals that do not hold for p.
func (s *search) missing(p *Policy) []predicate {
	var failing []predicate
	for _, g := range s.goals {
		if !g.holds(s.checker, p) {
			failing = append(failing, g)
		}
	}
	return failing
}

// single tries every parameter alone.
func (s *search) single() bool {
	for _, q := range s.tried {
		s.finish(s.start, nil, 0, q)
	}
	return s.best != nil
}

// pair tries every parameter at each value that could be part of a nearest pair, with every other one.
func (s *search) pair() bool {
	for _, q := range s.tried {
		for _, value := range s.candidates(q) {
			p := s.start
			q.set(&p, value)
			first := []move{{q, value}}
			if cost := q.cost(&s.start, value); s.best == nil || cost < s.cost {
				s.finishWithOther(p, first, cost, q)
			}
		}
	}
	return s.best != nil
}

func (s *search) finishWithOther(p Policy, first []move, cost float64, used parameter) {
	for _, q := range s.tried {
		if q.path != used.path {
			s.finish(p, first, cost, q)
		}
	}
}

// finish completes moves already made in p with the smallest move of q, in either direction, and keeps the cheapest result.
func (s *search) finish(p Policy, made []move, cost float64, q parameter) {
	for _, up := range []bool{true, false} {
		value, ok := s.smallest(p, q, up)
		if !ok {
			continue
		}
		if total := cost + q.cost(&s.start, value); s.best == nil || total < s.cost {
			s.best, s.cost = append(slices.Clone(made), move{q, value}), total
		}
	}
}

// smallest is the smallest move of q in one direction after which all goals hold.
func (s *search) smallest(p Policy, q parameter, up bool) (int64, bool) {
	furthest := q.get(&p)
	for _, g := range s.missing(&p) {
		value, ok := nearest(p, q, up, func(p *Policy) bool { return g.holds(s.checker, p) })
		if !ok {
			return 0, false
		}
		furthest = beyond(furthest, value, up)
	}
	for _, value := range q.rounded(&p, furthest, up) {
		if q.set(&p, value); s.met(&p) {
			return value, true
		}
	}
	return 0, false
}

// nearest halves its way to the value of q nearest to the present one for which wanted is true; wanted must stay true beyond it.
func nearest(p Policy, q parameter, up bool, wanted func(*Policy) bool) (int64, bool) {
	near, far := max(q.get(&p), 0), q.most
	if !up {
		far = 0
	}
	if q.set(&p, far); up && near >= far || !wanted(&p) {
		return 0, false
	}
	for max(far-near, near-far) > 1 {
		middle := near + (far-near)/2
		if q.set(&p, middle); wanted(&p) {
			far = middle
		} else {
			near = middle
		}
	}
	return far, true
}

func beyond(a, b int64, up bool) int64 {
	if up {
		return max(a, b)
	}
	return min(a, b)
}

// changes writes the moves down.
func (s *search) changes(p *Policy) []Change {
	var changes []Change
	for _, m := range append(slices.Clone(s.forced), s.best...) {
		after := *p
		m.set(&after, m.value)
		changes = append(changes, Change{Path: m.path, From: m.text(p), To: m.text(&after)})
	}
	return merged(changes)
}

// merged keeps the last of several changes of one value.
func merged(changes []Change) []Change {
	var out []Change
	for i, change := range changes {
		later := slices.ContainsFunc(changes[i+1:], func(o Change) bool { return o.Path == change.Path })
		if !later {
			out = append(out, change)
		}
	}
	return out
}

// sentence says the changes to an operator, and what they must see to if they make them.
func (c *checker) sentence(changes []Change) string {
	var parts, duties []string
	for _, change := range changes {
		parts = append(parts, change.Path+" to "+change.To+" (now "+change.From+")")
		switch {
		case strings.HasPrefix(change.Path, "spec.bounds."):
			duties = append(duties, "measure that "+change.Path+" holds")
		case change.Path == "spec.replicas" && c.policy.Adversary != nil:
			duties = append(duties, "T_exhaust depends on n and must be computed again")
		}
	}
	return strings.Join(append([]string{"set " + strings.Join(parts, " and ")}, duties...), "; ")
}

// expression looks for the schedule of equal gaps that satisfies the policy with the fewest rounds. Only steps that divide the
// hour or the day have equal gaps.
func (c *checker) expression(s *search) bool {
	if c.cron == nil {
		return false
	}
	for _, e := range evenSchedules {
		if e.gap <= c.policy.Deadline || e.gap > c.policy.Period {
			continue
		}
		p := *c.policy
		p.Schedule = e.expr
		if newChecker(&p, Inputs{From: c.from, Exhaust: c.exhaust}).holds(&p, "schedule") {
			s.rewritten = []Change{{Path: "spec.schedule", From: c.policy.Schedule, To: e.expr}}
			return true
		}
	}
	return false
}

// evenSchedules are the cron expressions with equal gaps, the longest first.
var evenSchedules = []struct {
	gap  time.Duration
	expr string
}{
	{7 * 24 * time.Hour, "0 0 * * 0"}, {24 * time.Hour, "0 0 * * *"}, {12 * time.Hour, "0 */12 * * *"},
	{8 * time.Hour, "0 */8 * * *"}, {6 * time.Hour, "0 */6 * * *"}, {4 * time.Hour, "0 */4 * * *"},
	{3 * time.Hour, "0 */3 * * *"}, {2 * time.Hour, "0 */2 * * *"}, {1 * time.Hour, "0 * * * *"},
	{30 * time.Minute, "*/30 * * * *"}, {20 * time.Minute, "*/20 * * * *"}, {15 * time.Minute, "*/15 * * * *"},
	{12 * time.Minute, "*/12 * * * *"}, {10 * time.Minute, "*/10 * * * *"}, {6 * time.Minute, "*/6 * * * *"},
	{5 * time.Minute, "*/5 * * * *"}, {4 * time.Minute, "*/4 * * * *"}, {3 * time.Minute, "*/3 * * * *"},
	{2 * time.Minute, "*/2 * * * *"}, {1 * time.Minute, "* * * * *"},
}

func quote(s string) string { return `"` + s + `"` }
