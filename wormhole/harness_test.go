package wormhole_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// The bench runs n cores in lock step with real time in its own hands: each of
// run's cycles gives every live core what its drivers have to say, and then a
// tick with the frames that the others sent in the cycle before. It obeys an
// output in the order of Output: store, then lease, alerts, commands, frame.
//
// Two promises are looked at after every step, in every test: nothing that must
// not be forgotten has changed without being stored, and no more than k replicas
// are down for rejuvenation.

const (
	cycleLength = 100 * time.Millisecond
	procBound   = 5 * time.Millisecond
	execLength  = 12 // T_localexec of small, in cycles

	firstStart wormhole.Cycle = 1000 // of the timetable of small
	warmUp     wormhole.Cycle = 40   // cycles that a bench runs before that
)

// every is a timetable of rounds at equal distances.
type every struct{ first, period wormhole.Cycle }

func (e every) At(c wormhole.Cycle) (uint64, wormhole.Cycle, bool) {
	if c < e.first {
		return 0, 0, false
	}
	done := (c - e.first) / e.period
	return uint64(done) + 1, e.first + done*e.period, true
}

func (e every) Next(c wormhole.Cycle) (uint64, wormhole.Cycle) {
	round, start, ok := e.At(c)
	if !ok {
		return 1, e.first
	}
	return round + 1, start + e.period
}

// small is a configuration whose rounds last about a hundred cycles, with no
// more time before T_d than the groups need, and slack cycles before the next.
func small(n, kPrime, k, omissions int) wormhole.Config {
	const slack = 60
	round := wormhole.Cycle((n + k - 1) / k * (execLength + omissions + 2))
	return wormhole.Config{
		Epoch: 1, Members: wormhole.SetOf(n), KPrime: kPrime, K: k,
		Bounds: wormhole.Bounds{
			Shutdown: 1 * cycleLength, CheckCode: 1 * cycleLength, RestoreCode: 2 * cycleLength,
			Boot: 3 * cycleLength, Transfer: 2 * cycleLength,
		},
		Deadline: time.Duration(round) * cycleLength,
		Period:   time.Duration(round+slack) * cycleLength,
		Starts:   every{firstStart, round + slack},
		Cycle:    cycleLength, Process: procBound, Drift: 200e-6, Omissions: omissions,
	}
}

// six is small for n = 6, k' = 1, k = 1, o = 2: a window of 3 cycles, a majority of 4.
func six() wormhole.Config { return small(6, 1, 1, 2) }

// clock is a host's own clock: it went through local at the instant real, and
// has gone at that rate since.
type clock struct {
	real, local time.Duration
	rate        float64
}

func (c *clock) at(real time.Duration) time.Duration {
	return c.local + time.Duration(float64(real-c.real)*c.rate)
}

func (c *clock) when(local time.Duration) time.Duration {
	return c.real + time.Duration(float64(local-c.local)/c.rate)
}

// set changes the clock's rate, and its reading by jump, from the instant real on.
func (c *clock) set(real time.Duration, rate float64, jump time.Duration) {
	*c = clock{real, c.at(real) + jump, rate}
}

// pending is a phase that is under way at a node.
type pending struct {
	at     time.Duration // real instant of its end
	result wormhole.PhaseResult
}

// said is a command, with the cycle and the local instant of it.
type said struct {
	at  wormhole.Cycle
	now time.Duration
	cmd wormhole.Command
}

// node is one host of a bench.
type node struct {
	b     *bench
	id    wormhole.Host
	core  *wormhole.Core
	out   wormhole.Output
	clock clock

	late   time.Duration // how long after the boundary its ticks come
	noSync bool          // its control network does not vouch for its clock
	broken bool          // its store fails
	guest  bool          // the replica's guest runs
	cut    bool          // the guest is cut off from the payload's network

	disk    *wormhole.State
	counter uint64
	lease   time.Duration
	taken   uint64
	full    bool // its outbox takes no alerts
	work    []pending

	sent   *wormhole.Frame // in the current cycle, nil if it was silent
	said   []said
	alerts []wormhole.Alert
	steps  []step // inputs and outputs, if the bench keeps them
}

// step is an input and what came of it.
type step struct {
	in  wormhole.Input
	out wormhole.Output
}

// bench is a system of cores, a network and a clock that a test drives by hand.
type bench struct {
	t     testing.TB
	cfg   wormhole.Config
	cycle wormhole.Cycle
	real  time.Duration
	nodes []*node
	air   []wormhole.Received // frames of the last cycle

	keep bool // keep the steps of all nodes
	away wormhole.Set
	// lost says which frames do not arrive, beside those of and to hosts in away.
	lost func(from, to wormhole.Host, at wormhole.Cycle) bool
	// phase scripts how phases end and how long they take; a negative time is never.
	phase func(h wormhole.Host, c *wormhole.Command) (wormhole.Outcome, time.Duration)
}

