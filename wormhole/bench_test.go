package wormhole_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// steady is host 0 of n in steady state: all replicas are up, no round is near, and
// every member is heard in every cycle. Its step allocates nothing.
type steady struct {
	core   *wormhole.Core
	out    wormhole.Output
	tick   wormhole.Tick
	now    time.Duration
	frames []wormhole.Frame
}

func newSteady(tb testing.TB, n int) *steady {
	tb.Helper()
	cfg := small(n, 1, 1, 2)
	cfg.Starts, cfg.Deadline = far, wormhole.MaxBound
	s := &steady{now: time.Hour, frames: make([]wormhole.Frame, n)}
	state := &wormhole.State{Counter: 1, Replica: wormhole.Up, Last: wormhole.NoHost}
	core, err := wormhole.New(cfg, 0, wormhole.Start{Now: s.now, State: state, Counter: 1, Running: true}, &s.out)
	if err != nil {
		tb.Fatal(err)
	}
	s.core = core
	s.tick = wormhole.Tick{Cycle: 1000, InSync: true}
	for h := 1; h < n; h++ {
		s.frames[h] = wormhole.Frame{
			Epoch: 1, Boot: 1, Heard: cfg.Members,
			Last: wormhole.NoHost, NextLast: wormhole.NoHost, AskTarget: wormhole.NoHost,
		}
		s.tick.Frames = append(s.tick.Frames, wormhole.Received{Sender: wormhole.Host(h), Frame: &s.frames[h]})
	}
	for range 100 {
		s.step()
	}
	if is := s.core.Status(); !is.Joined || is.Replica != wormhole.Up || is.Out.Len() != 0 || !s.out.Send || s.out.Store {
		tb.Fatalf("n = %d: not steady: %+v", n, is)
	}
	return s
}

// step is one cycle.
func (s *steady) step() {
	s.now += cycleLength
	s.tick.Cycle++
	s.tick.Boundary = s.now
	for i := range s.tick.Frames {
		s.tick.Frames[i].Cycle = s.tick.Cycle - 1
	}
	s.core.Step(&wormhole.Input{Now: s.now, Tick: &s.tick}, &s.out)
}

// A step in steady state allocates nothing, whatever the number of members.
func TestStepAllocatesNothing(t *testing.T) {
	for _, n := range []int{6, 32, wormhole.MaxHosts} {
		s := newSteady(t, n)
		if got := testing.AllocsPerRun(200, s.step); got != 0 {
			t.Errorf("n = %d: %v allocations a step", n, got)
		}
	}
}

// BenchmarkStep is one tick of one core with all frames heard.
func BenchmarkStep(b *testing.B) {
	for _, n := range []int{6, 32, wormhole.MaxHosts} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			s := newSteady(b, n)
			b.ReportAllocs()
			for b.Loop() {
				s.step()
			}
		})
	}
}
