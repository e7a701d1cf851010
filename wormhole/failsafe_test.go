package wormhole_test

import (
	"testing"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-18] What the fail-safe does: shutdown destroys the replica, isolate cuts it off,
// alert leaves the payload alone. Each of them latches, and calls the operator.
func TestFailSafeActions(t *testing.T) {
	for _, c := range []struct {
		action wormhole.Action
		want   wormhole.ReplicaState
		kinds  []wormhole.CommandKind
	}{
		{wormhole.ActionShutdown, wormhole.Stopped, []wormhole.CommandKind{wormhole.CommandFence}},
		{wormhole.ActionIsolate, wormhole.Up, []wormhole.CommandKind{wormhole.CommandIsolate}},
		{wormhole.ActionAlert, wormhole.Up, nil},
	} {
		cfg := six()
		cfg.Action = c.action
		o := settledSolo(t, cfg)
		o.says = saysOf(2, func(f *wormhole.Frame) { *f = latchFrame(o, 1) })
		o.pass()
		s := o.core.Status()
		if !s.Latched || s.Replica != c.want || o.alerts(wormhole.AlertFailsafeLatched) != 1 || len(o.out.Commands) != len(c.kinds) {
			t.Errorf("action %d: latched %v, replica %v, commands %+v", c.action, s.Latched, s.Replica, o.out.Commands)
		}
		for i, k := range c.kinds {
			if o.out.Commands[i].Kind != k {
				t.Errorf("action %d: command %d, want %d", c.action, o.out.Commands[i].Kind, k)
			}
		}
	}
}

// [W-18] Isolate fences a replica that is in the middle of a rejuvenation, and
// shutdown ends it; with alert it goes on.
func TestFailSafeInTheMiddle(t *testing.T) {
	for action, want := range map[wormhole.Action]wormhole.ReplicaState{
		wormhole.ActionShutdown: wormhole.Stopped, wormhole.ActionIsolate: wormhole.Fenced, wormhole.ActionAlert: wormhole.Rejuvenating,
	} {
		cfg := six()
		cfg.Action = action
		o := settledSolo(t, cfg)
		o.extra()
		o.startsWithin(40)
		o.says = saysOf(2, func(f *wormhole.Frame) { *f = latchFrame(o, 1) })
		o.pass()
		if got := o.core.Status().Replica; got != want {
			t.Errorf("action %d: replica %v, want %v", action, got, want)
		}
	}
}

// [W-18] With alert rounds go on as far as the evidence allows; with the others
// nothing starts until the latch is cleared.
func TestRoundsUnderALatch(t *testing.T) {
	for _, action := range []wormhole.Action{wormhole.ActionShutdown, wormhole.ActionIsolate, wormhole.ActionAlert} {
		cfg := six()
		cfg.Action, cfg.FirstMiss = action, true
		b := settled(t, cfg)
		b.clear()
		b.nodes[5].crash()
		b.to(firstStart + 60)
		if !b.latched()() {
			t.Fatal("not latched")
		}
		if got := len(b.starts(1)) > 0; got != (action == wormhole.ActionAlert) {
			t.Errorf("action %d: replica 1 is rejuvenated: %v", action, got)
		}
	}
}

// [W-18] A latch for all is taken over within a cycle, and at most o losses.
func TestLatchIsTakenOver(t *testing.T) {
	b := settled(t, six())
	b.lost = func(_, to wormhole.Host, at wormhole.Cycle) bool { return to == 4 && at%3 != 0 }
	b.nodes[0].step(wormhole.Input{Now: b.nodes[0].now(), Tick: &wormhole.Tick{
		Cycle: b.cycle + 1, Boundary: b.nodes[0].now(), InSync: true,
		Frames: []wormhole.Received{{Sender: 1, Cycle: b.cycle, Frame: &wormhole.Frame{Epoch: 1, LatchGen: 1, LatchScope: wormhole.ScopeAll}}},
	}})
	b.cycle++
	b.air = []wormhole.Received{{Sender: 0, Cycle: b.cycle, Frame: b.nodes[0].sent}}
	b.run(1)
	for h := range wormhole.Host(6) {
		if h != 4 && !b.status(h).Latched {
			t.Errorf("host %d has not latched a cycle after host 0", h)
		}
	}
	b.run(2)
	if !b.status(4).Latched {
		t.Error("host 4 is not latched after o losses and a cycle")
	}
}

