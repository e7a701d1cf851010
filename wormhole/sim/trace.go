package sim

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// Trace is what happened in one run, for people.
type Trace struct {
	Frames  bool // show each frame that says something new, too
	lines   []string
	dropped int
	said    map[int]string // the last frame shown of each host
}

// frame shows a frame if it says something that the one before did not.
func (t *Trace) frame(at time.Duration, host int, f *wormhole.Frame) {
	text := frameText(f)
	if !t.Frames || t.said[host] == text {
		return
	}
	if t.said == nil {
		t.said = map[int]string{}
	}
	t.said[host] = text
	t.add(at, host, "-> all: "+text)
}

var (
	turnText     = [...]string{"no turn yet", "turn to come", "turn missed", "turn done", "turn failed"}
	standingText = [...]string{"idle", "CLAIMS", "RUNS"}
)

// frameText is a frame for people: what matters for the right to start.
func frameText(f *wormhole.Frame) string {
	text := fmt.Sprintf("round %d, %s, %s", f.Round, turnText[f.Turn], standingText[f.Standing])
	if f.Standing == wormhole.Running {
		text += " " + f.Phase.String()
	}
	text += fmt.Sprintf(", holds %s", setText(f.Held))
	if f.Fenced {
		text += ", FENCED"
	}
	if f.LatchGen > 0 {
		text += fmt.Sprintf(", LATCHED %v", f.LatchReason)
	}
	return text
}

func setText(s wormhole.Set) string {
	text := ""
	for h := s.Next(0); h != wormhole.NoHost; h = s.Next(int(h) + 1) {
		text += fmt.Sprintf(" %d", h)
	}
	return "{" + strings.TrimSpace(text) + "}"
}

func (t *Trace) add(at time.Duration, host int, text string) {
	if len(t.lines) == MaxTraceLines {
		copy(t.lines, t.lines[1:])
		t.lines = t.lines[:MaxTraceLines-1]
		t.dropped++
	}
	who := "all   "
	if host >= 0 {
		who = fmt.Sprintf("host %d", host)
	}
	t.lines = append(t.lines, fmt.Sprintf("%12.3fs  %s  %s", at.Seconds(), who, text))
}

// WriteTo writes the trace, a line an event.
func (t *Trace) WriteTo(out io.Writer) (int64, error) {
	var n int64
	if t.dropped > 0 {
		m, err := fmt.Fprintf(out, "(%d lines before)\n", t.dropped)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	for _, line := range t.lines {
		m, err := fmt.Fprintln(out, line)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Shortest repeats a failing run with ever fewer faults, fewer losses and fewer
// rounds for as long as the same invariant breaks, and returns the plan that is
// left and the trace of its run. A run that does not fail gives no trace.
func Shortest(cfg *wormhole.Config, plan Plan) (Plan, *Trace, *Violation) {
	v := one(cfg, plan, nil).violation
	if v == nil {
		return plan, nil, nil
	}
	fails := func(p Plan) bool {
		r := one(cfg, p, nil)
		return r.violation != nil && r.violation.Invariant == v.Invariant
	}
	plan.Faults = virtual.Fewer(plan.Faults, func(faults []Fault) bool {
		p := plan
		p.Faults = faults
		return fails(p)
	})
	for _, calmer := range []func(*Plan){
		func(p *Plan) { p.Loss = 0 }, func(p *Plan) { p.Noise = 0 }, func(p *Plan) { p.Tight = false },
	} {
		p := plan
		if calmer(&p); fails(p) {
			plan = p
		}
	}
	for plan.Rounds > 1 {
		p := plan
		p.Rounds--
		if !fails(p) {
			break
		}
		plan = p
	}
	trace := new(Trace)
	return plan, trace, one(cfg, plan, trace).violation
}
