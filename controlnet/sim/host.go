package sim

import (
	"encoding/binary"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// host is one machine: its clocks, its driver, and the core when its process runs.
type host struct {
	w     *World
	id    int
	clock virtual.Clock
	home  float64       // the rate that its clock has when nothing is wrong with it
	utc   time.Duration // by how much its real-time clock is ahead

	alive   bool
	life    uint64 // counts processes, so that events for an earlier one are void
	core    *controlnet.Core
	out     controlnet.Output
	stopped time.Duration // the process does not run before this
	late    time.Duration // its driver is too late, every other time, until then
	freeze  time.Duration // it will be stopped for so long between step and send
	wake    time.Duration // local instant of the wake that is pending
	wakes   uint64        // counts them; only the newest is good
	inbox   []packet      // what has arrived and was not handled
	busy    time.Duration // when the driver comes to the inbox, if that is not at once
	keys    int           // epochs that it was given
	floor   uint64        // what its disk remembers

	inSync bool // by its last tick
	cycle  uint64
	tick   controlnet.Tick // its last, without frames
}

func (h *host) init(w *World, id int) {
	h.w, h.id, h.keys = w, id, 1
	h.home = 1 + w.cfg.Drift*w.rateOf(id, 0)
	origin := time.Duration(1+w.d.Below(1<<20, useClock, uint64(id), 1, 0)) * time.Millisecond
	h.clock = virtual.Clock{Local: origin, Rate: h.home}
	h.utc = w.d.Between(-w.plan.UTCError, w.plan.UTCError, useUTC, uint64(id), 0, 0)
}

// rateOf draws the rate of a clock, in units of the drift bound: anywhere inside of it, or
// at its ends where the plan is at the worst.
func (w *World) rateOf(id int, turn uint64) float64 {
	r := float64(w.d.Below(2001, useClock, uint64(id), 2, turn))/1000 - 1
	if !w.plan.Worst {
		return r
	}
	if r < 0 {
		return -1
	}
	return 1
}

// wander gives the clock another rate inside its bound.
func (h *host) wander() {
	w := h.w
	h.home = 1 + w.cfg.Drift*w.rateOf(h.id, uint64(w.now))
	if w.chk.hosts[h.id].clockBad == 0 {
		h.turn(h.home, 0)
	}
	w.q.push(event{at: w.now + 23*w.cfg.Cycle, kind: evWander, host: int32(h.id)})
}

// turn changes the clock, and with it when the pending wake is due.
func (h *host) turn(rate float64, by time.Duration) {
	h.clock.Turn(h.w.now, rate, by)
	if h.alive {
		h.arm(h.wake)
	}
}

func (h *host) local() time.Duration { return h.clock.At(h.w.now) }

func (h *host) running() bool { return h.alive && h.w.now >= h.stopped }

// start starts the process, unless it runs.
func (h *host) start() {
	if h.alive {
		return
	}
	w := h.w
	cfg := w.cfg
	cfg.Self = controlnet.Host(h.id)
	h.life++
	h.alive, h.stopped, h.freeze, h.busy, h.inbox = true, 0, 0, 0, h.inbox[:0]
	h.inSync, h.wake = false, -1
	core, err := controlnet.New(cfg, controlnet.Start{
		Now: h.local(), UTC: w.utc() + h.utc, Floor: h.floor,
		Life: w.d.Of(useLife, uint64(h.id), h.life, 0), Keys: h.held(),
	}, &h.out)
	if err != nil {
		w.chk.violate("start", "host %d: %v", h.id, err)
		return
	}
	h.core = core
	w.say(h.id, "starts, life %d, floor %d", h.life, h.floor)
	w.chk.started(h)
	h.obey()
}

// held are the keys that it has, those of the last epochs.
func (h *host) held() []controlnet.Key {
	return h.w.keys[max(0, h.keys-controlnet.MaxKeys):h.keys]
}

// die ends the process.
func (h *host) die(why string) {
	if !h.alive {
		return
	}
	h.w.say(h.id, "dies: %s", why)
	h.w.chk.died(h)
	h.alive, h.core, h.inSync, h.inbox = false, nil, false, h.inbox[:0]
	h.life++
	h.wakes++
}

// giveKeys hands the process what keys its host has by now.
func (h *host) giveKeys(epochs int) {
	h.keys = max(h.keys, epochs)
	if !h.alive {
		return
	}
	if err := h.core.SetKeys(h.held()); err != nil {
		h.w.chk.violate("keys", "host %d: %v", h.id, err)
	}
}

// arm schedules the wake for a local instant, with what lateness the driver has.
func (h *host) arm(local time.Duration) {
	w := h.w
	h.wakes++
	h.wake = local
	at := h.clock.When(local + w.lateness(h, local))
	w.q.push(event{at: max(at, w.now), kind: evWake, host: int32(h.id), a: h.wakes})
}

// lateness draws by how much a driver comes late to what is due at a local instant.
func (w *World) lateness(h *host, local time.Duration) time.Duration {
	most := w.cfg.Process / 20
	if w.plan.Slack {
		most = w.cfg.Process - 2
	}
	d := w.d.Between(0, most, useWake, uint64(h.id), uint64(local), h.life)
	if w.plan.Worst && w.d.Chance(0.3, useWake, uint64(h.id), uint64(local), 1) {
		d = most
	}
	if w.now < h.late && w.d.Chance(0.5, useLate, uint64(h.id), uint64(local), 0) {
		d += w.d.Between(w.cfg.Process, 4*w.cfg.Process, useLate, uint64(h.id), uint64(local), 1)
	}
	return d
}

// woken is the driver at an instant that the core has named.
func (h *host) woken(which uint64) {
	if !h.alive || which != h.wakes {
		return
	}
	h.wake = -1
	if !h.running() {
		return // handle will come, at the end of the stop
	}
	h.step(controlnet.Input{})
}

// step gives the core an event and does what it says.
func (h *host) step(in controlnet.Input) {
	in.Now = h.local()
	in.UTC = h.w.utc() + h.utc
	if h.w.meter != nil {
		h.w.meter(h.id, func() { h.core.Step(&in, &h.out) })
	} else {
		h.core.Step(&in, &h.out)
	}
	h.obey()
}

// obey does what the last output asks for, in the order in which a driver does.
func (h *host) obey() {
	w := h.w
	if t := h.out.Tick; t != nil {
		w.chk.ticked(h, t)
		h.cycle, h.inSync, h.tick = t.Cycle, t.InSync, *t
		if t.InSync {
			h.floor = t.Cycle + 1
		}
		w.record(1, h.id, t.Cycle, uint64(t.Boundary)<<1|b2u(t.InSync))
		w.record(2, h.id, t.Members[0]^t.Members[1]<<1, t.View[0]^t.View[1]<<1)
		if h.offer(t); !h.alive {
			return
		}
	}
	if h.out.Send != nil {
		w.send(h, h.out.Send)
	}
	if h.wake != h.out.Wake {
		h.arm(h.out.Wake)
	}
}

// offer gives the core its payload for the cycle.
func (h *host) offer(t *controlnet.Tick) {
	var payload []byte
	if h.w.OnTick != nil {
		payload = h.w.OnTick(h.id, h.w.now, t)
	} else {
		payload = h.payload(t.Cycle)
	}
	if payload == nil || !h.alive {
		return
	}
	ok := h.core.Offer(t.Cycle, payload)
	h.w.chk.offered(h, t, payload, ok)
}

// payload is what nobody else can have said: the sender, the cycle and a number.
func (h *host) payload(cycle uint64) []byte {
	p := make([]byte, h.w.cfg.Payload)
	if len(p) < 24 {
		return nil
	}
	binary.BigEndian.PutUint64(p, uint64(h.id)+1)
	binary.BigEndian.PutUint64(p[8:], cycle)
	binary.BigEndian.PutUint64(p[16:], h.w.d.Of(usePayload, uint64(h.id), cycle, h.life))
	return p
}

// arrive is the network card: the frame is stamped, and the driver takes it at once, or
// when it comes to it.
func (h *host) arrive(p packet) {
	w := h.w
	if !h.alive {
		return
	}
	p.at = h.local()
	if len(h.inbox) >= socketBuffer {
		w.net.overrun++
		return
	}
	h.inbox = append(h.inbox, p)
	if !h.running() || h.busy > w.now {
		return
	}
	if w.plan.Slack && w.d.Chance(0.1, useHandle, uint64(h.id), uint64(w.now), 0) {
		h.busy = w.now + w.d.Between(0, w.cfg.Process, useHandle, uint64(h.id), uint64(w.now), 1)
		w.q.push(event{at: h.busy, kind: evHandle, host: int32(h.id)})
		return
	}
	h.handle(w.now)
}

// handle takes everything that waits, and before or after it what has become due meanwhile.
func (h *host) handle(now time.Duration) {
	if !h.running() || h.busy > now {
		return
	}
	h.busy = 0
	if h.wake < 0 && h.w.d.Chance(0.5, useHandle, uint64(h.id), uint64(now), 2) {
		h.step(controlnet.Input{})
	}
	for i := 0; i < len(h.inbox) && h.running(); i++ {
		h.take(&h.inbox[i])
	}
	if h.running() {
		h.inbox = h.inbox[:0]
		if h.wake < 0 {
			h.step(controlnet.Input{})
		}
	}
}

// take gives the core one frame, and the checkers what became of it.
func (h *host) take(p *packet) {
	was := h.core.Status().Counters
	h.step(controlnet.Input{Frame: p.data, At: p.at, Path: int(p.path)})
	if h.alive {
		is := h.core.Status().Counters
		h.w.chk.taken(h, p, &was, &is)
	}
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
