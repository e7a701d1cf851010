package policies

import (
	"math"
	"slices"
	"time"
)

// A pair of changes is searched by setting one parameter to some values and moving the other as little as possible. For counts
// these are all values that matter. For durations the predicates are linear, so that the cheapest pair lies where two of them are tight:
// where a goal just comes true, where something that holds would just break, or where T_p and T_d share T_exhaust evenly.

// candidates are the values of q that can be part of a nearest pair.
func (s *search) candidates(q parameter) []int64 {
	var values []int64
	if !q.isTime() {
		return s.counts()
	}
	for _, up := range []bool{true, false} {
		values = append(values, s.corners(q, up)...)
	}
	if q.path == "spec.deadline" {
		values = append(values, q.around(&s.start, int64(s.exhaust/2))...)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// counts are all values of n or k that can matter: more replicas than the engine needs mend nothing, and k beyond n neither.
func (s *search) counts() []int64 {
	var values []int64
	for v := 1; v <= min(max(s.start.Replicas, s.start.leastReplicas()), MaxReplicas); v++ {
		values = append(values, int64(v))
	}
	return values
}

// corners are the values of q in one direction at which any goal turns true or false.
func (s *search) corners(q parameter, up bool) []int64 {
	var values []int64
	for _, g := range s.goals {
		now := g.holds(s.checker, &s.start)
		value, ok := nearest(s.start, q, up, func(p *Policy) bool { return g.holds(s.checker, p) != now })
		if ok {
			values = append(values, q.around(&s.start, value)...)
		}
	}
	return values
}

// around are the readable values next to value on both sides, and value itself when it is readable.
func (q parameter) around(p *Policy, value int64) []int64 {
	var values []int64
	for _, grain := range q.grains(p) {
		for steps := int64(-2); steps <= 2; steps++ {
			if v := (value/grain + steps) * grain; v > 0 && v <= q.most {
				values = append(values, v)
			}
		}
	}
	if value > 0 && value%q.grain() == 0 {
		values = append(values, value)
	}
	return values
}

// grain is the smallest step that an operator would write.
func (q parameter) grain() int64 {
	if q.isTime() {
		return int64(time.Millisecond)
	}
	return 1
}

// grains are the steps to round a value to, the coarsest first. T_p and T_d mean nothing finer than the control cycle, because
// rounds start and end with one.
func (q parameter) grains(p *Policy) []int64 {
	if p.Control.Cycle > 0 && (q.path == "spec.period" || q.path == "spec.deadline") {
		return []int64{int64(p.Control.Cycle), q.grain()}
	}
	return []int64{q.grain()}
}

// rounded are the values to try for one that the search found: itself when it is readable, then rounded away from the present
// one to each grain, and in the end itself as it is.
func (q parameter) rounded(p *Policy, value int64, up bool) []int64 {
	var values []int64
	if value%q.grain() == 0 {
		values = append(values, value)
	}
	for _, grain := range q.grains(p) {
		away := value / grain * grain
		if up && away < value {
			away += grain
		}
		if away <= q.most {
			values = append(values, away)
		}
	}
	return append(values, value)
}

// cost is how large a change is in proportion to the value that it changes.
func (q parameter) cost(p *Policy, value int64) float64 {
	now := float64(q.get(p))
	return math.Abs(float64(value)-now) / max(now, 1)
}
