package sim

import (
	"bytes"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// ticked judges the beginning of a cycle at a host.
func (k *checker) ticked(h *host, c *controlnet.Tick) {
	t := &k.hosts[h.id]
	k.figures.Ticks++
	if k.w.trace != nil && k.w.trace.Ticks {
		s := h.core.Status()
		k.w.say(h.id, "tick %d %v late %v bound %v view %s members %s", c.Cycle%100_000, s.Sync, c.Late, c.Bound, setText(c.View), setText(c.Members))
	}
	k.tickedClock(h, t, c)
	if c.InSync {
		k.figures.TicksInSync++
		t.inFor++
		k.forward(h, t, c)
		k.clockBound(h, t, c)
		k.readings(h, t, c)
		k.views(h, t, c)
		k.frames(h, t, c)
	} else {
		t.inFor = 0
		if len(c.Frames) > 0 || c.View.Len()+c.Members.Len()+c.Heard.Len() > 0 {
			k.violate("silence", "host %d is out of sync and states a membership", h.id)
		}
		if k.steady(h.id) && t.in && k.sure(h.id) {
			k.violate("in sync", "host %d is fit and loses sync: %v", h.id, h.state())
		}
	}
	if k.expect != nil && k.w.synced != 0 {
		k.expect.watch(k, h, c)
	}
	t.at, t.boundary, t.in = c.Cycle, c.Boundary, c.InSync
}

// tickedClock holds a tick to the local clock: when it comes and how late it says it is.
func (k *checker) tickedClock(h *host, t *truth, c *controlnet.Tick) {
	local := h.local()
	if c.Late != local-c.Due && !t.sick {
		k.violate("time", "host %d: a tick %v after it was due says that it is %v late", h.id, local-c.Due, c.Late)
	}
	if t.in && c.InSync && c.Cycle <= t.at {
		k.violate("forward only", "host %d begins cycle %d after %d", h.id, c.Cycle, t.at)
	}
	if !t.in || !c.InSync || c.Cycle != t.at+1 || t.sick {
		return
	}
	if d := c.Boundary - t.boundary - k.w.cfg.Cycle; max(d, -d) > k.mostCorrection() {
		k.violate("corrections", "host %d sets its clock by %v, more than %v", h.id, -d, k.mostCorrection())
	}
}

// mostCorrection is what SPEC.md allows a host in sync to set its clock by at a boundary: an
// eighth of Delay, twice the drift of a cycle, and a quarter of the drift towards UTC.
func (k *checker) mostCorrection() time.Duration {
	c := &k.w.cfg
	return c.Delay/8 + time.Duration(2.25*c.Drift*float64(c.Cycle)) + 2
}

// forward holds the cycle to all that this host has been in, in any life.
func (k *checker) forward(h *host, t *truth, c *controlnet.Tick) {
	if c.Cycle <= t.highest {
		k.violate("forward only", "host %d is in sync in cycle %d after cycle %d", h.id, c.Cycle, t.highest)
	}
	t.highest = c.Cycle
	if c.Bound > k.w.cfg.Limit() || c.Bound < 0 {
		k.violate("clock bound", "host %d states a bound of %v, above Limit %v", h.id, c.Bound, k.w.cfg.Limit())
	}
	if !c.Members.Has(hostOf(h.id)) && k.steady(h.id) && k.sure(h.id) {
		k.violate("members", "host %d is in sync and no member of its own", h.id)
	}
}

// clockBound compares this boundary with the same one of every other host in sync.
func (k *checker) clockBound(h *host, t *truth, c *controlnet.Tick) {
	w := k.w
	b := &t.beats[c.Cycle%ring]
	*b = beat{
		cycle: c.Cycle, bound: c.Bound, sick: t.sick || t.clockBad > 0,
		start: h.clock.When(c.Boundary), next: h.clock.When(c.Boundary + w.cfg.Cycle),
	}
	for j := range w.hosts {
		if j != h.id && h.core.Peer(hostOf(j)).Contact {
			b.contact.Add(hostOf(j))
		}
	}
	if b.sick {
		return
	}
	for j := range w.hosts {
		o := &k.hosts[j].beats[c.Cycle%ring]
		if j != h.id && o.cycle == c.Cycle && !o.sick && w.now-o.start < 2*w.cfg.Cycle {
			k.comparePair(h.id, j, b, o)
		}
		k.oneClique(h, t, c, j)
	}
}

// comparePair holds two boundaries of the same cycle to what the two hosts stated.
func (k *checker) comparePair(i, j int, b, o *beat) {
	d := max(b.start-o.start, o.start-b.start, b.next-o.next, o.next-b.next)
	for _, side := range [2]struct {
		b    *beat
		a, z int
	}{{b, i, j}, {o, j, i}} {
		if !side.b.contact.Has(hostOf(side.z)) {
			continue
		}
		k.figures.Clock.add(int(1000 * d / max(side.b.bound, 1)))
		if d > side.b.bound+k.w.driftOf(d) { // the bound is in time of its host's clock
			k.violate("clock bound", "in cycle %d the clocks of hosts %d and %d are %v apart, host %d states %v", b.cycle, i, j, d, side.a, side.b.bound)
		}
	}
	if k.steady(i) && k.steady(j) && k.bothWays(i, j, k.long()) {
		k.figures.Precise.add(int(1000 * d / k.w.cfg.Precision()))
	}
}

// long is for how long links and hosts must have been good for what takes its time to show.
func (k *checker) long() time.Duration {
	return time.Duration(ReturnBound(&k.w.cfg)) * k.w.cfg.Cycle
}

// oneClique holds the clocks of any two hosts in sync together, whether they hear each other
// or not: within twice Limit, [C-13].
func (k *checker) oneClique(h *host, t *truth, c *controlnet.Tick, j int) {
	w := k.w
	o, other := &k.hosts[j], &w.hosts[j]
	if j == h.id || !other.running() || !o.in || o.sick || o.clockBad > 0 {
		return
	}
	age := other.local() - o.boundary
	if age > 3*w.cfg.Cycle/2 {
		return
	}
	mine := time.Duration(c.Cycle)*w.cfg.Cycle + h.local() - c.Boundary
	theirs := time.Duration(o.at)*w.cfg.Cycle + age
	if d := mine - theirs; max(d, -d) > 2*w.cfg.Limit() {
		k.violate("one clique", "hosts %d and %d are both in sync, in cycles %d and %d, and their clocks %v apart", h.id, j, c.Cycle, o.at, d)
	}
}

// readings holds what a core says of the others' clocks against what they show.
func (k *checker) readings(h *host, t *truth, c *controlnet.Tick) {
	w := k.w
	if t.sick || t.clockBad > 0 || k.lean {
		return
	}
	slack := w.driftOf(time.Duration(2*w.window()+3)*w.cfg.Cycle) + time.Duration(w.window()+2)*k.mostCorrection()
	for j := range w.hosts {
		p := h.core.Peer(hostOf(j))
		o, other := &k.hosts[j], &w.hosts[j]
		if !p.Contact || !other.alive || o.sick || o.clockBad > 0 {
			continue
		}
		k.figures.Reading.add(int(1000 * p.RoundTrip / (2 * w.cfg.Delay)))
		ahead := other.local() + other.core.Status().Offset - (h.local() + h.core.Status().Offset)
		if o.in && o.inFor > w.window() && (ahead < p.Lo-slack || ahead > p.Hi+slack) {
			k.violate("readings", "host %d says that the clock of host %d is ahead by %v to %v, and it is by %v", h.id, j, p.Lo, p.Hi, ahead)
		}
	}
}

// driftOf is what two clocks may part in d.
func (w *World) driftOf(d time.Duration) time.Duration {
	return time.Duration(2*w.cfg.Drift*float64(d)) + 2
}

// frames holds the payloads of a tick to what was offered, and to what was heard.
func (k *checker) frames(h *host, t *truth, c *controlnet.Tick) {
	last := -1
	for i := range c.Frames {
		r := &c.Frames[i]
		if int(r.Sender) <= last || r.Cycle != c.Cycle-1 || !c.Heard.Has(r.Sender) {
			k.violate("payloads", "host %d: cycle %d delivers a payload of host %d in cycle %d, heard %s", h.id, c.Cycle, r.Sender, r.Cycle, setText(c.Heard))
			return
		}
		last = int(r.Sender)
		s := &k.hosts[r.Sender].said[r.Cycle%ring]
		if t.sick && r.Cycle+ring <= s.cycle {
			continue // its clock has gone back, and nobody remembers that cycle
		}
		if s.cycle != r.Cycle || !bytes.Equal(s.data, r.Payload) {
			k.violate("payloads", "host %d: cycle %d delivers a payload of host %d that it did not offer for cycle %d", h.id, c.Cycle, r.Sender, r.Cycle)
		}
	}
	heard := &t.heard[(c.Cycle-1)&1]
	if heard.cycle != c.Cycle-1 {
		heard.from = controlnet.Set{}
	}
	if t.inFor > 2 && heard.from != c.Heard {
		k.violate("payloads", "host %d accepted frames of %s in cycle %d, and says %s", h.id, setText(heard.from), c.Cycle-1, setText(c.Heard))
	}
}

// offered keeps what a host has offered, and holds the core's answer to it.
func (k *checker) offered(h *host, c *controlnet.Tick, payload []byte, ok bool) {
	t := &k.hosts[h.id]
	s := &t.said[c.Cycle%ring]
	s.cycle, s.life, s.data = c.Cycle, h.life, append(s.data[:0], payload...)
	if ok != c.InSync && c.Late <= k.w.cfg.Process {
		k.violate("payloads", "host %d, in sync %v, is told %v of an offer for cycle %d in time", h.id, c.InSync, ok, c.Cycle)
	}
}
