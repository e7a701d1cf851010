package controlnet

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestStatedBound: clocks at both ends of the drift, delays from nothing to Delay, different
// in each direction, and no pair of boundaries is farther apart than either host states;
// nor than Precision ([C-10], [C-11], [C-12]).
func TestStatedBound(t *testing.T) {
	ways := map[string]func(from, to int) time.Duration{
		"short": func(int, int) time.Duration { return 50 * time.Microsecond },
		"long":  func(int, int) time.Duration { return 4900 * time.Microsecond },
		"one-sided": func(from, to int) time.Duration {
			if from < to {
				return 4800 * time.Microsecond
			}
			return 20 * time.Microsecond
		},
		"one slow host": func(from, to int) time.Duration {
			if from == 2 {
				return 4800 * time.Microsecond
			}
			return 100 * time.Microsecond
		},
	}
	for name, took := range ways {
		for _, n := range []int{2, 4, 7} {
			t.Run(name, func(t *testing.T) {
				l := makeLAN(t, testConfig(n))
				l.took = took
				told := l.watchClocks()
				for h := range l.hosts {
					l.start(h)
				}
				l.settled().cycles(300)
				largest, stated := told()
				if n := l.inSync(); n != l.cfg.Hosts {
					t.Errorf("%d of %d hosts in sync at the end", n, l.cfg.Hosts)
				}
				if largest > l.cfg.Precision() {
					t.Errorf("boundaries were %v apart, Precision is %v", largest, l.cfg.Precision())
				}
				if stated > l.cfg.Limit() {
					t.Errorf("a host stated %v, Limit is %v", stated, l.cfg.Limit())
				}
				t.Logf("n = %d: largest %v, stated %v, precision %v, limit %v", n, largest, stated, l.cfg.Precision(), l.cfg.Limit())
			})
		}
	}
}

// TestNoCommonRun: delays that are alike everywhere do not make all clocks run ahead
// together, as an average of one-way readings would ([C-10]).
func TestNoCommonRun(t *testing.T) {
	l := newLAN(t, testConfig(5)).settled()
	for _, s := range l.hosts {
		s.noUTC = true
	}
	l.cycles(64)
	from, at := l.hosts[2].core.offset, l.now // its clock has rate 1
	l.cycles(500)
	if got := float64(l.hosts[2].core.offset-from) / float64(l.now-at); got > l.cfg.Drift/2 || got < -l.cfg.Drift/2 {
		t.Errorf("the network's clock runs at %.1f ppm against real time, with clocks that are spread evenly about it", got*1e6)
	}
}

// TestHull: whatever the delays, symmetric or not, constant or not, no clock of the network
// leaves the hull of what the good clocks would show by themselves. So the network's rate is
// that of a good clock ([C-11]).
func TestHull(t *testing.T) {
	for name, make := range map[string]func(r *rand.Rand) func(from, to int) time.Duration{
		"any": func(r *rand.Rand) func(int, int) time.Duration {
			return func(int, int) time.Duration { return time.Duration(r.Int64N(int64(4900 * time.Microsecond))) }
		},
		"extreme": func(r *rand.Rand) func(int, int) time.Duration {
			return func(int, int) time.Duration { return time.Duration(r.IntN(2)) * 4900 * time.Microsecond }
		},
		"extreme and constant": func(r *rand.Rand) func(int, int) time.Duration {
			var way [6][6]time.Duration
			for i := range way {
				for j := range way {
					way[i][j] = time.Duration(r.IntN(2)) * 4900 * time.Microsecond
				}
			}
			return func(from, to int) time.Duration { return way[from][to] }
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(6) {
				cfg := testConfig(6)
				cfg.Cycle, cfg.Drift = 100*time.Millisecond, 20e-6
				l := newLAN(t, cfg).settled()
				l.took = make(rand.New(rand.NewPCG(seed, 6)))
				for _, s := range l.hosts {
					s.noUTC = true
				}
				told := l.watchClocks()
				l.cycles(1)
				at := l.now
				low, high := l.hosts[0].network(at), l.hosts[0].network(at)
				for _, s := range l.hosts {
					low, high = min(low, s.network(at)), max(high, s.network(at))
				}
				l.cycles(1500)
				since := float64(l.now - at)
				for h, s := range l.hosts {
					got := s.network(l.now)
					slowest, fastest := low+time.Duration(since*l.hosts[0].rate), high+time.Duration(since*l.hosts[5].rate)
					if got < slowest-time.Microsecond || got > fastest+time.Microsecond || s.core.sync != SyncKept {
						t.Errorf("seed %d: host %d (%v) shows %v after %v, the good clocks' hull is %v to %v",
							seed, h, s.core.sync, got, l.now-at, slowest, fastest)
					}
				}
				told()
			}
		})
	}
}

