package wormhole_test

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-10] A local wormhole that is later than T_proc, or without a clock, sends
// nothing and says so once a round.
func TestLateOrWithoutClockIsSilent(t *testing.T) {
	for _, c := range []struct {
		name   string
		late   time.Duration
		noSync bool
		silent bool
	}{
		{"on time", 0, false, false},
		{"as late as it may be", procBound, false, false},
		{"too late", procBound + 1, false, true},
		{"too early", -procBound - 1, false, true},
		{"without a clock", 0, true, true},
	} {
		b := settled(t, six())
		b.clear()
		n := b.nodes[0]
		n.late, n.noSync = c.late, c.noSync
		for range 2 {
			b.run(1)
			if got := n.sent == nil; got != c.silent {
				t.Errorf("%s: silent %v, want %v", c.name, got, c.silent)
			}
		}
		if got, want := b.raised(0, wormhole.AlertControlBound), map[bool]int{true: 1}[c.silent]; got != want {
			t.Errorf("%s: %d alerts of control.bound, want %d", c.name, got, want)
		}
	}
}

// [W-10] A cycle that does not follow is no clock to go by.
func TestCycleThatDoesNotFollow(t *testing.T) {
	o := settledSolo(t, six())
	for _, back := range []wormhole.Cycle{1, 2, o.cycle} {
		o.step(wormhole.Input{Now: o.now, Tick: &wormhole.Tick{Cycle: o.cycle + 1 - back, Boundary: o.now, InSync: true}})
		if o.out.Send || o.core.Status().InSync || o.core.Status().Cycle != o.cycle {
			t.Errorf("cycle %d after cycle %d: sends %v", o.cycle+1-back, o.cycle, o.out.Send)
		}
	}
}

// [W-10] Nothing is started in such a cycle, and the claim stands, since nothing
// was said against it.
func TestLateCycleStartsNothing(t *testing.T) {
	o := settledSolo(t, six())
	from := o.extra()
	o.run(5)
	o.late = procBound + 1
	o.pass()
	if s := o.core.Status(); s.Replica != wormhole.Up || len(o.out.Commands) != 0 {
		t.Errorf("started in a late cycle: %v, %+v", s.Replica, o.out.Commands)
	}
	o.late = 0
	if got := o.startsWithin(40) - from; got != 7 {
		t.Errorf("start %d cycles after the claim, want 7: one later than without the late cycle", got)
	}
}

// [W-11] With the joining anew the claim ends.
func TestJoiningAnewEndsTheClaim(t *testing.T) {
	o := settledSolo(t, six())
	o.extra()
	o.late = procBound + 1
	o.run(2)
	if !o.core.Status().Claiming {
		t.Error("the claim has ended inside the omission bound")
	}
	o.run(1)
	if o.core.Status().Claiming {
		t.Error("the claim stands though others may count it as gone")
	}
}

// [W-11] After more such cycles than the omission bound it joins anew.
func TestSilenceEndsInJoiningAnew(t *testing.T) {
	for cycles, joined := range map[wormhole.Cycle]bool{1: true, 2: true, 3: false} {
		b := settled(t, six())
		b.nodes[3].late = procBound + 1
		b.run(cycles)
		if got := b.status(3).Joined; got != joined {
			t.Errorf("after %d late cycles with o = 2: joined %v, want %v", cycles, got, joined)
		}
	}
}

// [W-11] So does one that was stopped for longer than a window.
func TestStopEndsInJoiningAnew(t *testing.T) {
	for cycles, joined := range map[wormhole.Cycle]bool{2: true, 3: false, 8: false} {
		b := settled(t, six())
		n := b.nodes[3]
		core := n.core
		n.core = nil
		b.away.Add(3)
		b.run(cycles)
		n.core = core
		b.run(1)
		if got := b.status(3).Joined; got != joined {
			t.Errorf("stopped for %d cycles: joined %v, want %v", cycles, got, joined)
		}
	}
}