// newBench starts one node for each member, with clocks an hour apart.
func newBench(t testing.TB, cfg wormhole.Config) *bench {
	t.Helper()
	b := &bench{t: t, cfg: cfg, cycle: firstStart - warmUp}
	b.phase = func(_ wormhole.Host, c *wormhole.Command) (wormhole.Outcome, time.Duration) {
		return wormhole.Succeeded, c.Within / 2
	}
	for h := cfg.Members.Next(0); h != wormhole.NoHost; h = cfg.Members.Next(int(h) + 1) {
		n := &node{b: b, id: h, clock: clock{0, time.Duration(h+1) * time.Hour, 1}}
		b.nodes = append(b.nodes, n)
		n.start(cfg)
	}
	return b
}

// settled is a bench in which all replicas are up and the first claims are near.
func settled(t testing.TB, cfg wormhole.Config) *bench {
	t.Helper()
	b := newBench(t, cfg)
	b.to(firstStart - 12)
	for _, n := range b.nodes {
		if s := n.core.Status(); !s.Joined || s.Replica != wormhole.Up {
			t.Fatalf("host %d is %v, joined %v, after the warm-up", n.id, s.Replica, s.Joined)
		}
	}
	return b
}

// now is the node's local time.
func (n *node) now() time.Duration { return n.clock.at(n.b.real) }

// start starts the node's local wormhole with what is on its disk.
func (n *node) start(cfg wormhole.Config) {
	n.b.t.Helper()
	var state *wormhole.State
	if n.disk != nil {
		copied := *n.disk
		state = &copied
	}
	core, err := wormhole.New(cfg, n.id, wormhole.Start{Now: n.now(), State: state, Counter: n.counter, Running: n.guest}, &n.out)
	if err != nil {
		n.b.t.Fatalf("host %d does not start: %v", n.id, err)
	}
	n.core = core
	n.obey()
}

// crash ends the node's local wormhole. Its phases end with it.
func (n *node) crash() { n.core, n.work, n.sent = nil, nil, nil }

// step gives the core an event and obeys it.
func (n *node) step(in wormhole.Input) {
	in.AlertsTaken = n.taken
	before := n.core.Status()
	n.core.Step(&in, &n.out)
	checkStep(n.b.t, n.core, &before, &n.out)
	if n.b.keep {
		n.steps = append(n.steps, step{in, cloneOutput(&n.out)})
	}
	n.obey()
}

func cloneOutput(o *wormhole.Output) wormhole.Output {
	c := *o
	c.Commands = append([]wormhole.Command(nil), o.Commands...)
	c.Alerts = append([]wormhole.Alert(nil), o.Alerts...)
	return c
}

// obey does what the last output asks for.
func (n *node) obey() {
	o := &n.out
	if o.Store {
		if n.broken {
			n.crash()
			return
		}
		state := o.State
		n.disk, n.counter = &state, state.Counter
	}
	if o.Lease != 0 {
		n.lease = o.Lease
	}
	for i := range o.Alerts {
		if a := o.Alerts[i]; !n.full && a.Seq > n.taken {
			n.alerts, n.taken = append(n.alerts, a), a.Seq
		}
	}
	for i := range o.Commands {
		n.act(&o.Commands[i])
	}
	if o.Send {
		frame := o.Frame
		n.sent = &frame
	}
}

// act does one command.
func (n *node) act(c *wormhole.Command) {
	n.said = append(n.said, said{n.b.cycle, n.now(), *c})
	switch c.Kind {
	case wormhole.CommandFence:
		n.guest, n.work = false, nil
	case wormhole.CommandCancel:
		n.work = nil
	case wormhole.CommandIsolate:
		n.cut = true
	case wormhole.CommandRejoin:
		n.cut = false
	case wormhole.CommandPhase:
		if c.Phase == wormhole.PhaseShutdown {
			n.guest = false
		}
		outcome, takes := n.b.phase(n.id, c)
		if takes >= 0 {
			r := wormhole.PhaseResult{Attempt: c.Attempt, Phase: c.Phase, Outcome: outcome}
			n.work = append(n.work, pending{n.b.real + takes, r})
		}
	}
}

// run lets so many cycles pass.
func (b *bench) run(cycles wormhole.Cycle) {
	b.t.Helper()
	for ; cycles > 0; cycles-- {
		b.pass()
	}
}

// to runs until the cycle c has begun.
func (b *bench) to(c wormhole.Cycle) {
	b.t.Helper()
	if c < b.cycle {
		b.t.Fatalf("cycle %d has passed: it is cycle %d", c, b.cycle)
	}
	b.run(c - b.cycle)
}

