package policies

import (
	"math"
	"math/bits"
	"time"
)

// Groups is ceil(n/k), the number of groups that a round rejuvenates one after the other (TR-05-17 section 3.3). A k below 1,
// which the condition "parameters" refuses, counts as 1: the most groups, hence the most careful answer.
func (p *Policy) Groups() int {
	if p.Replicas < 1 {
		return 0
	}
	k := max(p.K, 1)
	return (p.Replicas-1)/k + 1
}

// TLocalExec is T_shutdown + 2 T_checkcode + 2 T_restorecode + T_boot + T_transfer, the bound on one rejuvenation (TR-05-17
// section 3.2).
func (p *Policy) TLocalExec() time.Duration {
	b := p.Bounds
	return sum(b.Shutdown, times(2, b.CheckCode), times(2, b.RestoreCode), b.Boot, b.Transfer)
}

// TExec is ceil(n/k) T_localexec, the bound on a round whose groups follow each other at once (TR-05-17 section 3.3).
func (p *Policy) TExec() time.Duration { return times(p.Groups(), p.TLocalExec()) }

// handover is the longest time from the end of one group to the start of the next: the word "done" may be lost as often as the
// control network may lose frames, takes one cycle to be heard and one to be acted on.
func (p *Policy) handover() time.Duration { return times(p.Control.Omissions+2, p.Control.Cycle) }

// roundBound is the longest time that a round takes when every bound holds: T_exec and one handover a group.
func (p *Policy) roundBound() time.Duration { return sum(p.TExec(), times(p.Groups(), p.handover())) }

// window is T_p + T_d, the longest time between two rejuvenations of one replica (TR-05-17 section 3.3).
func (p *Policy) window() time.Duration { return sum(p.Period, p.Deadline) }

// leastReplicas is the smallest n that the engine's rule allows for k and k' (TR-05-17 section 3.3).
func (p *Policy) leastReplicas() int {
	switch p.Engine {
	case Crash:
		return 2*(p.K+p.KPrime) + 1
	case Classic:
		return 3*(p.K+p.KPrime) + 1
	default:
		return 3*p.KPrime + 2*p.K + 1
	}
}

// wholeCycles is the period that the timetable keeps: the largest multiple of the control cycle that is not longer than T_p.
func (p *Policy) wholeCycles() time.Duration {
	if p.Control.Cycle <= 0 {
		return p.Period
	}
	return p.Period - p.Period%p.Control.Cycle
}

// sum adds durations that are not negative and stops at the largest one instead of turning negative: a sum that is too long
// must never look short.
func sum(ds ...time.Duration) time.Duration {
	total := time.Duration(0)
	for _, d := range ds {
		if d > math.MaxInt64-total {
			return math.MaxInt64
		}
		total += d
	}
	return total
}

// times multiplies a duration that is not negative, and stops at the largest one like sum.
func times(n int, d time.Duration) time.Duration {
	if n <= 0 || d <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), uint64(d))
	if hi != 0 || lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(lo)
}
