package wormhole

import "testing"

// What follows a phase, by its outcome.
func TestPhaseNext(t *testing.T) {
	for _, c := range []struct {
		from Phase
		o    Outcome
		cold bool
		want Phase
	}{
		{PhaseNone, Succeeded, false, PhaseShutdown},
		{PhaseShutdown, Succeeded, false, PhaseCheckOS},
		{PhaseShutdown, Differs, false, PhaseCheckOS},
		{PhaseCheckOS, Succeeded, false, PhaseCheckSM},
		{PhaseCheckOS, Differs, false, PhaseRestoreOS},
		{PhaseCheckOS, Differs, true, PhaseRestoreOS},
		{PhaseRestoreOS, Succeeded, false, PhaseCheckSM},
		{PhaseCheckSM, Succeeded, false, PhaseBoot},
		{PhaseCheckSM, Differs, false, PhaseRestoreSM},
		{PhaseRestoreSM, Succeeded, true, PhaseBoot},
		{PhaseBoot, Succeeded, false, PhaseTransfer},
		{PhaseBoot, Succeeded, true, PhaseNone},
		{PhaseTransfer, Tampered, false, PhaseNone},
	} {
		if got := c.from.next(c.o, c.cold); got != c.want {
			t.Errorf("after %v with outcome %d (cold %v): %v, want %v", c.from, c.o, c.cold, got, c.want)
		}
	}
}

// A broken assertion is a panic that says where and what.
func TestAssert(t *testing.T) {
	defer func() {
		if got := recover(); got != "wormhole: host 3, cycle 7: what is broken" {
			t.Errorf("panic %v", got)
		}
	}()
	c := &Core{self: 3, cycle: 7}
	c.assert(true, "nothing")
	c.assert(false, "what is broken")
}
