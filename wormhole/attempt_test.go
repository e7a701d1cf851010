package wormhole_test

import (
	"slices"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

const (
	shutdown  = wormhole.PhaseShutdown
	checkOS   = wormhole.PhaseCheckOS
	restoreOS = wormhole.PhaseRestoreOS
	checkSM   = wormhole.PhaseCheckSM
	restoreSM = wormhole.PhaseRestoreSM
	boot      = wormhole.PhaseBoot
	transfer  = wormhole.PhaseTransfer
)

// attempted is a solo that has just begun a rejuvenation.
func attempted(t *testing.T) *solo {
	o := settledSolo(t, six())
	o.extra()
	if o.startsWithin(40) == 0 {
		t.Fatal("no start")
	}
	return o
}

// [W-15] Algorithm 1: code that differs is told of and restored, a refused proof
// is told of and fences, and so does every phase that fails.
func TestAlgorithm1(t *testing.T) {
	const up, fenced = wormhole.Up, wormhole.Fenced
	whole := []wormhole.Phase{shutdown, checkOS, checkSM, boot, transfer}
	for _, c := range []struct {
		name  string
		ends  map[wormhole.Phase]wormhole.Outcome
		want  []wormhole.Phase
		state wormhole.ReplicaState
		tells []wormhole.AlertType
	}{
		{"all well", nil, whole, up, nil},
		{"system differs", ends{checkOS: wormhole.Differs}, []wormhole.Phase{shutdown, checkOS, restoreOS, checkSM, boot, transfer}, up, alerts{wormhole.AlertCodeMismatch}},
		{"service differs", ends{checkSM: wormhole.Differs}, []wormhole.Phase{shutdown, checkOS, checkSM, restoreSM, boot, transfer}, up, alerts{wormhole.AlertCodeMismatch}},
		{"both differ", ends{checkOS: wormhole.Differs, checkSM: wormhole.Differs}, []wormhole.Phase{shutdown, checkOS, restoreOS, checkSM, restoreSM, boot, transfer}, up, alerts{wormhole.AlertCodeMismatch, wormhole.AlertCodeMismatch}},
		{"state tampered with", ends{transfer: wormhole.Tampered}, whole, up, alerts{wormhole.AlertStateTampered}},
		{"proof refused", ends{boot: wormhole.Refused}, whole[:4], fenced, alerts{wormhole.AlertQuoteRefused, wormhole.AlertReplicaFenced}},
		{"shutdown fails", ends{shutdown: wormhole.Failed}, whole[:1], fenced, alerts{wormhole.AlertReplicaFenced}},
		{"check fails", ends{checkSM: wormhole.Failed}, whole[:3], fenced, alerts{wormhole.AlertReplicaFenced}},
		{"boot fails", ends{boot: wormhole.Failed}, whole[:4], fenced, alerts{wormhole.AlertReplicaFenced}},
		{"transfer fails", ends{transfer: wormhole.Failed}, whole, fenced, alerts{wormhole.AlertReplicaFenced}},
		{"boot differs", ends{boot: wormhole.Differs}, whole[:4], fenced, alerts{wormhole.AlertReplicaFenced}},
		{"transfer refused", ends{transfer: wormhole.Refused}, whole, fenced, alerts{wormhole.AlertReplicaFenced}},
		{"check tampered", ends{checkOS: wormhole.Tampered}, whole[:2], fenced, alerts{wormhole.AlertReplicaFenced}},
		{"unknown outcome", ends{boot: 77}, whole[:4], fenced, alerts{wormhole.AlertReplicaFenced}},
	} {
		o := attempted(t)
		var got []wormhole.Phase
		for p := o.core.Status().Phase; p != wormhole.PhaseNone; p = o.core.Status().Phase {
			got = append(got, p)
			o.result(c.ends[p])
		}
		if s := o.core.Status(); !slices.Equal(got, c.want) || s.Replica != c.state {
			t.Errorf("%s: phases %v, replica %v; want %v, %v", c.name, got, s.Replica, c.want, c.state)
		}
		if got := o.types(); !slices.Equal(got, c.tells) {
			t.Errorf("%s: tells of %v, want %v", c.name, got, c.tells)
		}
	}
}

type (
	ends   = map[wormhole.Phase]wormhole.Outcome
	alerts = []wormhole.AlertType
)

// types are the alerts that wait for the outbox.
func (o *solo) types() []wormhole.AlertType {
	var list []wormhole.AlertType
	for _, a := range o.out.Alerts {
		list = append(list, a.Type)
	}
	return list
}

// [W-15] A phase that overruns its bound is told of at once, and once.
func TestPhaseOverrun(t *testing.T) {
	o := attempted(t)
	end := o.now + cycleLength // of the shutdown's bound
	if o.out.Wake != end {
		t.Errorf("wants to be woken at %v, not at the phase's bound %v", o.out.Wake, end)
	}
	for _, at := range []time.Duration{-1, 0, 1, cycleLength} {
		o.step(wormhole.Input{Now: end + at})
		if got, want := o.alerts(wormhole.AlertPhaseOverrun), map[bool]int{true: 1}[at >= 0]; got != want {
			t.Errorf("%v after the bound: %d alerts, want %d", at, got, want)
		}
	}
	o.result(wormhole.Succeeded)
	if o.core.Status().Phase != checkOS {
		t.Error("the overrun phase's success does not count")
	}
}

// [W-15] What is not over T_localexec after its start is fenced, at that instant
// by the local clock, and a result that comes then is late, whatever it says.
func TestAttemptEndsAtItsBound(t *testing.T) {
	o := attempted(t)
	for range 4 {
		o.result(wormhole.Succeeded)
	}
	attempt, end := o.attempt(), o.now+execLength*cycleLength
	o.step(wormhole.Input{Now: end - 1})
	if s := o.core.Status(); s.Replica != wormhole.Rejuvenating || o.out.Wake != end {
		t.Errorf("before the end: %v, to be woken at %v, want %v", s.Replica, o.out.Wake, end)
	}
	o.step(wormhole.Input{Now: end, Result: &wormhole.PhaseResult{Attempt: attempt, Phase: transfer}})
	if s := o.core.Status(); s.Replica != wormhole.Fenced || s.Phase != wormhole.PhaseNone {
		t.Errorf("at the end: %v in phase %v", s.Replica, s.Phase)
	}
}

// [W-15] A result of another attempt or of another phase is of no interest.
func TestResultsOfOthersAreIgnored(t *testing.T) {
	o := attempted(t)
	n := o.attempt()
	for _, r := range []wormhole.PhaseResult{
		{Attempt: n - 1, Phase: shutdown}, {Attempt: n + 1, Phase: shutdown}, {Attempt: n, Phase: boot},
		{Attempt: n, Phase: wormhole.PhaseNone}, {Attempt: n, Phase: 99, Outcome: wormhole.Failed},
	} {
		o.step(wormhole.Input{Now: o.now, Result: &r})
		if s := o.core.Status(); s.Phase != shutdown || o.out.Store || len(o.out.Commands) != 0 {
			t.Errorf("%+v: phase %v, commands %+v", r, s.Phase, o.out.Commands)
		}
	}
}

// [W-20] A replica whose local wormhole was away when its group had its turn goes
// last, and nobody waits for it.
func TestLateReplicaGoesLast(t *testing.T) {
	b := settled(t, six())
	b.clear()
	b.nodes[1].crash()
	b.to(firstStart + 20)
	b.nodes[1].start(b.cfg)
	b.run(4)
	if got := b.status(1).Turn; got != wormhole.TurnLate {
		t.Errorf("turn %d, want late", got)
	}
	b.roundDone(1)
	for h := range wormhole.Host(6) {
		if starts := b.starts(h); len(starts) != 1 || h != 1 && starts[0] > b.starts(1)[0] {
			t.Errorf("replica %d starts in %v, the late one in %v", h, starts, b.starts(1))
		}
	}
}

// [W-20] If it cannot be finished by T_d it is fenced, and comes back as soon as
// the round is over.
func TestTooLateReplicaIsFenced(t *testing.T) {
	b := settled(t, six())
	b.clear()
	b.nodes[1].crash()
	b.nodes[1].lease = 0 // the dead-man rule would come first
	b.to(firstStart + 90)
	b.nodes[1].start(b.cfg)
	b.run(4)
	if s := b.status(1); s.Replica != wormhole.Fenced || s.Turn != wormhole.TurnFailed {
		t.Errorf("replica %v, turn %d: it is up without its rejuvenation", s.Replica, s.Turn)
	}
	back := b.until("its return", 60, b.is(1, wormhole.Up))
	if _, next := b.cfg.Starts.Next(firstStart); back >= next {
		t.Errorf("back in cycle %d only, in the next round", back)
	}
}

// [W-20] A fenced replica with a live local wormhole has its turn in the next round;
// one that died by itself comes back as soon as the round is over.
func TestFencedReplicaComesBack(t *testing.T) {
	for _, died := range []bool{false, true} {
		b := settled(t, six())
		b.ends(2, boot, wormhole.Failed, 0)
		if died {
			b.ends(2, boot, wormhole.Succeeded, 0)
			b.to(firstStart + 5)
			b.report(2, wormhole.Report{Died: true})
			if b.status(2).Replica != wormhole.Fenced {
				t.Fatal("it is started again as it was")
			}
		}
		b.to(firstStart + 100)
		b.ends(2, boot, wormhole.Succeeded, 0)
		back := b.until("its return", 200, b.is(2, wormhole.Up))
		if _, next := b.cfg.Starts.Next(firstStart); (back < next) != died {
			t.Errorf("died by itself: %v; back in cycle %d, the next round starts in %d", died, back, next)
		}
	}
}

// [W-33] No word of a guest starts, delays or shortens a rejuvenation beyond its
// bounds: two benches, one with a guest that says whatever it can.
func TestWordsOfAGuest(t *testing.T) {
	quiet, loud := settled(t, six()), settled(t, six())
	for i := range uint64(250) {
		quiet.run(1)
		loud.run(1)
		loud.report(0, wormhole.Report{Leads: i%2 == 0, Checkpoint: i * 0x123456789abcdef})
		loud.nodes[0].step(wormhole.Input{Now: loud.nodes[0].now(), Result: &wormhole.PhaseResult{Attempt: i, Phase: wormhole.Phase(i % 9), Outcome: wormhole.Failed}})
		loud.nodes[0].step(wormhole.Input{Now: loud.nodes[0].now(), Result: &wormhole.PhaseResult{Attempt: 99, Phase: shutdown}})
		if q, l := quiet.status(1), loud.status(1); q.Round != l.Round || l.Latched {
			t.Fatalf("cycle %d: round %d with a quiet guest, %d with a loud one, latched %v", loud.cycle, q.Round, l.Round, l.Latched)
		}
	}
	for h := range wormhole.Host(6) {
		if len(loud.starts(h)) != len(quiet.starts(h)) {
			t.Errorf("replica %d: %d rejuvenations beside the loud guest, %d beside the quiet one", h, len(loud.starts(h)), len(quiet.starts(h)))
		}
	}
}

// [W-33] A checkpoint that a guest has shown does not go back.
func TestCheckpointDoesNotGoBack(t *testing.T) {
	o := settledSolo(t, six())
	for _, seen := range []uint64{7, 3, 0, 9} {
		o.step(wormhole.Input{Now: o.now, Report: &wormhole.Report{Checkpoint: seen}})
	}
	o.step(wormhole.Input{Now: o.now, Report: &wormhole.Report{Checkpoint: 8}})
	if o.pass(); o.out.Frame.Checkpoint != 9 {
		t.Errorf("checkpoint %d, want 9", o.out.Frame.Checkpoint)
	}
}
