package policies

import (
	"math"
	"strconv"
	"time"
)

// parameter is a number of the policy file that a fix may change: whole numbers are counts, the others durations in
// nanoseconds or, for the drift, a rate in units of 1e-9.
type parameter struct {
	path  string
	field func(*Policy) any // *int, *time.Duration or *float64
	most  int64             // the limit of the file
}

// parameters are all numbers of a policy. T_exhaust is not among them: it is a fact about the adversary, which nobody can set.
var parameters = []parameter{
	{"spec.replicas", func(p *Policy) any { return &p.Replicas }, MaxReplicas},
	{"spec.faults.k", func(p *Policy) any { return &p.K }, MaxReplicas},
	{"spec.faults.kPrime", func(p *Policy) any { return &p.KPrime }, MaxReplicas},
	{"spec.period", func(p *Policy) any { return &p.Period }, int64(MaxPeriod)},
	{"spec.deadline", func(p *Policy) any { return &p.Deadline }, int64(MaxPeriod)},
	{"spec.bounds.shutdown", func(p *Policy) any { return &p.Bounds.Shutdown }, int64(MaxBound)},
	{"spec.bounds.checkCode", func(p *Policy) any { return &p.Bounds.CheckCode }, int64(MaxBound)},
	{"spec.bounds.restoreCode", func(p *Policy) any { return &p.Bounds.RestoreCode }, int64(MaxBound)},
	{"spec.bounds.boot", func(p *Policy) any { return &p.Bounds.Boot }, int64(MaxBound)},
	{"spec.bounds.transfer", func(p *Policy) any { return &p.Bounds.Transfer }, int64(MaxBound)},
	{"spec.control.cycle", func(p *Policy) any { return &p.Control.Cycle }, int64(MaxCycle)},
	{"spec.control.delay", func(p *Policy) any { return &p.Control.Delay }, int64(MaxCycle)},
	{"spec.control.process", func(p *Policy) any { return &p.Control.Process }, int64(MaxCycle)},
	{"spec.control.drift", func(p *Policy) any { return &p.Control.Drift }, 1e9 - 1},
}

// get is the value as a whole number.
func (q parameter) get(p *Policy) int64 {
	switch f := q.field(p).(type) {
	case *int:
		return int64(*f)
	case *time.Duration:
		return int64(*f)
	case *float64:
		return int64(math.Ceil(*f * 1e9))
	}
	panic("policies: parameter " + q.path + " has no number")
}

// set changes the value.
func (q parameter) set(p *Policy, value int64) {
	switch f := q.field(p).(type) {
	case *int:
		*f = int(value)
	case *time.Duration:
		*f = time.Duration(value)
	case *float64:
		*f = float64(value) / 1e9
	}
}

// text is the value as the policy file has it.
func (q parameter) text(p *Policy) string {
	switch f := q.field(p).(type) {
	case *time.Duration:
		return f.String()
	case *float64:
		return strconv.FormatFloat(*f, 'g', -1, 64)
	}
	return strconv.FormatInt(q.get(p), 10)
}

// isTime says whether the value is a duration.
func (q parameter) isTime() bool {
	_, ok := q.field(&Policy{}).(*time.Duration)
	return ok
}

// notPositive lists the parameters that promise nothing because they are zero: k and k' must be at least 1 (TR-05-17 section
// 3.3), and every bound is of something that takes time. The number of replicas has a condition of its own.
func (p *Policy) notPositive() []parameter {
	var wrong []parameter
	for _, q := range parameters {
		if q.path != "spec.replicas" && q.get(p) <= 0 {
			wrong = append(wrong, q)
		}
	}
	return wrong
}

// positive says whether notPositive would list nothing. The search for a fix asks it very often.
func (p *Policy) positive() bool {
	b, c := &p.Bounds, &p.Control
	shortest := min(p.Period, p.Deadline, b.Shutdown, b.CheckCode, b.RestoreCode, b.Boot, b.Transfer, c.Cycle, c.Delay, c.Process)
	return shortest > 0 && p.K > 0 && p.KPrime > 0 && c.Drift > 0
}

// shortestBound is the least of all durations of the policy.
func (p *Policy) shortestBound() time.Duration {
	least := p.Deadline
	for _, q := range parameters {
		if d, ok := q.field(p).(*time.Duration); ok {
			least = min(least, *d)
		}
	}
	return least
}
