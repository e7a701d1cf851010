package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Violation is a broken promise.
type Violation struct {
	Seed    uint64
	Promise string
	At      time.Duration
	Text    string
	Plan    []string // of the shortest run that still breaks it, for the first of a report
	Trace   []string
}

// checker holds the truth against the promises. It sees real time, what the wires carry, and
// what a core says at its interface.
type checker struct {
	w         *World
	hosts     []truth
	violation *Violation
	heardLast []uint64        // cycle of the last frame in sync of a host that somebody accepted
	since     []time.Duration // scratch
	quorumFit time.Duration   // since when a majority has been fit
	lean      bool            // leave out what is quadratic in n for each tick
	expect    *expectation    // of a scenario, or nil
	outcome   [numClasses][numOutcomes]int
	figures   Figures
}

// Figures are what runs are measured by.
type Figures struct {
	Ticks, TicksInSync int
	Returns            [numReturns]Spread // cycles from fit to in sync
	Unseen             Spread             // cycles from a host's last frame to its absence from a view
	Gone               Spread             // cycles from a host's last frame to its absence from Members
	Silent             Spread             // cycles from the last contact with a majority to the last frame in sync
	Drifting           Spread             // cycles from a clock's fault to the last frame in sync
	Clock              Spread             // largest true difference, in per mille of what was stated
	Precise            Spread             // the same of Precision
	Reading            Spread             // round trips, in per mille of twice Delay
	Withheld           Spread             // age in cycles of frames that came late, and were accepted by or from a host out of sync
	Same               int                // looks at which all memberships had to be the same
}

// Spread is the count, sum and maximum of a figure.
type Spread struct{ N, Sum, Max int }

func (s *Spread) add(v int) {
	s.N++
	s.Sum += v
	s.Max = max(s.Max, v)
}

func (s *Spread) merge(o Spread) {
	s.N, s.Sum, s.Max = s.N+o.N, s.Sum+o.Sum, max(s.Max, o.Max)
}

// String shows a spread: how many, mean and largest.
func (s Spread) String() string {
	return fmt.Sprintf("%8d times, mean %7.2f, most %4d", s.N, float64(s.Sum)/float64(max(s.N, 1)), s.Max)
}

// The ways back into sync.
const (
	fromStart = iota // of a process, into a network that is in sync
	fromStop         // of a process that was stopped or late
	fromCut          // of links
	fromCold         // nobody was in sync
	numReturns
)

var returnNames = [numReturns]string{"started", "released", "plugged in", "cold"}

// truth is what is really so at one host.
type truth struct {
	clockBad int           // faults of its clock that are under way
	sick     bool          // its clock was wrong in this life of the process
	sickAt   time.Duration // since when
	keyless  int           // keys that it should have and has not
	touched  time.Duration // until when its process was not in time
	why      int           // how it became fit: a way back
	fit      time.Duration // since when it is; 0: it is not
	awaited  bool          // it is fit and was not in sync since
	beats    [ring]beat
	said     [ring]said
	highest  uint64 // cycle that it was in sync in
	at       uint64 // cycle of its last tick, and when that began by its clock
	boundary time.Duration
	in       bool
	inFor    int // ticks in sync, in a row
	accepted []acceptance
	heard    [2]heard      // in the last even and odd cycle
	lastSaid time.Duration // when it last sent a frame in sync
	majority time.Duration // when it last was in contact with a majority, in both directions
	gone     []bool        // hosts whose absence was measured
	unseen   []bool

	view      controlnet.Set // by its last tick, and since when
	viewSince time.Duration
}

// beat is the beginning of a cycle in sync.
type beat struct {
	cycle       uint64
	start, next time.Duration // real instants of its boundary and, by the clock then, the next
	bound       time.Duration
	contact     controlnet.Set
	sick        bool
}

// heard are the senders of frames in sync that were accepted in a cycle.
type heard struct {
	cycle uint64
	from  controlnet.Set
}

// said is a payload that was offered.
type said struct {
	cycle uint64
	life  uint64
	data  []byte
}

// acceptance is the last frame of a host that another one accepted.
type acceptance struct {
	frame int32 // index, or -1
	cycle uint64
	life  uint64        // of the host that accepted it
	at    time.Duration // real
	took  time.Duration // on its way
	known bool          // cycle is that of a frame in sync
	of    uint64        // life of the sender of that
}