// [W-11] What it did not hear in that time is its own fault: of a host that was
// stopped nobody is lost, and it does not latch, though the first frames that it
// would hear again are lost as well.
func TestStalledHostBlamesNobody(t *testing.T) {
	for _, cycles := range []wormhole.Cycle{1, 2, 3, 4, 8, 11} {
		b := settled(t, six())
		b.to(firstStart + 1)
		b.clear()
		n := b.nodes[4]
		core := n.core
		n.core = nil
		b.run(cycles)
		n.core = core
		resumed := b.cycle
		b.lost = func(_, to wormhole.Host, at wormhole.Cycle) bool { return to == 4 && at < resumed+2 }
		b.run(12)
		if got := b.raised(4, wormhole.AlertWormholeLost); got != 0 {
			t.Errorf("stopped for %d cycles: tells of %d lost hosts", cycles, got)
		}
		if s := b.status(4); s.Latched || !s.Joined {
			t.Errorf("stopped for %d cycles: latched %v, joined %v", cycles, s.Latched, s.Joined)
		}
	}
}

// [W-11] Until it has joined it does not renew its lease, and the dead-man rule
// has the replica.
func TestNoLeaseBeforeJoining(t *testing.T) {
	b := settled(t, six())
	n := b.nodes[5]
	n.late = procBound + 1
	b.away.Add(5)
	b.run(4)
	n.late = 0
	lease, at := n.lease, n.now()
	if left := lease - at; left > execLength*cycleLength {
		t.Errorf("a lease of %v, more than T_localexec", left)
	}
	b.run(execLength)
	if n.lease != lease {
		t.Error("the lease was renewed by a local wormhole that takes no part")
	}
	if n.guest || b.status(5).Replica == wormhole.Up {
		t.Error("the replica is up after the lease")
	}
}

// [W-12] A member is out of contact if no frame of it was heard inside the window,
// or none of those says that it hears this one.
func TestOutOfContact(t *testing.T) {
	for _, c := range []struct {
		name string
		says func(wormhole.Host, wormhole.Cycle, *wormhole.Frame) bool
	}{
		{"not heard", silent(2)},
		{"deaf", saysOf(2, func(f *wormhole.Frame) { f.Heard = wormhole.Set{} })},
	} {
		o := settledSolo(t, six())
		o.says = c.says
		o.run(2)
		if o.core.Status().Out.Len() != 0 {
			t.Errorf("%s: out of contact inside the window", c.name)
		}
		o.run(1)
		if s := o.core.Status(); !s.Out.Has(2) || o.alerts(wormhole.AlertWormholeLost) != 1 {
			t.Errorf("%s: in contact after the window, %d alerts", c.name, o.alerts(wormhole.AlertWormholeLost))
		}
	}
}

// [W-12] Nothing starts while more than k' others are fenced or out of contact.
func TestNoStartBeyondTheBudget(t *testing.T) {
	for fenced, want := range []bool{true, true, true, false} {
		cfg := small(8, 2, 1, 2)
		cfg.Action = wormhole.ActionAlert
		o := settledSolo(t, cfg)
		o.says = func(h wormhole.Host, _ wormhole.Cycle, f *wormhole.Frame) bool {
			f.Fenced = int(h) > 7-fenced
			return true
		}
		o.extra()
		if got := o.startsWithin(40) != 0; got != want {
			t.Errorf("k' = 2, %d fenced: starts %v, want %v", fenced, got, want)
		}
	}
}

// [W-12] The fail-safe latches for all when those that are fenced, and those that
// a majority does not hear, are more than k'; when: first, if there is any.
func TestBudgetLatchesForAll(t *testing.T) {
	for _, c := range []struct {
		name         string
		first        bool
		gone, fenced []wormhole.Host
		want         wormhole.Reason
	}{
		{name: "nobody"},
		{name: "one gone", gone: []wormhole.Host{7}},
		{name: "one gone, one fenced", gone: []wormhole.Host{7}, fenced: []wormhole.Host{6}},
		{name: "two gone, one fenced", gone: []wormhole.Host{6, 7}, fenced: []wormhole.Host{5}, want: wormhole.ReasonBudget},
		{name: "three fenced", fenced: []wormhole.Host{5, 6, 7}, want: wormhole.ReasonBudget},
		{name: "three gone", gone: []wormhole.Host{5, 6, 7}, want: wormhole.ReasonBudget},
		{name: "first: nobody", first: true},
		{name: "first: one gone", first: true, gone: []wormhole.Host{7}, want: wormhole.ReasonFirst},
		{name: "first: one fenced", first: true, fenced: []wormhole.Host{7}, want: wormhole.ReasonFirst},
	} {
		cfg := small(8, 2, 1, 2)
		cfg.FirstMiss = c.first
		o := settledSolo(t, cfg)
		hear := silent(c.gone...)
		o.says = func(h wormhole.Host, at wormhole.Cycle, f *wormhole.Frame) bool {
			for _, x := range c.fenced {
				f.Fenced = f.Fenced || h == x
			}
			return hear(h, at, f)
		}
		o.run(4)
		s := o.core.Status()
		if s.Latch.Reason != c.want || s.Latched && s.Latch.Scope != wormhole.ScopeAll {
			t.Errorf("%s: latch %+v, want reason %v for all", c.name, s.Latch, c.want)
		}
	}
}

