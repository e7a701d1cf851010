package wormhole_test

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// opens is the cycle in which the agreement on the first round begins for six():
// (k'+1) windows and a cycle before its first claims, which come 9 cycles before it.
const opens = firstStart - 9 - (2*3 + 1)

// [W-29] From one instant on each says the lowest number that it has heard; the
// word on who leads counts at that instant, and not later.
func TestWhoGoesLast(t *testing.T) {
	for _, c := range []struct {
		name  string
		at    wormhole.Cycle
		leads []wormhole.Host
		want  wormhole.Host
	}{
		{"nobody", opens - 2, nil, wormhole.NoHost},
		{"one", opens - 1, []wormhole.Host{2}, 2},
		{"two", opens - 1, []wormhole.Host{4, 2}, 2},
		{"one who says so too late", opens, []wormhole.Host{2}, wormhole.NoHost},
	} {
		for _, losses := range []bool{false, true} {
			b := newBench(t, six())
			b.to(c.at)
			if losses {
				b.lost = func(from, to wormhole.Host, at wormhole.Cycle) bool { return (at+wormhole.Cycle(from*3+to))%3 != 0 }
			}
			for _, h := range c.leads {
				b.report(h, wormhole.Report{Leads: true})
			}
			b.to(firstStart)
			for h := range wormhole.Host(6) {
				if got := b.status(h).Last; got != c.want {
					t.Errorf("%s leads (losses %v): host %d lets replica %d go last, want %d", c.name, losses, h, got, c.want)
				}
			}
		}
	}
}

// [W-29] Who comes later takes it from the frames of the others.
func TestLateComerTakesTheOrder(t *testing.T) {
	b := newBench(t, six())
	b.run(20)
	b.report(2, wormhole.Report{Leads: true})
	b.to(firstStart - 12)
	b.nodes[4].crash()
	b.to(firstStart + 10)
	b.nodes[4].start(b.cfg)
	b.run(3)
	if s := b.status(4); s.Last != 2 || s.Round != 1 {
		t.Errorf("replica %d goes last in round %d, want 2 in 1", s.Last, s.Round)
	}
}

// [W-29] A replica that leads is asked to hand its leadership over when it claims.
func TestHandOver(t *testing.T) {
	b := newBench(t, six())
	b.run(20)
	b.report(2, wormhole.Report{Leads: true})
	b.roundDone(1)
	for h := range wormhole.Host(6) {
		if got := len(b.got(h, wormhole.CommandHandOver)); got != map[wormhole.Host]int{2: 1}[h] {
			t.Errorf("host %d: %d commands to hand over", h, got)
		}
	}
}

// successor is the configuration that follows cfg with those members.
func successor(cfg wormhole.Config, members wormhole.Set) *wormhole.Config {
	cfg.Epoch++
	cfg.Members = members
	return &cfg
}

// seven is a configuration of which a member can go, and five are left.
func seven() wormhole.Config { return small(7, 1, 1, 2) }

func without(cfg wormhole.Config, h wormhole.Host) wormhole.Set {
	cfg.Members.Remove(h)
	return cfg.Members
}

// [W-30] A proposed membership takes effect at a round start if all that are in the
// old and in the new one have it: all or none.
func TestMembershipChanges(t *testing.T) {
	for _, lacks := range []wormhole.Host{wormhole.NoHost, 3, 6} {
		b := settledAt(t, seven(), opens-4)
		next := successor(b.cfg, without(b.cfg, 6))
		for h := range wormhole.Host(7) {
			if h != lacks {
				b.accepted(h, wormhole.Order{Kind: wormhole.OrderReconfigure, Config: next})
			}
		}
		b.to(firstStart - 1)
		if !b.each(func(s wormhole.Status) bool { return s.Epoch == 1 })() {
			t.Error("it takes effect before the round start")
		}
		b.run(1)
		want := uint32(2)
		if lacks == 3 {
			want = 1
		}
		for h := range wormhole.Host(6) {
			if got := b.status(h).Epoch; got != want {
				t.Errorf("member %d lacks it: host %d is in epoch %d, want %d", lacks, h, got, want)
			}
		}
	}
}

// settledAt is a bench that has run up to a cycle.
func settledAt(t *testing.T, cfg wormhole.Config, at wormhole.Cycle) *bench {
	b := newBench(t, cfg)
	b.to(at)
	return b
}

