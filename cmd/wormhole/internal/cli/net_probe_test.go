package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/measure"
)

// probedConfig is a network of four hosts, of which the probe is host 1.
var probedConfig = controlnet.Config{
	Network: 1, Hosts: 4, Self: 1, Cycle: 100 * time.Millisecond, Delay: 5 * time.Millisecond, Process: 5 * time.Millisecond,
	Drift: 200e-6, Omissions: 1, ClockFaults: 1, Payload: measure.RecordSize,
}

// A staged node gives a watcher ticks as a node would, without a network or a clock. Its
// fields are what the watcher sees next.
type staged struct {
	*watcher
	t      *testing.T
	status controlnet.Status
	seen   []controlnet.Peer
	tick   controlnet.Tick
	says   [4]*measure.Record // of the others; nil is not heard
	stages []string
}

func (s *staged) Status() controlnet.Status                     { return s.status }
func (s *staged) Peers(dst []controlnet.Peer) []controlnet.Peer { return append(dst, s.seen...) }

func newStaged(t *testing.T) *staged {
	s := &staged{t: t, seen: make([]controlnet.Peer, 4), watcher: &watcher{
		probe: newProbe(probedConfig), wait: 10 * time.Second, long: 5 * time.Second,
	}}
	s.member = s
	s.stage = func(label string) func(int, int) {
		s.stages = append(s.stages, label)
		return func(int, int) {}
	}
	s.tick = controlnet.Tick{Cycle: 100, Bound: time.Millisecond}
	s.status.RateOver = time.Second
	return s
}

// next is the beginning of the next cycle.
func (s *staged) next() (done bool, err error) {
	s.t.Helper()
	s.tick.Cycle++
	s.tick.Boundary += s.config.Cycle
	s.tick.View, s.tick.Heard, s.tick.Frames = controlnet.Set{}, controlnet.Set{}, nil
	for h, rec := range s.says {
		host := controlnet.Host(h)
		if rec == nil {
			continue
		}
		s.tick.View.Add(host)
		s.tick.Heard.Add(host)
		s.seen[h].Accepted++
		s.seen[h].Contact = true
		var frame [measure.RecordSize]byte
		rec.Encode(&frame)
		s.tick.Frames = append(s.tick.Frames, controlnet.Received{Sender: host, Payload: frame[:]})
	}
	if s.tick.InSync = s.tick.View.Len() > 0; s.tick.InSync {
		s.tick.View.Add(s.config.Self)
	}
	payload := s.probe.tick(&s.tick)
	if len(payload) != s.config.Payload {
		s.t.Fatalf("a payload of %d bytes", len(payload))
	}
	return s.one()
}

// one lets the watcher take one tick.
func (s *staged) one() (bool, error) {
	snap := <-s.ticks
	done, err := s.cycle(&snap.Tick)
	s.free <- snap
	return done, err
}

// until goes on until the check is over, and says after how many cycles.
func (s *staged) until(most int) (cycles int, err error) {
	s.t.Helper()
	for cycles = 1; cycles <= most; cycles++ {
		if done, err := s.next(); done || err != nil {
			return cycles, err
		}
	}
	s.t.Fatalf("not over after %d cycles", most)
	return 0, nil
}

func (s *staged) own() measure.Record {
	rec, err := measure.DecodeRecord(s.payload.Load()[:])
	if err != nil {
		s.t.Fatal(err)
	}
	return rec
}

// TestProbe goes through a check as it should be: it begins when all are there and settled,
// measures for as long as asked, and stays until all have done so and know it.
func TestProbe(t *testing.T) {
	s := newStaged(t)
	s.status.RateOver = 0
	none := &measure.Record{}
	step := func(n int) {
		t.Helper()
		for range n {
			if done, err := s.next(); done || err != nil {
				t.Fatalf("in phase %d: done %v, error %v", s.phase, done, err)
			}
		}
	}
	step(5)
	s.says = [4]*measure.Record{none, nil, none, nil}
	step(5)
	s.says[3] = none
	step(5)
	if s.phase != waiting {
		t.Error("measures before the clocks have settled")
	}
	s.status.RateOver = time.Second
	step(1)
	step(50)
	if own := s.own(); s.phase != parting || own.Cycles != 50 || !own.Done {
		t.Errorf("after the time is over: phase %d, %+v", s.phase, own)
	}
	step(20) // the others measure on
	over := &measure.Record{Done: true, Cycles: 50}
	s.says = [4]*measure.Record{over, nil, over, over}
	if n, err := s.until(20); err != nil || n != 2*(s.config.Omissions+1)+1 {
		t.Errorf("over %d cycles after all said so: %v", n, err)
	}
	res, err := s.results()
	if err != nil || res.Members[3].Record.Cycles != 50 || !res.Members[1].Known {
		t.Errorf("results %+v, error %v", res, err)
	}
	if want := "waiting for hosts,measuring cycles,waiting for the others to end"; strings.Join(s.stages, ",") != want {
		t.Errorf("the stages are %q", s.stages)
	}
}

