package wormhole_test

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-5] A claim becomes a start a window after the first answers that cannot be
// meant for an older claim, and those come a window after it began.
func TestClaimTakesTwoWindows(t *testing.T) {
	for omissions := range 4 {
		o := settledSolo(t, small(6, 1, 1, omissions))
		from := o.extra()
		if got, want := o.startsWithin(40)-from, wormhole.Cycle(2*(omissions+1)); got != want {
			t.Errorf("o = %d: start %d cycles after the claim, want %d", omissions, got, want)
		}
	}
}

// [W-5] A majority has to vouch, the claimant included: 4 of 6.
func TestMajorityVouches(t *testing.T) {
	for vouching, want := range map[wormhole.Host]bool{5: true, 3: true, 2: false, 0: false} {
		o := settledSolo(t, six())
		o.says = func(h wormhole.Host, _ wormhole.Cycle, f *wormhole.Frame) bool {
			if h > vouching {
				f.Held = wormhole.Set{}
			}
			return true
		}
		o.extra()
		if got := o.startsWithin(60) != 0; got != want {
			t.Errorf("%d others of 6 vouch: starts %v, want %v", vouching, got, want)
		}
	}
}

// [W-5] Who holds the claimant without having heard it inside the window does not vouch.
func TestVouchingNeedsHearing(t *testing.T) {
	o := settledSolo(t, small(8, 2, 2, 2))
	o.says = func(h wormhole.Host, _ wormhole.Cycle, f *wormhole.Frame) bool {
		if h > 3 {
			f.Heard.Remove(0)
		}
		return true
	}
	o.step(wormhole.Input{Now: o.now, Order: &wormhole.Order{Kind: wormhole.OrderRejuvenate}})
	if at := o.startsWithin(60); at != 0 {
		t.Errorf("started in cycle %d on the word of members that do not hear it", at)
	}
}

