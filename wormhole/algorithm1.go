package wormhole

import "time"

// Phase names a step of Algorithm 1 (TR-05-17 section 3.2, refreshCodeAndState).
type Phase uint8

// The phases of Algorithm 1, in its order. PhaseNone is "no phase".
const (
	PhaseNone Phase = iota
	PhaseShutdown
	PhaseCheckOS
	PhaseRestoreOS
	PhaseCheckSM
	PhaseRestoreSM
	PhaseBoot
	PhaseTransfer
	numPhases
)

// PhaseSpec is one line of Algorithm 1.
type PhaseSpec struct {
	Phase Phase
	Name  string
	// After is the phase whose digests decide whether this one is needed, or
	// PhaseNone where it always is: code is restored only if it is corrupted.
	After Phase
	// Bound picks the phase's bound from those of the policy.
	Bound func(*Bounds) time.Duration
}

// Bounds are the bounds of the operations of Algorithm 1 (TR-05-17 section 3.2).
// CheckCode and RestoreCode each bound one of two operations: that on the
// operating system's code and that on the state machine's.
type Bounds struct {
	Shutdown, CheckCode, RestoreCode, Boot, Transfer time.Duration
}

// TLocalExec returns T_localexec = T_shutdown + 2 T_checkcode + 2 T_restorecode
// + T_boot + T_transfer (TR-05-17 section 3.2).
func (b *Bounds) TLocalExec() time.Duration {
	var sum time.Duration
	for i := range algorithm1 {
		sum += algorithm1[i].Bound(b)
	}
	return sum
}

// algorithm1 is Algorithm 1 as data. The proof of what booted belongs to
// PhaseBoot, whose bound covers it: a guest that has not proved itself has not
// booted.
var algorithm1 = [...]PhaseSpec{
	{PhaseShutdown, "shutdown", PhaseNone, func(b *Bounds) time.Duration { return b.Shutdown }},
	{PhaseCheckOS, "check-os", PhaseNone, func(b *Bounds) time.Duration { return b.CheckCode }},
	{PhaseRestoreOS, "restore-os", PhaseCheckOS, func(b *Bounds) time.Duration { return b.RestoreCode }},
	{PhaseCheckSM, "check-sm", PhaseNone, func(b *Bounds) time.Duration { return b.CheckCode }},
	{PhaseRestoreSM, "restore-sm", PhaseCheckSM, func(b *Bounds) time.Duration { return b.RestoreCode }},
	{PhaseBoot, "boot", PhaseNone, func(b *Bounds) time.Duration { return b.Boot }},
	{PhaseTransfer, "transfer", PhaseNone, func(b *Bounds) time.Duration { return b.Transfer }},
}

// Algorithm1 returns the phases of Algorithm 1 in their order.
func Algorithm1() []PhaseSpec { return append([]PhaseSpec(nil), algorithm1[:]...) }

// String returns the phase's name as the operator sees it.
func (p Phase) String() string {
	if p == PhaseNone || p >= numPhases {
		return "none"
	}
	return algorithm1[p-1].Name
}

// bound returns the bound of the phase under b.
func (p Phase) bound(b *Bounds) time.Duration { return algorithm1[p-1].Bound(b) }

// Outcome is how a phase ended.
type Outcome uint8

// The outcomes of a phase.
const (
	// Succeeded: the phase did what it is for. For a check: the code matches.
	Succeeded Outcome = iota
	// Differs: a check found code that does not match the pinned digests.
	Differs
	// Tampered: state transfer succeeded and had to replace corrupt pages.
	Tampered
	// Failed: the phase could not do what it is for.
	Failed
	// Refused: the guest booted and its proof of what it booted was refused.
	Refused
	numOutcomes
)

// next returns the phase that follows p when it ended with o, or PhaseNone
// when p was the last. cold leaves the wait for state out: a cold start trusts
// the replica's own synced log.
func (p Phase) next(o Outcome, cold bool) Phase {
	for i := int(p); i < len(algorithm1); i++ {
		s := &algorithm1[i]
		skip := s.After != PhaseNone && !(s.After == p && o == Differs)
		if skip || (cold && s.Phase == PhaseTransfer) {
			continue
		}
		return s.Phase
	}
	return PhaseNone
}
