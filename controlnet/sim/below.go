package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// What follows is for a simulator that has a World below it: hosts whose processes hold more
// than this core. It keeps the time: it lets a World's events happen in the order of all
// events, and gives the instant with every call. Such a plan is External: no process is
// started but by Start.

// SetClock gives a host the clock of the simulator above, before anything happens: what it
// shows at the beginning, and its rate.
func (w *World) SetClock(host int, local time.Duration, rate float64) {
	w.hosts[host].clock = virtual.Clock{Local: local, Rate: rate}
	w.hosts[host].home = rate
}

// TurnClock changes a host's clock. It is wrong from then on, until its process is started
// anew, whether it keeps its rate after that or not.
func (w *World) TurnClock(at time.Duration, host int, rate float64, by time.Duration) {
	w.now = at
	t := &w.chk.hosts[host]
	t.sick, t.sickAt, t.clockBad = true, at, 0
	if d := rate - 1; d > w.cfg.Drift || d < -w.cfg.Drift {
		t.clockBad = 1
	}
	w.hosts[host].turn(rate, by)
}

// Start starts a host's process, and Kill ends it.
func (w *World) Start(at time.Duration, host int) {
	w.now = at
	w.hosts[host].start()
}

// Kill ends a host's process at once.
func (w *World) Kill(at time.Duration, host int) {
	w.now = at
	w.hosts[host].die("the process dies")
}

// Stop keeps a host's process from running until then.
func (w *World) Stop(at time.Duration, host int, until time.Duration) {
	w.now = at
	w.hosts[host].stop(until)
}

// Strike lets a fault begin; it ends by itself after its time.
func (w *World) Strike(at time.Duration, f Fault) {
	w.now = at
	f.At = at
	w.plan.Faults = append(w.plan.Faults, f)
	w.strike(len(w.plan.Faults) - 1)
}

// Finish looks at what must have come about by the end.
func (w *World) Finish() {
	w.chk.atEnd()
}

// Violation returns the promise that was broken, or nil.
func (w *World) Violation() *Violation { return w.chk.violation }

// Digest is that of everything that happened in the control network.
func (w *World) Digest() []byte {
	sum := w.digest.Sum()
	return sum[:]
}

// Frames counts the frames that were lost inside the omission bound, lost beyond it, heard
// twice, and recorded and sent again.
func (w *World) Frames() (lost, beyond, twice, again int) {
	t := &w.net
	return t.lost + t.turned, t.lostBeyond, t.twice, t.again
}
