package sim

import (
	"encoding/binary"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// The outcomes of a packet: accepted, a second copy, or refused for a reason.
const (
	outAccepted = iota
	outRedundant
	outRefused  // + controlnet.Refusal
	numOutcomes = outRefused + int(controlnet.NumRefusals)
)

func outcomeName(o int) string {
	switch o {
	case outAccepted:
		return "accepted"
	case outRedundant:
		return "redundant"
	}
	return "refused as " + controlnet.Refusal(o-outRefused).String()
}

// sent judges a frame as it leaves the core: a host that is late, or has no majority, does not
// say that it is in sync.
func (k *checker) sent(h *host, f *sentFrame) {
	w := k.w
	t := &k.hosts[h.id]
	cfg := &w.cfg
	if !f.synced {
		return
	}
	if !h.inSync || f.cycle != h.cycle {
		k.violate("silence", "host %d says in cycle %d that it is in sync, and its last tick, of cycle %d, did not", h.id, f.cycle, h.cycle)
		return
	}
	slot := h.tick.Boundary + cfg.SlotStart(hostOf(h.id))
	if late := h.local() - slot; late < 0 || late > cfg.Process {
		k.violate("silence", "host %d speaks %v after its slot began", h.id, late)
	}
	if h.tick.Late > cfg.Process {
		k.violate("silence", "host %d speaks in a cycle that it began %v late", h.id, h.tick.Late)
	}
	if w.n > 1 && !t.sick { // whose clock is slow has a long window
		k.contactOf(h.id)
		silent := int((w.now - t.majority) / cfg.Cycle)
		k.figures.Silent.add(silent)
		if silent > silentBound {
			k.violate("silence", "host %d says that it is in sync %d cycles after it last was in contact with a majority", h.id, silent)
		}
	}
	if t.clockBad > 0 {
		k.figures.Drifting.add(int((w.now - t.sickAt) / cfg.Cycle))
	}
	t.lastSaid = w.now
}

// silentBound is how many cycles after the last frame that can have told it of a majority is
// too old a host may still say that it is in sync.
const silentBound = 1

// taken judges what a core made of a packet.
func (k *checker) taken(h *host, p *packet, was, is *controlnet.Counters) {
	o := k.outcomeOf(h, p, was, is)
	if o < 0 {
		return
	}
	k.outcome[p.class][o]++
	switch p.class {
	case garbage, corrupted:
		k.forgery(h, p, o)
		return
	}
	f := &k.w.net.sent[p.frame]
	t := &k.hosts[h.id]
	if o == outAccepted {
		k.acceptedFrame(h, t, p, f)
		return
	}
	if o == outRedundant && !t.sick && t.accepted[f.from].life == h.life && t.accepted[f.from].frame > p.frame {
		k.violate("replay", "host %d takes an old frame of host %d for a second copy", h.id, f.from)
	}
	if p.class == genuine {
		k.refusedGenuine(h, t, p, f, o)
	} else {
		k.refusedReplay(h, t, p, f, o)
	}
}

// outcomeOf finds the one counter that a packet has moved.
func (k *checker) outcomeOf(h *host, p *packet, was, is *controlnet.Counters) int {
	o, moved := -1, uint64(0)
	note := func(i int, d uint64) {
		if moved += d; d > 0 {
			o = i
		}
	}
	note(outAccepted, is.Accepted-was.Accepted)
	note(outRedundant, is.Redundant-was.Redundant)
	for r := range is.Refused {
		note(outRefused+r, is.Refused[r]-was.Refused[r])
	}
	if moved != 1 {
		k.violate("counters", "host %d counts a %s packet %d times", h.id, classNames[p.class], moved)
		return -1
	}
	return o
}

// acceptedFrame holds an acceptance to what was really sent, and when.
func (k *checker) acceptedFrame(h *host, t *truth, p *packet, f *sentFrame) {
	w := k.w
	a := &t.accepted[f.from]
	if a.life == h.life && a.frame >= p.frame {
		k.violate("replay", "host %d accepts a frame of host %d once more, or after a later one", h.id, f.from)
	}
	age := p.real - f.at
	limit := 2*w.cfg.Delay + 2*w.cfg.Limit()
	if f.synced && f.epoch != k.epochOf(f.cycle) {
		k.violate("keys", "host %d accepts a frame of cycle %d that was made with the key of epoch %d", h.id, f.cycle, f.epoch)
	}
	bad := t.sick || k.hosts[f.from].sick
	if h.inSync && f.synced && !bad && age > limit {
		k.violate("replay", "host %d accepts a frame of host %d that was on its way for %v", h.id, f.from, age)
	}
	if p.class == replayed && !bad && !k.mayPass(h, p, f) {
		k.violate("replay", "host %d, in sync %v, accepts a frame of host %d that was recorded %v before, in cycle %d", h.id, h.inSync, f.from, age, f.cycle)
	}
	known, cycle, of := a.known && a.life == h.life, a.cycle, a.of
	switch {
	case !f.synced: // who says that he is out of sync is not heard in it
		for i := range t.heard {
			t.heard[i].from = without(t.heard[i].from, single(f.from))
		}
	case f.cycle == h.core.Status().Cycle:
		known, cycle, of = true, f.cycle, f.life
		n := &t.heard[f.cycle&1]
		if n.cycle != f.cycle {
			*n = heard{cycle: f.cycle}
		}
		n.from.Add(hostOf(f.from))
		k.heardLast[f.from] = max(k.heardLast[f.from], f.cycle)
	}
	*a = acceptance{frame: p.frame, cycle: cycle, life: h.life, at: w.now, took: age, known: known, of: of}
}

// epochOf is the key epoch that a cycle belongs to.
func (k *checker) epochOf(cycle uint64) uint32 {
	e := len(k.w.keys)
	for e > 1 && k.w.keys[e-1].From > cycle {
		e--
	}
	return uint32(e)
}

// mayPass reports whether a recorded frame comes so early that nobody could tell it from the
// frame itself, which then was lost; or whether one of the two hosts is not in sync, so that it
// is held to the order of its sender's frames only.
func (k *checker) mayPass(h *host, p *packet, f *sentFrame) bool {
	w := k.w
	age := p.real - f.at
	if age <= w.cfg.Delay+2*w.cfg.Limit() {
		return true
	}
	if !h.inSync || !f.synced {
		k.figures.Withheld.add(int(age / w.cfg.Cycle))
		return true
	}
	return false
}

// refusedGenuine makes sure that what keeps all bounds is not refused.
func (k *checker) refusedGenuine(h *host, t *truth, p *packet, f *sentFrame, o int) {
	w := k.w
	first := t.accepted[f.from].life != h.life || t.accepted[f.from].frame != p.frame
	inTime := p.real-f.at <= w.cfg.Delay && p.at <= h.local()
	if o == outRedundant || !first || !inTime || f.life != w.hosts[f.from].life {
		return
	}
	if k.steady(h.id) && k.steady(f.from) && !k.overtaken(t, p, f) && k.bothWays(h.id, f.from, k.long()) && k.sure(h.id, f.from) {
		k.violate("frames", "host %d, fit, refuses as %v a frame of host %d, fit, that took %v", h.id, controlnet.Refusal(o-outRefused), f.from, p.real-f.at)
	}
}

// overtaken reports whether a later frame of the same host has come before.
func (k *checker) overtaken(t *truth, p *packet, f *sentFrame) bool {
	return t.accepted[f.from].frame > p.frame
}

// refusedReplay holds the reason for refusing a recording to the truth.
func (k *checker) refusedReplay(h *host, t *truth, p *packet, f *sentFrame, o int) {
	why := controlnet.Refusal(o - outRefused)
	switch {
	case o == outRedundant:
	case f.from == h.id:
		if why != controlnet.RefusedSender {
			k.violate("counters", "host %d refuses its own frame as %v", h.id, why)
		}
	case why < controlnet.RefusedEpoch || why == controlnet.RefusedMAC:
		k.violate("counters", "host %d refuses a recorded frame as %v", h.id, why)
	case why == controlnet.RefusedEpoch && f.epoch+controlnet.MaxKeys > uint32(k.w.hosts[h.id].keys) && k.hosts[h.id].keyless == 0 && int(f.epoch) <= h.keys:
		if key := &k.w.keys[f.epoch-1]; f.cycle >= key.From && f.synced && (int(f.epoch) == len(k.w.keys) || f.cycle < k.w.keys[f.epoch].From) {
			k.violate("counters", "host %d refuses a frame of epoch %d, which it holds, as one of a wrong epoch", h.id, f.epoch)
		}
	}
}

// forgery holds the reason for refusing what no host has made to what is wrong with it.
func (k *checker) forgery(h *host, p *packet, o int) {
	if o < outRefused {
		k.violate("replay", "host %d accepts a %s frame", h.id, classNames[p.class])
		return
	}
	got, want := controlnet.Refusal(o-outRefused), k.wrongWith(h, p.data)
	if got != want && !(want == controlnet.RefusedMAC && got == controlnet.RefusedEpoch) {
		k.violate("counters", "host %d refuses a %s packet as %v, and what is wrong with it is the %v", h.id, classNames[p.class], got, want)
	}
}

// wrongWith finds the first thing that is wrong with a packet, in the order in which SPEC.md
// has them. If nothing is up to the epoch, the authenticator must be.
func (k *checker) wrongWith(h *host, b []byte) controlnet.Refusal {
	w := k.w
	model := w.net.sent[len(w.net.sent)-1].data
	be := binary.BigEndian
	switch {
	case len(b) != len(model):
		return controlnet.RefusedLength
	case be.Uint32(b) != be.Uint32(model):
		return controlnet.RefusedFormat
	case be.Uint64(b[4:]) != be.Uint64(model[4:]):
		return controlnet.RefusedForeign
	case be.Uint32(b[12:]) != be.Uint32(model[12:]):
		return controlnet.RefusedConfig
	case int(b[senderAt]) >= w.n || int(b[senderAt]) == h.id:
		return controlnet.RefusedSender
	}
	return controlnet.RefusedMAC
}
