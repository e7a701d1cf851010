package exposure

import (
	"math"
	"math/rand/v2"
	"slices"
)

// world is one simulated life of the replicas, from event to event. It shares with the computation only the laws
// and the timetable, so that one can be held against the other.
// [E-14]
type world struct {
	m       *model
	r       *rand.Rand
	now     float64   // relative to the start of the round
	step    int       // of the round: group step/2 leaves (even) or returns (odd)
	rounds  int       // how often the round has started anew
	done    []float64 // work spent on each replica in its present life
	left    []float64 // work that it still needs; of no meaning unless clean
	state   []replicaState
	working []bool // an attacker is on it
	held    int    // replicas compromised
}

type replicaState byte

const (
	clean replicaState = iota
	compromised
	down
)

// newWorld has all replicas clean, one period before the first round starts.
func newWorld(m *model, r *rand.Rand) *world {
	w := &world{m: m, r: r, done: make([]float64, m.n), left: make([]float64, m.n), state: make([]replicaState, m.n), working: make([]bool, m.n)}
	w.restart()
	return w
}

// restart makes everything clean and goes back to the start of the mission.
func (w *world) restart() {
	w.now, w.step, w.rounds, w.held = 0, 0, 0, 0
	if w.m.rejuvenates() {
		w.now = -w.m.period
	}
	for i := range w.left {
		w.refresh(i)
	}
}

func (w *world) refresh(i int) {
	w.done[i], w.state[i], w.working[i] = 0, clean, false
	w.left[i] = w.m.laws[i].stillNeeds(0, w.r)
}

func (w *world) copy() *world {
	c := *w
	c.done, c.left, c.state, c.working = slices.Clone(w.done), slices.Clone(w.left), slices.Clone(w.state), slices.Clone(w.working)
	return &c
}

// branch makes w another future of o, without new memory: the past is the same, and what each replica still needs
// is drawn anew, given what was spent on it.
func (w *world) branch(o *world) {
	done, left, state, working := w.done, w.left, w.state, w.working
	copy(done, o.done)
	copy(state, o.state)
	copy(working, o.working)
	*w = *o
	w.done, w.left, w.state, w.working = done, left, state, working
	for i, s := range state {
		if s == clean {
			left[i] = w.m.laws[i].stillNeeds(done[i], w.r)
		}
	}
}

// elapsed is the time since the start of the mission.
func (w *world) elapsed() float64 {
	if !w.m.rejuvenates() {
		return w.now
	}
	return w.now + float64(w.rounds+1)*w.m.period
}

// advance plays the next event that is not after the given instant of the round, and says whether there was one. A replica whose time
// is up at the very instant of its shut-down has been compromised: "at most" and not "less than".
func (w *world) advance(until float64) bool {
	w.assign()
	i, wait := w.nextFall()
	event := w.nextEvent()
	at := w.now + wait
	switch {
	case at <= event && at <= until:
		w.work(wait)
		w.fall(i)
	case event <= until:
		w.work(event - w.now)
		w.now = event
		w.timetable()
	default:
		return false
	}
	return true
}

// speed is how much work an attacker does a second.
func (w *world) speed() float64 {
	if w.held == 0 {
		return 1
	}
	return 1 / (1 - w.m.carried)
}

// nextFall is the attacked replica that falls first and the time until it does; +Inf when none is attacked.
func (w *world) nextFall() (which int, wait float64) {
	least := math.Inf(1)
	for i, on := range w.working {
		if on && w.left[i] < least {
			which, least = i, w.left[i]
		}
	}
	if math.IsInf(least, 1) {
		return which, least
	}
	return which, max(least, 0) / w.speed()
}

func (w *world) work(wait float64) {
	if wait <= 0 {
		return
	}
	done := wait * w.speed()
	for i, on := range w.working {
		if on {
			w.done[i] += done
			w.left[i] -= done
		}
	}
	w.now += wait
}

func (w *world) fall(i int) {
	w.state[i], w.working[i] = compromised, false
	w.held++
}

// nextEvent is the instant of the next entry of the timetable.
func (w *world) nextEvent() float64 {
	switch g := w.step / 2; {
	case !w.m.rejuvenates():
		return math.Inf(1)
	case g == w.m.groups:
		return w.m.period
	case w.step%2 == 0:
		return w.m.leaves(g)
	default:
		return w.m.returns(g)
	}
}

func (w *world) timetable() {
	g := w.step / 2
	if g == w.m.groups {
		w.step, w.now = 0, 0
		w.rounds++
		return
	}
	for i, of := range w.m.group {
		if of == g {
			w.move(i)
		}
	}
	w.step++
}

// move shuts replica i down, or boots it clean.
func (w *world) move(i int) {
	if w.step%2 == 1 {
		w.refresh(i)
		return
	}
	if w.state[i] == compromised {
		w.held--
	}
	w.state[i], w.working[i] = down, false
}
