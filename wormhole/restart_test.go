package wormhole_test

import (
	"slices"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-21] Whatever a frame says that must not be forgotten is on disk when it leaves.
func TestFramesSayWhatIsStored(t *testing.T) {
	b := settled(t, six())
	b.ends(3, boot, wormhole.Refused, 0)
	b.accepted(1, wormhole.Order{Kind: wormhole.OrderPause, For: 2 * cycleLength})
	for range 300 {
		b.run(1)
		for _, n := range b.nodes {
			f, d := n.sent, n.disk
			running, fenced := d.Replica == wormhole.Rejuvenating, d.Replica == wormhole.Fenced
			switch {
			case f.Standing == wormhole.Claiming && d.NoClaimBefore <= b.cycle:
				t.Fatalf("cycle %d: host %d claims, and a restart may claim again from %d on", b.cycle, n.id, d.NoClaimBefore)
			case running != (f.Standing == wormhole.Running) || running && d.Start != f.Start:
				t.Fatalf("cycle %d: host %d says standing %d since %d, stored is %v since %d", b.cycle, n.id, f.Standing, f.Start, d.Replica, d.Start)
			case fenced != f.Fenced || d.Incarnation != f.Incarnation || d.Round != f.Round || d.Turn != f.Turn || d.PauseVer != f.PauseVersion:
				t.Fatalf("cycle %d: host %d says %+v, stored is %+v", b.cycle, n.id, f, d)
			}
		}
	}
}

// [W-21] A crash between decision and store leaves the replica as it was, and one
// after it uses no number twice.
func TestCrashAtAStart(t *testing.T) {
	for _, stored := range []bool{false, true} {
		b := settled(t, six())
		b.clear()
		n := b.nodes[0]
		b.to(firstStart - 1)
		n.broken = !stored
		b.run(1)
		if stored {
			n.crash()
		}
		if got := len(b.starts(0)) == 1; got != stored || n.core != nil {
			t.Fatalf("stored %v: its shut-down was commanded %v", stored, got)
		}
		n.broken = false
		n.start(b.cfg)
		b.roundDone(1)
		if got := b.status(0).Incarnation; got != 1 {
			t.Errorf("stored %v: incarnation %d, want 1", stored, got)
		}
	}
}

// [W-22] A store that fails ends the process; the others count it as out of
// contact, and the dead-man rule fences its replica.
func TestFailedStore(t *testing.T) {
	b := settled(t, six())
	n := b.nodes[0]
	n.broken = true
	b.until("a store", 20, func() bool { return n.core == nil })
	lease := n.lease - n.now()
	b.run(5)
	if s := b.status(1); !s.Out.Has(0) || s.Latched {
		t.Errorf("the others: out of contact %v, latched %v", s.Out, s.Latched)
	}
	if lease <= 0 || lease > execLength*cycleLength {
		t.Errorf("a lease of %v is left", lease)
	}
	b.run(execLength)
	if n.guest {
		t.Error("its replica is up after the lease")
	}
}

// [W-23] A state older than the counter, or a missing one, latches for this host
// alone and fences the replica; numbers go on above those that may have been used.
func TestRollback(t *testing.T) {
	const counter = 20
	for _, c := range []struct {
		name    string
		stored  uint64 // number of the stored state, 0 for none
		counter uint64
		want    bool
	}{
		{"first start", 0, 0, false},
		{"the latest", counter, counter, false},
		{"stored and not yet bound", counter + 1, counter, false},
		{"older", counter - 1, counter, true},
		{"newer than can be", counter + 2, counter, true},
		{"missing", 0, counter, true},
	} {
		s := wormhole.Start{Now: time.Hour, Counter: c.counter, Running: true}
		if c.stored != 0 {
			s.State = &wormhole.State{Counter: c.stored, Boot: 3, Replica: wormhole.Up, Incarnation: 5, Attempt: 6, Last: wormhole.NoHost}
		}
		o := soloFrom(t, six(), s)
		is := o.core.Status()
		if got := is.Latch.Reason == wormhole.ReasonRollback && is.Latch.Scope == wormhole.ScopeLocal; got != c.want {
			t.Errorf("%s: latch %+v", c.name, is.Latch)
		}
		stored := o.out.State
		if !o.out.Store || stored.Counter <= c.counter {
			t.Errorf("%s: the first step stores number %d", c.name, stored.Counter)
		}
		if fence := len(o.out.Commands) != 0 && o.out.Commands[0].Kind == wormhole.CommandFence; fence != c.want {
			t.Errorf("%s: commands %+v", c.name, o.out.Commands)
		}
		if c.want && (stored.Incarnation < counter-1 || stored.Attempt < counter-1) {
			t.Errorf("%s: goes on from incarnation %d and attempt %d", c.name, stored.Incarnation, stored.Attempt)
		}
	}
}

// interrupted is a solo that restarts in a rejuvenation that began in cycle 500.
func interrupted(t *testing.T) *solo {
	cfg := six()
	cfg.Starts = far
	s := &wormhole.State{Counter: 9, Boot: 1, Replica: wormhole.Rejuvenating, Incarnation: 3, Attempt: 4, Start: 500, Last: wormhole.NoHost}
	return soloFrom(t, cfg, wormhole.Start{Now: time.Hour, State: s, Counter: 9})
}

