package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// crashPoint is where in its next store a process dies.
type crashPoint uint8

const (
	nowhere crashPoint = iota
	beforeStore
	afterStore
	afterBind
)

// host is one machine: clock, disk, TPM, hypervisor with one guest, and the
// local wormhole's process when it runs.
type host struct {
	w     *world
	id    int
	clock virtual.Clock
	skew  time.Duration // of its cycle boundaries against the common ones

	alive     bool
	life      uint64 // counts processes, so that events for an earlier one are void
	core      *wormhole.Core
	out       wormhole.Output
	cfg       *wormhole.Config // as the running core has it
	stalled   time.Duration    // the process does not run before this
	stale     wormhole.Cycle   // tick that came while it was stalled, 0 for none
	dead      bool             // no power
	lostUp    time.Duration    // control network is out of sync until then
	lateUntil time.Duration    // every other tick is late until then
	hung      *wormhole.Command
	offered   uint32         // last membership that it was given
	steady    wormhole.Cycle // since when it has ticked on time, in sync and joined
	steadyIn  uint32         // membership
	last      wormhole.Status

	disk     *wormhole.State // what a restart finds
	counter  uint64          // TPM
	copies   [4]wormhole.State
	nCopies  int
	full     int
	lies     bool
	crashAt  crashPoint
	crashFor time.Duration
	stallAct time.Duration
	lease    time.Duration
	wake     time.Duration // real instant of the earliest wake that is to come
	outbox   map[uint64]bool
	taken    uint64

	guest guest
}

func (h *host) init(w *world, id int) {
	h.w, h.id = w, id
	cfg := w.first
	h.skew = w.d.Between(0, cfg.Process/4, useSkew, uint64(id), 0, 0)
	spread := cfg.Drift * (float64(w.d.Below(2001, useRate, uint64(id), 0, 0))/1000 - 1)
	h.clock = virtual.Clock{Local: time.Duration(id+1) * time.Hour, Rate: 1 + spread}
	h.outbox = map[uint64]bool{}
	h.cfg = cfg
}

// start starts the local wormhole's process, unless it cannot run.
func (h *host) start() {
	if h.alive || h.dead {
		return
	}
	if !h.memberSince() {
		return
	}
	h.life++
	h.alive, h.stalled, h.stale, h.crashAt, h.steady = true, 0, 0, nowhere, 0
	cfg := h.cfg
	core, err := wormhole.New(*cfg, wormhole.Host(h.id), wormhole.Start{
		Now: h.local(), State: h.disk, Counter: h.counter, Running: h.guest.up,
	}, &h.out)
	if err != nil {
		h.w.chk.violate("start", "%v", err)
		return
	}
	h.core = core
	h.w.say(h.id, "local wormhole starts")
	if h.w.ctl != nil {
		h.w.ctl.net.Start(h.w.now, h.id)
	}
	h.w.chk.started(h)
	h.offered = 0
	h.obey()
}

// die ends the process. What the disk did not really write is gone.
func (h *host) die(why string) {
	if !h.alive {
		return
	}
	h.w.say(h.id, "local wormhole dies: %s", why)
	h.alive, h.core, h.steady = false, nil, 0
	if h.w.ctl != nil {
		h.w.ctl.net.Kill(h.w.now, h.id)
	}
	h.life++
	h.lies = false
	h.hung = nil
	h.armDeadMan()
}

// memberSince finds the membership that the host's disk names, and reports whether
// it has a place for the host.
func (h *host) memberSince() bool {
	h.cfg = h.w.first
	if h.disk != nil && h.w.cfgs[h.disk.Epoch] != nil {
		h.cfg = h.w.cfgs[h.disk.Epoch]
	}
	return h.cfg.Members.Has(wormhole.Host(h.id))
}

func (h *host) local() time.Duration { return h.clock.At(h.w.now) }

// step gives the core an event and does what it says.
func (h *host) step(in wormhole.Input) {
	in.Now = h.local()
	in.AlertsTaken = h.taken
	h.core.Step(&in, &h.out)
	h.obey()
}

// obey is the driver: store, then act. What stands in an output reaches the
// outside only when all before it has been done.
func (h *host) obey() {
	o := &h.out
	h.w.chk.judgeOutput(h, o)
	if o.Store && !h.store() {
		return
	}
	if o.Lease != 0 {
		h.lease = o.Lease
	}
	h.handOverAlerts()
	before := h.last
	h.last = h.core.Status()
	h.cfg = h.w.cfgs[h.last.Epoch]
	h.w.chk.observe(h, &before, &h.last)
	for i := range o.Commands {
		if !h.act(&o.Commands[i]) {
			return
		}
	}
	if o.Send {
		h.w.chk.sent(h, &o.Frame)
		h.w.send(h.id, h.last.Cycle, &o.Frame)
	}
	h.wakeAt(o.Wake)
}

// wakeAt lets the core be called at a local instant, if its next tick, which is
// at most a cycle away, does not come before.
func (h *host) wakeAt(local time.Duration) {
	at := max(h.clock.When(local), h.w.now)
	pending := h.wake > h.w.now && h.wake <= at
	if pending || at >= h.w.now+h.w.first.Cycle {
		return
	}
	h.wake = at
	h.w.q.push(event{at: at, kind: evWake, host: int32(h.id), a: h.life})
}

// store writes the state and binds it, and reports whether the process has
// survived that.
func (h *host) store() bool {
	if h.full > 0 {
		h.die("the disk is full")
		h.w.q.push(event{at: h.w.now + 7*h.w.first.Cycle, kind: evStart, host: int32(h.id)})
		return false
	}
	if h.crashAt == beforeStore {
		return h.crash("before its state is stored")
	}
	s := new(wormhole.State)
	*s = h.out.State
	if !h.lies {
		h.disk = s
	}
	h.copies[h.nCopies%len(h.copies)] = *s
	h.nCopies++
	if h.crashAt == afterStore {
		return h.crash("before its state is bound to the counter")
	}
	h.counter = max(h.counter, s.Counter)
	h.w.chk.raised(h, h.out.Alerts)
	if h.crashAt == afterBind {
		return h.crash("with its state stored and nothing done")
	}
	return true
}

// crash dies and is started again later.
func (h *host) crash(why string) bool {
	h.crashAt = nowhere
	h.die(why)
	h.w.q.push(event{at: h.w.now + h.crashFor, kind: evStart, host: int32(h.id)})
	return false
}

// handOverAlerts puts the alerts into the outbox, though not always at once.
func (h *host) handOverAlerts() {
	for i := range h.out.Alerts {
		a := &h.out.Alerts[i]
		if h.w.d.Chance(0.2, useTake, uint64(h.id), a.Seq, uint64(h.w.now)) {
			return
		}
		h.outbox[a.Seq] = true
		h.taken = a.Seq
		h.w.chk.alerted(h, a)
	}
}

// armDeadMan lets the dead-man rule look when the lease is over.
func (h *host) armDeadMan() {
	h.w.q.push(event{at: max(h.clock.When(h.lease), h.w.now), kind: evDeadMan, host: int32(h.id)})
}

// deadMan fences the replica if nobody has renewed the lease. It does not ask
// whether the local wormhole lives: that is the point of it.
func (h *host) deadMan() {
	if h.local() < h.lease {
		return
	}
	h.w.say(h.id, "dead-man rule: the replica is fenced")
	h.guest.destroy()
	h.w.chk.ended(h)
	if h.alive && h.w.now >= h.stalled {
		h.step(wormhole.Input{Report: &wormhole.Report{Died: true}})
	}
}