// touch notes that a host is not in time until then.
func (t *truth) touch(until time.Duration) {
	t.touched = max(t.touched, until)
	t.fit, t.why = 0, fromStop
}

func (k *checker) init(w *World) {
	k.w = w
	k.hosts = make([]truth, w.n)
	k.heardLast = make([]uint64, w.n)
	for i := range k.hosts {
		t := &k.hosts[i]
		t.accepted, t.gone, t.unseen = make([]acceptance, w.n), make([]bool, w.n), make([]bool, w.n)
		t.forget(0)
		t.majority = -time.Hour
	}
}

// forget drops what an earlier life has accepted.
func (t *truth) forget(life uint64) {
	for j := range t.accepted {
		t.accepted[j] = acceptance{frame: -1, life: life, at: -time.Hour}
	}
	t.heard = [2]heard{}
}

func (k *checker) violate(promise, format string, args ...any) {
	if k.violation != nil {
		return
	}
	k.violation = &Violation{Seed: k.w.plan.Seed, Promise: promise, At: k.w.now, Text: fmt.Sprintf(format, args...)}
	k.w.say(-1, "BROKEN %s: %s", promise, k.violation.Text)
}

// started notes a new life of a process.
func (k *checker) started(h *host) {
	t := &k.hosts[h.id]
	t.touch(k.w.now)
	t.sick = t.clockBad > 0
	t.at, t.in, t.inFor, t.why = 0, false, 0, fromStart
	t.forget(h.life)
}

func (k *checker) died(h *host) {
	k.hosts[h.id].touch(k.w.now)
	for y := range k.hosts {
		mute := k.heardLast[h.id]+2 < k.w.cycle() // it was gone before it died
		k.hosts[y].gone[h.id], k.hosts[y].unseen[h.id] = mute, mute
	}
}

// impaired reports whether a host itself is outside of its bounds.
func (k *checker) impaired(i int) bool {
	h, t := &k.w.hosts[i], &k.hosts[i]
	return !h.alive || t.sick || t.clockBad > 0 || t.keyless > 0 || k.w.now <= t.touched
}

// whole reports whether a link keeps the omission bound, and has kept it for d.
func (k *checker) whole(from, to int, d time.Duration) bool {
	t := &k.w.net
	l := from*t.n + to
	return int(t.row[l]) <= k.w.cfg.Omissions && t.dead[l] == 0 && t.broken[l]+d < k.w.now
}

// quorum is a majority of hosts.
func (w *World) quorum() int { return w.n/2 + 1 }

// window is the span for which a frame counts.
func (w *World) window() int { return w.cfg.Omissions + 1 }

// settleFit finds who is fit: the largest set of hosts each of which is in bounds and has whole
// links, in both directions, with a majority of the set.
func (k *checker) settleFit() {
	w := k.w
	var fit controlnet.Set
	for i := range k.hosts {
		if !k.impaired(i) {
			fit.Add(hostOf(i))
		}
	}
	for again := true; again; {
		again = false
		for i := range k.hosts {
			if fit.Has(hostOf(i)) && k.withMajority(i, &fit) < w.quorum() {
				fit = without(fit, single(i))
				again = true
			}
		}
	}
	anySync := false
	for i := range k.hosts {
		anySync = anySync || fit.Has(hostOf(i)) && w.hosts[i].inSync
	}
	k.since = k.since[:0]
	for i := range k.hosts {
		k.setFit(i, fit.Has(hostOf(i)), anySync)
		if t := &k.hosts[i]; t.fit != 0 {
			k.since = append(k.since, t.fit)
		}
	}
	k.quorumFit = w.now
	if slices.Sort(k.since); len(k.since) >= w.quorum() {
		k.quorumFit = k.since[w.quorum()-1]
	}
}

func single(i int) controlnet.Set {
	var s controlnet.Set
	s.Add(hostOf(i))
	return s
}

// withMajority counts the members of a set with which a host has whole links.
func (k *checker) withMajority(i int, set *controlnet.Set) int {
	count := 1
	for j := range k.hosts {
		if j != i && set.Has(hostOf(j)) && k.bothWays(i, j, 3*k.w.cfg.Cycle/2) {
			count++
		}
	}
	return count
}

