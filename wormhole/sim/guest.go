package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// guest is the replica's guest and what the hypervisor will do with it.
type guest struct {
	up       bool
	isolated bool
	attempt  uint64
	corrupt  [2]bool // images of the operating system's and of the state machine's code
	checked  [2]bool // found whole or restored in this attempt
	badDisk  bool    // restoring fails
	pending  func()  // what happens to it when it runs again

	slow, refuse, tamper bool
	hang                 wormhole.Phase
}

func (g *guest) destroy() { g.up = false }

// infect changes an image, as somebody can who owns the running guest: at once,
// or as soon as it runs again. While it is down nobody is there to do it.
func (g *guest) infect(image int, forGood bool) {
	if g.up {
		g.corrupt[image], g.badDisk = true, forGood
		return
	}
	g.pending = func() { g.corrupt[image], g.badDisk = true, forGood }
}

// boots is the guest's first instant of life.
func (g *guest) boots() {
	g.up = true
	if g.pending != nil {
		g.pending()
		g.pending = nil
	}
}

// act does one command. It reports false when the process was stopped in it.
func (h *host) act(c *wormhole.Command) bool {
	h.w.record(1, h.id, uint64(c.Kind)<<8|uint64(c.Phase), c.Attempt)
	switch c.Kind {
	case wormhole.CommandPhase:
		return h.phase(c)
	case wormhole.CommandFence:
		h.guest.destroy()
		h.guest.attempt = 0
	case wormhole.CommandCancel:
		h.guest.attempt = 0
	case wormhole.CommandIsolate:
		h.guest.isolated = true
	case wormhole.CommandRejoin:
		h.guest.isolated = false
	}
	return true
}

// phase begins a phase, unless the command has become void meanwhile.
func (h *host) phase(c *wormhole.Command) bool {
	if c.Phase == wormhole.PhaseShutdown && h.stallAct > 0 {
		h.hung = new(wormhole.Command)
		*h.hung = *c
		h.stalled = h.w.now + h.stallAct
		h.stallAct, h.steady = 0, 0
		h.stop()
		h.w.say(h.id, "stopped between decision and act")
		h.w.q.push(event{at: h.stalled, kind: evResult, host: int32(h.id), a: c.Attempt, b: hungAct})
		h.armDeadMan()
		return false
	}
	h.carryOut(c)
	return true
}

// hungAct marks an evResult that is the command which a stopped process comes
// back to.
const hungAct = 1 << 32

func (h *host) carryOut(c *wormhole.Command) {
	if h.local() > c.NotAfter {
		h.w.say(h.id, "%v is void: %v too late", c.Phase, h.local()-c.NotAfter)
		h.answer(c, wormhole.Failed, 0)
		return
	}
	g := &h.guest
	if c.Phase == wormhole.PhaseShutdown {
		g.destroy()
		g.attempt, g.checked = c.Attempt, [2]bool{}
		h.w.chk.began(h, c)
	}
	if c.Phase == wormhole.PhaseBoot {
		h.w.chk.booting(h)
	}
	if g.hang == c.Phase {
		g.hang = wormhole.PhaseNone
		h.w.say(h.id, "%v will never end", c.Phase)
		return
	}
	h.answer(c, h.outcome(c.Phase), h.duration(c))
}

// duration draws how long a phase takes.
func (h *host) duration(c *wormhole.Command) time.Duration {
	lo, hi := c.Within/5, c.Within*9/10
	if h.w.plan.Tight {
		lo, hi = c.Within*95/100, c.Within*98/100
	}
	d := h.w.d.Between(lo, hi, usePhase, uint64(h.id), c.Attempt, uint64(c.Phase))
	if h.guest.slow && c.Phase == wormhole.PhaseBoot {
		h.guest.slow = false
		if !h.w.plan.Tight {
			d = c.Within + h.w.first.Bounds.RestoreCode
		}
	}
	return d
}

// outcome decides how a phase ends.
func (h *host) outcome(p wormhole.Phase) wormhole.Outcome {
	g := &h.guest
	switch p {
	case wormhole.PhaseCheckOS:
		return g.check(0)
	case wormhole.PhaseCheckSM:
		return g.check(1)
	case wormhole.PhaseRestoreOS:
		return g.restore(0)
	case wormhole.PhaseRestoreSM:
		return g.restore(1)
	case wormhole.PhaseBoot:
		if g.refuse {
			g.refuse = false
			return wormhole.Refused
		}
	case wormhole.PhaseTransfer:
		if g.tamper {
			g.tamper = false
			return wormhole.Tampered
		}
	}
	return wormhole.Succeeded
}

func (g *guest) check(i int) wormhole.Outcome {
	g.checked[i] = !g.corrupt[i]
	if g.corrupt[i] {
		return wormhole.Differs
	}
	return wormhole.Succeeded
}

func (g *guest) restore(i int) wormhole.Outcome {
	if g.badDisk {
		g.badDisk = false
		return wormhole.Failed
	}
	g.corrupt[i], g.checked[i] = false, true
	return wormhole.Succeeded
}

// answer sends the result of a phase to the core, after the phase's time.
func (h *host) answer(c *wormhole.Command, o wormhole.Outcome, after time.Duration) {
	h.w.q.push(event{at: h.w.now + after, kind: evResult, host: int32(h.id), a: c.Attempt, b: uint64(c.Phase)<<8 | uint64(o)})
}

// result ends a phase at the hypervisor and tells the core, if there is one.
func (w *world) result(h *host, e *event) {
	if h.alive && w.now < h.stalled {
		w.q.push(event{at: h.stalled, kind: evResult, host: e.host, a: e.a, b: e.b})
		return
	}
	if e.b == hungAct {
		if h.alive && h.hung != nil && h.hung.Attempt == e.a {
			c := *h.hung
			h.hung = nil
			h.carryOut(&c)
		}
		return
	}
	p, o := wormhole.Phase(e.b>>8), wormhole.Outcome(e.b&0xff)
	if h.dead {
		return
	}
	if p == wormhole.PhaseBoot && h.guest.attempt == e.a && o == wormhole.Succeeded {
		h.guest.boots()
		w.chk.booted(h)
	}
	if p == wormhole.PhaseTransfer && h.guest.up && h.guest.attempt == e.a && o != wormhole.Failed {
		w.chk.transferred(h)
	}
	if h.alive {
		h.step(wormhole.Input{Result: &wormhole.PhaseResult{Attempt: e.a, Phase: p, Outcome: o}})
	}
}
