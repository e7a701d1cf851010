package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// latched judges a latch at the moment at which it happens: was there a reason?
func (k *checker) latched(h *host, is *wormhole.Status) {
	t := &k.hosts[h.id]
	t.latchGen, t.latchAll = is.Latch.Gen, is.Latch.Scope == wormhole.ScopeAll
	k.w.say(h.id, "LATCH %v, scope %d, generation %d", is.Latch.Reason, is.Latch.Scope, is.Latch.Gen)
	if t.latchAll && is.Latch.Gen <= k.allLatch {
		return // it has heard of another's
	}
	why := k.reasonFor(h, is)
	switch {
	case k.w.plan.Profile <= Inside:
		k.early(h, is, "every bound held")
	case k.w.plan.Profile == Alone && t.latchAll:
		k.early(h, is, "only one host at a time had lost its footing")
	case !why:
		k.early(h, is, "no reason for it is to be seen")
	default:
		k.trips.Due++
		k.trips.Reasons[is.Latch.Reason.String()]++
	}
}

func (k *checker) early(h *host, is *wormhole.Status, text string) {
	k.trips.Early++
	k.violate("no false alarm", "host %d latches for %v, and %s", h.id, is.Latch.Reason, text)
}

// reasonFor reports whether the truth bears the reason out that a local wormhole
// gives.
func (k *checker) reasonFor(h *host, is *wormhole.Status) bool {
	missing := k.missing(h, is.Cycle, 6)
	switch is.Latch.Reason {
	case wormhole.ReasonBudget:
		return missing > h.cfg.KPrime
	case wormhole.ReasonFirst:
		return missing > 0
	case wormhole.ReasonIsolated:
		members := h.cfg.Members.Len()
		return missing > h.cfg.KPrime || members-missing < members/2+1 || h.steady == 0
	case wormhole.ReasonRollback:
		return k.hosts[h.id].rolled
	case wormhole.ReasonDeadline:
		return k.anyUnfinished(is.Cycle)
	case wormhole.ReasonPeriod:
		_, begun := k.rounds[is.Round-1]
		return !begun
	}
	return false
}

// missing counts the members that were, seen from h, fenced or out of contact in
// either direction at some time within the last few windows.
func (k *checker) missing(h *host, c wormhole.Cycle, windows int) int {
	since := c - wormhole.Cycle(windows*(k.w.first.Omissions+1))
	count := 0
	for i := range k.hosts {
		if !h.cfg.Members.Has(wormhole.Host(i)) {
			continue
		}
		other := &k.w.hosts[i]
		foreign := other.last.Epoch != h.last.Epoch
		out := i != h.id && (k.w.net.broken[i*k.w.n+h.id] >= since || k.w.net.broken[h.id*k.w.n+i] >= since || !other.alive || foreign)
		if out || k.hosts[i].fencedAt >= since {
			count++
		}
	}
	return count
}

// anyUnfinished reports whether some replica has not been rejuvenated since the
// start of the round that is under way in cycle c.
func (k *checker) anyUnfinished(c wormhole.Cycle) bool {
	_, start, _ := k.w.first.Starts.At(c)
	from := k.w.realOf(start)
	for i := range k.hosts {
		if t := &k.hosts[i]; t.done < from || t.down {
			return true
		}
	}
	return false
}

// everyCycle looks at what must hold at any time.
func (k *checker) everyCycle() {
	for i := range k.w.hosts {
		h := &k.w.hosts[i]
		k.noteExempt(h)
		if latest := k.w.latestConfig().Members; !h.cfg.Members.Has(wormhole.Host(i)) || !latest.Has(wormhole.Host(i)) {
			continue
		}
		k.age(h)
		k.budget(h)
	}
}

// latestConfig is the newest membership that some local wormhole is in.
func (w *world) latestConfig() *wormhole.Config { return w.cfgs[w.latestEpoch()] }

// age is what the paper's T_p + T_d < T_exhaust is about: no replica runs for
// longer than T_p + T_d on the same boot. A replica whose local wormhole is gone
// may run on for its lease.
func (k *checker) age(h *host) {
	t := &k.hosts[h.id]
	if !h.guest.up || h.guest.isolated || (h.last.Latched && k.w.first.Action == wormhole.ActionAlert) {
		return
	}
	most := k.w.first.Period + k.w.first.Deadline + 4*k.w.first.Cycle
	if h.steady == 0 {
		most += k.w.first.Bounds.TLocalExec() * 2
	}
	since := t.clean
	if k.w.first.Action == wormhole.ActionAlert {
		since = max(since, t.clearedAt) // it was said, and the operator has let it be
	}
	if age := k.w.now - since; age > most && t.rateSince == 0 {
		k.violate("in time or said so", "replica %d has run for %v since it was last booted from checked code", h.id, age)
	}
}

