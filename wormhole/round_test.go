package wormhole_test

import (
	"slices"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-13] All begin a round in the cycle that the timetable names, each by itself.
func TestRoundsBeginByThemselves(t *testing.T) {
	b := settled(t, six())
	for round := uint64(1); round <= 2; round++ {
		_, start := b.cfg.Starts.Next(b.cycle)
		b.to(start - 1)
		if b.each(func(s wormhole.Status) bool { return s.Round >= round })() {
			t.Errorf("round %d begins before cycle %d", round, start)
		}
		b.run(1)
		if !b.each(func(s wormhole.Status) bool { return s.Round == round })() {
			t.Errorf("somebody has not begun round %d in cycle %d", round, start)
		}
		if got := b.starts(0); !slices.Contains(got, start) {
			t.Errorf("the first replica starts in cycles %v and not in %d, with the round", got, start)
		}
	}
}

// [W-13] A system that has never had a round waits for the next start, and does
// not begin in the middle of one.
func TestFirstRoundIsWaitedFor(t *testing.T) {
	cfg := six()
	s := cfg.Starts.(every)
	s.first -= warmUp + 20
	cfg.Starts = s
	b := newBench(t, cfg)
	b.run(30)
	if got := b.status(2).Round; got != 0 {
		t.Errorf("round %d began 20 cycles after its start", got)
	}
	_, next := s.Next(b.cycle)
	b.to(next)
	if got := b.status(2); got.Round != 2 || got.Latched {
		t.Errorf("at the next start: round %d, latched %v", got.Round, got.Latched)
	}
}

// [W-14] Members go in the order of their numbers, k at a time, the one that leads
// the payload last.
func TestGroups(t *testing.T) {
	for _, c := range []struct {
		k     int
		leads []wormhole.Host
		want  [][]wormhole.Host
	}{
		{1, nil, [][]wormhole.Host{{0}, {1}, {2}, {3}, {4}, {5}, {6}}},
		{1, []wormhole.Host{0}, [][]wormhole.Host{{1}, {2}, {3}, {4}, {5}, {6}, {0}}},
		{2, nil, [][]wormhole.Host{{0, 1}, {2, 3}, {4, 5}, {6}}},
		{2, []wormhole.Host{1}, [][]wormhole.Host{{0, 2}, {3, 4}, {5, 6}, {1}}},
		{3, []wormhole.Host{4, 2}, [][]wormhole.Host{{0, 1, 3}, {4, 5, 6}, {2}}},
	} {
		b := settledLed(t, small(7, 1, c.k, 2), c.leads...)
		b.roundDone(1)
		for rank, members := range c.want {
			for _, h := range members {
				if got := b.status(h).Group; int(got) != rank {
					t.Errorf("k = %d, %v lead: replica %d is in group %d, want %d", c.k, c.leads, h, got, rank)
				}
			}
		}
		b.inOrder(c.want)
	}
}

// settledLed is a settled bench in which some replicas say that they lead.
func settledLed(t *testing.T, cfg wormhole.Config, leads ...wormhole.Host) *bench {
	b := newBench(t, cfg)
	b.run(5)
	for _, h := range leads {
		b.report(h, wormhole.Report{Leads: true})
	}
	b.to(firstStart - 1)
	b.clear()
	return b
}

// inOrder checks that a group starts when the one before is over, and not later
// than the turnover after its end.
func (b *bench) inOrder(groups [][]wormhole.Host) {
	b.t.Helper()
	before := firstStart
	for i, members := range groups {
		var end wormhole.Cycle
		for _, h := range members {
			starts := b.starts(h)
			if len(starts) != 1 || starts[0] < before || starts[0] > before+wormhole.Cycle(b.cfg.Omissions)+2 {
				b.t.Errorf("group %d: replica %d starts in %v, want one start in %d or within the turnover", i, h, starts, before)
				continue
			}
			end = max(end, starts[0]+execLength/2)
		}
		before = end
	}
}