// [W-30] Who is no member any more fences its replica and is silent; the others go on.
func TestWhoIsNoMemberIsSilent(t *testing.T) {
	b := settledAt(t, seven(), opens-4)
	next := successor(b.cfg, without(b.cfg, 6))
	for h := range wormhole.Host(7) {
		b.accepted(h, wormhole.Order{Kind: wormhole.OrderReconfigure, Config: next})
	}
	b.to(firstStart)
	gone := b.nodes[6]
	if s := b.status(6); s.Replica != wormhole.Fenced || gone.guest || gone.sent != nil {
		t.Errorf("the former member's replica is %v, and it sends: %v", s.Replica, gone.sent != nil)
	}
	b.run(10)
	if gone.sent != nil {
		t.Error("it speaks again")
	}
	gone.crash()
	b.roundDone(1)
	for h := range wormhole.Host(6) {
		if s := b.status(h); s.Latched || s.Out.Len() != 0 {
			t.Errorf("host %d: latched %v, out of contact %v", h, s.Latched, s.Out)
		}
	}
}

// [W-30] Who was away follows when it hears a majority of the new membership in it,
// also one that is no member any more.
func TestWhoWasAwayFollows(t *testing.T) {
	for _, away := range []wormhole.Host{3, 6} {
		b := settledAt(t, seven(), opens-4)
		next := successor(b.cfg, without(b.cfg, 6))
		for h := range wormhole.Host(7) {
			b.accepted(h, wormhole.Order{Kind: wormhole.OrderReconfigure, Config: next})
		}
		b.to(firstStart - 3)
		n := b.nodes[away]
		core := n.core
		n.core = nil
		b.to(firstStart + 4)
		n.core = core
		b.run(3)
		if s := b.status(away); s.Epoch != 2 || (s.Replica == wormhole.Fenced) != (away == 6) {
			t.Errorf("host %d is in epoch %d, its replica %v", away, s.Epoch, s.Replica)
		}
	}
}

// [W-30] Fewer than a majority is not followed.
func TestMinorityIsNotFollowed(t *testing.T) {
	for ahead, want := range map[wormhole.Host]uint32{3: 1, 4: 2} {
		o := newSolo(t, six())
		o.pass()
		next := successor(o.cfg, without(o.cfg, 5))
		next.Starts, next.Members = far, o.cfg.Members
		o.step(wormhole.Input{Now: o.now, Order: &wormhole.Order{Kind: wormhole.OrderReconfigure, Config: next}})
		if !o.out.Reply.Accepted {
			t.Fatal(o.out.Reply.Text)
		}
		o.says = func(h wormhole.Host, _ wormhole.Cycle, f *wormhole.Frame) bool {
			if h <= ahead {
				f.Epoch = 2
			}
			return true
		}
		o.run(2)
		if got := o.core.Status().Epoch; got != want {
			t.Errorf("%d of 6 are in the new membership: epoch %d, want %d", ahead, got, want)
		}
	}
}

// [W-30] What cannot follow is refused, with the reason.
func TestMembershipRefused(t *testing.T) {
	b := settled(t, seven())
	for _, c := range []struct {
		change func(c *wormhole.Config)
		want   string
	}{
		{func(c *wormhole.Config) { c.Epoch = 3 }, "epoch 3 does not follow epoch 1"},
		{func(c *wormhole.Config) { c.Members.Remove(0); c.Members.Add(9) }, "2 hosts change at once: change one, and the next at the next round"},
		{func(c *wormhole.Config) { c.Members = wormhole.SetOf(3) }, "3 members are too few for k' = 1 and k = 1: 4 are the least of any engine"},
		{func(c *wormhole.Config) { c.Cycle /= 2 }, "cycle 100ms and period 17.2s cannot change to 50ms and 17.2s while the system runs"},
		{func(c *wormhole.Config) { c.Period++ }, "cycle 100ms and period 17.2s cannot change to 100ms and 17.200000001s while the system runs"},
		{func(c *wormhole.Config) { c.Starts = every{firstStart + 1, 172} }, "the timetable of epoch 2 differs: a running system keeps its timetable"},
	} {
		next := successor(b.cfg, b.cfg.Members)
		c.change(next)
		b.refused(0, wormhole.Order{Kind: wormhole.OrderReconfigure, Config: next}, c.want)
	}
	b.refused(0, wormhole.Order{Kind: wormhole.OrderReconfigure}, "no membership given")
}

