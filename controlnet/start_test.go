package controlnet

import (
	"testing"
	"time"
)

// TestColdStart: hosts that are switched on at any time, in any order, with UTC that differs
// by years, come into sync; and the cycle is the lower median of what they believed ([C-13]).
func TestColdStart(t *testing.T) {
	l := makeLAN(t, testConfig(7))
	told := l.watchClocks()
	for h, s := range l.hosts {
		s.utcOff = time.Duration(h*h*h-30) * time.Hour
	}
	for h := range l.hosts {
		l.start(h)
		l.run(time.Duration(h*37) * time.Millisecond)
	}
	l.settled().cycles(20)
	if n := l.inSync(); n != 7 {
		t.Errorf("%d hosts in sync", n)
	}
	told()
	// By the time that a majority was there, four to seven hosts were: their lower median is
	// what the second, third or fourth of them believed.
	near := false
	for _, s := range l.hosts[1:4] {
		want := uint64((epochStart + l.now + s.utcOff) / l.cfg.Cycle)
		got := l.hosts[0].last.Cycle
		near = near || got+5 > want && got < want+5
	}
	if !near {
		t.Errorf("the network is in cycle %d, which no host in the middle believed", l.hosts[0].last.Cycle)
	}
}

// TestNoMajority: less than a majority never comes into sync, and says nothing in sync ([C-13]).
func TestNoMajority(t *testing.T) {
	l := makeLAN(t, testConfig(7))
	l.sent = func(from int, frame []byte) {
		if frame[29]&flagSynced != 0 {
			t.Errorf("host %d says that it is in sync", from)
		}
	}
	for h := range 3 {
		l.start(h)
	}
	l.cycles(100)
	for h := range 3 {
		if s := l.hosts[h].core.Status(); s.Sync == SyncKept {
			t.Errorf("host %d is in sync: %+v", h, s)
		}
	}
	l.sent = nil
	l.start(3)
	if !l.runUntil(20*l.cfg.Cycle, func() bool { return l.inSync() == 4 }) {
		t.Error("the fourth of seven did not make a majority")
	}
}

// TestSoleHost: a network of one host is its own majority.
func TestSoleHost(t *testing.T) {
	l := newLAN(t, testConfig(1))
	l.cycles(int(l.cfg.window()) + 2)
	if !l.hosts[0].last.InSync {
		t.Errorf("not in sync: %+v", l.hosts[0].core.Status())
	}
}

// TestReturn: whoever starts into a network in sync, or runs again after a stop, is back within
// the stated number of cycles, with and without losses ([C-18]); and whatever UTC it believes.
func TestReturn(t *testing.T) {
	for _, c := range []struct {
		name string
		loss bool
		away func(l *lan)
		most int
	}{
		{"restart", false, func(l *lan) { l.hosts[2].dead = true; l.cycles(30); l.start(2) }, 6},
		{"restart, wrong UTC", false, func(l *lan) {
			l.hosts[2].dead, l.hosts[2].utcOff = true, -40*time.Hour
			l.cycles(30)
			l.start(2)
		}, 6},
		{"restart at once", false, func(l *lan) { l.hosts[2].dead = true; l.start(2) }, 6},
		{"stop", false, func(l *lan) { l.hosts[2].stopped = true; l.cycles(10); l.resume(2) }, 4},
		{"long stop", false, func(l *lan) { l.hosts[2].stopped = true; l.run(10 * time.Minute); l.resume(2) }, 6},
		{"restart with losses", true, func(l *lan) { l.hosts[2].dead = true; l.cycles(30); l.start(2) }, 6 + 9},
		{"stop with losses", true, func(l *lan) { l.hosts[2].stopped = true; l.cycles(10); l.resume(2) }, 4 + 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			for phase := range 11 { // of the return in the cycle
				l := newLAN(t, testConfig(7)).settled()
				told := l.watchClocks()
				if c.loss {
					l.drop = func(from, to int, cycle uint64) bool { // two of three, on every link to and from it
						return (from == 2 || to == 2) && (cycle+uint64(from+to))%3 != 0
					}
				}
				l.run(time.Duration(phase) * l.cfg.Cycle / 11)
				c.away(l)
				back := l.now
				if !l.runUntil(time.Duration(c.most)*l.cfg.Cycle, func() bool { return l.hosts[2].last.InSync && l.hosts[2].core.sync == SyncKept }) {
					t.Fatalf("phase %d: not in sync after %d cycles: %+v", phase, c.most, l.hosts[2].core.Status())
				}
				t.Logf("phase %d: back in sync after %.1f cycles", phase, float64(l.now-back)/float64(l.cfg.Cycle))
				told()
			}
		})
	}
}

