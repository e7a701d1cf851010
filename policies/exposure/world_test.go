package exposure

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// [E-14] The world keeps its rules at every event, under every attack.
func TestWorldKeepsItsRules(t *testing.T) {
	for name, m := range manyModels(t) {
		w := newWorld(m, source(4, 1))
		last := w.elapsed()
		for range 3000 {
			if w.advance(never); w.elapsed() < last-1e-6 {
				t.Fatalf("%s: time runs backwards", name)
			}
			last = w.elapsed()
			w.check(t, name)
		}
	}
}

func (w *world) check(t *testing.T, name string) {
	t.Helper()
	held, off, busy := 0, 0, 0
	for i, s := range w.state {
		switch {
		case s == compromised:
			held++
		case s == down:
			off++
		}
		if w.working[i] {
			busy++
			if s != clean || w.left[i] < -1e-6 {
				t.Fatalf("%s: an attacker works on replica %d in state %d with %v left", name, i, s, w.left[i])
			}
		}
	}
	if held != w.held || off > w.m.largestGroup() || busy > w.m.attackers {
		t.Fatalf("%s: %d held (counted %d), %d down, %d attackers", name, held, w.held, off, busy)
	}
}

// [E-14] A replica that comes back is clean, however it was before.
func TestWorldBringsReplicasBackClean(t *testing.T) {
	for _, m := range manyModels(t) {
		w := newWorld(m, source(4, 2))
		for range 2000 {
			before := append([]replicaState(nil), w.state...)
			w.advance(never)
			for i := range before {
				if before[i] == down && w.state[i] != down && (w.state[i] != clean || w.done[i] != 0) {
					t.Fatalf("replica %d came back in state %d after work %v", i, w.state[i], w.done[i])
				}
			}
		}
	}
}

// [E-14] Equal replicas: who holds one holds, at that instant, every other that is up.
func TestEqualReplicasFallInTheSameInstant(t *testing.T) {
	for _, m := range manyModels(t) {
		if m.carried != 1 {
			continue
		}
		w := newWorld(m, source(4, 3))
		for w.held == 0 {
			w.advance(never)
		}
		at := w.elapsed()
		for w.held < 5 {
			w.advance(never)
		}
		if w.elapsed() != at {
			t.Fatalf("the fifth replica falls %v s after the first", w.elapsed()-at)
		}
	}
}

// [E-14] Among replicas that he can surely compromise an attacker takes the one that stays longest, and among those that stay
// equally long the most vulnerable.
func TestAttackerPrefersTheReplicaThatStays(t *testing.T) {
	w := newWorld(mustModel(t, sixReplicas(adversary(policies.Sequential, policies.Different, atLeastFor(time.Minute)))), source(1, 1))
	if got := w.target(); got != 5 {
		t.Errorf("target %d, want the last group's replica", got)
	}
	w = newWorld(mustModel(t, sixReplicas(each(policies.Sequential, policies.Different, 5, 4, 1, 3, 2, 6))).withPeriod(never), source(1, 1))
	if got := w.target(); got != 2 {
		t.Errorf("target %d, want the most vulnerable", got)
	}
}
