package sim

import (
	"encoding/binary"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// corrupt turns one bit of a packet's frame.
func (w *World) corrupt(p *packet, draw uint64) {
	t := &w.net
	t.turned++
	p.data = t.arena.copy(p.data)
	p.class, p.bit = corrupted, int32(draw%uint64(8*len(p.data)))
	p.data[p.bit/8] ^= 1 << (p.bit % 8)
}

// replay sends a recorded frame of the same sender after frame i: one that it sent age
// frames earlier, the earliest if there are not so many, or with age 0 any one of any host.
func (w *World) replay(i int32, to, path int, age, draw uint64) {
	t := &w.net
	old := int32(draw % uint64(i+1))
	if age > 0 {
		all := t.bySend[t.sent[i].from]
		last := len(all) - 1
		for all[last] > i {
			last--
		}
		old = all[max(0, last-int(age))]
	}
	if old == i || t.sent[old].from == to {
		return
	}
	t.again++
	w.deliver(packet{data: t.sent[old].data, frame: old, path: uint8(path), class: replayed}, to, w.d.Between(0, w.cfg.Delay, useReplay, draw, 0, 0))
}

// stream sends the frame after next of what was on the wire Age cycles ago.
func (w *World) stream(k, next int) {
	f := &w.plan.Faults[k]
	t := &w.net
	shift := time.Duration(f.Age) * w.cfg.Cycle
	for ; next < len(t.sent) && t.sent[next].at+shift < w.now; next++ {
		if t.sent[next].at+shift < f.At {
			continue // it was on the wire before that
		}
	}
	if w.now > f.At+f.For || next >= len(t.sent) {
		return
	}
	for to := 0; to < w.n; to++ {
		if f.Hosts.Has(hostOf(to)) && t.sent[next].from != to && t.sent[next].at+shift == w.now {
			t.again++
			w.deliver(packet{data: t.sent[next].data, frame: int32(next), class: replayed}, to, w.cfg.Delay/10)
		}
	}
	if t.sent[next].at+shift == w.now {
		next++
	}
	if next < len(t.sent) {
		w.q.push(event{at: max(w.now, t.sent[next].at+shift), kind: evStream, a: uint64(k), b: uint64(next)})
	}
}

// floodSteps is into how many bursts a cycle's flood is cut.
const floodSteps = 20

// flood sends one burst, and sets the next.
func (w *World) flood(k int) {
	f := &w.plan.Faults[k]
	t := &w.net
	if w.now >= f.At+f.For || len(t.sent) == 0 {
		return
	}
	burst := max(1, int(f.Rate)/floodSteps)
	for to := 0; to < w.n; to++ {
		if !f.hits(to) {
			continue
		}
		for j := 0; j < burst; j++ {
			draw := w.d.Of(useFlood, uint64(k)<<16|uint64(to), uint64(w.now), uint64(j))
			delay := time.Duration(j) * w.cfg.Cycle / time.Duration(floodSteps*burst)
			if f.Kind == FloodReplay {
				t.again++
				w.deliver(packet{data: t.sent[f.Age].data, frame: int32(f.Age), class: replayed}, to, delay)
				continue
			}
			t.made++
			w.deliver(packet{data: w.forge(draw), frame: -1, class: garbage}, to, delay)
		}
	}
	w.q.push(event{at: w.now + w.cfg.Cycle/floodSteps, kind: evFlood, a: uint64(k)})
}

// forge makes something that is no frame: noise of any length, noise of the right length, a
// right beginning with noise behind it, a frame that is cut short, or the newest frame with
// false words in it.
func (w *World) forge(draw uint64) []byte {
	t := &w.net
	model := t.sent[len(t.sent)-1].data
	kind, size := draw%5, len(model)
	if kind == 0 {
		size = 1 + int(draw>>8%1600)
	}
	b := t.arena.copy(make([]byte, size))
	for i := 0; i+8 <= len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], virtual.Mix(draw+uint64(i)))
	}
	switch kind {
	case 2:
		copy(b, model[:4*(1+draw>>8%7)])
	case 3:
		b = b[:size-1-int(draw>>8%32)]
		copy(b, model)
	case 4:
		copy(b[:headEnd], model)
	}
	return b
}
