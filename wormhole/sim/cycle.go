package sim

import "github.com/proactive-resilience/wormhole/wormhole"

// tick is the beginning of a cycle at a host.
func (w *world) tick(h *host, c wormhole.Cycle) {
	w.scheduleTick(h.id, c+1)
	if h.full == 0 {
		w.noteGaps(h.id, c)
	}
	if !h.alive {
		w.net.inbox[h.id][(c-1)&1] = w.net.inbox[h.id][(c-1)&1][:0]
		return
	}
	if w.now < h.stalled {
		if h.stale == 0 {
			h.stale = c
		}
		w.net.inbox[h.id][(c-1)&1] = w.net.inbox[h.id][(c-1)&1][:0]
		return
	}
	if h.stale != 0 {
		stale := h.stale
		h.stale = 0
		h.beat(stale, nil)
		if !h.alive {
			return
		}
	}
	h.beat(c, w.take(h.id, c-1, h.last.Epoch))
	h.noteSteady(c)
	h.offer()
}

// offer gives the local wormhole the membership that follows its own, as soon as it
// is there: a daemon finds the signed file on its disk.
func (h *host) offer() {
	if next := h.w.cfgs[h.last.Epoch+1]; h.alive && next != nil && h.offered != next.Epoch {
		h.offered = next.Epoch
		h.give(&wormhole.Order{Kind: wormhole.OrderReconfigure, Config: next})
	}
}

// beat gives the core one tick.
func (h *host) beat(c wormhole.Cycle, frames []wormhole.Received) {
	t := wormhole.Tick{Cycle: c, Boundary: h.clock.At(h.w.realOf(c) + h.skew), InSync: h.w.now >= h.lostUp, Frames: frames}
	h.step(wormhole.Input{Tick: &t})
	h.w.record(2, h.id, uint64(c), uint64(h.last.Replica)|uint64(h.last.Turn)<<8|uint64(h.last.Latch.Gen)<<16|h.last.Round<<32)
}

// noteSteady keeps since when the local wormhole has taken part without a break, in
// the membership that it is in.
func (h *host) noteSteady(c wormhole.Cycle) {
	good := h.alive && h.last.InSync && h.last.Joined && h.w.now >= h.stalled
	switch {
	case !good:
		h.steady = 0
	case h.steady == 0 || h.steadyIn != h.last.Epoch:
		h.steady, h.steadyIn = c, h.last.Epoch
	}
}
