package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// strike lets a fault of the plan happen.
func (w *world) strike(i int) {
	f := &w.plan.Faults[i]
	h := &w.hosts[f.Host]
	w.count[f.Kind]++
	w.say(f.Host, "FAULT %v for %v (%d)", f.Kind, f.For, f.Arg)
	w.record(3, f.Host, uint64(f.Kind), uint64(f.Arg))
	w.q.push(event{at: w.now + f.For, kind: evEnd, a: uint64(i), host: int32(f.Host)})
	if f.Kind >= OrderExtra {
		h.ordered(f)
		return
	}
	if f.Kind >= FaultSlow && f.Kind <= FaultDie {
		h.strikeGuest(f)
		return
	}
	h.strikeHost(f)
}

// strikeHost lets a fault of the host, its clock, disk or network happen.
func (h *host) strikeHost(f *Fault) {
	w := h.w
	if w.ctl != nil {
		w.strikeControl(f)
	}
	switch f.Kind {
	case FaultCrash:
		h.die("it crashes")
	case FaultCrashUnstored, FaultCrashStored, FaultCrashBound:
		h.crashAt, h.crashFor = crashPoint(f.Kind-FaultCrashUnstored)+beforeStore, f.For
	case FaultPower:
		h.dead = true
		h.die("the host has no power")
		h.guest.destroy()
		h.guest.attempt = 0
	case FaultStall:
		if f.Arg%2 == 0 {
			h.stallAct = f.For
			return
		}
		h.stalled, h.steady = w.now+f.For, 0
		h.stop()
		h.armDeadMan()
	case FaultCut, FaultCutSilent:
		w.net.cut[f.Host]++
		if f.Kind == FaultCutSilent {
			h.lostUp = w.now + f.For + 3*w.first.Cycle
		}
	case FaultPartition:
		w.partition(f, 1)
	case FaultDeafLink:
		w.net.deaf[int(f.Arg)*w.n+f.Host]++
	case FaultReplay:
		w.net.replay[f.Host]++
	case FaultLate:
		h.lateUntil = w.now + f.For
	case FaultDrift:
		h.turnClock(0.3+float64(f.Arg%1000)/500, 0)
		w.chk.rateBroken(h)
	case FaultJump:
		h.turnClock(h.clock.Rate, time.Duration(f.Arg)*time.Millisecond)
		h.lostUp = w.now + 4*w.first.Cycle
		w.chk.rateBroken(h)
	case FaultDiskFull:
		h.full++
	case FaultDiskLies:
		h.lies = h.alive
	case FaultRollback:
		h.rollBack(f)
	}
}

// partition puts the hosts that are set in Arg, bit by bit, on one side of a cut, or
// takes them from it.
func (w *world) partition(f *Fault, by int) {
	cut := uint64(1) << (uint64(f.Arg) % 64)
	for i := range w.hosts {
		switch {
		case f.Arg>>(i%20)&1 == 0:
		case by > 0:
			w.net.side[i] |= cut
		default:
			w.net.side[i] &^= cut
		}
	}
}

// rollBack puts an older state in place while the process is down.
func (h *host) rollBack(f *Fault) {
	if h.nCopies < len(h.copies) {
		return
	}
	h.die("somebody stops it")
	old := h.copies[(h.nCopies+int(f.Arg%int64(len(h.copies))))%len(h.copies)]
	h.disk = &old
}

// strikeGuest lets a fault of the replica or of its image happen.
func (h *host) strikeGuest(f *Fault) {
	g := &h.guest
	switch f.Kind {
	case FaultSlow:
		g.slow = true
	case FaultHang:
		g.hang = wormhole.Phase(1 + f.Arg%int64(wormhole.PhaseTransfer))
	case FaultImage, FaultRestore:
		g.infect(int(f.Arg&1), f.Kind == FaultRestore)
	case FaultRefuse:
		g.refuse = true
	case FaultTamper:
		g.tamper = true
	case FaultDie:
		if g.up {
			g.up = false
			if h.alive && h.w.now >= h.stalled {
				h.step(wormhole.Input{Report: &wormhole.Report{Died: true}})
			}
		}
	}
}

// strikeEnds ends a fault that lasts.
func (w *world) strikeEnds(i int) {
	f := &w.plan.Faults[i]
	h := &w.hosts[f.Host]
	switch f.Kind {
	case FaultCrash, FaultRollback:
		h.start()
	case FaultPower:
		h.dead = false
		h.start()
	case FaultCut, FaultCutSilent:
		w.net.cut[f.Host]--
	case FaultPartition:
		w.partition(f, -1)
	case FaultDeafLink:
		w.net.deaf[int(f.Arg)*w.n+f.Host]--
	case FaultReplay:
		w.net.replay[f.Host]--
	case FaultDrift:
		h.turnClock(1, 0)
	case FaultDiskFull:
		h.full--
	}
}

// ordered gives an operator's order.
func (h *host) ordered(f *Fault) {
	w := h.w
	o := wormhole.Order{Target: wormhole.Host(f.Arg), For: f.For}
	switch f.Kind {
	case OrderExtra:
		o.Kind = wormhole.OrderRejuvenate
	case OrderPause:
		o.Kind = wormhole.OrderPause
	case OrderResume:
		o.Kind = wormhole.OrderResume
	case OrderClear:
		o.Kind = wormhole.OrderClear
		w.chk.clearing(h)
	case OrderRenew, OrderRemove:
		w.reconfigure(f)
		return
	}
	h.give(&o)
}

// give hands an order to the local wormhole, if it runs.
func (h *host) give(o *wormhole.Order) {
	if !h.alive || h.w.now < h.stalled {
		return
	}
	h.step(wormhole.Input{Order: o})
	if h.alive && h.out.Reply != nil {
		h.w.say(h.id, "order: %s", h.out.Reply.Text)
	}
}

// reconfigure makes the membership of the next epoch: one file, that the operator
// has signed once, and that every host finds with its next tick.
func (w *world) reconfigure(f *Fault) {
	cur := w.latestEpoch()
	if w.cfgs[cur+1] == nil {
		next := *w.cfgs[cur]
		next.Epoch = cur + 1
		if gone := wormhole.Host(f.Arg % int64(w.n)); f.Kind == OrderRemove && next.Members.Len() > 2*next.KPrime+next.K+1 {
			next.Members.Remove(gone)
		}
		w.cfgs[cur+1] = &next
	}
}

// latestEpoch is the newest membership that some local wormhole is in.
func (w *world) latestEpoch() uint32 {
	latest := w.first.Epoch
	for i := range w.hosts {
		latest = max(latest, w.hosts[i].last.Epoch)
	}
	return latest
}
