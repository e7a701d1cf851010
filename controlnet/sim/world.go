package sim

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// World is one simulated control network: hosts with clocks and drivers, the wires between
// them, and a queue of what will happen. It goes on by itself with Run, or, below another
// simulator, event by event with Next and Step.
type World struct {
	plan    Plan
	cfg     controlnet.Config
	n       int
	d       virtual.Dice
	now     time.Duration
	end     time.Duration
	q       queue
	hosts   []host
	net     network
	chk     checker
	keys    []controlnet.Key // one an epoch, from the first
	synced  time.Duration    // when all were in sync, and all members, for the first time; 0: not yet
	ended   time.Duration    // when the last fault was over
	crowded int              // events of this cycle
	count   [NumKinds]int
	digest  virtual.Digest
	trace   *Trace
	meter   func(host int, step func()) // measures a core's step, or nil

	// OnTick, if set, is called in the instant in which a host's core begins a cycle, with
	// the real instant. What it returns is that host's payload for the cycle, or nil. What
	// it is given is good until it returns.
	OnTick func(host int, now time.Duration, t *controlnet.Tick) []byte
	// OnProcess, if set, is called when a fault of the plan hits a host's process, instead of
	// letting that happen here: the simulator above then calls Kill, Start or Stop.
	OnProcess func(host int, now time.Duration, f *Fault, over bool)
}

// NewWorld lays a run out.
func NewWorld(plan Plan, trace *Trace) *World {
	w := &World{
		plan: plan, cfg: plan.Config, n: plan.Config.Hosts, d: virtual.NewDice(plan.Seed ^ 0xc0de),
		hosts: make([]host, plan.Config.Hosts), digest: virtual.NewDigest(), trace: trace,
	}
	w.end = time.Duration(plan.Cycles) * w.cfg.Cycle
	w.newKey(1)
	w.net.init(w)
	w.chk.init(w)
	for i := range w.hosts {
		w.hosts[i].init(w, i)
		if at := w.d.Between(0, plan.Spread, useStart, uint64(i), 0, 0); !plan.External {
			w.q.push(event{at: at, kind: evStart, host: int32(i)})
		}
		if plan.Wander {
			w.q.push(event{at: w.cfg.Cycle * time.Duration(7+i), kind: evWander, host: int32(i)})
		}
	}
	for i := range plan.Faults {
		f := &plan.Faults[i]
		switch {
		case f.Kind == WrongUTC:
			w.strike(i)
		case !plan.FromSync:
			w.q.push(event{at: f.At, kind: evPlan, a: uint64(i)})
		}
	}
	w.q.push(event{at: w.cfg.Cycle / 2, kind: evCheck})
	return w
}

// Run lets everything happen until the end, or until a promise is broken.
func (w *World) Run() {
	for w.chk.violation == nil && w.Next() <= w.end {
		w.Step()
	}
	w.chk.atEnd()
}

// Next returns the instant of the next event. There always is one.
func (w *World) Next() time.Duration { return w.q.Next() }

// Step lets the next event happen.
func (w *World) Step() {
	e := w.q.pop()
	w.now = e.at
	if w.crowded++; w.crowded > maxPerCycle*w.n {
		w.chk.violate("progress", "a core asks to be called at once, for ever")
	}
	defer func() {
		if r := recover(); r != nil {
			w.chk.violate("assertion", "%v", r)
		}
	}()
	w.happen(&e)
}

// happen dispatches one event. A core that panics has broken a promise.
func (w *World) happen(e *event) {
	h := &w.hosts[e.host]
	switch e.kind {
	case evWake:
		h.woken(e.a)
	case evArrive:
		h.arrive(w.net.packets[e.a])
		w.net.release(e.a)
	case evHandle:
		h.handle(w.now)
	case evLeave:
		if f := &w.net.sent[e.a]; w.hosts[f.from].life == f.life {
			w.route(int32(e.a))
		}
	case evStart:
		h.start()
	case evPlan:
		w.strike(int(e.a))
	case evEnd:
		w.lift(int(e.a))
	case evFlood:
		w.flood(int(e.a))
	case evStream:
		w.stream(int(e.a), int(e.b))
	case evWander:
		h.wander()
	case evCheck:
		w.crowded = 0
		w.chk.everyCycle()
		w.q.push(event{at: w.now + w.cfg.Cycle, kind: evCheck})
	}
}

// begin starts a plan that counts from the instant in which all are in sync and members: the
// end of the plan moves with it.
func (w *World) begin() {
	w.synced = w.now
	if !w.plan.FromSync {
		return
	}
	w.end = w.now + time.Duration(w.plan.Cycles)*w.cfg.Cycle
	for i := range w.plan.Faults {
		if f := &w.plan.Faults[i]; f.Kind != WrongUTC {
			later := time.Duration(w.plan.Later) * w.cfg.Cycle
			w.q.push(event{at: w.now + later + f.At, kind: evPlan, a: uint64(i)})
		}
	}
}

// utc is the true time of day.
func (w *World) utc() time.Duration { return w.plan.Epoch + w.now }

// newKey makes the key of the next epoch, which begins in the given cycle.
func (w *World) newKey(from uint64) {
	k := controlnet.Key{Epoch: uint32(len(w.keys) + 1), From: from}
	if len(w.keys) > 0 {
		k.From = max(from, w.keys[len(w.keys)-1].From+1)
	}
	for i := 0; i < len(k.Secret); i += 8 {
		binary.LittleEndian.PutUint64(k.Secret[i:], w.d.Of(useKey, uint64(k.Epoch), uint64(i), 0))
	}
	w.keys = append(w.keys, k)
}

// cycle is the network's cycle by the host that is furthest on among those in sync, or by
// the time of day if there is none.
func (w *World) cycle() uint64 {
	c := uint64(0)
	for i := range w.hosts {
		if h := &w.hosts[i]; h.alive && h.inSync {
			c = max(c, h.cycle)
		}
	}
	if c == 0 {
		c = uint64(w.utc() / w.cfg.Cycle)
	}
	return c
}

// record puts something that happened into the digest of the run.
func (w *World) record(kind uint8, host int, a, b uint64) {
	w.digest.Add(kind, host, w.now, a, b)
}

// say adds a line to the trace of a run that is shown.
func (w *World) say(host int, format string, args ...any) {
	if w.trace != nil {
		w.trace.add(w.now, host, fmt.Sprintf(format, args...))
	}
}
