package controlnet

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestDeath: all others know of a death once o + 1 cycles have gone by without a frame, and
// not before ([C-15]).
func TestDeath(t *testing.T) {
	for o := range 4 {
		cfg := testConfig(6)
		cfg.Omissions = o
		l := newLAN(t, cfg).settled()
		l.cycles(1)
		last := uint64(0)
		l.sent = func(from int, _ []byte) {
			if from == 3 {
				last = l.hosts[3].core.cycle
			}
		}
		l.cycles(2)
		l.hosts[3].dead = true
		out := map[int]uint64{}
		l.ticked = func(h int, tick *Tick) {
			if v := tick.View; out[h] == 0 && !v.Has(3) {
				out[h] = tick.Cycle
			}
		}
		l.cycles(o + 4)
		for h := range l.hosts {
			if h == 3 {
				continue
			}
			// Silent cycles are last+1 ... ; the tick of cycle c looks back on c-1.
			if got, want := out[h], last+uint64(o)+2; got != want {
				t.Errorf("o = %d: host %d dropped it at the beginning of cycle %d, not %d", o, h, got, want)
			}
			if m := l.hosts[h].core.members; m.Has(3) {
				t.Errorf("o = %d: host %d has it among the members", o, h)
			}
		}
	}
}

// TestLosses: o losses in a row on every link, all the time, remove nobody ([C-15]); and one
// frame in a hundred at random, more than o in a row now and then, removes nobody from the
// membership ([C-16]).
func TestLosses(t *testing.T) {
	l := newLAN(t, testConfig(7)).settled()
	for name, drop := range map[string]func(from, to int, cycle uint64) bool{
		"o in a row": func(from, to int, cycle uint64) bool { return (cycle+uint64(from*5+to))%3 != 0 },
		"one in a hundred": func() func(int, int, uint64) bool {
			r := rand.New(rand.NewPCG(1, 2))
			return func(int, int, uint64) bool { return r.IntN(100) == 0 }
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			told := l.watchClocks()
			l.drop = drop
			all := SetOf(7)
			before := l.ticked
			l.ticked = func(h int, tick *Tick) {
				before(h, tick)
				if !tick.InSync || tick.Members != all {
					t.Errorf("host %d, cycle %d: in sync %v, members %b", h, tick.Cycle, tick.InSync, tick.Members[0])
				}
			}
			l.cycles(2000)
			told()
			if l.hosts[0].core.count.Missed == 0 {
				t.Error("no frame was missed")
			}
			l.drop, l.ticked = nil, nil
			l.cycles(6)
		})
	}
}

// TestMinority: of a network that is cut in two, at most one side goes on; the other is silent
// within a window, and comes back when the cut heals ([C-13]).
func TestMinority(t *testing.T) {
	for _, left := range []int{1, 2, 3} { // hosts in the left half, of 6
		l := newLAN(t, testConfig(6)).settled()
		told := l.watchClocks()
		l.drop = func(from, to int, _ uint64) bool { return (from < left) != (to < left) }
		l.cycles(2*int(l.cfg.window()) + 2)
		for h := range left {
			if l.hosts[h].last.InSync {
				t.Errorf("host %d is one of %d of 6, and in sync", h, left)
			}
		}
		for h := left; h < 6; h++ {
			if in := l.hosts[h].last.InSync; in != (6-left > 3) {
				t.Errorf("host %d is one of %d of 6; in sync: %v", h, 6-left, in)
			}
		}
		l.cycles(100)
		l.drop = nil
		l.settled().cycles(5)
		told()
	}
}

// TestHalfFallSilent: a majority of which exactly half of the others die at once goes on ([C-13]).
func TestHalfFallSilent(t *testing.T) {
	l := newLAN(t, testConfig(7)).settled()
	for _, h := range []int{2, 4, 6} {
		l.hosts[h].dead = true
	}
	l.ticked = func(h int, tick *Tick) {
		if !tick.InSync {
			t.Errorf("host %d lost sync in cycle %d: %v", h, tick.Cycle, l.hosts[h].core.sync)
		}
	}
	l.cycles(20)
	if m := l.hosts[0].core.members; m != (Set{0b0101011}) {
		t.Errorf("members are %b", m[0])
	}
}

