package sim

import (
	"slices"
	"time"
)

// strike lets a fault begin.
func (w *World) strike(i int) {
	f := &w.plan.Faults[i]
	w.count[f.Kind]++
	w.say(-1, "FAULT %v", f)
	w.record(4, int(f.Kind), f.Hosts[0], f.Hosts[1])
	switch f.Kind {
	case Loss, LossBeyond, Delay, Duplicate, Reorder, Corrupt, Replay, Slow:
		w.net.active = append(w.net.active, i)
	case Flood, FloodReplay:
		if f.Kind == FloodReplay {
			f.Age = uint64(max(0, len(w.net.sent)-1))
		}
		f.At = w.now
		w.q.push(event{at: w.now, kind: evFlood, a: uint64(i)})
	case Stream:
		f.At = w.now
		w.q.push(event{at: w.now, kind: evStream, a: uint64(i)})
	case Cut, Unplug, Deaf:
		w.wires(f, 1)
	case KeyChange, KeyLate:
		w.changeKey(i)
		return
	default:
		for h := range w.hosts {
			if f.hits(h) {
				w.hosts[h].strike(f)
			}
		}
	}
	w.q.push(event{at: w.now + f.For, kind: evEnd, a: uint64(i)})
}

// strike lets a fault of the host begin.
func (h *host) strike(f *Fault) {
	w := h.w
	t := &w.chk.hosts[h.id]
	if w.OnProcess != nil && (f.Kind == Kill || f.Kind == Stop) {
		w.OnProcess(h.id, w.now, f, false)
		return
	}
	switch f.Kind {
	case Kill:
		h.die("it is killed")
	case Stop:
		h.stop(w.now + f.For)
	case StopSend:
		h.freeze = f.By
		t.touch(w.now + f.By)
	case Late:
		h.late = max(h.late, w.now+f.For)
		t.touch(h.late + 2*w.cfg.Cycle)
	case Drift:
		t.clockBad, t.sick, t.sickAt = t.clockBad+1, true, w.now
		h.turn(1+f.Rate, 0)
	case Jump:
		t.clockBad, t.sick, t.sickAt = t.clockBad+1, true, w.now
		h.turn(h.clock.Rate, f.By)
	case WrongUTC, UTCStep:
		h.utc += f.By
	}
}

// stop keeps the process from running until then.
func (h *host) stop(until time.Duration) {
	if !h.alive || until <= h.stopped {
		return
	}
	h.w.say(h.id, "is stopped until %v", until)
	h.stopped, h.busy = until, 0
	h.w.chk.hosts[h.id].touch(until)
	h.w.q.push(event{at: until, kind: evHandle, host: int32(h.id)})
}

// wires takes links away, or gives them back.
func (w *World) wires(f *Fault, by int) {
	for from := 0; from < w.n; from++ {
		for to := 0; to < w.n; to++ {
			a, b := hostOf(from), hostOf(to)
			dead := false
			switch f.Kind {
			case Cut:
				dead = f.Hosts.Has(a) && f.Others.Has(b) || f.Hosts.Has(b) && f.Others.Has(a)
			case Unplug:
				dead = f.Hosts.Has(a) || f.Hosts.Has(b)
			case Deaf:
				dead = f.Others.Has(a) && f.Hosts.Has(b)
			}
			if dead {
				w.net.dead[from*w.n+to] += by
			}
		}
	}
}

// changeKey makes the next key, gives it to the hosts, but not those whom it reaches late, and
// takes note of when those get it.
func (w *World) changeKey(i int) {
	f := &w.plan.Faults[i]
	from := w.cycle() + max(2, uint64(f.For/w.cfg.Cycle)) // a key is there before its epoch
	w.newKey(from)
	for h := range w.hosts {
		if f.Kind == KeyChange || !f.hits(h) {
			w.hosts[h].giveKeys(len(w.keys))
		} else {
			w.chk.hosts[h].keyless++
		}
	}
	w.q.push(event{at: w.now + f.For + f.By, kind: evEnd, a: uint64(i)})
}

// lift ends a fault.
func (w *World) lift(i int) {
	f := &w.plan.Faults[i]
	w.ended = w.now
	w.say(-1, "over: %v", f)
	if k := slices.Index(w.net.active, i); k >= 0 {
		w.net.active = slices.Delete(w.net.active, k, k+1)
	}
	if f.Kind == Cut || f.Kind == Unplug || f.Kind == Deaf {
		w.wires(f, -1)
		return
	}
	for h := range w.hosts {
		if f.hits(h) {
			w.hosts[h].lift(f)
		}
	}
}

// lift ends a fault of the host.
func (h *host) lift(f *Fault) {
	t := &h.w.chk.hosts[h.id]
	if h.w.OnProcess != nil && (f.Kind == Kill || f.Kind == Stop) {
		h.w.OnProcess(h.id, h.w.now, f, true)
		return
	}
	switch f.Kind {
	case Kill:
		h.start()
	case StopSend:
		h.freeze = 0
	case Drift, Jump:
		t.clockBad--
		if t.clockBad == 0 {
			h.turn(h.home, 0)
		}
	case KeyLate:
		t.keyless--
		h.giveKeys(len(h.w.keys))
	}
}
