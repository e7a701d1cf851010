package wormhole_test

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// What tests ask of a bench.

// status is what a live node says of itself.
func (b *bench) status(h wormhole.Host) wormhole.Status {
	b.t.Helper()
	if b.nodes[h].core == nil {
		b.t.Fatalf("host %d has no local wormhole", h)
	}
	return b.nodes[h].core.Status()
}

// is returns a condition for until: h's replica is in that state.
func (b *bench) is(h wormhole.Host, s wormhole.ReplicaState) func() bool {
	return func() bool { return b.status(h).Replica == s }
}

// each reports whether ok holds of every live node.
func (b *bench) each(ok func(s wormhole.Status) bool) func() bool {
	return func() bool {
		for _, n := range b.nodes {
			if n.core != nil && !ok(n.core.Status()) {
				return false
			}
		}
		return true
	}
}

// order gives h an order and returns the answer.
func (b *bench) order(h wormhole.Host, o wormhole.Order) wormhole.Reply {
	b.t.Helper()
	n := b.nodes[h]
	n.step(wormhole.Input{Now: n.now(), Order: &o})
	if n.out.Reply == nil {
		b.t.Fatalf("host %d does not answer order %d", h, o.Kind)
	}
	return *n.out.Reply
}

// accepted gives an order that must be accepted.
func (b *bench) accepted(h wormhole.Host, o wormhole.Order) {
	b.t.Helper()
	if r := b.order(h, o); !r.Accepted || r.Text == "" {
		b.t.Fatalf("host %d refuses order %d: %q", h, o.Kind, r.Text)
	}
}

// refused gives an order that must be refused, in those words.
func (b *bench) refused(h wormhole.Host, o wormhole.Order, text string) {
	b.t.Helper()
	if r := b.order(h, o); r.Accepted || r.Text != text {
		b.t.Fatalf("order %d: got %q (accepted %v), want the refusal %q", o.Kind, r.Text, r.Accepted, text)
	}
}

// report tells h about its replica.
func (b *bench) report(h wormhole.Host, r wormhole.Report) {
	n := b.nodes[h]
	n.step(wormhole.Input{Now: n.now(), Report: &r})
}

// clear empties the notes of all nodes.
func (b *bench) clear() {
	for _, n := range b.nodes {
		n.said, n.alerts = nil, nil
	}
}

// raised counts the alerts of a type that h has raised.
func (b *bench) raised(h wormhole.Host, t wormhole.AlertType) int {
	count := 0
	for _, a := range b.nodes[h].alerts {
		if a.Type == t {
			count++
		}
	}
	return count
}

// quiet fails the test if any alert was raised.
func (b *bench) quiet() {
	b.t.Helper()
	for _, n := range b.nodes {
		for _, a := range n.alerts {
			b.t.Errorf("host %d raised %v about %d in round %d", n.id, a.Type, a.Subject, a.Round)
		}
	}
}

// got returns the commands of a kind that h gave.
func (b *bench) got(h wormhole.Host, kind wormhole.CommandKind) []said {
	var list []said
	for _, s := range b.nodes[h].said {
		if s.cmd.Kind == kind {
			list = append(list, s)
		}
	}
	return list
}

// starts returns the cycles in which rejuvenations of h began.
func (b *bench) starts(h wormhole.Host) []wormhole.Cycle {
	var list []wormhole.Cycle
	for _, s := range b.got(h, wormhole.CommandPhase) {
		if s.cmd.Phase == wormhole.PhaseShutdown && !s.cmd.Cold {
			list = append(list, s.at)
		}
	}
	return list
}

// roundDone runs until every live node has had its turn in the round.
func (b *bench) roundDone(round uint64) {
	b.t.Helper()
	b.until("the end of the round", 300, b.each(func(s wormhole.Status) bool {
		return s.Round == round && s.Turn == wormhole.TurnDone && s.Replica == wormhole.Up
	}))
}

// latched is the condition that every live node has latched for all.
func (b *bench) latched() func() bool {
	return b.each(func(s wormhole.Status) bool { return s.Latched && s.Latch.Scope == wormhole.ScopeAll })
}

// hang makes the phase p of h never end, once the bench's script is asked.
func (b *bench) hang(h wormhole.Host, p wormhole.Phase) {
	b.ends(h, p, wormhole.Succeeded, -1)
}

// ends scripts one phase of one host; the rest goes on as before.
func (b *bench) ends(h wormhole.Host, p wormhole.Phase, o wormhole.Outcome, takes time.Duration) {
	rest := b.phase
	b.phase = func(at wormhole.Host, c *wormhole.Command) (wormhole.Outcome, time.Duration) {
		if at == h && c.Phase == p {
			return o, takes
		}
		return rest(at, c)
	}
}

// A round of a healthy system: every replica once, nothing to tell.
func TestBenchRunsRounds(t *testing.T) {
	b := settled(t, six())
	for round := uint64(1); round <= 3; round++ {
		b.clear()
		b.roundDone(round)
		for h := range wormhole.Host(6) {
			if got := len(b.starts(h)); got != 1 {
				t.Errorf("round %d: %d rejuvenations of replica %d", round, got, h)
			}
		}
		b.quiet()
	}
}