// TestWrongClock: a clock that jumps, or runs away, costs its host the sync, and nobody
// else anything ([C-12]).
func TestWrongClock(t *testing.T) {
	jump := func(by time.Duration) func(*station) {
		return func(s *station) { s.origin += by }
	}
	for name, spoil := range map[string]func(*station){
		"jumps ahead": jump(40 * time.Millisecond),
		"jumps far":   jump(time.Hour),
		"runs away":   func(s *station) { s.origin += s.local(0) - s.origin; s.rate = 1.05 },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLAN(t, testConfig(7)).settled()
			bad := l.hosts[3]
			before := bad.local(l.now)
			spoil(bad)
			if name == "runs away" {
				bad.origin += before - bad.local(l.now) // no jump
			}
			lost, from := false, l.hosts[0].core.cycle
			l.ticked = func(h int, tick *Tick) {
				if h == 3 {
					lost = lost || !tick.InSync
					if name == "runs away" && tick.InSync && tick.Cycle > from+5 {
						t.Errorf("in sync in cycle %d, %d after it began to run away", tick.Cycle, tick.Cycle-from)
					}
				} else if !tick.InSync {
					t.Errorf("host %d lost sync in cycle %d", h, tick.Cycle)
				}
			}
			l.cycles(40)
			if !lost {
				t.Error("the host with the wrong clock never lost sync")
			}
		})
	}
}

// TestWrongRate: a clock that is a few times the drift off stays in contact, and is found by
// its corrections. It is silent until its rate is good again ([C-12]).
func TestWrongRate(t *testing.T) {
	l := newLAN(t, testConfig(7)).settled()
	bad := l.hosts[3]
	before := bad.local(l.now)
	bad.rate = 1 + 4*l.cfg.Drift
	bad.origin += before - bad.local(l.now)
	if !l.runUntil(8*time.Minute, func() bool { return bad.core.sync == SyncDrift }) {
		t.Fatalf("not found in 8 minutes; status %+v", bad.core.Status())
	}
	l.cycles(3)
	if others := l.hosts[0].core.view; others.Has(3) && bad.core.sync == SyncDrift {
		l.cycles(3)
		if others = l.hosts[0].core.view; others.Has(3) {
			t.Error("the others still have it in their view")
		}
	}
	before = bad.local(l.now)
	bad.rate = 1
	bad.origin += before - bad.local(l.now)
	if !l.runUntil(20*time.Minute, func() bool { return bad.core.sync == SyncKept }) {
		t.Fatalf("not back in 20 minutes; status %+v", bad.core.Status())
	}
}

// TestSlowRoundTrip: a delay beyond P2 widens no bound: the reading is not used and counted
// ([C-10]).
func TestSlowRoundTrip(t *testing.T) {
	l := newLAN(t, testConfig(5)).settled()
	told := l.watchClocks()
	l.took = func(from, to int) time.Duration {
		if from == 1 && to == 0 {
			return 14 * time.Millisecond
		}
		return 200 * time.Microsecond
	}
	l.cycles(20)
	c := l.hosts[0].core
	if c.count.Slow == 0 {
		t.Error("no reading was counted as slow")
	}
	if p := c.Peer(1); p.Contact {
		t.Errorf("still in contact by such a reading: %+v", p)
	}
	if c.sync != SyncKept {
		t.Error("one slow link cost the sync")
	}
	told()
}

// TestUTC: the network follows the median of what its hosts take for UTC, and no faster than
// a quarter of the drift ([C-14]).
func TestUTC(t *testing.T) {
	l := newLAN(t, testConfig(5)).settled()
	for h, s := range l.hosts {
		s.utcOff = time.Duration(h-1) * 10 * time.Millisecond // median 10 ms ahead
	}
	l.hosts[4].utcOff = -1000 * time.Hour // a liar: the lower median is that of the other four
	l.cycles(10)
	from, at := l.hosts[2].core.offset, l.now
	l.cycles(100)
	steered := float64(l.hosts[2].core.offset - from + time.Duration(float64(l.now-at)*0))
	if most := l.cfg.Drift / 4 * float64(l.now-at); steered > most*1.2 {
		t.Errorf("steered by %v in %v, more than a quarter of the drift", time.Duration(steered), l.now-at)
	}
	if !l.runUntil(20*time.Minute, func() bool {
		e := l.hosts[0].core.utc.error
		return e < time.Millisecond && e > -time.Millisecond
	}) {
		t.Errorf("after 20 minutes the network is still %v off", l.hosts[0].core.utc.error)
	}
	for _, s := range l.hosts {
		s.noUTC = true
	}
	l.cycles(5)
	if s := l.hosts[0].core.Status(); s.UTCKnown {
		t.Errorf("nobody knows UTC, and the status says %v", s.UTCError)
	}
}
