package wormhole_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// script reads a fuzzer's bytes as numbers; after the last come zeros.
type script []byte

func (s *script) u8() byte {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return b
}

func (s *script) u64() uint64 {
	var b [8]byte
	*s = (*s)[copy(b[:], *s):]
	return binary.LittleEndian.Uint64(b[:])
}

// number is small as a rule, and now and then anything.
func (s *script) number() uint64 {
	if b := s.u8(); b < 0xf0 {
		return uint64(b)
	}
	return s.u64()
}

// wild is one core to which anything may happen that the types allow.
type wild struct {
	t     *testing.T
	s     script
	cfg   wormhole.Config
	core  *wormhole.Core
	out   wormhole.Output
	disk  *wormhole.State
	cycle wormhole.Cycle
	now   time.Duration
	last  wormhole.Command // the last phase that was commanded
}

func newWild(t *testing.T, data []byte) *wild {
	w := &wild{t: t, s: data, cycle: 900, now: time.Hour}
	shape := w.s.u8()
	w.cfg = [...]wormhole.Config{small(4, 1, 1, 0), six(), small(9, 2, 3, 1), small(wormhole.MaxHosts, 5, 4, 3)}[shape&3]
	w.cfg.Action = wormhole.Action(shape >> 2 & 3 % 3)
	w.cfg.FirstMiss = shape&16 != 0
	w.start(shape&32 != 0)
	return w
}

// start starts the core with what is on its disk.
func (w *wild) start(running bool) {
	s := wormhole.Start{Now: w.now, State: w.disk, Running: running}
	if w.disk != nil {
		s.Counter = w.disk.Counter + uint64(w.s.u8()&3) - 1
	}
	core, err := wormhole.New(w.cfg, 0, s, &w.out)
	if err != nil {
		w.t.Skip("a membership without host 0")
	}
	w.core, w.last = core, wormhole.Command{}
	w.judge()
}

// event makes the next event of the script happen.
func (w *wild) event() {
	kind := w.s.u8()
	switch {
	case kind < 160:
		w.tick(kind)
	case kind < 200:
		w.step(wormhole.Input{Result: &wormhole.PhaseResult{Attempt: w.last.Attempt + uint64(kind&1), Phase: w.last.Phase, Outcome: wormhole.Outcome(w.s.u8() % 6)}})
	case kind < 208:
		w.step(wormhole.Input{Report: &wormhole.Report{Died: kind&1 != 0, Leads: kind&2 != 0, Checkpoint: w.s.number()}})
	case kind < 230:
		w.step(wormhole.Input{Order: w.order(), AlertsTaken: w.s.number()})
	case kind < 240:
		w.now += time.Duration(int8(w.s.u8())) * time.Millisecond
		w.step(wormhole.Input{})
	case kind < 244:
		w.now = time.Duration(w.s.u64())
		w.step(wormhole.Input{})
	case kind < 248:
		w.cycle += wormhole.Cycle(w.s.number())
	default:
		w.start(kind&1 != 0)
	}
}

// tick is a cycle, with what the script lets the others say.
func (w *wild) tick(kind byte) {
	if w.cycle++; kind >= 150 {
		w.cycle -= wormhole.Cycle(w.s.u8() & 7)
	}
	w.now += w.cfg.Cycle
	t := wormhole.Tick{Cycle: w.cycle, Boundary: w.now, InSync: kind < 155}
	if kind >= 140 {
		t.Boundary += time.Duration(int8(w.s.u8())) * time.Millisecond / 8
	}
	for h := wormhole.Host(1); h < wormhole.Host(w.cfg.Members.Len()); h++ {
		f := w.polite()
		at := w.cycle - 1
		if kind >= 100 {
			at -= w.garble(&f)
		}
		sender := h
		if kind >= 130 {
			sender = wormhole.Host(w.s.u8())
		}
		t.Frames = append(t.Frames, wormhole.Received{Sender: sender, Cycle: at, Frame: &f})
	}
	w.step(wormhole.Input{Tick: &t})
}

// polite is a frame of one that goes along with whatever host 0 wants.
func (w *wild) polite() wormhole.Frame {
	s := w.core.Status()
	f := wormhole.Frame{
		Epoch: w.cfg.Epoch, Boot: 1, Round: s.Round, Turn: wormhole.TurnDone, Heard: w.cfg.Members,
		Last: s.Last, NextLast: wormhole.NoHost, AskTarget: wormhole.NoHost,
	}
	f.Held.Add(0)
	return f
}