// TestReturnBound: the cycles after which a host that starts from nothing is in sync, for other
// omission bounds ([C-18]).
func TestReturnBound(t *testing.T) {
	for _, o := range []int{0, 1, 3, 5, 13} {
		cfg := testConfig(6)
		cfg.Omissions = o
		for phase := range 7 {
			l := newLAN(t, cfg).settled()
			l.hosts[2].dead = true
			l.cycles(2*o + 3)
			l.run(time.Duration(phase) * l.cfg.Cycle / 7)
			l.start(2)
			if most := max(6, o+4); !l.runUntil(time.Duration(most)*l.cfg.Cycle, func() bool { return l.hosts[2].last.InSync }) {
				t.Errorf("o = %d, phase %d: not in sync after %d cycles", o, phase, most)
			}
		}
	}
}

// TestStopped: a host that is stopped for longer than the bounds is silent, gone from every
// view within o + 1 cycles, reads its queue without believing what is old, and knows it was
// away ([C-9], [C-15]).
func TestStopped(t *testing.T) {
	l := newLAN(t, testConfig(7)).settled()
	told := l.watchClocks()
	l.hosts[4].stopped = true
	l.cycles(int(l.cfg.window()) + 1)
	for h := range l.hosts {
		if h != 4 && l.hosts[h].core.view.Has(4) {
			t.Errorf("host %d has it in its view still", h)
		}
	}
	l.cycles(20)
	spoke := 0
	l.sent = func(from int, frame []byte) {
		if from == 4 && frame[29]&flagSynced != 0 {
			spoke++
		}
	}
	lost := l.hosts[4].core.count.SyncLost
	l.resume(4)
	if spoke != 0 {
		t.Error("it spoke as if in sync at once")
	}
	c := l.hosts[4].core
	if c.count.Skipped < 20 || c.count.SyncLost != lost+1 {
		t.Errorf("it does not know that it was away: %+v", c.count)
	}
	if c.count.Refused[RefusedOld]+c.count.Refused[RefusedStale] == 0 {
		t.Error("no old frame of its queue was refused")
	}
	l.settled()
	told()
}

// TestClockGoesBack: a local clock that goes back, by whoever has broken it, does not make old
// evidence young again: the host starts anew ([C-12]).
func TestClockGoesBack(t *testing.T) {
	l := newLAN(t, testConfig(5)).settled()
	told := l.watchClocks()
	s := l.hosts[2]
	at := l.now
	s.origin -= 7 * time.Second
	s.wake -= 7 * time.Second // a timer that is set anew
	before := l.ticked
	l.ticked = func(h int, tick *Tick) {
		before(h, tick)
		if h == 2 && tick.InSync && l.now < at+time.Duration(l.cfg.window()+1)*l.cfg.Cycle {
			t.Errorf("in sync %v after its clock went back", l.now-at)
		}
		if h != 2 && !tick.InSync {
			t.Errorf("host %d lost sync", h)
		}
	}
	l.cycles(12)
	if c := s.core; c.sync != SyncKept || c.count.SyncLost != 1 {
		t.Errorf("not back after twelve cycles: %+v", c.Status())
	}
	l.settled()
	told()
	l.step(2, Input{}) // a step back by less than Process is none
	s.core.Step(&Input{Now: s.core.now - l.cfg.Process/2}, new(Output))
	if s.core.sync != SyncKept {
		t.Error("half of Process back cost the sync")
	}
}

// TestFloor: a host waits for the cycle after its last, if the network is before it ([C-19]).
func TestFloor(t *testing.T) {
	l := newLAN(t, testConfig(5)).settled()
	l.hosts[1].dead = true
	l.cycles(2)
	s := l.hosts[1]
	s.floor = l.hosts[0].last.Cycle + 40
	l.start(1)
	l.ticked = func(h int, tick *Tick) {
		if h == 1 && tick.InSync && tick.Cycle < s.floor {
			t.Errorf("in sync in cycle %d, before %d", tick.Cycle, s.floor)
		}
	}
	l.cycles(20)
	if st := s.core.Status(); st.Sync != SyncFloor {
		t.Errorf("it says %v", st.Sync)
	}
	l.cycles(30)
	if st := s.core.Status(); st.Sync != SyncKept {
		t.Errorf("past its floor it is %v", st.Sync)
	}
	// All start again, with a UTC of an hour ago: nobody's cycle goes back.
	for h, s := range l.hosts {
		s.floor, s.utcOff = s.last.Cycle+1, -time.Hour
		l.start(h)
	}
	l.settled()
}