// budget is the other half of the fail-safe: when more than the budget is missing
// for long enough to be seen, a live local wormhole has latched. Where they are
// missing for everybody that takes a cycle, and a window if frames are lost; where
// only this host misses them, it gives the others time to come to see the same.
func (k *checker) budget(h *host) {
	t := &k.hosts[h.id]
	c := h.last.Cycle
	window := wormhole.Cycle(k.w.first.Omissions) + 1
	if h.steady == 0 || c < h.steady+3*window || h.last.Latched {
		t.spentFrom, t.fit = 0, h.steady != 0 && t.fit
		return
	}
	allowed := h.cfg.KPrime
	if h.cfg.FirstMiss {
		allowed = 0
	}
	if k.surelyMissing(h, c) <= allowed {
		t.spentFrom, t.fit = 0, true
		return
	}
	if t.spentFrom == 0 {
		t.spentFrom = c
	}
	switch quiet := k.w.now > h.lateUntil+time.Duration(4*window)*k.w.first.Cycle; {
	case k.missingForAll() <= allowed || !quiet:
		t.allFrom = 0
	case t.allFrom == 0:
		t.allFrom = c
	}
	forAll := t.allFrom != 0 && c > max(t.spentFrom, t.allFrom)+window+1
	if t.fit && (forAll || c > t.spentFrom+2*window+3) {
		k.trips.Missed++
		k.violate("in time or said so", "host %d sees more than %d missing since cycle %d and has not latched", h.id, allowed, t.spentFrom)
	}
}

// missingForAll counts the members that no local wormhole that takes part has heard
// for a window, and those that are fenced and say so.
func (k *checker) missingForAll() int {
	window := wormhole.Cycle(k.w.first.Omissions) + 1
	count := 0
	for x := range k.w.hosts {
		if !k.w.latestConfig().Members.Has(wormhole.Host(x)) {
			continue
		}
		heard := false
		for y := range k.w.hosts {
			h := &k.w.hosts[y]
			heard = heard || y != x && h.steady != 0 && k.w.net.heard[x*k.w.n+y]+window >= h.last.Cycle
		}
		if !heard || k.w.hosts[x].last.Replica == wormhole.Fenced {
			count++
		}
	}
	return count
}

// surelyMissing counts the members that h cannot but see as fenced or gone.
func (k *checker) surelyMissing(h *host, c wormhole.Cycle) int {
	window := wormhole.Cycle(k.w.first.Omissions) + 1
	count := 0
	for i := range k.hosts {
		if !h.cfg.Members.Has(wormhole.Host(i)) || i == h.id {
			continue
		}
		heard := k.w.net.heard[i*k.w.n+h.id]
		if heard+window < c {
			count++
		}
	}
	if h.last.Fenced.Len() > 0 {
		fenced := h.last.Fenced
		for f := fenced.Next(0); f != wormhole.NoHost; f = fenced.Next(int(f) + 1) {
			if k.w.net.heard[int(f)*k.w.n+h.id]+window >= c || int(f) == h.id {
				count++
			}
		}
	}
	return count
}

// deadline looks at a round when its T_d is over: every replica that is up has
// been rejuvenated in it, or its local wormhole is gone, or the fail-safe holds.
func (k *checker) deadline(start wormhole.Cycle) {
	from := k.w.realOf(start)
	round, _, _ := k.w.first.Starts.At(start)
	if _, begun := k.rounds[round]; !begun {
		return
	}
	steadyFor := wormhole.Cycle(4 * (k.w.first.Omissions + 4))
	for i := range k.w.hosts {
		h, t := &k.w.hosts[i], &k.hosts[i]
		member := k.w.latestConfig().Members.Has(wormhole.Host(i)) && h.cfg.Members.Has(wormhole.Host(i))
		if !member || !h.guest.up || h.last.Latched || h.steady == 0 || h.last.Cycle < h.steady+steadyFor {
			continue
		}
		if t.clean < from && t.rateSince == 0 {
			k.trips.Missed++
			k.violate("in time or said so", "replica %d is up at the end of T_d of round %d, was not rejuvenated in it, and nobody has latched", i, round)
		}
	}
}

// atEnd looks at what must have come about.
func (k *checker) atEnd() {
	for i := range k.w.hosts {
		h, t := &k.w.hosts[i], &k.hosts[i]
		if h.steady == 0 || t.rolled || h.last.Cycle < h.steady+4 {
			continue
		}
		for seq := range t.seqs { // order-free: only whether one is missing
			if !h.outbox[seq] && !k.waits(h, seq) {
				k.violate("nothing is forgotten", "alert %d of host %d never came to the outbox", seq, i)
			}
		}
	}
	if k.w.plan.Profile == Calm && k.violation == nil {
		k.allRejuvenated()
	}
}

// waits reports whether an alert is still on its way to the outbox.
func (k *checker) waits(h *host, seq uint64) bool {
	for i := range h.out.Alerts {
		if h.out.Alerts[i].Seq == seq {
			return true
		}
	}
	return false
}

// allRejuvenated makes sure that a calm run did what it is about: each replica
// went down and came up once a round.
func (k *checker) allRejuvenated() {
	want := k.w.n * k.w.plan.Rounds
	if k.rejuvs < want-k.w.n {
		k.violate("in time or said so", "%d rejuvenations in %d rounds of %d replicas", k.rejuvs, k.w.plan.Rounds, k.w.n)
	}
	if k.maxDown < 1 || k.trips.Due+k.trips.Early+k.trips.Missed > 0 {
		k.violate("no false alarm", "a calm run had %d down at most and %+v", k.maxDown, k.trips)
	}
}
