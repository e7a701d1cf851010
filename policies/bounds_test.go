package policies

import (
	"math"
	"testing"
	"time"
)

// [P-22] The ledger's numbers by hand: 2 + 2*2 + 2*10 + 15 + 15 seconds, in six groups.
func TestBoundsOfTheLedger(t *testing.T) {
	p := ledger(t)
	if p.TLocalExec() != 56*time.Second || p.Groups() != 6 || p.TExec() != 336*time.Second {
		t.Errorf("T_localexec %v, %d groups, T_exec %v", p.TLocalExec(), p.Groups(), p.TExec())
	}
}

// [P-22] Each phase counts as often as Algorithm 1 runs it.
func TestTLocalExecCountsEachPhase(t *testing.T) {
	for _, c := range []struct {
		bounds Bounds
		want   time.Duration
	}{
		{Bounds{Shutdown: 1}, 1}, {Bounds{CheckCode: 1}, 2}, {Bounds{RestoreCode: 1}, 2}, {Bounds{Boot: 1}, 1}, {Bounds{Transfer: 1}, 1},
	} {
		if got := (&Policy{Bounds: c.bounds}).TLocalExec(); got != c.want {
			t.Errorf("%+v: %v", c.bounds, got)
		}
	}
}

// [P-21] [P-22]
func TestGroups(t *testing.T) {
	for _, c := range []struct{ n, k, want int }{
		{6, 1, 6}, {6, 2, 3}, {7, 2, 4}, {14, 2, 7}, {1, 5, 1}, {5, 5, 1}, {6, 5, 2}, {0, 1, 0}, {6, 0, 6}, {6, -1, 6}, {-1, 1, 0},
	} {
		if got := (&Policy{Replicas: c.n, K: c.k}).Groups(); got != c.want {
			t.Errorf("%d replicas, %d at once: %d groups, want %d", c.n, c.k, got, c.want)
		}
	}
}

// greatest is the policy with every number at its limit.
func greatest() *Policy {
	return &Policy{
		Replicas: MaxReplicas, K: 1, KPrime: MaxReplicas, Period: MaxPeriod, Deadline: MaxPeriod, Exhaust: MaxExhaust,
		Bounds:  Bounds{MaxBound, MaxBound, MaxBound, MaxBound, MaxBound},
		Control: Control{MaxCycle, MaxCycle, MaxCycle, 0.999, MaxOmissions},
	}
}

// [P-5] No sum of numbers within the limits comes near the largest duration, so Parse refuses every overflow by its limits.
func TestLimitsCannotOverflow(t *testing.T) {
	p := greatest()
	for name, d := range map[string]time.Duration{
		"T_localexec": p.TLocalExec(), "T_exec": p.TExec(), "round": p.roundBound(), "T_p + T_d": p.window(), "exhaust": p.Exhaust,
	} {
		if d <= 0 || d > math.MaxInt64/2 {
			t.Errorf("%s is %v", name, d)
		}
	}
	exact := 128 * (7*MaxBound + 66*time.Minute)
	if p.roundBound() != exact {
		t.Errorf("the round's bound is %v, want %v", p.roundBound(), exact)
	}
}

// [P-5] A policy that no file made saturates instead of wrapping around.
func TestSumsSaturate(t *testing.T) {
	const most = math.MaxInt64
	p := &Policy{Replicas: 2, K: 1, Period: most, Deadline: 1, Bounds: Bounds{Boot: most, Transfer: 1}, Control: Control{Cycle: most}}
	if p.TLocalExec() != most || p.TExec() != most || p.roundBound() != most || p.window() != most || p.handover() != most {
		t.Error(p.TLocalExec(), p.TExec(), p.roundBound(), p.window(), p.handover())
	}
	if times(2, most/2) != most-1 || times(2, most/2+1) != most || times(3, most/2) != most || sum(most, 0) != most {
		t.Error("saturation is off by one")
	}
	if r := check(p); r.Feasible {
		t.Error("a saturated policy is feasible")
	}
}