// [W-31] No rejuvenation starts before the end of a pause, and a round start does
// not move.
func TestPause(t *testing.T) {
	cfg := six()
	cfg.Deadline += 20 * cycleLength
	b := settled(t, cfg)
	b.clear()
	b.accepted(3, wormhole.Order{Kind: wormhole.OrderPause, For: 25 * cycleLength})
	end := b.status(3).PauseUntil
	if want := b.cycle + 25; end != want {
		t.Errorf("paused until cycle %d, want %d", end, want)
	}
	b.to(firstStart)
	if !b.each(func(s wormhole.Status) bool { return s.PauseUntil == end && s.Round == 1 })() {
		t.Error("the pause is not taken over, or the round has not begun")
	}
	b.roundDone(1)
	if got := b.starts(0); len(got) != 1 || got[0] < end {
		t.Errorf("replica 0 starts in %v, the pause ends in %d", got, end)
	}
	for h := range wormhole.Host(6) {
		if b.status(h).Latched {
			t.Errorf("host %d: the pause that was granted has broken T_d", h)
		}
	}
}

// [W-31] It is granted only so far that all that is left still ends within T_d.
func TestPauseRefused(t *testing.T) {
	b := settled(t, six())
	b.refused(0, wormhole.Order{Kind: wormhole.OrderPause, For: 20 * cycleLength}, "a pause of 2s would break T_d: at most 1.1s can be given now")
	b.refused(0, wormhole.Order{Kind: wormhole.OrderPause}, "a pause of 0s is not between 0 and 744h0m0s")
	b.refused(0, wormhole.Order{Kind: wormhole.OrderPause, For: wormhole.MaxBound + 1}, "a pause of 744h0m0.000000001s is not between 0 and 744h0m0s")
	b.to(firstStart + 1)
	b.refused(0, wormhole.Order{Kind: wormhole.OrderPause, For: cycleLength * 60}, "a pause of 6s would break T_d: at most 1.4s can be given now")
	n := newBench(t, six())
	n.refused(0, wormhole.Order{Kind: wormhole.OrderPause, For: cycleLength}, "not in contact with enough members to pause them")
}

// [W-31] Another's pause is judged like one's own, the newest order wins, and a
// resumption ends it.
func TestPauseOfOthers(t *testing.T) {
	const limit = 1 << 20
	for _, c := range []struct {
		name    string
		version uint32
		until   wormhole.Cycle
		want    wormhole.Cycle
	}{
		{"one that can be", 2, limit, limit},
		{"one that would break T_d", 2, 1 << 41, 0},
		{"an older one", 0, limit, 700},
		{"the same order, for longer", 1, limit, limit},
		{"the same order, for less", 1, 600, 700},
		{"the same order, for too long", 1, 1 << 41, 700},
		{"a resumption", 2, 0, 0},
	} {
		o := settledSolo(t, six())
		o.says = all(func(f *wormhole.Frame) { f.PauseVersion, f.PauseUntil = 9, 700 })
		o.pass()
		o.says = all(func(f *wormhole.Frame) { f.PauseVersion, f.PauseUntil = 8+c.version, c.until })
		o.pass()
		if got := o.core.Status().PauseUntil; got != c.want {
			t.Errorf("%s: paused until %d, want %d", c.name, got, c.want)
		}
	}
}

// [W-31] An operator can end a pause.
func TestResume(t *testing.T) {
	cfg := six()
	cfg.Deadline += 20 * cycleLength
	b := settled(t, cfg)
	b.accepted(0, wormhole.Order{Kind: wormhole.OrderPause, For: 25 * cycleLength})
	b.run(2)
	b.accepted(4, wormhole.Order{Kind: wormhole.OrderResume})
	b.run(2)
	if !b.each(func(s wormhole.Status) bool { return s.PauseUntil == 0 })() {
		t.Error("somebody pauses on")
	}
}

