package sim

import (
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// world is one simulated system: hosts with clocks, disks, guests and local
// wormholes, the control network between them, and a queue of what will happen.
type world struct {
	plan    Plan
	d       virtual.Dice
	n       int
	k       int // the bound that is checked, whatever the cores believe
	now     time.Duration
	base    wormhole.Cycle // cycle at real time 0
	end     time.Duration
	q       queue
	crowded int // events of this cycle
	hosts   []host
	net     network
	ctl     *control // the control network's own cores, or nil: then net stands for them
	chk     checker
	cfgs    map[uint32]*wormhole.Config // one membership per epoch, as from one signed file
	first   *wormhole.Config
	count   [numFaultKinds]int
	digest  virtual.Digest
	trace   *Trace
}

// warmUp is how long before the first round start a run begins, in cycles: the
// local wormholes find each other and start their replicas.
const warmUp = 40

// newWorld lays a run out.
func newWorld(cfg *wormhole.Config, plan Plan, trace *Trace) *world {
	n := cfg.Members.Len()
	if plan.Hasty {
		hasty := *cfg
		hasty.Deadline /= 3
		cfg = &hasty
	}
	w := &world{
		plan: plan, d: virtual.NewDice(plan.Seed ^ 0x5eed), n: n, k: cfg.K, first: cfg,
		hosts: make([]host, n), cfgs: map[uint32]*wormhole.Config{cfg.Epoch: cfg},
		digest: virtual.NewDigest(), trace: trace,
	}
	_, start := cfg.Starts.Next(1 << 20)
	w.base = start - warmUp
	w.end = time.Duration(warmUp)*cfg.Cycle + time.Duration(plan.Rounds)*cfg.Period
	w.net.init(n)
	w.chk.init(w)
	for i := range w.hosts {
		w.hosts[i].init(w, i)
		w.q.push(event{at: 0, kind: evStart, host: int32(i)})
		if !plan.Control {
			w.scheduleTick(i, w.base+1)
		}
	}
	if plan.Control {
		w.startControl()
	}
	for i := range plan.Faults {
		w.q.push(event{at: plan.Faults[i].At, kind: evPlan, a: uint64(i)})
	}
	w.q.push(event{at: cfg.Cycle / 2, kind: evCheck})
	w.scheduleDeadline(w.base)
	return w
}

// run lets everything happen until the end, or until an invariant is broken.
func (w *world) run() {
	for w.q.Len() > 0 && !w.chk.broken() {
		if w.belowFirst() {
			continue
		}
		e := w.q.pop()
		if e.at > w.end {
			break
		}
		w.crowd()
		w.now = e.at
		w.happen(&e)
	}
	w.chk.atEnd()
	w.endControl()
}

// crowd counts the events of a cycle. A core that asks again and again to be called
// at once keeps its host busy for ever.
func (w *world) crowd() {
	if w.crowded++; w.crowded > maxPerCycle*w.n {
		w.chk.violate("in time or said so", "a core asks to be called at once, for ever")
	}
}

// happen dispatches one event. A core that asserts has broken an invariant.
func (w *world) happen(e *event) {
	defer func() {
		if r := recover(); r != nil {
			w.chk.violate("assertion", "%v", r)
		}
	}()
	h := &w.hosts[e.host]
	switch e.kind {
	case evTick:
		w.tick(h, wormhole.Cycle(e.a))
	case evWake:
		if h.alive && h.life == e.a && w.now >= h.stalled {
			h.step(wormhole.Input{})
		}
	case evResult:
		w.result(h, e)
	case evStart:
		h.start()
	case evPlan:
		w.strike(int(e.a))
	case evEnd:
		w.strikeEnds(int(e.a))
	case evDeadMan:
		h.deadMan()
	case evCheck:
		w.crowded = 0
		w.chk.everyCycle()
		w.q.push(event{at: w.now + w.first.Cycle, kind: evCheck})
	case evDeadline:
		w.chk.deadline(wormhole.Cycle(e.a))
		w.scheduleDeadline(wormhole.Cycle(e.a))
	}
}

// realOf is the real instant at which a cycle begins.
func (w *world) realOf(c wormhole.Cycle) time.Duration {
	return time.Duration(int64(c)-int64(w.base)) * w.first.Cycle
}

// scheduleTick sets host i's tick for cycle c, with its skew and its lateness.
func (w *world) scheduleTick(i int, c wormhole.Cycle) {
	late := w.d.Between(0, w.first.Process*9/10, useJitter, uint64(i), uint64(c), 0)
	if w.now < w.hosts[i].lateUntil && c%2 == 0 {
		late += w.first.Process
	}
	w.q.push(event{at: w.realOf(c) + w.hosts[i].skew + late, kind: evTick, host: int32(i), a: uint64(c)})
}

// scheduleDeadline sets the look at the round that follows the one of cycle c.
func (w *world) scheduleDeadline(c wormhole.Cycle) {
	_, start := w.first.Starts.Next(c)
	grace := w.first.Cycle * time.Duration(w.first.Omissions+4)
	w.q.push(event{at: w.realOf(start) + w.first.Deadline + grace, kind: evDeadline, a: uint64(start)})
}

// record puts an event into the digest of the run.
func (w *world) record(kind uint8, host int, a, b uint64) {
	w.digest.Add(kind, host, w.now, a, b)
}

// say adds a line to the trace of a run that is shown.
func (w *world) say(host int, format string, args ...any) {
	if w.trace != nil {
		w.trace.add(w.now, host, fmt.Sprintf(format, args...))
	}
}