// setFit keeps since when a host is fit, and from what it came back.
func (k *checker) setFit(i int, fit, anySync bool) {
	h, t := &k.w.hosts[i], &k.hosts[i]
	if !fit {
		if t.fit != 0 {
			t.fit, t.why = 0, fromCut
		}
		return
	}
	if t.fit == 0 {
		t.fit, t.awaited = k.w.now, !h.inSync
	}
	if !anySync {
		t.why = fromCold
	}
}

// ReturnBound is the number of cycles within which a host that is fit is in sync, in a network
// that is in sync, and ColdBound the same where nobody was.
func ReturnBound(c *controlnet.Config) int { return 8 + 4*(c.Omissions+1) }

// ColdBound is the same where nobody was in sync. On top of it comes the time by which the
// time of day that the hosts agree on is behind the cycle that they had been in.
func ColdBound(c *controlnet.Config) int { return 12 + 8*(c.Omissions+1) }

// due is when a host that is fit has to be in sync: some time after it was fit, and some more
// after a majority was.
func (k *checker) due(t *truth) time.Duration {
	c := &k.w.cfg
	cold := time.Duration(ColdBound(c))*c.Cycle + 2*k.w.plan.UTCError
	if t.why == fromCold {
		return max(t.fit, k.quorumFit) + cold
	}
	return max(t.fit+time.Duration(ReturnBound(c))*c.Cycle, k.quorumFit+cold)
}

// steady reports whether a host has been fit for so long that it must be in sync.
func (k *checker) steady(i int) bool {
	t := &k.hosts[i]
	return t.fit != 0 && k.w.now > k.due(t) && !k.impaired(i)
}

// sure looks again at who is fit, since that was last done up to a cycle ago, and reports
// whether all of some hosts still must be in sync: each has had whole links with a majority
// for as long as a reading of a clock may be old.
func (k *checker) sure(hosts ...int) bool {
	k.settleFit()
	old := time.Duration(2*k.w.window()+1) * k.w.cfg.Cycle
	for _, i := range hosts {
		count := 1
		for j := range k.hosts {
			if j != i && k.steady(j) && k.bothWays(i, j, old) {
				count++
			}
		}
		if !k.steady(i) || count < k.w.quorum() {
			return false
		}
	}
	return true
}

// bothWays reports whether the links between two hosts have been whole for d.
func (k *checker) bothWays(i, j int, d time.Duration) bool {
	return i == j || k.whole(i, j, d) && k.whole(j, i, d)
}

// everyCycle looks at what must hold at any time.
func (k *checker) everyCycle() {
	k.settleFit()
	all := true
	for i := range k.w.hosts {
		h, t := &k.w.hosts[i], &k.hosts[i]
		in := h.alive && h.inSync && k.w.now >= h.stopped
		all = all && in && h.tick.Members == controlnet.SetOf(k.w.n)
		if in && t.fit != 0 && t.awaited {
			t.awaited = false
			k.figures.Returns[t.why].add(int((k.w.now - max(t.fit, k.quorumFit)) / k.w.cfg.Cycle))
		}
		if k.steady(i) && !in && k.sure(i) {
			k.violate("in sync", "host %d has been fit for %v (%s) and is not in sync: %v", i, k.w.now-t.fit, returnNames[t.why], h.state())
		}
		k.contactOf(i)
	}
	if all && k.w.synced == 0 {
		k.w.begin()
	}
	k.sameMembers()
}

// contactOf keeps when a host last could have a majority that it hears and that hears it: a
// frame counts for a window, and may name one that came up to a window before it.
func (k *checker) contactOf(i int) {
	w := k.w
	window := time.Duration(w.window()) * w.cfg.Cycle
	heard, named := w.now-window-w.cfg.Cycle/2, w.now-2*window-w.cfg.Cycle/2
	count := 1
	for j := range k.hosts {
		if j != i && w.net.came[i*w.n+j] >= named && w.net.came[j*w.n+i] >= heard {
			count++
		}
	}
	if count >= w.quorum() {
		k.hosts[i].majority = w.now
	}
}

// atEnd looks at what must have come about: that the run did what it is about.
func (k *checker) atEnd() {
	if k.violation == nil && k.figures.TicksInSync == 0 && k.w.plan.Cycles > 2*ColdBound(&k.w.cfg) {
		k.violate("in sync", "nobody ever was")
	}
	if k.expect != nil && k.violation == nil {
		k.expect.atEnd(k)
	}
}
