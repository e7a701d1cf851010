package judge

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// Record is what a host said at the beginning of a cycle. Instants are by the common clock.
type Record struct {
	Host     controlnet.Host
	Life     int // how often the host was started before
	Cycle    uint64
	Boundary time.Duration // when the host holds the cycle to begin
	Begun    time.Duration // when it came to it
	Late     time.Duration // as the host says
	Bound    time.Duration
	InSync   bool
	Heard    controlnet.Set
	View     controlnet.Set
	Members  controlnet.Set
	// Forged counts the payloads of this tick that their sender did not send, or not then.
	Forged int
	// Broken counts the broken bounds that the host has noticed in this life: cycles begun
	// late or not at all, slots missed, frames that came too late.
	Broken uint64
}

// Broken adds up the counters that say that a bound was broken.
func Broken(c *controlnet.Counters) uint64 {
	return c.LateTicks + c.LateSlots + c.Skipped + c.Slow + c.Refused[controlnet.RefusedLate]
}

// Absence is a time in which hosts could not take part, because of what was done to them.
type Absence struct {
	Hosts controlnet.Set
	// From is before it was done to them, To before it was undone, and Back when that was
	// complete; by the common clock. Undoing takes time where there is more than one host.
	From, To, Back time.Duration
	// Died says that what goes on after it is another process, which starts from nothing
	// with its first record.
	Died bool
}

// Trial is a run and what was done in it.
type Trial struct {
	Config  controlnet.Config // of any host
	Records []Record          // of all hosts, those of one host in their order
	Dropped uint64            // records that were lost on their way here
	// Absences are in the order of their beginnings.
	Absences []Absence
	// Counters are those of each host at the end, over all its lives.
	Counters []controlnet.Counters
	// From and Until are the first cycle that Expect is about, and the last.
	From, Until uint64
	Expect      scenario.Expect
	// Whole says that nothing was done in the trial that costs a frame: all that stay hear
	// each other in every cycle.
	Whole bool
	// Epoch is UTC when the common clock was 0, and UTCWithin how far the network may be
	// from it; 0 is not checked.
	Epoch, UTCWithin time.Duration
	// Return is in how many cycles a host that goes on, and one that starts, must be in
	// sync again.
	Return, Start uint64
}

// Failure is something that should not have been.
type Failure struct {
	Check   string
	Cycle   uint64
	Text    string
	Excused bool // a bound was broken at the time, and a host said so
}

// Away is how the absence of one host was noticed, and ended.
type Away struct {
	Host controlnet.Host
	Died bool
	// Unheard is how many cycles after the last in which anybody heard it nobody had it in
	// the view, and Unlisted in the membership. -1: somebody had it to the end.
	Unheard, Unlisted int
	// Noticed is the time from the beginning of the absence until it was in nobody's
	// membership; 0 if the absence was over before that.
	Noticed time.Duration
	// InSync is after how many cycles from its return, or its first record, it was in sync
	// again, and Listed after how many it was in everybody's membership. -1: never.
	InSync, Listed int
}

// Verdict is what was found.
type Verdict struct {
	Failures []Failure
	Cycles   uint64        // that at least two hosts in sync began
	Skew     time.Duration // largest distance of the same boundary at two hosts in sync and in contact
	Apart    time.Duration // at two hosts in sync of which one does not have the other in its view
	Bound    time.Duration // largest bound that a host in sync stated
	Tightest time.Duration // least distance of a skew from the bound on it
	Late     time.Duration // by which a host came to a boundary at most, by the common clock
	Breaches int           // records in which a host that nobody touched noticed a broken bound
	Left     int           // records in which a host that nobody touched was no member, or not in sync
	Away     []Away
}

// Faults returns the failures that nothing excuses.
func (v *Verdict) Faults() []Failure { return v.pick(false) }

// Excused returns the others.
func (v *Verdict) Excused() []Failure { return v.pick(true) }

func (v *Verdict) pick(excused bool) []Failure {
	var picked []Failure
	for _, f := range v.Failures {
		if f.Excused == excused {
			picked = append(picked, f)
		}
	}
	return picked
}