// [W-14] A replica starts only when every member of the groups before is done,
// failed, late, or out of contact and not held.
func TestGroupsBeforeMustBeFinished(t *testing.T) {
	for _, c := range []struct {
		name string
		says func(f *wormhole.Frame)
		want bool
	}{
		{"done", func(f *wormhole.Frame) { f.Turn = wormhole.TurnDone }, true},
		{"failed", func(f *wormhole.Frame) { f.Turn = wormhole.TurnFailed }, true},
		{"late", func(f *wormhole.Frame) { f.Turn = wormhole.TurnLate }, true},
		{"not joined", func(f *wormhole.Frame) { f.Turn, f.Round = wormhole.TurnNone, 0 }, true},
		{"in a later round", func(f *wormhole.Frame) { f.Round++ }, true},
		{"pending", func(f *wormhole.Frame) { f.Turn = wormhole.TurnPending }, false},
		{"in an earlier round", func(f *wormhole.Frame) { f.Round-- }, false},
		{"late and running", func(f *wormhole.Frame) { f.Turn, f.Standing, f.Start = wormhole.TurnLate, wormhole.Running, 1<<40 }, false},
	} {
		o := lastOfSix(t, 2) // beside one that runs there is a slot
		o.says = saysOf(3, c.says)
		o.run(6) // into the round
		if got := o.startsWithin(10) != 0; got != c.want {
			t.Errorf("a member of an earlier group is %s: starts %v, want %v", c.name, got, c.want)
		}
	}
}

// lastOfSix is a solo whose replica leads, and so goes last in the round that is
// about to start. The puppets have had their turns at once.
func lastOfSix(t *testing.T, k int) *solo {
	cfg := small(6, 1, k, 2)
	cfg.Starts = every{600, 200}
	o := soloFrom(t, cfg, wormhole.Start{Now: time.Hour})
	o.pass()
	o.finish()
	o.step(wormhole.Input{Now: o.now, Report: &wormhole.Report{Leads: true}})
	o.says = all(func(f *wormhole.Frame) { f.Last = 0 })
	o.run(600 - int(o.cycle) - 1)
	return o
}

// [W-14] One that is out of contact is waited for only while it may be inside a
// rejuvenation: while it is held.
func TestWhoIsGoneIsWaitedForWhileHeld(t *testing.T) {
	for _, running := range []bool{false, true} {
		b := settled(t, six())
		if running {
			b.hang(0, wormhole.PhaseShutdown)
			b.to(firstStart + 1)
		} else {
			b.to(firstStart - 11)
		}
		b.nodes[0].crash()
		began := b.until("the start of replica 1", 100, b.is(1, wormhole.Rejuvenating)) - firstStart
		if running && began != execLength+3 { // free after T_localexec and a cycle, and a cycle to say so
			t.Errorf("replica 0 was lost in its rejuvenation: replica 1 starts %d cycles after it, want %d", began, execLength+3)
		}
		if !running && began > 9 { // from claim to start, with the losses that there may be
			t.Errorf("replica 0 was lost before: replica 1 starts %d cycles into the round", began)
		}
	}
}

// [W-14] A group waits for the slowest of the group before, though there is a slot,
// and for one of it whose host is lost, while that is held. Of 7 members two by two
// the last has a group of its own, and would find a slot beside one of group 4, 5.
func TestGroupWaitsForTheSlowest(t *testing.T) {
	for _, lost := range []bool{false, true} {
		b := settled(t, small(7, 1, 2, 2))
		b.ends(4, boot, wormhole.Succeeded, 5*cycleLength)
		start := b.until("the start of replica 4", 80, b.is(4, wormhole.Rejuvenating))
		b.run(1)
		if lost {
			b.nodes[4].crash()
		}
		began := b.until("the start of replica 6", 40, b.is(6, wormhole.Rejuvenating)) - start
		if lost && began < execLength+2 {
			t.Errorf("replica 6 starts %d cycles after 4, which is held for %d", began, execLength+2)
		}
		if !lost && (b.status(4).Replica != wormhole.Up || b.status(5).Replica != wormhole.Up) {
			t.Errorf("replica 6 starts %d cycles after 4, which is not done", began)
		}
	}
}

// risk is a round of six replicas, T_d after 96 cycles, in which replica 5 and the
// core's own are left, and groups take 12 cycles and 4 to turn over.
func risk(t *testing.T, says func(f *wormhole.Frame)) *solo {
	o := lastOfSix(t, 1)
	o.says = saysOf(5, says)
	o.step(wormhole.Input{Now: o.now, Order: &wormhole.Order{Kind: wormhole.OrderResume}})
	return o
}

func pendingTurn(f *wormhole.Frame) { f.Turn = wormhole.TurnPending }

