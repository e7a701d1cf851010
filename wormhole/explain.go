package wormhole

import "fmt"

var whyTexts = [numWhys]string{
	WhyGo:       "nothing stands against its rejuvenation",
	WhyNotDue:   "no rejuvenation of it is due",
	WhyRunning:  "it is being rejuvenated",
	WhyLatched:  "the fail-safe is latched",
	WhyJoining:  "its local wormhole is not yet in contact with enough others",
	WhyPaused:   "an operator has paused rejuvenations",
	WhyGroup:    "the groups before its own are not finished",
	WhyOutrank:  "another replica goes before it",
	WhyBackers:  "no majority has vouched for its claim for long enough yet",
	WhySlots:    "k replicas are down for rejuvenation, or may be",
	WhyBudget:   "more than k' replicas are fenced or out of contact",
	WhyTime:     "it could not be finished in the time that is left",
	WhyRestart:  "its local wormhole has restarted, and answers to its earlier claims may still be about",
	WhyStarting: "it is being started",
}

// String says in words what a replica is waiting for.
func (w Why) String() string {
	if w >= numWhys {
		return "unknown"
	}
	return whyTexts[w]
}

// Explain says in one sentence why the replica is or is not being rejuvenated now.
func (s *Status) Explain() string {
	switch {
	case s.Replica == Rejuvenating && s.Phase == PhaseNone:
		return fmt.Sprintf("Replica %d was being rejuvenated when its local wormhole restarted, which now waits for the control network's clock.", s.Self)
	case s.Replica == Rejuvenating:
		return fmt.Sprintf("Replica %d is being rejuvenated as incarnation %d, in phase %v.", s.Self, s.Incarnation, s.Phase)
	case !s.InSync:
		return fmt.Sprintf("Replica %d is %v and is not rejuvenated because its local wormhole has no clock from the control network.", s.Self, s.Replica)
	case s.Latched:
		return fmt.Sprintf("Replica %d is %v and is not rejuvenated because the fail-safe is latched (%v).", s.Self, s.Replica, s.Latch.Reason)
	}
	return fmt.Sprintf("Replica %d is %v and is not being rejuvenated because %v.", s.Self, s.Replica, s.Why)
}
