package wormhole

// AlertType is the type of an alert.
type AlertType uint8

// The alerts that the core raises.
const (
	AlertPhaseOverrun AlertType = iota
	AlertDeadlineAtRisk
	AlertDeadlineMissed
	AlertPeriodMissed
	AlertReplicaFenced
	AlertFailsafeLatched
	AlertCodeMismatch
	AlertQuoteRefused
	AlertStateTampered
	AlertWormholeLost
	AlertControlBound
	numAlertTypes
)

var alertNames = [numAlertTypes]string{
	"phase.overrun", "deadline.atrisk", "deadline.missed", "period.missed", "replica.fenced",
	"failsafe.latched", "code.mismatch", "quote.refused", "state.tampered", "wormhole.lost", "control.bound",
}

// String returns the type as the receivers of alerts see it.
func (t AlertType) String() string {
	if t >= numAlertTypes {
		return "unknown"
	}
	return alertNames[t]
}

// warning reports whether the type tells of a risk and not of a broken promise.
func (t AlertType) warning() bool {
	return t == AlertPhaseOverrun || t == AlertDeadlineAtRisk || t == AlertControlBound
}

// Alert is something that somebody is to be told. The same alert from several
// hosts differs in Seq only: what an outbox makes its id of is all the rest.
type Alert struct {
	Seq     uint64 // number at this host, from 1
	Type    AlertType
	Subject Host   // replica or host that it is about, or NoHost for the system
	Round   uint64 // round in which it was raised
	Life    uint64 // incarnation of the replica, or boot of the local wormhole, that it is about
	Phase   Phase  // with phase.overrun, code.mismatch, replica.fenced: where
	Reason  Reason // with failsafe.latched: why
	Outcome Outcome
}

// raise puts an alert into the state, which makes the step store it: an alert
// is written before it is sent ([W-24]).
func (c *Core) raise(a Alert) {
	s := &c.st
	s.AlertSeq++
	a.Seq, a.Round = s.AlertSeq, s.Round
	if int(s.AlertCount) == len(s.Alerts) {
		c.dropAlert()
	}
	s.Alerts[s.AlertCount] = a
	s.AlertCount++
	c.dirty = true
}

// dropAlert makes room: the oldest warning goes, or else the oldest alert. What
// is dropped is counted, and the count is part of the status.
func (c *Core) dropAlert() {
	s := &c.st
	victim := 0
	for i := range s.Alerts {
		if s.Alerts[i].Type.warning() {
			victim = i
			break
		}
	}
	copy(s.Alerts[victim:], s.Alerts[victim+1:])
	s.AlertCount--
	s.AlertsDropped++
}

// alertsTaken forgets the alerts that are safe in the outbox. It need not be
// stored at once: an alert that is handed over twice is one alert there.
func (c *Core) alertsTaken(upTo uint64) {
	s := &c.st
	n := 0
	for n < int(s.AlertCount) && s.Alerts[n].Seq <= upTo {
		n++
	}
	if n == 0 {
		return
	}
	copy(s.Alerts[:], s.Alerts[n:s.AlertCount])
	s.AlertCount -= uint8(n)
	clear(s.Alerts[s.AlertCount:])
}