// garble changes one thing in a frame and returns by how many cycles it is old.
func (w *wild) garble(f *wormhole.Frame) wormhole.Cycle {
	v := w.s.number()
	switch w.s.u8() % 16 {
	case 1:
		f.Epoch = uint32(v)
	case 2:
		f.Round, f.Turn = v, wormhole.Turn(v%5)
	case 3:
		f.Turn, f.Round = wormhole.Turn(v%5), f.Round+v%3-1
	case 4:
		f.Standing, f.Group = wormhole.Claiming, uint16(v)
	case 5:
		f.Standing, f.Start = wormhole.Running, wormhole.Cycle(v)
	case 6:
		f.Standing, f.Start = wormhole.Running, w.cycle-wormhole.Cycle(v%16)
	case 7:
		f.Fenced = true
	case 8:
		f.Heard = wormhole.Set{v, w.s.u64()}
	case 9:
		f.Held = wormhole.Set{v, w.s.u64()}
	case 10:
		f.LatchGen, f.LatchScope, f.LatchReason = uint32(v)|1, wormhole.Scope(1+v%2), wormhole.Reason(v%7)
	case 11:
		f.ClearedGen = uint32(v)
	case 12:
		f.NextEpoch, f.Ready = uint32(v), w.cfg.Members
	case 13:
		f.PauseVersion, f.PauseUntil = uint32(v), wormhole.Cycle(w.s.number())
	case 14:
		f.AskTarget, f.AskSeq = wormhole.Host(v%3), uint16(v)
	case 15:
		return wormhole.Cycle(v % 4)
	}
	return 0
}

func (w *wild) order() *wormhole.Order {
	o := &wormhole.Order{Kind: wormhole.OrderKind(w.s.u8() % 6), Target: wormhole.Host(w.s.u8()), For: time.Duration(w.s.number()) * w.cfg.Cycle}
	if w.s.u8()&3 != 0 {
		next := successor(w.cfg, w.cfg.Members)
		next.Members.Remove(wormhole.Host(w.s.u8()))
		o.Config = next
	}
	return o
}

// step gives the core an event, and looks at what came of it.
func (w *wild) step(in wormhole.Input) {
	in.Now = w.now
	before := w.core.Status()
	w.core.Step(&in, &w.out)
	checkStep(w.t, w.core, &before, &w.out)
	if w.out.Send {
		late := in.Tick == nil || in.Now-in.Tick.Boundary > w.cfg.Process || in.Tick.Boundary-in.Now > w.cfg.Process
		if late || !in.Tick.InSync {
			w.t.Fatal("a frame though it is late or has no clock")
		}
	}
	w.judge()
}

// judge looks at an output, and does what a driver would.
func (w *wild) judge() {
	o := &w.out
	if o.Store {
		if w.disk != nil && o.State.Boot == w.disk.Boot && o.State.Counter <= w.disk.Counter {
			w.t.Fatalf("state %d is stored over state %d", o.State.Counter, w.disk.Counter)
		}
		state := o.State
		w.disk = &state
	}
	for i := range o.Commands {
		w.command(&o.Commands[i])
	}
	if len(o.Commands) > 8 {
		w.t.Fatalf("%d commands in a step", len(o.Commands))
	}
	if o.Wake < w.now {
		w.t.Fatalf("to be woken at %v, and it is %v", o.Wake, w.now)
	}
	if o.Send {
		var buf [wormhole.FrameSize]byte
		var back wormhole.Frame
		o.Frame.Encode(buf[:])
		if err := back.Decode(buf[:]); err != nil || back != o.Frame {
			w.t.Fatalf("it sends what nobody can read: %+v, %v", o.Frame, err)
		}
	}
}

// command holds the core to one attempt at a time: its number goes up, and it
// begins with the first phase.
func (w *wild) command(c *wormhole.Command) {
	if c.Kind != wormhole.CommandPhase {
		return
	}
	first := c.Phase == wormhole.PhaseShutdown
	if c.Attempt < w.last.Attempt || !first && (c.Attempt != w.last.Attempt || c.Phase <= w.last.Phase) {
		w.t.Fatalf("phase %v of attempt %d after %v of attempt %d", c.Phase, c.Attempt, w.last.Phase, w.last.Attempt)
	}
	w.last = *c
}

// FuzzCore lets anything happen to a core that the types allow: it does not panic,
// and keeps what must hold after every step.
func FuzzCore(f *testing.F) {
	for shape := range byte(64) {
		f.Add(append([]byte{shape}, make([]byte, 300)...)) // calm cycles, into the first round
	}
	calm := make([]byte, 130)
	for _, rest := range []string{"\x70\x01\x02\x03\x04\x05", "\xa0\x00\xa0\x01", "\xd0\x00\x00\xff\xd1\x01", "\xf8\xf9", "\xf1\x00\x00\x00\x00\x00\x00\x00\x80", "\xf5\xf0\xff\xff\xff\xff\xff\xff\xff\xff"} {
		f.Add(append(append([]byte{1}, calm...), rest...))
		f.Add(append(append([]byte{6}, calm...), rest+rest+rest...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWild(t, data)
		for events := 0; len(w.s) > 0 && events < 1000; events++ {
			w.event()
		}
	})
}
