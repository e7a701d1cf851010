package wormhole

import (
	"fmt"
	"time"
)

// Core is the protocol of one local wormhole: a state machine without clock,
// socket, file or randomness. Make it with New, give it every event by Step,
// and do what the Output says, in the order that it says. It is not safe for
// concurrent use; one goroutine owns it.
type Core struct {
	cfg  Config
	next *Config // membership that waits for a round boundary
	self Host
	st   State // what must not be forgotten
	out  *Output

	dirty bool // st has changed since it was last put into an Output

	// What follows is forgotten when the local wormhole stops.
	now      time.Duration
	started  time.Duration // local time of New
	alone    time.Duration // local time since when it has not been in contact with enough members
	cycle    Cycle         // current cycle, 0 before the first tick in sync
	boundary time.Duration // local time of its beginning
	origin   Cycle         // first cycle in sync, 0 before it
	inSync   bool
	onTime   bool
	joined   bool // has been in contact with enough members since New
	silent   int  // cycles in a row in which it could not speak

	joinedAt Cycle // since when, or since when it has been there in every cycle
	present  Cycle // last cycle in which it was in sync and on time
	peers    [MaxHosts]peer
	lost     Set // members out of contact that have been told of
	absent   Set // members out of contact
	fenced   Set // members whose replica is fenced, itself included
	backers  Set // members that vouch for the claim, itself included
	stops    Set // members that may be down for rejuvenation, without itself
	spentFor int // cycles in a row in which more than the budget were missing

	group     [MaxHosts]uint16 // rank of each member in the round
	grouped   groupKey         // what group was computed for
	atRisk    uint64           // round for which deadline.atrisk was raised
	boundTold uint64           // round, plus 1, for which control.bound was raised
	judged    uint64           // round whose deadline was judged
	removed   bool             // the membership has no place for this host any more
	leads     bool
	check     uint64 // last stable checkpoint that the replica reported
	nextLast  Host   // candidate for the next round
	nextFor   uint64 // the round it is for
	ready     Set    // members that are known to have the proposed membership

	claim     claim
	run       run
	notBefore Cycle // first cycle in which this life may claim
	lease     time.Duration
	ask       ask
	asked     [MaxHosts]askKey // orders for this replica that were taken, by sender
	why       Why
	refused   uint64 // frames that were looked at and not taken
}

// groupKey is what the groups of a round depend on.
type groupKey struct {
	epoch uint32
	last  Host
	valid bool
}

// claim is this local wormhole's standing request to take its replica down.
type claim struct {
	standing bool
	from     Cycle // first cycle of the claim
	rank     uint16
	reach    Cycle                   // length of the next reservation
	sentAt   [sentRing]time.Duration // when the frames of the last cycles left
	sentIn   [sentRing]Cycle         // which cycles those were
}

// run is the attempt that is under way: Algorithm 1 or a cold start.
type run struct {
	active   bool
	cold     bool
	phase    Phase
	since    time.Duration // when the phase began
	warned   bool          // phase.overrun was raised for it
	deadline time.Duration // end of T_localexec by the local clock
	until    Cycle         // end of T_localexec by the control network's clock, 0 for a cold start
	unsynced bool          // resumed after a restart; deadline is known at the first tick in sync
}

// ask is an order for another replica's rejuvenation on its way there.
type ask struct {
	target Host
	seq    uint16
	until  Cycle
}

// askKey recognises an order that has been taken.
type askKey struct {
	boot uint64
	seq  uint16
}

// Start is what a local wormhole finds when it starts.
type Start struct {
	Now     time.Duration // local clock
	State   *State        // as stored, or nil if there is none
	Counter uint64        // the TPM's counter
	Running bool          // the replica's guest is running
}

// New returns the core of the local wormhole of host self and the output of
// its first step, which includes what to do with the replica as it was found.
func New(cfg Config, self Host, s Start, out *Output) (*Core, error) {
	if err := cfg.Check(); err != nil {
		return nil, fmt.Errorf("configuration of host %d: %w", self, err)
	}
	if !cfg.Members.Has(self) {
		return nil, fmt.Errorf("host %d is no member of epoch %d", self, cfg.Epoch)
	}
	c := &Core{cfg: cfg, self: self, now: s.Now, started: s.Now, alone: s.Now, nextLast: NoHost}
	c.ask.target = NoHost
	c.begin(out)
	c.wakeUp(&s)
	c.finish()
	return c, nil
}

// Step takes one event and fills out. Deadlines that have passed come before
// the event: a result that is late is late, whatever it says.
func (c *Core) Step(in *Input, out *Output) {
	c.begin(out)
	c.now = in.Now
	c.expire()
	switch {
	case in.Tick != nil:
		c.tick(in.Tick)
	case in.Result != nil:
		c.result(in.Result)
	case in.Report != nil:
		c.report(in.Report)
	case in.Order != nil:
		c.order(in.Order)
	}
	c.alertsTaken(in.AlertsTaken)
	c.finish()
}

// begin prepares a step's output.
func (c *Core) begin(out *Output) {
	out.reset()
	c.out = out
}

// finish puts into the output what the step has left to be done.
func (c *Core) finish() {
	o := c.out
	o.Alerts = append(o.Alerts, c.st.Alerts[:c.st.AlertCount]...)
	if c.dirty {
		c.st.Counter++
		o.Store, o.State = true, c.st
		c.dirty = false
	}
	o.Lease = c.lease
	o.Wake = c.wake()
	c.out = nil
}

// wake is the next instant at which something has to be done without an event.
func (c *Core) wake() time.Duration {
	w := c.now + c.cfg.Cycle
	if c.run.active {
		if d := c.phaseEnd(); !c.run.warned && d < w {
			w = d
		}
		if !c.run.unsynced && c.run.deadline < w {
			w = c.run.deadline
		}
	}
	if c.st.Replica == Up && c.lease != 0 && c.lease < w {
		w = c.lease
	}
	return max(w, c.now)
}

// command asks the drivers for something.
func (c *Core) command(cmd Command) { c.out.Commands = append(c.out.Commands, cmd) }

// assert ends the process when an invariant of the core is broken: a panic in
// the simulator, the fail-silent end in the daemon. No input can cause it.
func (c *Core) assert(ok bool, what string) {
	if !ok {
		panic(fmt.Sprintf("wormhole: host %d, cycle %d: %s", c.self, c.cycle, what))
	}
}