// [W-5] A member that stops holding the claimant vouches anew, for a whole window.
func TestVouchingIsWithoutBreak(t *testing.T) {
	o := settledSolo(t, six())
	from := o.extra()
	o.says = func(_ wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool {
		if at == from+5 {
			f.Held = wormhole.Set{}
		}
		return true
	}
	if got := o.startsWithin(40) - from; got != 9 {
		t.Errorf("start %d cycles after the claim, want 9: a window after the answers of cycle 6", got)
	}
}

// [W-5] Every member of the majority has answered inside the last window: of 8
// members, 5 to 7 fall silent before 1 to 3 have vouched for long enough, and 4
// does not vouch.
func TestVouchingIsFresh(t *testing.T) {
	for _, falls := range []bool{true, false} {
		o := settledSolo(t, small(8, 3, 1, 2))
		o.pace = cycleLength * 3 / 4 // so that the local clock has nothing against it
		from := o.extra()
		o.says = func(h wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool {
			if h == 4 || h < 4 && at <= from+3 {
				f.Held = wormhole.Set{}
			}
			return h < 5 || at <= from+3 || !falls
		}
		if got := o.startsWithin(40) != 0; got == falls {
			t.Errorf("three of the backers fall silent: %v; starts %v", falls, got)
		}
	}
}

// [W-5] A recorded stream of frames cannot answer: its answers are to frames that
// left too long ago by the claimant's own clock.
func TestAnswersAreFreshByTheLocalClock(t *testing.T) {
	for _, c := range []struct {
		pace time.Duration
		want bool
	}{
		{cycleLength, true},
		{cycleLength * 6 / 5, true}, // the answer is to a frame of three cycles ago at most
		{cycleLength * 3, false},
	} {
		o := settledSolo(t, six())
		o.pace = c.pace
		o.extra()
		if got := o.startsWithin(40) != 0; got != c.want {
			t.Errorf("a cycle takes %v by the local clock: starts %v, want %v", c.pace, got, c.want)
		}
	}
}

// [W-6] Fewer than k others may be down: those that it holds itself.
func TestStartsBesideFewerThanK(t *testing.T) {
	for running, want := range []bool{true, true, false, false} {
		o := settledSolo(t, small(9, 2, 3, 2))
		o.says = func(h wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool {
			if int(h) > 0 && int(h) <= running+1 {
				f.Standing, f.Start = wormhole.Running, at
			}
			return true
		}
		o.step(wormhole.Input{Now: o.now, Order: &wormhole.Order{Kind: wormhole.OrderRejuvenate}})
		if got := o.startsWithin(60) != 0; got != want {
			t.Errorf("k = 3, %d others run: starts %v, want %v", running+1, got, want)
		}
	}
}

// [W-6] And those that a member holds, unless they have said of themselves that
// they are idle.
func TestStartsBesideThoseThatOthersHold(t *testing.T) {
	for _, idle := range []bool{true, false} {
		o := settledSolo(t, six())
		o.says = func(h wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool {
			f.Held.Add(5)
			if !idle {
				f.Heard.Remove(5)
			}
			return h != 5 || idle
		}
		o.run(8)
		o.extra()
		if got := o.startsWithin(40) != 0; got != idle {
			t.Errorf("replica 5 is held by all, and says that it is idle: %v; starts %v", idle, got)
		}
	}
}

// [W-6] What a member held in its last frame counts for a window: here that frame
// came just before the start.
func TestOneHolderIsEnough(t *testing.T) {
	o := settledSolo(t, six())
	from := o.extra()
	o.says = func(h wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool {
		f.Heard.Remove(5)
		if h == 2 && at == from+5 {
			f.Held.Add(5)
		}
		return h != 5 || at < from
	}
	if got := o.startsWithin(40) - from; got != 7 {
		t.Errorf("start %d cycles after the claim, want 7: one frame of member 2 stood against it", got)
	}
}

// [W-6] What a member held in a frame before the window does not count any more.
func TestOldWordOfAHolder(t *testing.T) {
	o := settledSolo(t, small(8, 2, 1, 2))
	last := o.cycle
	o.says = func(h wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool {
		f.Heard.Remove(5)
		if h == 2 {
			f.Held.Add(5)
		}
		return h != 5 && (h != 2 || at == last)
	}
	o.pass()
	if from := o.extra(); o.startsWithin(40) != from+6 {
		t.Errorf("the start waits for a member that was last heard in cycle %d", last)
	}
}

// [W-6] At most k, on a bench where everybody asks at once, whatever is lost.
func TestAtMostKWhateverIsLost(t *testing.T) {
	for seed := range wormhole.Cycle(20) {
		b := settled(t, small(6, 1, 1, 2))
		b.lost = func(from, to wormhole.Host, at wormhole.Cycle) bool {
			x := (at + 1) * (seed*2 + 3) * wormhole.Cycle(from*13+to*7+1) * 0x9e3779b97f4a7c15
			return x>>61 < 3
		}
		for h := range wormhole.Host(6) {
			b.order(h, wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: h})
		}
		b.run(150) // the bench looks at every cycle
	}
}

// [W-9] The first phase is void T_proc after the step that asks for it; the others
// have the time that is left of the bound.
func TestVoidCommands(t *testing.T) {
	o := settledSolo(t, six())
	o.extra()
	o.late = 2 * time.Millisecond
	if o.startsWithin(40) == 0 {
		t.Fatal("no start")
	}
	now := o.now + o.late
	if c := o.out.Commands[0]; c.Kind != wormhole.CommandPhase || c.Phase != wormhole.PhaseShutdown || c.NotAfter != now+procBound {
		t.Errorf("first command %+v, want it void after %v", c, now+procBound)
	}
	end := o.now + execLength*cycleLength
	o.result(wormhole.Succeeded)
	if c := o.out.Commands[0]; c.Phase != wormhole.PhaseCheckOS || c.NotAfter != end {
		t.Errorf("second command %+v, want it void after %v", c, end)
	}
}

// [W-9] A void command is reported as failed, and the replica is fenced.
func TestVoidCommandFences(t *testing.T) {
	o := settledSolo(t, six())
	o.extra()
	o.startsWithin(40)
	o.result(wormhole.Failed)
	if s := o.core.Status(); s.Replica != wormhole.Fenced || o.alerts(wormhole.AlertReplicaFenced) != 1 {
		t.Errorf("replica %v with %d alerts, want it fenced and told of", s.Replica, o.alerts(wormhole.AlertReplicaFenced))
	}
}