// [W-18] A latch holds across restarts, and the fail-safe is done again.
func TestLatchSurvivesRestart(t *testing.T) {
	for action, kind := range map[wormhole.Action]wormhole.CommandKind{
		wormhole.ActionShutdown: wormhole.CommandFence, wormhole.ActionIsolate: wormhole.CommandIsolate,
	} {
		cfg := six()
		cfg.Action = action
		b := lapsed(t, cfg)
		b.clear()
		for _, n := range b.nodes {
			n.crash()
			n.start(cfg)
		}
		if got := b.got(2, kind); len(got) != 1 || len(b.nodes[2].said) != 1 {
			t.Errorf("action %d: commands after the restart %+v", action, b.nodes[2].said)
		}
		b.run(30)
		if !b.latched()() || len(b.starts(2)) != 0 {
			t.Errorf("action %d: the latch is forgotten", action)
		}
	}
}

// lapsed is a bench that has latched for all because two of six were gone; they
// are back.
func lapsed(t *testing.T, cfg wormhole.Config) *bench {
	b := settled(t, cfg)
	b.nodes[4].crash()
	b.nodes[5].crash()
	b.until("the latch", 10, b.latched())
	b.nodes[4].start(cfg)
	b.nodes[5].start(cfg)
	b.run(8)
	if !b.latched()() {
		t.Fatal("those who come back have not taken the latch over")
	}
	return b
}

// [W-19] A clearance is taken over like a latch; the replicas start cold, those that
// were only cut off as well, and the next round is the next one of the timetable.
func TestClearance(t *testing.T) {
	for _, action := range []wormhole.Action{wormhole.ActionShutdown, wormhole.ActionIsolate} {
		cfg := six()
		cfg.Action = action
		b := lapsed(t, cfg)
		b.clear()
		b.accepted(3, wormhole.Order{Kind: wormhole.OrderClear})
		b.run(2)
		if !b.each(func(s wormhole.Status) bool { return !s.Latched && s.Replica == wormhole.Starting })() {
			t.Errorf("action %d: the clearance is not taken over, or a replica does not start cold", action)
		}
		b.run(20)
		for _, n := range b.nodes {
			if s := n.core.Status(); s.Replica != wormhole.Up || s.Incarnation != 0 || n.cut {
				t.Errorf("action %d: replica %d is %v, incarnation %d, cut off %v", action, n.id, s.Replica, s.Incarnation, n.cut)
			}
		}
		b.roundDone(b.status(0).Round + 1)
	}
}

// [W-19] A clearance names the highest generation that is known; an older latch
// that is heard later is over, a newer one is not.
func TestGenerations(t *testing.T) {
	o := settledSolo(t, six())
	latch := func(gen uint32) func(*wormhole.Frame) {
		return func(f *wormhole.Frame) { *f = latchFrame(o, 1); f.LatchGen = gen }
	}
	o.says = saysOf(2, latch(7))
	o.pass()
	o.step(wormhole.Input{Now: o.now, Order: &wormhole.Order{Kind: wormhole.OrderClear}})
	if !o.out.Reply.Accepted || o.core.Status().Latched {
		t.Fatalf("not cleared: %v", o.out.Reply.Text)
	}
	o.pass()
	if o.core.Status().Latched || o.out.Frame.ClearedGen != 7 {
		t.Errorf("latched %v again by the latch that was cleared; cleared up to %d", o.core.Status().Latched, o.out.Frame.ClearedGen)
	}
	o.says = saysOf(2, latch(8))
	o.pass()
	if !o.core.Status().Latched {
		t.Error("a newer latch is not taken over")
	}
	o.says = saysOf(3, func(f *wormhole.Frame) { f.ClearedGen = 8 })
	o.pass()
	if o.core.Status().Latched {
		t.Error("a clearance of that generation is not taken over")
	}
}

// [W-19] It is refused while more than the budget are out of contact, or with
// nothing to clear.
func TestClearanceRefused(t *testing.T) {
	b := settled(t, six())
	b.refused(0, wormhole.Order{Kind: wormhole.OrderClear}, "the fail-safe is not latched")
	b.nodes[4].crash()
	b.nodes[5].crash()
	b.until("the latch", 10, b.latched())
	b.refused(0, wormhole.Order{Kind: wormhole.OrderClear}, "2 of 6 hosts are out of contact, and at most 1 may be")
	b.nodes[0].noSync = true
	b.nodes[4].start(b.cfg)
	b.run(5)
	b.refused(0, wormhole.Order{Kind: wormhole.OrderClear}, "2 of 6 hosts are out of contact, and at most 1 may be")
}

