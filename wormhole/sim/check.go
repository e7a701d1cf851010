package sim

import (
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// Violation is a broken promise.
type Violation struct {
	Seed      uint64        `json:"seed"`
	Run       int           `json:"run"`
	Invariant string        `json:"invariant"`
	At        time.Duration `json:"-"`
	AtText    string        `json:"at"`
	Text      string        `json:"text"`
	// Plan and Trace are those of the shortest run that still breaks the promise;
	// they are given for the first violation of a report.
	Plan  []string `json:"plan,omitempty"`
	Trace []string `json:"trace,omitempty"`
}

// Trips counts the fail-safe's latches.
type Trips struct {
	Due    int `json:"due"`    // a promise was broken, and it latched
	Early  int `json:"early"`  // every bound held, and it latched all the same
	Missed int `json:"missed"` // a promise was broken, and it did not latch in time
	// Reasons counts those that were due by what they latched for.
	Reasons map[string]int `json:"reasons"`
}

// checker holds the truth against the promises. It sees what the hypervisors
// and the network do, in real time, and never asks a core what it believes, but
// for its latch and its word on which round it is in: those are promises too.
type checker struct {
	w         *world
	hosts     []truth
	violation *Violation
	trips     Trips
	maxDown   int
	rejuvs    int
	excepted  int
	rounds    map[uint64]time.Duration // when a round was first begun
	lastRound uint64
	cleared   uint32 // highest generation that an operator has cleared
	allLatch  uint32 // highest generation of a latch of the whole system seen in a frame
}

// truth is what is really so at one host.
type truth struct {
	down      bool          // in a rejuvenation: from its first act to its end, good or bad
	downSince time.Duration // real time
	clean     time.Duration // when the running replica was booted from checked code
	done      time.Duration // when the last rejuvenation ended well
	clearedAt time.Duration // when its latch was last cleared
	rateSince time.Duration // since when the clock's rate or reading is not to be trusted, 0 if it is
	recovered bool          // it has its state, whether its local wormhole knows it or not
	exempt    bool          // that has happened while it was out of contact in a rejuvenation
	fencedAt  wormhole.Cycle
	spentFrom wormhole.Cycle // since when more than the budget is missing, seen from here
	allFrom   wormhole.Cycle // since when for everybody
	fit       bool           // has been in contact with enough others since it was last steady
	seqs      map[uint64]bool
	latchGen  uint32 // of a latch that was acted on
	latchAll  bool
	round     uint64
	life      uint64 // incarnation
	attempts  map[uint64]uint64
	rolled    bool // its store was rolled back, and that is known to the checker
}

func (k *checker) init(w *world) {
	k.w = w
	k.hosts = make([]truth, w.n)
	k.rounds = map[uint64]time.Duration{}
	k.trips.Reasons = map[string]int{}
	for i := range k.hosts {
		k.hosts[i].seqs = map[uint64]bool{}
		k.hosts[i].attempts = map[uint64]uint64{}
	}
}

func (k *checker) broken() bool { return k.violation != nil }

func (k *checker) violate(invariant, format string, args ...any) {
	if k.violation != nil {
		return
	}
	k.violation = &Violation{Seed: k.w.plan.Seed, Invariant: invariant, At: k.w.now, AtText: k.w.now.String(), Text: fmt.Sprintf(format, args...)}
	k.w.say(-1, "VIOLATION of %s: %s", invariant, k.violation.Text)
}

// began notes the first act of an attempt: from here the replica is down.
// Invariant 1 is judged here, because only here can it break.
func (k *checker) began(h *host, c *wormhole.Command) {
	t := &k.hosts[h.id]
	if life, used := t.attempts[c.Attempt]; used && life != c.Incarnation {
		k.violate("nothing is forgotten", "attempt %d of host %d is begun again as incarnation %d after %d", c.Attempt, h.id, c.Incarnation, life)
	}
	if c.Cold {
		k.w.say(h.id, "cold start")
		return
	}
	if _, resumed := t.attempts[c.Attempt]; !resumed {
		if c.Incarnation <= t.life {
			k.violate("nothing is forgotten", "host %d begins incarnation %d after incarnation %d", h.id, c.Incarnation, t.life)
		}
		k.rejuvs++
		t.down, t.downSince, t.exempt, t.recovered = true, k.w.now, false, false
		k.freshEvidence(h)
	}
	t.attempts[c.Attempt], t.life = c.Incarnation, c.Incarnation
	k.w.say(h.id, "rejuvenation begins, incarnation %d, round %d", c.Incarnation, h.last.Round)
	k.countDown()
}

// countDown is invariant 1: at most k down at any instant.
func (k *checker) countDown() {
	down, trusted := 0, 0
	for i := range k.hosts {
		if k.hosts[i].down {
			down++
			if !k.hosts[i].exempt {
				trusted++
			}
		}
	}
	k.maxDown = max(k.maxDown, trusted)
	if trusted > k.w.k {
		k.violate("at most k", "%d replicas are down for rejuvenation at once, k = %d", trusted, k.w.k)
	} else if down > k.w.k {
		k.excepted++
	}
}

// freshEvidence is the rule that invariant 1 rests on: who begins has heard a
// majority, and been heard by it, inside the window.
func (k *checker) freshEvidence(h *host) {
	c := h.last.Cycle
	if h.last.Start != c {
		k.resumedInTime(h)
		return
	}
	window := wormhole.Cycle(k.w.first.Omissions) + 1
	near := 1
	for i := range k.w.hosts {
		if link := i*k.w.n + h.id; i != h.id && k.w.net.heard[link] != 0 && k.w.net.heard[link]+window >= c {
			near++
		}
	}
	if members := h.cfg.Members.Len(); near < members/2+1 {
		k.violate("at most k", "host %d begins a rejuvenation having heard %d of %d hosts in its window", h.id, near, members)
	}
}

// resumedInTime is the same for a rejuvenation that was granted and stored before
// a crash and is begun after it: the right to it lasts for T_localexec.
func (k *checker) resumedInTime(h *host) {
	end := k.w.realOf(h.last.Start) + k.w.first.Bounds.TLocalExec() + k.w.first.Cycle
	if k.w.now > end && k.hosts[h.id].rateSince == 0 {
		k.violate("at most k", "host %d begins a rejuvenation %v after its right to it has ended", h.id, k.w.now-end)
	}
}

// ended notes that a replica is not in a rejuvenation any more.
func (k *checker) ended(h *host) {
	t := &k.hosts[h.id]
	if !t.down {
		return
	}
	t.down = false
	took := k.w.now - t.downSince
	slack := k.w.first.Process*2 + k.w.first.Bounds.TLocalExec()/1000 + time.Millisecond
	if t.rateSince == 0 && took > k.w.first.Bounds.TLocalExec()+slack {
		k.violate("in time or said so", "the rejuvenation of replica %d took %v, T_localexec is %v", h.id, took, k.w.first.Bounds.TLocalExec())
	}
}

// booting is invariant 3: nothing boots that was not found whole or restored in
// this attempt.
func (k *checker) booting(h *host) {
	if g := &h.guest; g.corrupt[0] || g.corrupt[1] || !g.checked[0] || !g.checked[1] {
		k.violate("only known code boots", "replica %d boots with images differing %v, checked %v", h.id, g.corrupt, g.checked)
	}
}

func (k *checker) booted(h *host) { k.hosts[h.id].clean = k.w.now }

// rateBroken notes that a host's clock is beyond its bounds from now on. A
// replica that is in a rejuvenation while its host is out of contact is the one
// exception from invariant 1 that SPEC.md states.
func (k *checker) rateBroken(h *host) {
	k.hosts[h.id].rateSince = max(k.w.now, 1)
	k.noteExempt(h)
}

func (k *checker) noteExempt(h *host) {
	t := &k.hosts[h.id]
	outside := h.steady == 0 || !h.alive || k.w.net.cut[h.id] > 0
	if t.rateSince != 0 && t.down && outside {
		t.exempt = true
	}
}

// observe follows what a local wormhole has come to, after it was stored.
func (k *checker) observe(h *host, was, is *wormhole.Status) {
	t := &k.hosts[h.id]
	if t.down && is.Replica != wormhole.Rejuvenating {
		if is.Replica == wormhole.Up {
			t.done = k.w.now
			k.w.say(h.id, "rejuvenation ends well")
		} else {
			k.w.say(h.id, "rejuvenation ends: %v", is.Replica)
		}
		k.ended(h)
	}
	if is.Replica == wormhole.Fenced || is.Latched {
		t.fencedAt = is.Cycle
	}
	if is.Round != t.round {
		k.roundBegun(h, is)
	}
	if is.Latched && (!was.Latched || was.Self != is.Self || is.Latch.Scope != was.Latch.Scope || was.Latch.Gen != is.Latch.Gen) {
		k.latched(h, is)
	}
	if !is.Latched && was.Latched {
		k.w.say(h.id, "latch is cleared")
		t.latchGen, t.clearedAt = 0, k.w.now
	}
}

// roundBegun is the paper's T_d < t_i - t_(i-1) <= T_p (definition 2.4).
func (k *checker) roundBegun(h *host, is *wormhole.Status) {
	t := &k.hosts[h.id]
	if is.Round < t.round && !t.rolled {
		k.violate("nothing is forgotten", "host %d is in round %d after round %d", h.id, is.Round, t.round)
	}
	t.round = is.Round
	_, start, _ := k.w.first.Starts.At(is.Cycle)
	late := is.Cycle > start+wormhole.Cycle(k.w.first.Omissions)+1
	if _, known := k.rounds[is.Round]; known || is.Latched || late {
		return
	}
	k.w.say(h.id, "round %d begins", is.Round)
	k.rounds[is.Round] = k.w.now
	if before, ok := k.rounds[is.Round-1]; ok {
		gap := k.w.now - before
		jitter := k.w.first.Cycle * time.Duration(k.w.first.Omissions+2)
		if gap <= k.w.first.Deadline || gap > k.w.first.Period+jitter {
			k.violate("in time or said so", "rounds %d and %d start %v apart", is.Round-1, is.Round, gap)
		}
	}
	k.lastRound = max(k.lastRound, is.Round)
}

// judgeOutput is invariant 7: nothing leaves a local wormhole that is late.
func (k *checker) judgeOutput(h *host, o *wormhole.Output) {
	if !o.Send {
		return
	}
	c := h.core.Status().Cycle
	late := h.clock.At(k.w.now) - h.clock.At(k.w.realOf(c)+h.skew)
	noticed := k.w.now < h.lostUp
	if k.w.ctl != nil {
		late, noticed = k.w.ctl.lateness(h), false
	}
	if late > k.w.first.Process || noticed {
		k.violate("fail-silent", "host %d speaks in cycle %d, %v late, in sync %v", h.id, c, late, k.w.now >= h.lostUp)
	}
}

// raised is invariant 6 for alerts: what an output shows, once its state is stored,
// must come to the outbox, whatever happens next.
func (k *checker) raised(h *host, alerts []wormhole.Alert) {
	for i := range alerts {
		k.hosts[h.id].seqs[alerts[i].Seq] = true
	}
}

func (k *checker) alerted(h *host, a *wormhole.Alert) {
	k.w.say(h.id, "alert %v about %d (%v)", a.Type, a.Subject, a.Phase)
	if h.w.plan.Profile == Calm {
		k.violate("no false alarm", "alert %v in an undisturbed run", a.Type)
	}
}

// started is invariant 6 for a restart: what was acted on is still known.
func (k *checker) started(h *host) {
	t := &k.hosts[h.id]
	s := h.core.Status()
	if h.disk != nil && h.disk.Counter < h.counter {
		t.rolled = true
		if !s.Latched {
			k.violate("nothing is forgotten", "host %d starts from a store that was rolled back, and does not latch", h.id)
		}
		return
	}
	switch {
	case t.latchGen > s.Latch.Gen && t.latchGen > k.cleared && !t.rolled:
		k.violate("nothing is forgotten", "host %d has forgotten its latch", h.id)
	case s.Incarnation < t.life:
		k.violate("nothing is forgotten", "host %d has forgotten incarnation %d", h.id, t.life)
	case t.down && s.Replica == wormhole.Up && t.recovered:
		t.done = k.w.now
		k.ended(h)
	case t.down && s.Replica != wormhole.Rejuvenating && s.Replica != wormhole.Fenced && !s.Latched:
		k.violate("nothing is forgotten", "host %d has forgotten that its replica is in a rejuvenation", h.id)
	}
}

// sent looks at what a local wormhole tells the others.
func (k *checker) sent(h *host, f *wormhole.Frame) {
	t := &k.hosts[h.id]
	if k.w.trace != nil {
		k.w.trace.frame(k.w.now, h.id, f)
	}
	if f.LatchGen > 0 {
		t.latchGen = f.LatchGen
	}
	k.cleared = max(k.cleared, f.ClearedGen)
	if f.LatchScope == wormhole.ScopeAll {
		k.allLatch = max(k.allLatch, f.LatchGen)
	}
}

// clearing notes an operator's order to clear: what was latched may go.
func (k *checker) clearing(h *host) { k.hosts[h.id].latchGen = 0 }

// transferred notes that a replica really has its state back.
func (k *checker) transferred(h *host) { k.hosts[h.id].recovered = true }
