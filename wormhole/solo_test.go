package wormhole_test

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// solo is one core, host 0, whose fellow members are puppets: what they say is
// what the test says. Left alone they hear everybody, are idle, and hold host 0
// while it claims or runs.
type solo struct {
	t     testing.TB
	cfg   wormhole.Config
	core  *wormhole.Core
	out   wormhole.Output
	cycle wormhole.Cycle
	now   time.Duration // local time of the cycle's beginning
	pace  time.Duration // local time that a cycle takes
	late  time.Duration

	claims [2]bool // whether host 0 claimed or ran in the last cycle, and in the one before
	// says changes the frame that h sends in cycle at, and reports whether it is heard.
	says func(h wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool
	// more are frames that are heard beside these.
	more func(last wormhole.Cycle) []wormhole.Received
}

// far is a timetable whose first round is out of reach.
var far = every{1 << 40, 1000}

// newSolo starts host 0 of cfg, without a round in sight.
func newSolo(t testing.TB, cfg wormhole.Config) *solo {
	t.Helper()
	cfg.Starts = far
	return soloFrom(t, cfg, wormhole.Start{Now: time.Hour})
}

func soloFrom(t testing.TB, cfg wormhole.Config, s wormhole.Start) *solo {
	t.Helper()
	o := &solo{t: t, cfg: cfg, cycle: 500, now: s.Now, pace: cfg.Cycle}
	core, err := wormhole.New(cfg, 0, s, &o.out)
	if err != nil {
		t.Fatal(err)
	}
	o.core = core
	return o
}

// settledSolo is one whose replica is up, and that knows of everybody.
func settledSolo(t testing.TB, cfg wormhole.Config) *solo {
	t.Helper()
	o := newSolo(t, cfg)
	o.pass()
	o.finish()
	o.run(10)
	if s := o.core.Status(); !s.Joined || s.Replica != wormhole.Up {
		t.Fatalf("replica %v, joined %v", s.Replica, s.Joined)
	}
	return o
}

// polite is what a puppet says when nobody tells it otherwise.
func (o *solo) polite() wormhole.Frame {
	f := wormhole.Frame{
		Epoch: o.cfg.Epoch, Boot: 1, Heard: o.cfg.Members,
		Last: wormhole.NoHost, NextLast: wormhole.NoHost, AskTarget: wormhole.NoHost,
	}
	if o.core.Status().Round != 0 {
		f.Round, f.Turn = o.core.Status().Round, wormhole.TurnDone
	}
	if o.claims[1] {
		f.Held.Add(0)
	}
	return f
}

// run lets so many cycles pass.
func (o *solo) run(cycles int) {
	for range cycles {
		o.pass()
	}
}

// pass is one cycle.
func (o *solo) pass() {
	last := o.cycle
	var frames []wormhole.Received
	for h := o.cfg.Members.Next(1); h != wormhole.NoHost; h = o.cfg.Members.Next(int(h) + 1) {
		f := o.polite()
		if o.says == nil || o.says(h, last, &f) {
			frames = append(frames, wormhole.Received{Sender: h, Cycle: last, Frame: &f})
		}
	}
	if o.more != nil {
		frames = append(frames, o.more(last)...)
	}
	o.cycle, o.now = o.cycle+1, o.now+o.pace
	o.step(wormhole.Input{Now: o.now + o.late, Tick: &wormhole.Tick{Cycle: o.cycle, Boundary: o.now, InSync: true, Frames: frames}})
	o.claims[1], o.claims[0] = o.claims[0], o.out.Send && o.out.Frame.Standing != wormhole.Idle
}

func (o *solo) step(in wormhole.Input) {
	before := o.core.Status()
	o.core.Step(&in, &o.out)
	checkStep(o.t, o.core, &before, &o.out)
}

// finish lets the attempt that is under way succeed at once.
func (o *solo) finish() {
	for range 10 {
		if o.core.Status().Phase == wormhole.PhaseNone {
			return
		}
		o.result(wormhole.Succeeded)
	}
	o.t.Fatal("the attempt does not end")
}

// result ends the phase that is under way.
func (o *solo) result(outcome wormhole.Outcome) {
	r := wormhole.PhaseResult{Phase: o.core.Status().Phase, Outcome: outcome, Attempt: o.attempt()}
	o.step(wormhole.Input{Now: o.now + o.late, Result: &r})
}

// attempt is the number of the last attempt: the core's own is in its state,
// which an order that changes nothing else brings out.
func (o *solo) attempt() uint64 {
	o.step(wormhole.Input{Now: o.now + o.late, Order: &wormhole.Order{Kind: wormhole.OrderResume}})
	return o.out.State.Attempt
}

// extra orders a rejuvenation of host 0's replica and returns the first cycle of
// its claim.
func (o *solo) extra() wormhole.Cycle {
	o.t.Helper()
	o.step(wormhole.Input{Now: o.now, Order: &wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: 0}})
	if !o.out.Reply.Accepted {
		o.t.Fatal(o.out.Reply.Text)
	}
	o.pass()
	if !o.core.Status().Claiming {
		o.t.Fatalf("no claim: why %d", o.core.Status().Why)
	}
	return o.cycle
}

// startsWithin returns the cycle in which the claim becomes a start, or 0 if it
// does not in so many cycles.
func (o *solo) startsWithin(cycles int) wormhole.Cycle {
	for range cycles {
		o.pass()
		if o.core.Status().Replica == wormhole.Rejuvenating {
			return o.cycle
		}
	}
	return 0
}

// alerts counts the alerts of a type that wait for the outbox.
func (o *solo) alerts(t wormhole.AlertType) int {
	count := 0
	for _, a := range o.out.Alerts {
		if a.Type == t {
			count++
		}
	}
	return count
}

// all returns a rule for says that changes every puppet's frames alike.
func all(change func(f *wormhole.Frame)) func(wormhole.Host, wormhole.Cycle, *wormhole.Frame) bool {
	return func(_ wormhole.Host, _ wormhole.Cycle, f *wormhole.Frame) bool {
		change(f)
		return true
	}
}

// silent returns a rule for says in which some are heard by nobody.
func silent(hosts ...wormhole.Host) func(wormhole.Host, wormhole.Cycle, *wormhole.Frame) bool {
	return func(h wormhole.Host, _ wormhole.Cycle, f *wormhole.Frame) bool {
		for _, s := range hosts {
			if f.Heard.Remove(s); h == s {
				return false
			}
		}
		return true
	}
}
