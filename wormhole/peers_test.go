package wormhole_test

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-1] Nothing is built on a frame's arriving: with every frame lost nobody
// starts, and everybody says that it is alone.
func TestEveryFrameMayBeLost(t *testing.T) {
	b := settled(t, six())
	b.clear()
	b.away = b.cfg.Members
	b.run(200)
	for h := range wormhole.Host(6) {
		if got := b.starts(h); len(got) != 0 {
			t.Errorf("replica %d is rejuvenated in cycles %v without evidence", h, got)
		}
		if s := b.status(h); !s.Latched || s.Latch.Reason != wormhole.ReasonIsolated {
			t.Errorf("host %d: %v, want a latch of its own", h, s.Latch)
		}
	}
}

// [W-1] Losses up to the omission bound, in both directions, hurt nobody.
func TestLossesInsideTheBound(t *testing.T) {
	b := settled(t, six())
	b.clear()
	b.lost = func(from, to wormhole.Host, at wormhole.Cycle) bool {
		return (at+wormhole.Cycle(from*5)+wormhole.Cycle(to*7))%3 != 0
	}
	b.roundDone(1)
	b.roundDone(2)
	b.quiet()
}

// [W-2] The rate of a clock is what "at most k" rests on, but only of a host that
// is out of contact. The clock of one that is in contact may run at half the rate:
// the control network's says when its rejuvenation is over.
func TestSlowClockInContact(t *testing.T) {
	b := settled(t, six())
	b.nodes[0].clock.set(b.real, 0.5, 0)
	b.hang(0, wormhole.PhaseShutdown)
	started := b.until("a start", 100, b.is(0, wormhole.Rejuvenating))
	fenced := b.until("a fence", 100, b.is(0, wormhole.Fenced))
	if took := fenced - started; took != execLength+1 {
		t.Errorf("fenced %d cycles after its start, want the first after T_localexec (%d)", took, execLength+1)
	}
}

// [W-2] Readings of clocks do not matter: those of a bench are hours apart, and
// one may jump by any time at any instant.
func TestClockReadingsDoNotMatter(t *testing.T) {
	b := settled(t, six())
	b.clear()
	for i := range wormhole.Cycle(100) {
		b.nodes[2].clock.set(b.real, 1, time.Duration(int64(i)%3-1)*time.Hour)
		b.run(1)
	}
	for h := range wormhole.Host(6) {
		if h != 2 && len(b.starts(h)) != 1 {
			t.Errorf("%d rejuvenations of replica %d", len(b.starts(h)), h)
		}
	}
}

// [W-4] A frame that is not of the last cycle, not of a member or of another
// membership changes nothing and is counted.
func TestForeignFramesAreCounted(t *testing.T) {
	for _, c := range []struct {
		name   string
		sender wormhole.Host
		age    wormhole.Cycle
		epoch  uint32
	}{
		{"of an older cycle", 1, 1, 1},
		{"of this cycle", 1, ^wormhole.Cycle(0), 1},
		{"of no member", 6, 0, 1},
		{"its own", 0, 0, 1},
		{"of an older membership", 1, 0, 0},
		{"of a newer membership", 1, 0, 2},
	} {
		o := settledSolo(t, six())
		o.says = silent(1)
		o.more = func(last wormhole.Cycle) []wormhole.Received {
			f := latchFrame(o, c.epoch)
			return []wormhole.Received{{Sender: c.sender, Cycle: last - c.age, Frame: &f}}
		}
		before := o.core.Status().Refused
		o.pass()
		s := o.core.Status()
		if s.Latched || s.Refused != before+1 {
			t.Errorf("a frame %s: latched %v, %d counted", c.name, s.Latched, s.Refused-before)
		}
	}
}

// latchFrame is a frame that nobody who takes it can overlook.
func latchFrame(o *solo, epoch uint32) wormhole.Frame {
	f := o.polite()
	f.Epoch, f.LatchGen, f.LatchScope, f.LatchReason = epoch, 1, wormhole.ScopeAll, wormhole.ReasonBudget
	return f
}

// [W-4] Of two frames of one sender in one cycle the first counts.
func TestSecondFrameOfASender(t *testing.T) {
	o := settledSolo(t, six())
	o.more = func(last wormhole.Cycle) []wormhole.Received {
		f := latchFrame(o, 1)
		return []wormhole.Received{{Sender: 1, Cycle: last, Frame: &f}}
	}
	o.pass()
	if o.core.Status().Latched {
		t.Error("the second frame of a sender was taken")
	}
	o.says = silent(1)
	o.pass()
	if !o.core.Status().Latched {
		t.Error("the frame is one that nobody would notice: the test shows nothing")
	}
}

