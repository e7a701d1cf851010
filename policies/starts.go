package policies

import (
	"fmt"
	"math"
	"math/bits"
	"time"
)

// Starts knows when rounds start, in cycles of the control network counted from the Unix epoch. It is arithmetic on the policy
// alone: hosts that hold the same policy and the same cycle agree on the round without a word between them (P-50 to P-56 of
// SPEC.md). It holds no state and allocates nothing, and may be used by many at once.
type Starts struct {
	cycle    uint64    // nanoseconds
	period   uint64    // cycles; of a fixed period
	schedule *Schedule // nil for a fixed period
}

// Starts returns the round starts of the policy. It fails for a policy that has none: a control cycle of zero, or a period
// shorter than one cycle; both are infeasible.
func (p *Policy) Starts() (*Starts, error) {
	cycle := p.Control.Cycle
	if cycle <= 0 || cycle > MaxCycle {
		return nil, fmt.Errorf("round starts of policy %s: control.cycle is %v and must be longer than 0s and at most %v",
			p.Name, cycle, MaxCycle)
	}
	s := &Starts{cycle: uint64(cycle)}
	if p.Schedule != "" {
		schedule, err := ParseSchedule(p.Schedule)
		s.schedule = schedule
		return s, err
	}
	if p.Period < cycle {
		return nil, fmt.Errorf("round starts of policy %s: period %v is shorter than control.cycle %v", p.Name, p.Period, cycle)
	}
	s.period = uint64(p.Period / cycle)
	return s, nil
}

// At returns the number and the first cycle of the latest round started at or before cycle. It is not ok before the first
// round since the epoch, which only a schedule knows.
func (s *Starts) At(cycle uint64) (round, start uint64, ok bool) {
	if s.schedule == nil {
		round = cycle / s.period
		return round, round * s.period, true
	}
	count := s.begun(cycle)
	if count == 0 {
		return 0, 0, false
	}
	return count - 1, s.first(count - 1), true
}

// Next returns the first round that starts after cycle. At the end of all cycles, longer than the sun will last, it returns the
// last cycle.
func (s *Starts) Next(cycle uint64) (round, start uint64) {
	if s.schedule == nil {
		round = cycle/s.period + 1
		return round, saturated(bits.Mul64(round, s.period))
	}
	round = s.begun(cycle)
	return round, s.first(round)
}

// begun is the number of rounds that have started when cycle begins: a round starts with the first cycle at or after its
// instant, so it has begun when its instant is not after the begin of the cycle.
func (s *Starts) begun(cycle uint64) uint64 {
	hi, lo := bits.Mul64(cycle, s.cycle)
	minute, _ := bits.Div64(hi, lo, uint64(time.Minute)) // no overflow, because a cycle is at most a minute
	return s.schedule.until(min(minute, math.MaxInt64))
}

// first is the cycle with which a scheduled round starts.
func (s *Starts) first(round uint64) uint64 {
	hi, lo := bits.Mul64(s.schedule.instant(round), uint64(time.Minute))
	lo, carry := bits.Add64(lo, s.cycle-1, 0)
	hi += carry
	if hi >= s.cycle {
		return math.MaxUint64
	}
	cycle, _ := bits.Div64(hi, lo, s.cycle)
	return cycle
}

func saturated(hi, lo uint64) uint64 {
	if hi != 0 {
		return math.MaxUint64
	}
	return lo
}

// Begin is the instant at which a cycle begins, in UTC. Cycles after the year 2262 begin when that year ends for computers.
func (s *Starts) Begin(cycle uint64) time.Time {
	hi, ns := bits.Mul64(cycle, s.cycle)
	if hi != 0 || ns > math.MaxInt64 {
		ns = math.MaxInt64
	}
	return time.Unix(0, int64(ns)).UTC()
}

// Cycle is the cycle that t lies in; times before the epoch lie in the first.
func (s *Starts) Cycle(t time.Time) uint64 {
	seconds, ns := t.Unix(), uint64(t.Nanosecond())
	if seconds < 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(seconds), uint64(time.Second))
	lo, carry := bits.Add64(lo, ns, 0)
	if hi+carry >= s.cycle {
		return math.MaxUint64
	}
	cycle, _ := bits.Div64(hi+carry, lo, s.cycle)
	return cycle
}
