package sim

import (
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	below "github.com/proactive-resilience/wormhole/controlnet/sim"
	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// control is the control network's own core below each local wormhole: ticks come from it,
// and frames go through it, encoded, over simulated wires.
type control struct {
	net     *below.World
	said    []byte              // payload of the tick that is under way; nil: none
	buffer  []byte              // that it stands in
	frames  []wormhole.Frame    // decoded, of that tick
	heard   []wormhole.Received // the same, as the core takes them
	in      []bool              // hosts that are in sync
	newest  wormhole.Cycle      // that a host is in sync in
	tick    time.Duration       // boundary of the tick that is under way, by the host's clock
	ticking bool
}

// controlConfig is the control network of a policy. The bound on delays is not known to the
// core; here it is the one on processing.
func controlConfig(cfg *wormhole.Config) controlnet.Config {
	n := cfg.Members.Len()
	return controlnet.Config{
		Network: 1, Hosts: n, Cycle: cfg.Cycle, Delay: cfg.Process, Process: cfg.Process, Drift: cfg.Drift,
		Omissions: cfg.Omissions, ClockFaults: min(cfg.KPrime, (n-1)/3), Payload: wormhole.FrameSize,
	}
}

// checkControl says why the control network of a policy cannot be simulated.
func checkControl(cfg *wormhole.Config) error {
	c := controlConfig(cfg)
	if cfg.Members != wormhole.SetOf(c.Hosts) {
		return fmt.Errorf("cannot simulate the control network: its hosts are not numbered from 0 to %d", c.Hosts-1)
	}
	if err := c.Check(); err != nil {
		return fmt.Errorf("cannot simulate the control network: %w", err)
	}
	return nil
}

// startControl lays the control network out below the hosts.
func (w *world) startControl() {
	cfg := controlConfig(w.first)
	plan := below.Plan{
		Seed: w.plan.Seed, Config: cfg, Paths: 1, Cycles: int(w.end/cfg.Cycle) + 1, Epoch: time.Duration(w.base) * cfg.Cycle,
		UTCError: 2 * time.Millisecond, Delays: below.Delays(virtual.Mix(w.plan.Seed) % 4), Slack: true, External: true,
	}
	if w.plan.Wires != nil {
		plan = *w.plan.Wires
		plan.Config, plan.External = cfg, true
		plan.Epoch = time.Duration(w.base) * cfg.Cycle
	}
	for _, f := range []below.Fault{
		{Kind: below.Loss, Rate: w.plan.Loss}, {Kind: below.Duplicate, Rate: w.plan.Noise}, {Kind: below.Replay, Rate: w.plan.Noise},
	} {
		if f.For = w.end; f.Rate > 0 && w.plan.Wires == nil {
			plan.Faults = append(plan.Faults, f)
		}
	}
	w.ctl = &control{
		net: below.NewWorld(plan, nil), buffer: make([]byte, wormhole.FrameSize), in: make([]bool, w.n),
		frames: make([]wormhole.Frame, w.n), heard: make([]wormhole.Received, 0, w.n),
	}
	for i := range w.hosts {
		w.ctl.net.SetClock(i, w.hosts[i].clock.Local, w.hosts[i].clock.Rate)
	}
	w.ctl.net.OnTick = w.controlTick
	w.ctl.net.OnProcess = w.controlProcess
}

// controlTick is a tick of the control network at a host. It returns what the local wormhole
// says in that cycle. The boundary that it is given is the one that the driver was called for:
// t.Boundary is where it has been set to since, and by that somebody who came just in time
// would be late.
func (w *world) controlTick(i int, now time.Duration, t *controlnet.Tick) []byte {
	h, c := &w.hosts[i], w.ctl
	w.now = now
	cycle := wormhole.Cycle(t.Cycle)
	if !h.alive || now < h.stalled {
		return nil
	}
	w.noteSync(i, cycle, t.InSync)
	c.said, c.tick, c.ticking = nil, t.Due, t.InSync
	in := wormhole.Tick{Cycle: cycle, Boundary: c.tick, InSync: t.InSync, Frames: w.decode(h, t)}
	h.step(wormhole.Input{Tick: &in})
	c.ticking = false
	w.record(2, i, t.Cycle, uint64(h.last.Replica)|uint64(h.last.Turn)<<8|uint64(h.last.Latch.Gen)<<16|h.last.Round<<32)
	h.noteSteady(cycle)
	h.offer()
	return c.said
}

// decode makes the core's frames of a tick's payloads, and keeps the truth about who was heard.
func (w *world) decode(h *host, t *controlnet.Tick) []wormhole.Received {
	c := w.ctl
	c.heard = c.heard[:0]
	for i := range t.Frames {
		r, f := &t.Frames[i], &c.frames[i]
		if err := f.Decode(r.Payload); err != nil {
			w.chk.violate("control network", "host %d is given a payload of host %d that is no frame: %v", h.id, r.Sender, err)
			continue
		}
		if f.Epoch == h.last.Epoch {
			w.net.heard[int(r.Sender)*w.n+h.id] = wormhole.Cycle(r.Cycle)
		}
		c.heard = append(c.heard, wormhole.Received{Sender: wormhole.Host(r.Sender), Cycle: wormhole.Cycle(r.Cycle), Frame: f})
	}
	return c.heard
}

// noteSync keeps who is in sync, and the gaps in what hosts hear: of those in sync at their
// own ticks, of all others when the network has come to another cycle.
func (w *world) noteSync(i int, cycle wormhole.Cycle, in bool) {
	c := w.ctl
	c.in[i] = in
	if !in {
		return
	}
	w.noteGaps(i, cycle)
	if cycle <= c.newest {
		return
	}
	c.newest = cycle
	for j := range w.hosts {
		if !c.in[j] || !w.hosts[j].alive || w.now < w.hosts[j].stalled {
			w.noteGaps(j, cycle)
		}
	}
}

// speakControl takes what a local wormhole says in its tick.
func (w *world) speakControl(f *wormhole.Frame) {
	f.Encode(w.ctl.buffer)
	w.ctl.said = w.ctl.buffer
}

// controlProcess carries out what a scenario of the control network does to processes.
func (w *world) controlProcess(i int, now time.Duration, f *below.Fault, over bool) {
	h := &w.hosts[i]
	w.now = now
	switch {
	case f.Kind == below.Stop && !over:
		h.stalled, h.steady = now+f.For, 0
		h.stop()
		h.armDeadMan()
	case f.Kind == below.Kill && !over:
		h.die("it is killed")
	case f.Kind == below.Kill:
		h.start()
	}
}

// strikeControl lets a fault of the network, or of a clock, happen to the control network.
func (w *world) strikeControl(f *Fault) {
	all := controlnet.SetOf(w.n)
	hit := below.Fault{For: f.For}
	hit.Hosts.Add(controlnet.Host(f.Host))
	switch f.Kind {
	case FaultCut, FaultCutSilent:
		hit.Kind = below.Unplug
	case FaultPartition:
		hit.Kind, hit.Hosts = below.Cut, controlnet.Set{}
		for i := range w.hosts {
			if f.Arg>>(i%20)&1 != 0 {
				hit.Hosts.Add(controlnet.Host(i))
			}
		}
		hit.Others = controlnet.Set{all[0] &^ hit.Hosts[0], all[1] &^ hit.Hosts[1]}
	case FaultDeafLink:
		hit.Kind = below.Deaf
		hit.Others.Add(controlnet.Host(f.Arg))
	case FaultReplay:
		hit.Kind, hit.Rate = below.Replay, 1
	case FaultLate:
		hit.Kind = below.Late
	default:
		return
	}
	w.ctl.net.Strike(w.now, hit)
}

// turnClock changes a host's clock, the one of the control network with it. A control network
// that has found its clock to be wrong trusts it again after a long time; here its process is
// started anew when the clock is repaired.
func (h *host) turnClock(rate float64, by time.Duration) {
	h.clock.Turn(h.w.now, rate, by)
	if h.w.ctl == nil {
		return
	}
	h.w.ctl.net.TurnClock(h.w.now, h.id, rate, by)
	if rate == 1 && by == 0 && h.alive {
		h.die("its clock is repaired")
		h.w.q.push(event{at: h.w.now + h.w.first.Cycle, kind: evStart, host: int32(h.id)})
	}
}

// stop stops the control network's core along with the process that it is part of.
func (h *host) stop() {
	if h.w.ctl != nil {
		h.w.ctl.net.Stop(h.w.now, h.id, h.stalled)
	}
}

// lateness is by how much a local wormhole is late in the tick that is under way, by its own
// clock. Outside of a tick in sync it has nothing to say.
func (c *control) lateness(h *host) time.Duration {
	if !c.ticking {
		return time.Hour
	}
	return h.local() - c.tick
}

// belowFirst lets the control network's next event happen if it comes before all others, and
// takes over what breaks there.
func (w *world) belowFirst() bool {
	if w.ctl == nil || w.ctl.net.Next() > w.q.Next() {
		return false
	}
	w.now = w.ctl.net.Next()
	w.ctl.net.Step()
	w.takeOver()
	return true
}

// takeOver makes a broken promise of the control network one of this run.
func (w *world) takeOver() {
	if v := w.ctl.net.Violation(); v != nil {
		w.chk.violate("control network", "%s: %s", v.Promise, v.Text)
	}
}

// endControl looks at what the control network owes at the end.
func (w *world) endControl() {
	if w.ctl == nil {
		return
	}
	w.ctl.net.Finish()
	w.takeOver()
	w.digest.Write(w.ctl.net.Digest())
}