// [W-5] Who hears a claim holds the claimant, and says so.
func TestClaimIsHeld(t *testing.T) {
	o := settledSolo(t, six())
	for _, standing := range []wormhole.Standing{wormhole.Claiming, wormhole.Running} {
		o.says = saysOf(3, func(f *wormhole.Frame) { f.Standing, f.Start = standing, o.cycle })
		o.pass()
		if !o.out.Frame.Held.Has(3) || o.out.Frame.Held.Len() != 1 {
			t.Errorf("standing %d is answered by %v", standing, o.out.Frame.Held)
		}
		o.says = nil
		o.pass()
		if o.out.Frame.Held.Has(3) {
			t.Error("held on, though it says that it is idle")
		}
	}
}

// saysOf returns a rule for says that changes the frames of one puppet.
func saysOf(who wormhole.Host, change func(f *wormhole.Frame)) func(wormhole.Host, wormhole.Cycle, *wormhole.Frame) bool {
	return func(h wormhole.Host, _ wormhole.Cycle, f *wormhole.Frame) bool {
		if h == who {
			change(f)
		}
		return true
	}
}

// [W-7] A local wormhole that has just started holds everybody whom it has not
// heard for as long as a rejuvenation that it vouched for may last, by both clocks.
func TestHoldsWhomItNeverHeard(t *testing.T) {
	for _, c := range []struct {
		name string
		pace time.Duration
		want wormhole.Cycle // cycles after the first in sync
	}{
		{"as fast as the network's", cycleLength, 20},
		{"ten times as fast", 10 * cycleLength, 20},
		{"half as fast", cycleLength / 2, 38},
	} {
		o := newSolo(t, six())
		o.pace = c.pace
		o.says = silent(5)
		o.pass()
		first := o.cycle
		for o.out.Frame.Held.Has(5) && o.cycle < first+100 {
			o.pass()
		}
		if got := o.cycle - first; got != c.want {
			t.Errorf("a clock %s: held for %d cycles, want %d", c.name, got, c.want)
		}
	}
}

// [W-8] A place is held from a claim for T_localexec, two windows and a cycle, from
// an announced start for T_localexec and a cycle, by both clocks.
func TestHowLongAPlaceIsHeld(t *testing.T) {
	const window = 3
	for _, c := range []struct {
		name     string
		standing wormhole.Standing
		pace     time.Duration
		want     wormhole.Cycle // cycles after that of the frame
	}{
		{"claim", wormhole.Claiming, cycleLength, execLength + 2*window + 3},
		{"claim, fast clock", wormhole.Claiming, 10 * cycleLength, execLength + 2*window + 3},
		{"claim, slow clock", wormhole.Claiming, cycleLength / 2, 2 * (execLength + 2*window + 1)},
		{"start", wormhole.Running, cycleLength, execLength + 2},
		{"start, fast clock", wormhole.Running, 10 * cycleLength, execLength + 2},
		{"start, slow clock", wormhole.Running, cycleLength / 2, 2 * (execLength + 1)},
	} {
		o := settledSolo(t, six())
		at := o.cycle
		o.says = saysOf(5, func(f *wormhole.Frame) { f.Standing, f.Start = c.standing, at })
		o.pass()
		o.pace = c.pace
		o.says = silent(5)
		for o.out.Frame.Held.Has(5) && o.cycle < at+100 {
			o.pass()
		}
		if got := o.cycle - at; got != c.want {
			t.Errorf("%s: held for %d cycles, want %d", c.name, got, c.want)
		}
	}
}

// [W-8] The hold from an announced start is counted from that start, and not from
// the last frame that told of it.
func TestHoldIsCountedFromTheStart(t *testing.T) {
	o := settledSolo(t, six())
	start := o.cycle - 8
	o.says = saysOf(5, func(f *wormhole.Frame) { f.Standing, f.Start = wormhole.Running, start })
	o.run(3)
	o.says = silent(5)
	for o.out.Frame.Held.Has(5) && o.cycle < start+100 {
		o.pass()
	}
	if got := o.cycle - start; got != execLength+2 {
		t.Errorf("free %d cycles after the start, want %d", got, execLength+2)
	}
}
