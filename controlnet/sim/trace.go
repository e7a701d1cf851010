package sim

import (
	"fmt"
	"io"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// Trace is what happened in one run, for people.
type Trace struct {
	Ticks   bool // show every tick, too
	lines   []string
	dropped int
}

func (t *Trace) add(at time.Duration, host int, text string) {
	if len(t.lines) == MaxTraceLines {
		copy(t.lines, t.lines[1:])
		t.lines = t.lines[:MaxTraceLines-1]
		t.dropped++
	}
	who := "all    "
	if host >= 0 {
		who = fmt.Sprintf("host %2d", host)
	}
	t.lines = append(t.lines, fmt.Sprintf("%12.4fs  %s  %s", at.Seconds(), who, text))
}

// state describes a core for people: why it may not be in sync.
func (h *host) state() string {
	if !h.alive {
		return "its process does not run"
	}
	var contact, mute controlnet.Set
	for j := range h.w.hosts {
		p := h.core.Peer(hostOf(j))
		if p.Contact {
			contact.Add(hostOf(j))
		}
		if a := &h.w.chk.hosts[h.id].accepted[j]; j != h.id && h.w.now-a.at > 3*h.w.cfg.Cycle/2 {
			mute.Add(hostOf(j))
		}
	}
	s := h.core.Status()
	return fmt.Sprintf("%v, in contact with %s, nothing in the last cycle from %s, slow %d, torn %d", s.Sync, setText(contact), setText(mute), s.Counters.Slow, s.Counters.Torn)
}

// WriteTo writes the trace, a line an event.
func (t *Trace) WriteTo(out io.Writer) (int64, error) {
	var n int64
	for i, line := range t.lines {
		if i == 0 && t.dropped > 0 {
			line = fmt.Sprintf("(%d lines before)\n%s", t.dropped, line)
		}
		m, err := fmt.Fprintln(out, line)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Shortest repeats a failing run with ever fewer faults for as long as the same promise
// breaks, and returns the plan that is left, the trace of its run and how that fails. A run
// that does not fail gives no trace.
func Shortest(plan Plan) (Plan, *Trace, *Violation) {
	v := one(plan, nil).violation
	if v == nil {
		return plan, nil, nil
	}
	fails := func(p Plan) bool {
		r := one(p, nil)
		return r.violation != nil && r.violation.Promise == v.Promise
	}
	plan.Faults = virtual.Fewer(plan.Faults, func(faults []Fault) bool {
		p := plan
		p.Faults = faults
		return fails(p)
	})
	for _, calmer := range []func(*Plan){
		func(p *Plan) { p.Delays = Light }, func(p *Plan) { p.Slack = false }, func(p *Plan) { p.Worst = false },
		func(p *Plan) { p.Wander = false }, func(p *Plan) { p.Spread = 0 }, func(p *Plan) { p.UTCError = 0 }, func(p *Plan) { p.Paths = 1 },
	} {
		p := plan
		if calmer(&p); fails(p) {
			plan = p
		}
	}
	trace := &Trace{Ticks: true}
	return plan, trace, one(plan, trace).violation
}