// [W-16] When what is left of a round, each group taking its bound, no longer fits
// before T_d, it is said at once, and once.
func TestDeadlineAtRisk(t *testing.T) {
	for _, c := range []struct {
		name string
		says func(f *wormhole.Frame)
		want wormhole.Cycle // of the round, 0 for never
	}{
		{"two groups have not begun", pendingTurn, 96 - 12 - 4 - 12 + 1},
		{"one runs since 60", runs(660), 0},
		{"one runs since 68", runs(668), 0},
		{"one runs since 69", runs(669), 69},
	} {
		o := risk(t, c.says)
		var at []wormhole.Cycle
		for o.cycle < 600+90 {
			o.step(wormhole.Input{Now: o.now, AlertsTaken: 1 << 40})
			o.pass()
			if o.alerts(wormhole.AlertDeadlineAtRisk) != 0 {
				at = append(at, o.cycle-600)
			}
		}
		if c.want == 0 && len(at) != 0 || c.want != 0 && !slices.Equal(at, []wormhole.Cycle{c.want}) {
			t.Errorf("%s: told in cycles %v of the round, want %d", c.name, at, c.want)
		}
	}
}

// runs is what a member says that is pending until start, runs for T_localexec
// from there, and is done then.
func runs(start wormhole.Cycle) func(f *wormhole.Frame) {
	now := wormhole.Cycle(597)
	return func(f *wormhole.Frame) {
		now++
		switch f.Turn = wormhole.TurnPending; {
		case now >= start+execLength:
			f.Turn = wormhole.TurnDone
		case now >= start-1:
			f.Standing, f.Start = wormhole.Running, start
		}
	}
}

// [W-17] At T_d, if somebody in contact has still to be rejuvenated, the deadline
// is missed and the fail-safe latches for all.
func TestDeadlineMissed(t *testing.T) {
	for _, c := range []struct {
		name string
		says func(f *wormhole.Frame)
		want bool
	}{
		{"somebody is pending", pendingTurn, true},
		{"somebody failed", func(f *wormhole.Frame) { f.Turn = wormhole.TurnFailed }, false},
	} {
		o := risk(t, c.says)
		for o.cycle < 600+95 {
			o.pass()
			if o.core.Status().Replica == wormhole.Rejuvenating {
				o.finish()
			}
		}
		if s := o.core.Status(); s.Latched {
			t.Fatalf("%s: latched before T_d: %+v", c.name, s.Latch)
		}
		o.pass()
		s := o.core.Status()
		if s.Latched != c.want || s.Latched && (s.Latch.Scope != wormhole.ScopeAll || s.Latch.Reason != wormhole.ReasonDeadline) {
			t.Errorf("%s: latch %+v at T_d", c.name, s.Latch)
		}
		if got := o.alerts(wormhole.AlertDeadlineMissed) == 1; got != c.want {
			t.Errorf("%s: deadline.missed %v, want %v", c.name, got, c.want)
		}
	}
}

// [W-17] Its own replica, still in its turn at T_d, misses it as well.
func TestOwnDeadlineMissed(t *testing.T) {
	o := risk(t, runs(680))
	o.run(600 + 95 - int(o.cycle))
	if s := o.core.Status(); s.Turn != wormhole.TurnPending || s.Replica != wormhole.Rejuvenating || s.Latched {
		t.Fatalf("turn %d, latched %v before T_d", s.Turn, s.Latched)
	}
	o.pass()
	if s := o.core.Status(); s.Latch.Reason != wormhole.ReasonDeadline {
		t.Errorf("latch %+v", s.Latch)
	}
}

// [W-17] When a round is to begin and nobody has begun the one before, more than
// T_p has passed since the last start. Here the control network's clock leaps.
func TestPeriodMissed(t *testing.T) {
	b := settled(t, six())
	b.roundDone(1)
	_, second := b.cfg.Starts.Next(b.cycle)
	_, third := b.cfg.Starts.Next(second)
	b.cycle = third - 2
	b.to(third + 2)
	for h := range wormhole.Host(6) {
		s := b.status(h)
		if s.Latch.Reason != wormhole.ReasonPeriod || s.Latch.Scope != wormhole.ScopeAll || b.raised(h, wormhole.AlertPeriodMissed) != 1 {
			t.Errorf("host %d: latch %+v, %d alerts", h, s.Latch, b.raised(h, wormhole.AlertPeriodMissed))
		}
	}
}

// [W-17] A local wormhole that alone was away finds that the others have begun it.
func TestPeriodIsNotMissedByOneWhoWasAway(t *testing.T) {
	b := settled(t, six())
	b.roundDone(1)
	_, second := b.cfg.Starts.Next(b.cycle)
	_, third := b.cfg.Starts.Next(second)
	b.to(second - 20)
	n := b.nodes[2]
	core := n.core
	n.core = nil
	b.to(third + 3)
	n.core = core
	b.run(4)
	for h := range wormhole.Host(6) {
		if s := b.status(h); s.Latched || s.Round != 3 {
			t.Errorf("host %d: round %d, latch %+v", h, s.Round, s.Latch)
		}
	}
}
