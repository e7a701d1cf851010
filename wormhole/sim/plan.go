package sim

import (
	"fmt"
	"slices"
	"time"

	below "github.com/proactive-resilience/wormhole/controlnet/sim"
	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// FaultKind is something that goes wrong, or an operator who does something.
type FaultKind uint8

// The kinds of faults.
const (
	FaultCrash         FaultKind = iota // the local wormhole's process dies, and is started again after For
	FaultCrashUnstored                  // it dies at its next store, before anything is on disk
	FaultCrashStored                    // it dies at its next store, synced but not yet bound to the counter
	FaultCrashBound                     // it dies at its next store, bound, with nothing sent or done of what follows
	FaultPower                          // the host loses power for For
	FaultStall                          // the process is stopped for For (SIGSTOP, a stalled machine)
	FaultCut                            // the host is cut off from the control network for For
	FaultCutSilent                      // the same, and its control network notices that it has lost its clock
	FaultPartition                      // the control network falls into two parts; the bits of Arg say who is in one of them
	FaultDeafLink                       // the frames of host Arg do not reach this host for For
	FaultReplay                         // recorded frames of earlier cycles reach this host for For
	FaultLate                           // every other tick comes later than T_proc for For
	FaultDrift                          // the host's clock runs at a rate far beyond its bound for For
	FaultJump                           // the host's clock jumps by Arg milliseconds, forward or back
	FaultSlow                           // the next boot takes longer than its bound, the rejuvenation does not
	FaultHang                           // a phase of the next rejuvenation never ends
	FaultImage                          // files of the replica's image are changed
	FaultRestore                        // an image is changed, and restoring it fails
	FaultRefuse                         // the proof of the next boot is refused
	FaultTamper                         // the next state transfer finds corrupt pages
	FaultDie                            // the guest dies by itself
	FaultDiskFull                       // nothing can be stored for For
	FaultDiskLies                       // the disk forgets what it said was synced when the process next dies
	FaultRollback                       // somebody puts an older copy of the store in place
	OrderExtra                          // an operator orders a rejuvenation of replica Arg at this host
	OrderPause                          // an operator orders a pause of For
	OrderResume                         // an operator ends it
	OrderClear                          // an operator clears the fail-safe
	OrderRemove                         // an operator takes host Arg out of the membership, at all hosts
	OrderRenew                          // an operator gives all hosts a membership with the same hosts
	numFaultKinds
)

var faultNames = [numFaultKinds]string{
	"crash", "crash-before-store", "crash-after-store", "crash-after-bind", "power-cut", "stall", "cut", "cut-noticed", "partition", "deaf-link",
	"replayed-stream", "late-again", "clock-drift", "clock-jump", "phase-overrun", "phase-never-ends", "image-differs", "restore-fails", "quote-refused", "state-tampered", "guest-dies",
	"disk-full", "disk-loses", "store-rolled-back", "order-extra", "order-pause", "order-resume", "order-clear", "order-remove", "order-renew",
}

// String returns the kind's name in reports.
func (k FaultKind) String() string {
	if k >= numFaultKinds {
		return "unknown"
	}
	return faultNames[k]
}

// Fault is one entry of a run's plan.
type Fault struct {
	Kind FaultKind
	Host int
	At   time.Duration // since the run began, real time
	For  time.Duration
	Arg  int64
}

// String describes the fault for a trace.
func (f Fault) String() string {
	return fmt.Sprintf("%-18v host %d at %v for %v (%d)", f.Kind, f.Host, f.At, f.For, f.Arg)
}

// Profile is what a run may contain, and so what is expected of it.
type Profile uint8

// The profiles.
const (
	// Calm: nothing but losses inside the omission bound.
	Calm Profile = iota
	// Inside: one fault after the other, each inside the stated bounds or inside
	// the k' budget. The fail-safe must not trip.
	Inside
	// Alone: as Inside, and hosts that lose their footing alone: cut off, rolled
	// back, with a clock beyond its bound. Only they may trip, for themselves.
	Alone
	// Beyond: anything, any time. The fail-safe must trip when it is due, and
	// never before; at most k holds whatever happens.
	Beyond
	numProfiles
)

var profileNames = [numProfiles]string{"calm", "inside", "alone", "beyond"}

// String returns the profile's name.
func (p Profile) String() string { return profileNames[p] }

// Plan is all that decides a run, but for the seed of its draws.
type Plan struct {
	Seed    uint64
	Profile Profile
	Rounds  int
	Loss    float64     // probability that a frame is lost on a link, below the omission bound
	Noise   float64     // probability that an old or repeated frame is heard beside
	Tight   bool        // phases take nearly all of their bounds
	Hasty   bool        // T_d is a third of what the policy's condition asks for: somebody did not check it
	Control bool        // the control network's own cores run below the local wormholes
	Wires   *below.Plan // with Control: what happens to it, instead of what is drawn
	Faults  []Fault
}

// Lines describes the plan for people.
func (p *Plan) Lines() []string {
	lines := []string{fmt.Sprintf("seed %d, profile %v, %d rounds, loss %v, noise %v, tight %v, hasty %v", p.Seed, p.Profile, p.Rounds, p.Loss, p.Noise, p.Tight, p.Hasty)}
	if p.Control {
		lines[0] += ", control network"
	}
	for _, f := range p.Faults {
		lines = append(lines, f.String())
	}
	return lines
}

var (
	insideKinds = []FaultKind{FaultCrash, FaultCrashUnstored, FaultCrashStored, FaultCrashBound, FaultPower, FaultStall, FaultSlow, FaultHang,
		FaultImage, FaultRestore, FaultRefuse, FaultTamper, FaultDie, FaultDiskFull}
	aloneKinds  = append([]FaultKind{FaultCut, FaultCutSilent, FaultJump, FaultDrift, FaultDiskLies, FaultRollback, FaultReplay, FaultLate}, insideKinds...)
	beyondKinds = append([]FaultKind{FaultPartition, FaultDeafLink, FaultCut, FaultCrash}, aloneKinds...)
	gentle      = []FaultKind{OrderExtra, OrderPause, OrderResume, OrderRenew, OrderRemove}
)

// NewPlan draws the plan of one run.
func NewPlan(seed uint64, cfg *wormhole.Config, rounds int) Plan {
	d := virtual.NewDice(seed)
	p := Plan{Seed: seed, Profile: Profile(seed % uint64(numProfiles)), Rounds: rounds}
	p.Loss = []float64{0, 0.01, 0.1, 0.5}[d.Below(4, usePlan, 0, 0, 0)]
	p.Noise = []float64{0, 0, 0.02, 0.2}[d.Below(4, usePlan, 1, 0, 0)]
	p.Tight = d.Chance(0.3, usePlan, 2, 0, 0)
	g := generator{d: d, cfg: cfg, n: cfg.Members.Len(), total: time.Duration(rounds) * cfg.Period}
	switch p.Profile {
	case Inside:
		p.Faults = g.spaced(insideKinds)
	case Alone:
		p.Faults = g.spaced(aloneKinds)
	case Beyond:
		p.Faults = g.anyTime(beyondKinds)
		p.Hasty = d.Chance(0.15, usePlan, 5, 0, 0)
	}
	if p.Profile != Calm {
		p.Faults = append(p.Faults, g.orders()...)
	}
	return p
}

// generator draws faults.
type generator struct {
	d     virtual.Dice
	cfg   *wormhole.Config
	n     int
	total time.Duration
	count uint64
}

func (g *generator) draw(n int) int {
	g.count++
	return g.d.Below(n, usePlan, 3, g.count, 0)
}

func (g *generator) span(lo, hi time.Duration) time.Duration {
	g.count++
	return g.d.Between(lo, hi, usePlan, 4, g.count, 0)
}

// spaced draws one fault after the other, each far enough from the one before
// that its replica is up again: it has had a whole round of its own since.
func (g *generator) spaced(kinds []FaultKind) []Fault {
	var fs []Fault
	for at := g.span(0, 2*g.cfg.Period); at < g.total-g.cfg.Period; at += g.span(3*g.cfg.Period, 4*g.cfg.Period) {
		f := g.fault(kinds[g.draw(len(kinds))], at)
		f.At = g.badMoment(at)
		f.For = min(f.For, g.cfg.Period/2)
		fs = append(fs, f)
		if !slices.Contains(insideKinds, f.Kind) {
			fs = append(fs, Fault{Kind: OrderClear, Host: f.Host, At: f.At + f.For + g.cfg.Bounds.TLocalExec() + 20*g.cfg.Cycle})
		}
		if f.Kind == FaultDiskLies {
			fs = append(fs, Fault{Kind: FaultCrash, Host: f.Host, At: f.At + g.span(0, g.cfg.Bounds.TLocalExec()), For: g.span(g.cfg.Cycle, 5*g.cfg.Cycle)})
		}
	}
	return fs
}

// anyTime draws faults without regard to each other.
func (g *generator) anyTime(kinds []FaultKind) []Fault {
	var fs []Fault
	for i := 1 + g.draw(12); i > 0; i-- {
		fs = append(fs, g.fault(kinds[g.draw(len(kinds))], g.badMoment(g.span(0, g.total))))
	}
	for i := g.draw(4); i > 0; i-- {
		fs = append(fs, Fault{Kind: OrderClear, Host: g.draw(g.n), At: g.span(0, g.total)})
	}
	if g.draw(20) == 0 {
		fs = append(fs, g.slowClock()...)
	}
	return fs
}

// slowClock draws what the one exception of [W-2] is about: host 0, which starts with
// the round, is out of contact a moment later, its clock runs at a third of its
// rate, and its rejuvenation would go on for ever.
func (g *generator) slowClock() []Fault {
	start := time.Duration(warmUp)*g.cfg.Cycle + time.Duration(1+g.draw(4))*g.cfg.Period
	soon := start + g.cfg.Cycle/2
	return []Fault{
		{Kind: FaultHang, Host: 0, At: start - 5*g.cfg.Cycle, Arg: int64(wormhole.PhaseTransfer) - 1},
		{Kind: FaultCutSilent, Host: 0, At: soon, For: g.cfg.Period},
		{Kind: FaultDrift, Host: 0, At: soon + 1, For: g.cfg.Period},
	}
}

// badMoment moves one instant in three to just before or after a round start, where
// a cycle more or less makes a difference.
func (g *generator) badMoment(at time.Duration) time.Duration {
	if g.draw(3) != 0 {
		return at
	}
	start := time.Duration(warmUp)*g.cfg.Cycle + at/g.cfg.Period*g.cfg.Period
	return start + g.span(0, 12*g.cfg.Cycle) - 9*g.cfg.Cycle
}

// orders draws operators who do things at bad moments.
func (g *generator) orders() []Fault {
	var fs []Fault
	for i := g.draw(6); i > 0; i-- {
		k := gentle[g.draw(len(gentle))]
		if k == OrderRemove && g.draw(4) != 0 {
			k = OrderRenew
		}
		f := g.fault(k, g.span(0, g.total))
		fs = append(fs, f)
	}
	return fs
}

// fault draws what belongs to one fault.
func (g *generator) fault(k FaultKind, at time.Duration) Fault {
	f := Fault{Kind: k, Host: g.draw(g.n), At: at, For: g.span(g.cfg.Cycle/10, 30*g.cfg.Cycle), Arg: int64(g.draw(1 << 20))}
	switch k {
	case FaultPower, FaultCut, FaultCutSilent, FaultPartition, FaultDiskFull:
		f.For = g.span(g.cfg.Cycle, g.cfg.Period)
	case FaultDeafLink, OrderExtra, OrderRemove:
		f.Arg %= int64(g.n)
	case FaultJump:
		f.Arg = f.Arg%20000 - 10000
	case OrderPause:
		f.For = g.span(g.cfg.Cycle, g.cfg.Period)
	}
	return f
}