// TestProbeWithoutAll has hosts that do not come, that end without a word, and clocks that do
// not settle: it measures all the same, and does not stay for ever.
func TestProbeWithoutAll(t *testing.T) {
	for name, row := range map[string]struct {
		unsettled bool
		most      int // cycles: wait 100, measure 50, part 100, and some more
	}{
		"a host is missing":    {false, 100 + 50 + 100 + 10},
		"clocks do not settle": {true, 100 + settling + 50 + 100 + 10},
	} {
		s := newStaged(t)
		if row.unsettled {
			s.status.RateOver = 0
		}
		s.says[0], s.says[2] = &measure.Record{}, &measure.Record{}
		n, err := s.until(row.most)
		if err != nil || n < row.most-10 {
			t.Errorf("%s: over after %d cycles: %v", name, n, err)
		}
		if own := s.own(); own.Cycles != 50 {
			t.Errorf("%s: %d cycles were measured", name, own.Cycles)
		}
	}
}

// TestProbeAlone says why nobody was heard, as far as it can be known.
func TestProbeAlone(t *testing.T) {
	refused := func(r controlnet.Refusal) controlnet.Counters {
		var c controlnet.Counters
		c.Refused[r] = 7
		return c
	}
	for hint, counters := range map[string]controlnet.Counters{
		"start the check on all hosts":        {},
		"others run with another policy":      refused(controlnet.RefusedConfig),
		"others have other keys":              refused(controlnet.RefusedMAC),
		"others have other keys: use the":     refused(controlnet.RefusedEpoch),
		"another host says that it is host 1": refused(controlnet.RefusedSender),
		"a majority must be there":            {Accepted: 9},
	} {
		s := newStaged(t)
		s.status.Counters = counters
		n, err := s.until(110)
		var h hinted
		if !errors.As(err, &h) || !strings.HasPrefix(h.hint, hint) {
			t.Errorf("the hint of %v is %q, and not %q", err, h.hint, hint)
		}
		if n < 100 {
			t.Errorf("gave up after %d cycles", n)
		}
	}
}

// TestProbeInterrupted stops a check in the middle, which gives what was measured, and before
// the measurement, which gives nothing.
func TestProbeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := newStaged(t)
	if _, err := s.watch(ctx); !errors.Is(err, errInterrupted) {
		t.Errorf("the error is %v", err)
	}
	s.says = [4]*measure.Record{{}, nil, {}, {}}
	for range 10 {
		if _, err := s.next(); err != nil {
			t.Fatal(err)
		}
	}
	res, err := s.watch(ctx)
	if err != nil || res.Members[1].Record.Cycles != 9 {
		t.Errorf("results %+v, error %v", res, err)
	}
}

// TestProbeDoesNotWait has a watcher that is stuck: the node's thread goes on, allocates
// nothing, and what was not looked at is counted.
func TestProbeDoesNotWait(t *testing.T) {
	p := newProbe(probedConfig)
	frame := make([]byte, measure.RecordSize)
	tick := controlnet.Tick{Frames: []controlnet.Received{{Sender: 0, Payload: frame}, {Sender: 2, Payload: frame}}}
	tick.Cycle = 5
	frame[0] = 1
	if n := testing.AllocsPerRun(100, func() { p.tick(&tick) }); n != 0 {
		t.Errorf("%g allocations a tick", n)
	}
	if n := p.dropped.Load(); n != 101-snapshots {
		t.Errorf("%d ticks were dropped", n)
	}
	frame[0] = 2
	s := <-p.ticks
	if len(s.Frames) != 2 || s.Frames[1].Sender != 2 || s.Frames[1].Payload[0] != 1 || s.Cycle != 5 {
		t.Errorf("the copy is %+v", s.Tick)
	}
}