// until runs until ok, at most for limit cycles, and returns the cycle.
func (b *bench) until(what string, limit wormhole.Cycle, ok func() bool) wormhole.Cycle {
	b.t.Helper()
	for end := b.cycle + limit; !ok(); b.pass() {
		if b.cycle >= end {
			b.t.Fatalf("cycle %d: %s has not come in %d cycles", b.cycle, what, limit)
		}
	}
	return b.cycle
}

// pass is one cycle.
func (b *bench) pass() {
	b.t.Helper()
	begin, end := b.real, b.real+b.cfg.Cycle
	for _, n := range b.nodes {
		b.real = begin
		n.upTo(end)
	}
	b.real, b.cycle = end, b.cycle+1
	for _, n := range b.nodes {
		n.sent = nil
		n.deadMan()
		n.tick(b.heardBy(n.id))
	}
	b.air = nil
	for _, n := range b.nodes {
		if n.sent != nil {
			b.air = append(b.air, wormhole.Received{Sender: n.id, Cycle: b.cycle, Frame: n.sent})
		}
	}
	b.atMostK()
}

// heardBy is what reaches h of the last cycle's frames.
func (b *bench) heardBy(h wormhole.Host) []wormhole.Received {
	var heard []wormhole.Received
	for _, r := range b.air {
		gone := b.away.Has(h) || b.away.Has(r.Sender) || b.lost != nil && b.lost(r.Sender, h, r.Cycle)
		if r.Sender != h && !gone {
			heard = append(heard, r)
		}
	}
	return heard
}

// tick gives the node the beginning of the current cycle.
func (n *node) tick(frames []wormhole.Received) {
	if n.core == nil {
		return
	}
	at := n.now()
	n.step(wormhole.Input{Now: at + n.late, Tick: &wormhole.Tick{Cycle: n.b.cycle, Boundary: at, InSync: !n.noSync, Frames: frames}})
}

// upTo lets the node live until the real instant end: phases end, and it is woken
// when it wants to be.
func (n *node) upTo(end time.Duration) {
	for range 1000 {
		at := n.next()
		if n.core == nil || at >= end {
			return
		}
		n.b.real = max(at, n.b.real)
		in := wormhole.Input{Now: n.now()}
		if len(n.work) > 0 && n.work[0].at <= at {
			r := n.work[0].result
			n.work = n.work[1:]
			if r.Phase == wormhole.PhaseBoot && r.Outcome == wormhole.Succeeded {
				n.guest = true
			}
			in.Result = &r
		}
		n.step(in)
	}
	n.b.t.Fatalf("host %d asks to be woken for ever", n.id)
}

// next is the real instant of the node's next event before its tick.
func (n *node) next() time.Duration {
	at := n.clock.when(n.out.Wake)
	if n.clock.at(at) < n.out.Wake {
		at++
	}
	if len(n.work) > 0 {
		at = min(at, n.work[0].at)
	}
	return at
}

// deadMan fences the replica when its lease is over.
func (n *node) deadMan() {
	if n.lease == 0 || n.now() < n.lease {
		return
	}
	was := n.guest
	n.guest = false
	if n.core != nil && was {
		n.step(wormhole.Input{Now: n.now(), Report: &wormhole.Report{Died: true}})
	}
}

// atMostK is the promise I1, from the outside.
func (b *bench) atMostK() {
	b.t.Helper()
	var down wormhole.Set
	for _, n := range b.nodes {
		if n.core != nil && n.core.Status().Replica == wormhole.Rejuvenating {
			down.Add(n.id)
		}
	}
	if down.Len() > b.cfg.K {
		b.t.Fatalf("cycle %d: %d replicas are down for rejuvenation, k = %d", b.cycle, down.Len(), b.cfg.K)
	}
}

// checkStep looks at what must hold after every step, whatever went in.
func checkStep(t testing.TB, c *wormhole.Core, before *wormhole.Status, o *wormhole.Output) {
	t.Helper()
	is := c.Status()
	kept := func(s *wormhole.Status) []any {
		return []any{s.Epoch, s.Replica, s.Incarnation, s.Round, s.Turn, s.Last, s.Latch, s.PauseUntil, s.Extra, s.Boot}
	}
	if !o.Store && !reflect.DeepEqual(kept(before), kept(&is)) {
		t.Fatalf("cycle %d: state changed from %v to %v and is not to be stored", is.Cycle, kept(before), kept(&is))
	}
	if len(o.Alerts) > wormhole.MaxPendingAlerts {
		t.Fatalf("%d alerts at once", len(o.Alerts))
	}
	if o.Send && !is.InSync {
		t.Fatalf("cycle %d: a frame without a clock", is.Cycle)
	}
}
