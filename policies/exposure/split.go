package exposure

import (
	"math"
	"math/rand/v2"
)

// splitBatch is one independent part of a splitting simulation.
func (m *model) splitBatch(r *rand.Rand, runs int) *tally {
	t := newTally(m.kPrime)
	pool := m.enter(t, r, float64(runs)*roundsPerRun/batches)
	for level := 1; level <= m.kPrime && len(pool) > 0; level++ {
		pool = m.climb(t, r, pool, level, max(1, runs*climbsPerRun/batches))
	}
	return t
}

// enter plays plain rounds and remembers the states in which a first replica has just been compromised. After a failure everything
// starts afresh, since the mission is over. More failures than rounds say enough: an adversary who needs no time would take
// no time from the rounds and be played for ever.
func (m *model) enter(t *tally, r *rand.Rand, rounds float64) (pool []*world) {
	w := newWorld(m, r)
	for t.rounds+w.elapsed()/m.period < rounds && float64(t.failures) < rounds {
		before := w.held
		w.advance(math.Inf(1))
		if before == 0 && w.held == 1 {
			t.entries++
			pool = remember(pool, w, r, t.entries)
		}
		if w.held > m.kPrime {
			t.failures++
			t.rounds += w.elapsed() / m.period
			w.restart()
		}
	}
	t.rounds = max(t.rounds+w.elapsed()/m.period, leastRounds)
	return pool
}

// leastRounds keeps rates finite when every failure comes at once.
const leastRounds = 1e-6

// remember keeps a uniform sample of all states seen.
func remember(pool []*world, w *world, r *rand.Rand, seen int) []*world {
	if len(pool) < maxPool {
		return append(pool, w.copy())
	}
	if i := r.IntN(seen); i < maxPool {
		pool[i] = w.copy()
	}
	return pool
}

// climb plays on from states that have just reached the level, each time with a new future, until they reach the next or are all clean.
func (m *model) climb(t *tally, r *rand.Rand, pool []*world, level, effort int) (next []*world) {
	w := newWorld(m, r)
	for range effort {
		w.branch(pool[r.IntN(len(pool))])
		if !w.excursion(level + 1) {
			t.endless = true
			return next
		}
		t.tried[level-1]++
		if w.held > level {
			t.reached[level-1]++
			next = remember(next, w, r, t.reached[level-1])
		}
	}
	return next
}

// excursion plays on until no replica is compromised or as many as the level says. It gives up, and says so, when
// neither seems to come.
func (w *world) excursion(level int) bool {
	for range maxExcursionEvents {
		w.advance(math.Inf(1))
		if w.held == 0 || w.held >= level {
			return true
		}
	}
	return false
}