// [W-12] When more than k' are missing here and the others hear them, it latches
// for this host alone, after two windows.
func TestBadLinksLatchAlone(t *testing.T) {
	o := settledSolo(t, six())
	o.says = func(h wormhole.Host, _ wormhole.Cycle, _ *wormhole.Frame) bool { return h < 4 }
	o.run(2)
	for range 6 {
		o.pass()
		if o.core.Status().Latched {
			t.Fatal("latched before the others had two windows to say the same")
		}
	}
	o.pass()
	if s := o.core.Status(); s.Latch.Scope != wormhole.ScopeLocal || s.Latch.Reason != wormhole.ReasonIsolated {
		t.Errorf("latch %+v, want one of this host alone", s.Latch)
	}
}

// [W-12] Without a majority it latches for itself at once.
func TestNoMajorityLatchesAlone(t *testing.T) {
	b := settled(t, six())
	b.away.Add(1)
	b.run(4)
	if s := b.status(1); s.Latch.Scope != wormhole.ScopeLocal || s.Latch.Reason != wormhole.ReasonIsolated {
		t.Errorf("host that is cut off: latch %+v", s.Latch)
	}
	b.run(20)
	for h := range wormhole.Host(6) {
		if s := b.status(h); h != 1 && s.Latched {
			t.Errorf("host %d latches for one that is cut off: %+v", h, s.Latch)
		}
	}
}

// [W-12] A member with two bad links is one fault, and not the end of the service.
func TestTwoBadLinksAreOneFault(t *testing.T) {
	b := settled(t, six())
	b.lost = func(from, to wormhole.Host, _ wormhole.Cycle) bool { return from < 2 && to == 5 }
	b.run(40)
	for h := range wormhole.Host(6) {
		if s := b.status(h); s.Latched != (h == 5) || s.Latched && s.Latch.Scope != wormhole.ScopeLocal {
			t.Errorf("host %d: latched %v, scope %d", h, s.Latched, s.Latch.Scope)
		}
	}
}

// [W-25] In each cycle in which it takes part the lease is a T_localexec from then;
// in a rejuvenation it is that rejuvenation's bound, and is not renewed.
func TestLease(t *testing.T) {
	o := settledSolo(t, six())
	for range 3 {
		o.pass()
		if want := o.now + execLength*cycleLength; o.out.Lease != want {
			t.Errorf("lease until %v, want %v", o.out.Lease, want)
		}
	}
	o.extra()
	o.startsWithin(40)
	end := o.now + execLength*cycleLength
	for range 5 {
		if o.out.Lease != end {
			t.Errorf("in a rejuvenation: lease until %v, want %v", o.out.Lease, end)
		}
		o.pass()
	}
	o.now += cycleLength / 2
	o.finish()
	if want := o.now + execLength*cycleLength; o.out.Lease != want {
		t.Errorf("after it: lease until %v, want %v", o.out.Lease, want)
	}
}

// [W-25] When the lease ends the replica is fenced though the local wormhole lives:
// nobody who is out of contact for longer is up.
func TestLeaseEnds(t *testing.T) {
	o := settledSolo(t, six())
	lease := o.out.Lease
	o.step(wormhole.Input{Now: lease - 1})
	if o.core.Status().Replica != wormhole.Up || o.out.Wake != lease {
		t.Errorf("before the end: %v, to be woken at %v, want %v", o.core.Status().Replica, o.out.Wake, lease)
	}
	o.step(wormhole.Input{Now: lease})
	if o.core.Status().Replica != wormhole.Fenced || len(o.out.Commands) != 1 || o.out.Commands[0].Kind != wormhole.CommandFence {
		t.Errorf("at the end: %v, commands %+v", o.core.Status().Replica, o.out.Commands)
	}
}
