package measure

import (
	"math"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// A scene drives the collector of host 2 of the six of ledger with what a core would give
// it: by default, cycle after cycle in sync, every host heard, each frame 100 us under way.
type scene struct {
	*Collector
	tick   controlnet.Tick
	status controlnet.Status
	peers  []controlnet.Peer
	says   map[controlnet.Host]Record // what the others tell
}

func newScene() *scene {
	cfg := ledger()
	s := &scene{Collector: NewCollector(cfg), peers: make([]controlnet.Peer, cfg.Hosts), says: map[controlnet.Host]Record{}}
	s.tick = controlnet.Tick{Cycle: 1000, InSync: true, Bound: 600 * time.Microsecond, Late: 50 * time.Microsecond}
	return s
}

// cycle goes to the next cycle, in which the hosts of lost are not heard.
func (s *scene) cycle(lost ...controlnet.Host) {
	s.tick.Cycle++
	s.tick.Boundary += s.config.Cycle
	s.tick.Heard, s.tick.Frames = controlnet.SetOf(s.config.Hosts), nil
	var heard controlnet.Set
	for h := range controlnet.Host(s.config.Hosts) {
		if h == s.config.Self || contains(lost, h) {
			continue
		}
		heard.Add(h)
		p := &s.peers[h]
		p.Contact, p.Accepted = true, p.Accepted+1
		p.Delay, p.DelayMax, p.SentLate = 100*time.Microsecond, 150*time.Microsecond, 20*time.Microsecond
		if rec, ok := s.says[h]; ok {
			var frame [RecordSize]byte
			rec.Encode(&frame)
			s.tick.Frames = append(s.tick.Frames, controlnet.Received{Sender: h, Cycle: s.tick.Cycle - 1, Payload: frame[:]})
		}
	}
	s.tick.Heard = heard
	s.Observe(&s.tick, &s.status, s.peers)
}

func contains(list []controlnet.Host, h controlnet.Host) bool {
	for _, x := range list {
		if x == h {
			return true
		}
	}
	return false
}

// TestCollectorUndisturbed counts every frame and every cycle once, and only from Begin on.
func TestCollectorUndisturbed(t *testing.T) {
	s := newScene()
	s.cycle(0, 1, 3, 4, 5)
	s.cycle(0)
	s.Begin()
	for range 100 {
		s.cycle()
	}
	s.End()
	s.cycle(0, 1)
	own := s.Own()
	if own.Cycles != 100 || own.Unsynced != 0 || own.Process.Samples != 100 || own.Clock.Samples != 100 || own.Delay.Samples != 500 {
		t.Errorf("the record is %+v", own)
	}
	// The first tick speaks of a cycle before the measurement.
	if own.Losses.Expected != 99*5 || own.Losses.Lost != 0 || own.Losses.From != controlnet.NoHost {
		t.Errorf("the losses are %+v", own.Losses)
	}
	if own.Delay.Max != 150*time.Microsecond || own.Process.Max != 50*time.Microsecond || !own.Done {
		t.Errorf("the record is %+v", own)
	}
}

// TestCollectorLosses counts losses in a row, link by link, and not those of a host that has
// not come yet, or says that it is done, nor those of cycles that this host slept through.
func TestCollectorLosses(t *testing.T) {
	s := newScene()
	s.Begin()
	for range 5 {
		s.cycle(5) // has not come yet
	}
	s.cycle()
	for range 2 {
		s.cycle(0)
	}
	s.cycle()
	for range 4 {
		s.cycle(1, 3)
	}
	s.cycle(1)
	s.cycle()
	own := s.Own().Losses
	// One too many in a row of host 3, two of host 1: ledger allows two.
	if own.Lost != 2+5+4 || own.Longest != 5 || own.From != 1 || own.Beyond != 3+2 {
		t.Errorf("the losses are %+v", own)
	}
	s.says[4] = Record{Done: true}
	s.cycle()
	for range 9 {
		s.cycle(4)
	}
	s.tick.Cycle += 7 // slept
	s.cycle(0, 1, 3, 5)
	s.tick.InSync = false
	s.cycle(0, 1, 3, 5)
	s.tick.InSync = true
	s.cycle(0, 1, 3, 5)
	if again := s.Own().Losses; again.Lost != own.Lost || again.Longest != own.Longest || again.Beyond != own.Beyond {
		t.Errorf("the losses are %+v, and were %+v", again, own)
	}
	if l := s.Results().Members[3]; l.LinkLost != 4 || l.LinkLongest != 4 || l.LinkDelay != 150*time.Microsecond || l.LinkSentLate != 20*time.Microsecond {
		t.Errorf("the link from host 3 is %+v", l)
	}
}

// TestCollectorBeyond takes what could not be measured for beyond the bound: frames refused
// as late, slots missed, cycles skipped and cycles out of sync.
func TestCollectorBeyond(t *testing.T) {
	s := newScene()
	s.status.Counters.Skipped = 40 // before the measurement
	s.cycle()
	s.Begin()
	s.status.Counters.Skipped += 2
	s.status.Counters.LateSlots++
	s.status.Counters.Refused[controlnet.RefusedLate] += 2
	s.status.Counters.Refused[controlnet.RefusedOld]++
	s.status.Counters.Slow += 2
	s.status.Counters.Refused[controlnet.RefusedMAC] += 100
	s.tick.Late = 7 * time.Millisecond
	s.cycle()
	s.tick.Late, s.tick.InSync = 0, false
	s.cycle()
	own := s.Own()
	if own.Process.Beyond != 4 || own.Process.Samples != 5 || !own.Process.Unseen || own.Process.Max != 7*time.Millisecond {
		t.Errorf("process: %+v", own.Process)
	}
	s.Woke(30 * time.Millisecond)
	s.Woke(20 * time.Millisecond)
	if late := s.Own().Process.Max; late != 30*time.Millisecond {
		t.Errorf("process: at most %v, when something came 30 ms late", late)
	}
	if own.Delay.Beyond != 5 || own.Delay.Samples != 15 || !own.Delay.Unseen || own.Delay.Max != 5*time.Millisecond {
		t.Errorf("delay: %+v", own.Delay)
	}
	if own.Clock.Beyond != 1 || own.Clock.Samples != 2 || own.Unsynced != 1 {
		t.Errorf("clock: %+v, %d cycles out of sync", own.Clock, own.Unsynced)
	}
}

// TestCollectorDrift has a local clock that gains 30 us a second. Nothing is known before the
// clocks have settled; when the host was out of sync it starts anew, and keeps the worst.
func TestCollectorDrift(t *testing.T) {
	s := newScene()
	s.Begin()
	run := func(rate float64) {
		s.status.RateOver = 0
		for range 100 {
			s.status.Rate = rate
			s.status.RateOver += s.config.Cycle
			s.cycle()
		}
	}
	expect := func(rate float64) {
		t.Helper()
		if own := s.Own(); !own.RateKnown || math.Abs(own.Rate.Rate-rate) > 1e-9 || own.Rate.Over != 99*s.config.Cycle {
			t.Errorf("the rate is %+v, and not %g", own.Rate, rate)
		}
	}
	s.cycle()
	if own := s.Own(); own.RateKnown {
		t.Errorf("a rate of nothing: %+v", own.Rate)
	}
	run(20e-6)
	expect(20e-6)
	s.cycle() // with a status that is not newer
	expect(20e-6)
	run(-500e-6)
	expect(-500e-6)
	s.status.Rate, s.status.RateOver = 0, 0 // out of sync because of it
	s.cycle()
	expect(-500e-6)
	run(30e-6)
	expect(-500e-6)
}

// TestCollectorDriftUncorrected has a clock that gains 30 us a second on the others' and is not
// corrected, since the difference is still within a round trip: the readings of the others
// show it. One of them runs away, and that changes nothing.
func TestCollectorDriftUncorrected(t *testing.T) {
	s := newScene()
	s.Begin()
	for i := range 100 {
		s.status.RateOver += s.config.Cycle
		for h := range s.peers {
			behind := -time.Duration(30e-6 * float64(i) * float64(s.config.Cycle))
			if h == 4 {
				behind = time.Duration(5e-3 * float64(i) * float64(s.config.Cycle))
			}
			s.peers[h].Lo, s.peers[h].Hi = behind-100*time.Microsecond, behind+100*time.Microsecond
		}
		s.cycle()
	}
	if own := s.Own(); !own.RateKnown || math.Abs(own.Rate.Rate-30e-6) > 1e-9 {
		t.Errorf("the rate is %+v", own.Rate)
	}
}

// TestCollectorRecords keeps what the others tell, each host for itself, and counts what is
// no record; it is over when all in view say so.
func TestCollectorRecords(t *testing.T) {
	s := newScene()
	s.Begin()
	s.tick.View = controlnet.SetOf(4) // hosts 4 and 5 are not there
	for _, h := range []controlnet.Host{0, 1, 3} {
		s.says[h] = Record{Cycles: uint64(h) + 10}
	}
	s.cycle()
	if s.Heard() != 3 || s.AllDone(&s.tick) {
		t.Errorf("%d heard, all done: %v", s.Heard(), s.AllDone(&s.tick))
	}
	s.End()
	s.says[0], s.says[1] = Record{Done: true}, Record{Done: true}
	s.cycle()
	if s.AllDone(&s.tick) {
		t.Error("all done, though host 3 is not")
	}
	if s.AllDone(&controlnet.Tick{}) {
		t.Error("all done, though nobody knows what host 3 is")
	}
	if gone := controlnet.SetOf(3); !s.AllDone(&controlnet.Tick{InSync: true, View: gone}) {
		t.Error("not all done, though host 3 is gone")
	}
	s.says[3] = Record{Done: true, Cycles: 99}
	s.cycle()
	if !s.AllDone(&s.tick) {
		t.Error("not all done, though hosts 0, 1 and 3 are")
	}
	if !s.AllDone(&controlnet.Tick{}) {
		t.Error("not all done, though all said so before they left")
	}
	s.tick.Frames = []controlnet.Received{
		{Sender: 3, Payload: []byte("something else")}, {Sender: 2, Payload: make([]byte, RecordSize)}, {Sender: 77, Payload: nil},
	}
	s.Observe(&s.tick, &s.status, s.peers)
	res := s.Results()
	if res.Unreadable != 1 || res.Members[3].Record.Cycles != 99 || res.Members[4].Known || !res.Members[2].Known {
		t.Errorf("%d unreadable, members %+v", res.Unreadable, res.Members)
	}
	if missing := res.missing(); len(missing) != 2 || missing[0] != 4 || missing[1] != 5 {
		t.Errorf("missing are %v", missing)
	}
}

// TestCollectorAllocates sees that a cycle costs no memory, once the readings of the clock
// have their room.
func TestCollectorAllocates(t *testing.T) {
	s := newScene()
	s.Begin()
	for range driftPoints {
		s.cycle()
	}
	if n := testing.AllocsPerRun(100, func() {
		s.tick.Cycle++
		s.status.RateOver += s.config.Cycle
		s.Observe(&s.tick, &s.status, s.peers)
	}); n != 0 {
		t.Errorf("%g allocations a cycle", n)
	}
}