// TestDeafLink: a link that is dead in one direction costs the pair its contact and nobody
// the membership; all agree on it ([C-16]).
func TestDeafLink(t *testing.T) {
	l := newLAN(t, testConfig(6)).settled()
	told := l.watchClocks()
	l.drop = func(from, to int, _ uint64) bool { return from == 1 && to == 4 }
	l.cycles(20)
	all := SetOf(6)
	for h, s := range l.hosts {
		if s.core.sync != SyncKept || s.core.members != all {
			t.Errorf("host %d: %v, members %b", h, s.core.sync, s.core.members[0])
		}
		if s.core.agreed {
			t.Errorf("host %d takes all views for equal", h)
		}
	}
	if p := l.hosts[4].core.Peer(1); p.InView || p.Contact {
		t.Errorf("host 4 hears nothing of host 1, and says %+v", p)
	}
	l.cycles(300)
	told()
}

// TestSaysSo: a host that says it is out of sync leaves the views at once ([C-15]).
func TestSaysSo(t *testing.T) {
	l := newLAN(t, testConfig(6)).settled()
	l.hosts[3].origin += 40 * time.Millisecond // its clock jumps
	if !l.runUntil(4*l.cfg.Cycle, func() bool { return l.hosts[3].core.sync != SyncKept }) {
		t.Fatal("a clock that jumped did not cost the sync")
	}
	l.cycles(2)
	for h, s := range l.hosts {
		if h != 3 && s.core.view.Has(3) {
			t.Errorf("host %d has it in its view", h)
		}
	}
}

// TestHeardByOne: a host that only one other still has in its view is no member ([C-16]).
func TestHeardByOne(t *testing.T) {
	l := newLAN(t, testConfig(6)).settled()
	l.drop = func(from, to int, _ uint64) bool { return from == 3 && to != 0 }
	seen := 0
	l.ticked = func(h int, tick *Tick) {
		votes := 0
		c := l.hosts[h].core
		for y := range c.peers {
			if y != h && c.peers[y].view.Has(3) {
				votes++
			}
		}
		if h == 0 && tick.View.Has(3) && votes == 1 { // its own word for itself
			seen++
			if tick.Members.Has(3) {
				t.Errorf("cycle %d: host 0 takes it for a member", tick.Cycle)
			}
		}
	}
	l.cycles(10)
	if seen == 0 {
		t.Error("there was no cycle in which only one other had it in its view")
	}
}

// TestForgotten: a host that nobody has in its view is no member two windows later, even where
// the views that are heard leave it open ([C-16]).
func TestForgotten(t *testing.T) {
	l := newLAN(t, testConfig(4)).settled()
	l.hosts[3].dead = true
	l.drop = func(from, to int, _ uint64) bool { return from+to == 1 } // between 0 and 1
	l.cycles(4 * int(l.cfg.window()))
	c := l.hosts[2].core
	if c.sync != SyncKept || c.view.Len() != 1 {
		t.Fatalf("host 2 should be in contact with two that are out of sync: %+v", c.Status())
	}
	if c.members.Has(3) {
		t.Errorf("members are %b", c.members[0])
	}
}

// TestMembersAgree: links that are dead in either direction, and views that have not changed
// for two windows: the membership is the same everywhere ([C-16]).
func TestMembersAgree(t *testing.T) {
	l := newLAN(t, testConfig(7)).settled()
	r := rand.New(rand.NewPCG(3, 4))
	var views [7]Set
	changed := uint64(0)
	l.ticked = func(h int, tick *Tick) {
		if tick.View != views[h] {
			views[h], changed = tick.View, max(changed, tick.Cycle)
		}
	}
	compared, split := 0, 0
	for range 400 {
		var dead [7][7]bool
		for range r.IntN(8) {
			dead[r.IntN(7)][r.IntN(7)] = true
		}
		l.drop = func(from, to int, _ uint64) bool { return dead[from][to] }
		l.cycles(6 * int(l.cfg.window()))
		if l.hosts[0].core.cycle < changed+2*l.cfg.window() {
			continue
		}
		var m *Set
		for h, s := range l.hosts {
			if s.core.sync != SyncKept {
				continue
			}
			if m == nil {
				m = &s.core.members
			} else if s.core.members != *m {
				t.Errorf("host %d has members %b, another %b", h, s.core.members[0], m[0])
			}
			compared++
			if s.core.view != s.core.members {
				split++
			}
		}
	}
	t.Logf("%d memberships compared, %d of them with a view that differed", compared, split)
	if compared < 500 || split < 100 {
		t.Errorf("only %d memberships were compared, %d of them with a view that differed", compared, split)
	}
}