// [W-32] An extra rejuvenation of a replica that has its turn still to come is that
// turn: it goes once.
func TestExtraRejuvenationBeforeTheTurn(t *testing.T) {
	b := settled(t, six())
	_, second := b.cfg.Starts.Next(firstStart)
	b.clear()
	b.accepted(5, wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: 5})
	b.roundDone(1)
	b.to(second - 1)
	if got := b.starts(5); len(got) != 1 {
		t.Errorf("replica 5 starts in %v, want once", got)
	}
}

// [W-32] One that is ordered in a round, after the replica's turn, waits for all
// others, though there is a slot beside the last.
func TestExtraRejuvenationWaitsForTheRound(t *testing.T) {
	b := settled(t, small(7, 1, 2, 2))
	b.to(firstStart + 1)
	b.until("the end of its turn", 20, b.is(0, wormhole.Up))
	b.clear()
	b.accepted(0, wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: 0})
	b.roundDone(1)
	over := b.cycle
	b.until("the extra rejuvenation", 20, b.is(0, wormhole.Rejuvenating))
	if got := b.starts(0); len(got) != 1 || got[0] < over {
		t.Errorf("it starts in %v, the round is over in %d", got, over)
	}
}

// [W-32] The same order, heard again and again, is taken once; another one is taken.
func TestOrderIsTakenOnce(t *testing.T) {
	o := settledSolo(t, six())
	for seq, want := range []uint64{1, 2, 3} {
		o.says = saysOf(1, func(f *wormhole.Frame) { f.AskTarget, f.AskSeq = 0, uint16(seq+1) })
		for range 40 {
			if o.pass(); o.core.Status().Replica == wormhole.Rejuvenating {
				o.finish()
			}
		}
		if got := o.core.Status().Incarnation; got != want {
			t.Errorf("after %d orders: incarnation %d", seq+1, got)
		}
	}
}

// [W-32] It has no time in the last T_localexec and two leads before a round.
func TestExtraRejuvenationHasTime(t *testing.T) {
	for left, want := range map[wormhole.Cycle]bool{execLength + 2*9: true, execLength + 2*9 - 1: false} {
		cfg := six()
		cfg.Starts = every{600, 200}
		o := soloFrom(t, cfg, wormhole.Start{Now: time.Hour})
		o.pass()
		o.finish()
		o.run(600 - int(left) - int(o.cycle) - 1)
		o.step(wormhole.Input{Now: o.now, Order: &wormhole.Order{Kind: wormhole.OrderRejuvenate}})
		o.pass()
		if got := o.core.Status().Claiming; got != want {
			t.Errorf("%d cycles before the round: claims %v, want %v", left, got, want)
		}
	}
}

// [W-32] An order for another host's replica is passed on in frames and taken once.
func TestOrderIsPassedOn(t *testing.T) {
	cfg := six()
	cfg.Starts = every{firstStart + 400, 500}
	b := newBench(t, cfg)
	b.run(20)
	b.clear()
	b.lost = func(from, to wormhole.Host, at wormhole.Cycle) bool { return from == 1 && to == 4 && at%3 != 0 }
	b.accepted(1, wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: 4})
	b.run(80)
	if got := b.starts(4); len(got) != 1 {
		t.Errorf("replica 4 starts in %v, want once", got)
	}
	b.accepted(1, wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: 4})
	b.run(80)
	if got := b.starts(4); len(got) != 2 {
		t.Errorf("after a second order replica 4 starts in %v, want twice", got)
	}
}

// [W-32] Orders that cannot be carried out are refused, with the reason.
func TestExtraRejuvenationRefused(t *testing.T) {
	b := settled(t, six())
	order := func(h wormhole.Host) wormhole.Order {
		return wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: h}
	}
	b.refused(0, order(6), "replica 6 is not in the membership")
	b.refused(0, order(wormhole.NoHost), "replica 255 is not in the membership")
	b.refused(0, wormhole.Order{Kind: 99}, "unknown order 99")
	b.to(firstStart)
	b.refused(0, order(0), "replica 0 is being rejuvenated now")
	b.nodes[4].crash()
	b.run(4)
	b.refused(0, order(4), "host 4 is out of contact")
	b.nodes[5].crash()
	b.until("the latch", 10, b.latched())
	b.refused(0, order(1), "the fail-safe is latched (budget): clear it first")
}
