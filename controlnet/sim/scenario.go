package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// FromScenario makes a plan of a scenario. The seed and the way of delays are the executor's
// to choose; the rest is the scenario's.
func FromScenario(s *scenario.Scenario, seed uint64, d Delays) Plan {
	p := Plan{
		Seed: seed, Profile: Inside, Config: Sized(s.Hosts, (s.Hosts-1)/3, s.Omissions), Paths: s.Paths, Cycles: int(s.Cycles),
		Epoch: begins, UTCError: 10 * time.Millisecond, Delays: d, Slack: true, FromSync: true,
	}
	for i := range s.Events {
		p.Faults = append(p.Faults, FromEvent(&s.Events[i], p.Config.Cycle))
	}
	return p
}

// FromEvent makes a fault of a scenario's event.
func FromEvent(e *scenario.Event, cycle time.Duration) Fault {
	return Fault{
		Kind: Kind(e.Kind), At: time.Duration(e.At) * cycle, For: time.Duration(e.For) * cycle,
		Hosts: e.Hosts, Others: e.Others, Path: e.Path, Rate: e.Rate, Share: e.Share, Age: e.Age, By: e.By,
	}
}

// expectation holds a run to what a scenario expects.
type expectation struct {
	scenario.Expect
	out  []controlnet.Set // of each host: those missing from its Members at some time
	lost controlnet.Set   // hosts that were out of sync at some time
}

// Expect makes the checkers hold a world to what a scenario expects, beside what always holds.
func (w *World) Expect(e scenario.Expect) {
	w.chk.expect = &expectation{Expect: e, out: make([]controlnet.Set, w.n)}
}

// watch looks at a tick after all were in sync.
func (e *expectation) watch(k *checker, h *host, c *controlnet.Tick) {
	self := hostOf(h.id)
	if !c.InSync {
		e.lost.Add(self)
	}
	if !e.Stay.Has(self) {
		return
	}
	switch {
	case !c.InSync:
		k.violate("scenario", "host %d, which is to stay, is not in sync: %v", h.id, h.state())
	case without(e.Stay, c.Members) != controlnet.Set{}:
		k.violate("scenario", "host %d states members %s, and %s are to stay", h.id, setText(c.Members), setText(e.Stay))
	}
	gone := without(controlnet.SetOf(k.w.n), c.Members)
	e.out[h.id] = controlnet.Set{e.out[h.id][0] | gone[0], e.out[h.id][1] | gone[1]}
}

// atEnd looks at what must have come about by the end.
func (e *expectation) atEnd(k *checker) {
	w := k.w
	if w.synced == 0 {
		k.violate("scenario", "the hosts never were all in sync")
		return
	}
	for i := range w.hosts {
		h := &w.hosts[i]
		switch {
		case !h.running() || !h.inSync:
			k.violate("scenario", "host %d is not in sync at the end: %v", i, h.state())
		case h.tick.Members != controlnet.SetOf(w.n):
			k.violate("scenario", "host %d has members %s at the end", i, setText(h.tick.Members))
		case h.core.Status().Epoch != w.keys[len(w.keys)-1].Epoch:
			k.violate("scenario", "host %d uses the key of epoch %d at the end", i, h.core.Status().Epoch)
		}
		if missing := without(e.Out, e.out[i]); e.Stay.Has(hostOf(i)) && missing != (controlnet.Set{}) {
			k.violate("scenario", "host %d never missed %s among its members", i, setText(missing))
		}
		k.timeOfDay(i)
	}
	e.counted(k)
}

// counted looks for the refusals and counters that must have been moved.
func (e *expectation) counted(k *checker) {
	for _, why := range e.Refused {
		found := false
		for i := range k.w.hosts {
			found = found || e.Stay.Has(hostOf(i)) && k.w.hosts[i].core.Status().Counters.Refused[why] > 0
		}
		if !found {
			k.violate("scenario", "no frame was refused as %v", why)
		}
	}
	for _, c := range e.Counts {
		found := false
		for i := range k.w.hosts {
			s := k.w.hosts[i].core.Status()
			found = found || c.Of(&s.Counters) > 0
		}
		if !found {
			k.violate("scenario", "nobody has counted %v", c)
		}
	}
	for x := e.Out.Next(0); x != controlnet.NoHost; x = e.Out.Next(int(x) + 1) {
		if k.w.count[Kill] == 0 && !e.lost.Has(x) {
			k.violate("scenario", "host %d was out, and never lost its own sync", x)
		}
	}
}

// timeOfDay holds the network's time to UTC: fewer than half of the hosts were wrong.
func (k *checker) timeOfDay(i int) {
	h := &k.w.hosts[i]
	if !h.running() {
		return
	}
	off := h.local() + h.core.Status().Offset - k.w.utc()
	if limit := k.w.plan.UTCError + k.w.cfg.Limit(); max(off, -off) > limit {
		k.violate("scenario", "the network's time is %v ahead of UTC at host %d, of which most hosts were sure within %v", off, i, k.w.plan.UTCError)
	}
}