// [W-26] A local wormhole that restarts inside a rejuvenation does nothing to the
// replica until the control network has told it the cycle; then it goes on from
// the first phase, in what is left of the bound.
func TestRestartInsideARejuvenation(t *testing.T) {
	o := interrupted(t)
	for range 3 {
		o.cycle, o.now = o.cycle+1, o.now+o.pace
		if len(o.out.Commands) != 0 || o.out.Lease != 0 {
			t.Fatalf("without the cycle: commands %+v, lease %v", o.out.Commands, o.out.Lease)
		}
		o.step(wormhole.Input{Now: o.now, Tick: &wormhole.Tick{Cycle: o.cycle, Boundary: o.now}})
	}
	o.pass()
	end := o.now + (500+execLength-time.Duration(o.cycle))*cycleLength
	if c := o.out.Commands; len(c) != 1 || c[0].Phase != shutdown || c[0].Attempt != 4 || c[0].Incarnation != 3 || c[0].NotAfter != end {
		t.Errorf("with it: commands %+v, want the first phase, void after %v", c, end)
	}
	if s := o.core.Status(); s.Deadline != end {
		t.Errorf("the bound ends at %v, want %v", s.Deadline, end)
	}
}

// [W-26] If nothing is left, or its start is yet to come, it fences the replica, which
// comes back by an extra rejuvenation.
func TestRestartAfterTheBound(t *testing.T) {
	for cycle, fenced := range map[wormhole.Cycle]bool{500 + execLength - 1: false, 500 + execLength: true, 900: true, 498: true} {
		o := interrupted(t)
		o.cycle = cycle - 1
		o.pass()
		if s := o.core.Status(); (s.Replica == wormhole.Fenced) != fenced || s.Extra != fenced {
			t.Errorf("in cycle %d: %v, extra %v; want it fenced: %v", cycle, s.Replica, s.Extra, fenced)
		}
	}
	o := interrupted(t)
	o.step(wormhole.Input{Now: o.now + execLength*cycleLength})
	if o.core.Status().Replica != wormhole.Fenced {
		t.Error("not fenced a T_localexec after the restart")
	}
}

// [W-27] After a restart it claims only in cycles for which its earlier life had
// reserved no claim. The reservation grows with the claim.
func TestNoClaimTwice(t *testing.T) {
	for _, lived := range []wormhole.Cycle{1, 5, 20, 60} {
		b := settled(t, six())
		b.roundDone(1)
		claimed := lastClaim(b, lived)
		n := b.nodes[0]
		reserved := n.disk.NoClaimBefore
		if reserved <= claimed {
			t.Fatalf("claimed in cycle %d, reserved up to %d", claimed, reserved)
		}
		n.crash()
		n.start(b.cfg)
		for b.run(1); b.cycle < reserved; b.run(1) {
			if n.sent != nil && n.sent.Standing == wormhole.Claiming {
				t.Fatalf("claims in cycle %d, and its earlier life may have up to %d", b.cycle, reserved)
			}
		}
	}
}

// lastClaim makes host 0 claim for so many cycles and returns the last of them.
func lastClaim(b *bench, cycles wormhole.Cycle) wormhole.Cycle {
	b.t.Helper()
	b.accepted(0, wormhole.Order{Kind: wormhole.OrderRejuvenate, Target: 0})
	b.lost = func(from, to wormhole.Host, at wormhole.Cycle) bool { return to == 0 && from < 3 && at%3 != 0 }
	b.until("a claim", 300, func() bool { return b.status(0).Claiming })
	for range cycles {
		if !b.status(0).Claiming {
			break
		}
		b.run(1)
	}
	return b.cycle - 1
}

// [W-28] A cold start: code checked and restored, incarnation kept, no state waited
// for, and no slot taken.
func TestColdStart(t *testing.T) {
	known := func(r wormhole.ReplicaState) *wormhole.State {
		return &wormhole.State{Counter: 9, Replica: r, Incarnation: 3, Attempt: 4, Last: wormhole.NoHost}
	}
	for _, c := range []struct {
		name  string
		start wormhole.Start
		want  bool
	}{
		{"never started", wormhole.Start{}, true},
		{"stopped by decision", wormhole.Start{State: known(wormhole.Stopped), Counter: 9}, true},
		{"lost with its host's power", wormhole.Start{State: known(wormhole.Up), Counter: 9}, true},
		{"in a cold start", wormhole.Start{State: known(wormhole.Starting), Counter: 9}, true},
		{"up", wormhole.Start{State: known(wormhole.Up), Counter: 9, Running: true}, false},
		{"fenced", wormhole.Start{State: known(wormhole.Fenced), Counter: 9}, false},
	} {
		cfg := six()
		cfg.Starts = far
		o := soloFrom(t, cfg, c.start)
		was := o.core.Status().Incarnation
		o.pass()
		if got := o.core.Status().Replica == wormhole.Starting; got != c.want {
			t.Errorf("%s: starts cold %v, want %v", c.name, got, c.want)
			continue
		}
		if !c.want {
			continue
		}
		if o.out.Frame.Standing != wormhole.Idle || o.out.Frame.Held.Has(0) {
			t.Errorf("%s: takes a slot: %+v", c.name, o.out.Frame)
		}
		var phases []wormhole.Phase
		for o.core.Status().Phase != wormhole.PhaseNone {
			phases = append(phases, o.core.Status().Phase)
			o.result(map[wormhole.Phase]wormhole.Outcome{checkOS: wormhole.Differs}[o.core.Status().Phase])
		}
		if !slices.Equal(phases, []wormhole.Phase{shutdown, checkOS, restoreOS, checkSM, boot}) {
			t.Errorf("%s: phases %v", c.name, phases)
		}
		if s := o.core.Status(); s.Replica != wormhole.Up || s.Incarnation != was {
			t.Errorf("%s: replica %v, incarnation %d, was %d", c.name, s.Replica, s.Incarnation, was)
		}
	}
}