// [W-19] A latch of one host is cleared at that host only, and its replica comes
// back by a rejuvenation.
func TestLocalClearance(t *testing.T) {
	for _, action := range []wormhole.Action{wormhole.ActionShutdown, wormhole.ActionIsolate} {
		cfg := six()
		cfg.Action = action
		b := settled(t, cfg)
		b.to(firstStart + 2)
		b.away.Add(1)
		b.until("the latch", 20, func() bool { return b.status(1).Latched })
		b.away = wormhole.Set{}
		b.run(10)
		if !b.status(1).Latched {
			t.Fatal("the latch is over by itself")
		}
		b.refused(0, wormhole.Order{Kind: wormhole.OrderClear}, "the fail-safe is not latched")
		b.clear()
		b.accepted(1, wormhole.Order{Kind: wormhole.OrderClear})
		if s := b.status(1); s.Replica != wormhole.Fenced || b.nodes[1].cut {
			t.Errorf("after it: replica %v, cut off %v", s.Replica, b.nodes[1].cut)
		}
		b.until("its return", 200, b.is(1, wormhole.Up))
		if len(b.starts(1)) != 1 {
			t.Errorf("it comes back in %d rejuvenations", len(b.starts(1)))
		}
	}
}

// [W-19] A latch of this host alone outlives the clearance of one for all.
func TestLocalLatchOutlivesClearance(t *testing.T) {
	o := settledSolo(t, six())
	o.says = func(h wormhole.Host, _ wormhole.Cycle, _ *wormhole.Frame) bool { return h < 3 }
	o.run(5)
	o.says = saysOf(2, func(f *wormhole.Frame) { f.ClearedGen = 5 })
	o.pass()
	if s := o.core.Status(); !s.Latched || s.Latch.Scope != wormhole.ScopeLocal || s.Latch.Gen != 6 {
		t.Errorf("latch %+v", s.Latch)
	}
	o.says = saysOf(2, func(f *wormhole.Frame) { *f = latchFrame(o, 1); f.LatchGen, f.ClearedGen = 9, 5 })
	o.pass()
	if s := o.core.Status(); s.Latch.Scope != wormhole.ScopeAll {
		t.Errorf("a latch for all does not go over one of this host: %+v", s.Latch)
	}
}

// [W-24] An alert is part of the stored state until the outbox has it, and is
// handed over after a restart too.
func TestAlertsAreKept(t *testing.T) {
	b := settled(t, six())
	n := b.nodes[2]
	n.full = true
	b.report(2, wormhole.Report{Died: true})
	b.run(3)
	for range 2 {
		if len(n.out.Alerts) != 1 || n.disk.AlertCount != 1 || n.disk.Alerts[0] != n.out.Alerts[0] {
			t.Fatalf("alerts %+v, %d stored", n.out.Alerts, n.disk.AlertCount)
		}
		n.crash()
		n.start(b.cfg)
	}
	n.full = false
	b.run(2)
	if len(n.out.Alerts) != 0 || len(n.alerts) != 1 {
		t.Errorf("%d alerts wait after the outbox had them, it has %+v", len(n.out.Alerts), n.alerts)
	}
}

// [W-24] When the outbox has been gone for long the oldest warnings make room, and
// the status counts them; what is no warning goes only when there is none.
func TestAlertsMakeRoom(t *testing.T) {
	const room = wormhole.MaxPendingAlerts
	o := settledSolo(t, six())
	o.flap()
	o.late = procBound + 1
	o.pass() // a warning, the second alert
	o.late = 0
	o.run(8) // after it nobody is judged for a while
	for lost := 0; lost < room-2; lost++ {
		o.flap()
	}
	for i, want := range []struct{ first, second, dropped uint64 }{{1, 2, 0}, {1, 3, 1}, {3, 4, 2}, {4, 5, 3}} {
		a := o.out.Alerts
		if len(a) != room || a[0].Seq != want.first || a[1].Seq != want.second || o.core.Status().Dropped != want.dropped {
			t.Errorf("%d too many: %d alerts from %d and %d on, %d dropped; want %+v", i, len(a), a[0].Seq, a[1].Seq, o.core.Status().Dropped, want)
		}
		o.flap()
	}
	o.step(wormhole.Input{Now: o.now, AlertsTaken: o.out.Alerts[3].Seq})
	if o.step(wormhole.Input{Now: o.now}); len(o.out.Alerts) != room-4 {
		t.Errorf("%d alerts left after 4 were taken", len(o.out.Alerts))
	}
}

// flap loses member 2, which is told of, and finds it again.
func (o *solo) flap() {
	o.says = silent(2)
	o.run(4)
	o.says = nil
	o.run(2)
}
