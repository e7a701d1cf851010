package sim

import (
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// Profile is what a run may contain.
type Profile uint8

// The profiles. What is expected is the same in all: it follows from what is fit, and when.
const (
	Calm   Profile = iota // what happens inside the bounds
	Inside                // one fault after the other
	Beyond                // anything, at any time
	numProfiles
)

var profileNames = [numProfiles]string{"calm", "inside", "beyond"}

// String returns the profile's name.
func (p Profile) String() string { return profileNames[p] }

// Delays is how delays are drawn.
type Delays uint8

// The ways: a fifth of the bound; all of it; one way fast and the other slow, for ever; each
// frame at one end or the other.
const (
	Light Delays = iota
	Wide
	Skewed
	Extreme
	numDelays
)

// Plan is all that decides a run, but for the seed of its draws.
type Plan struct {
	Seed     uint64
	Profile  Profile
	Config   controlnet.Config // Self is ignored
	Paths    int
	Cycles   int           // length
	Epoch    time.Duration // UTC when the run begins
	Spread   time.Duration // hosts are started within that
	UTCError time.Duration // of their real-time clocks, at most
	Delays   Delays
	Slack    bool // drivers are late by up to Process, instead of a twentieth of it
	Worst    bool // rates of clocks are at the ends of their bound, and so is much of the lateness
	Wander   bool // rates change inside their bound
	FromSync bool // faults count from when all are in sync, and so many cycles later
	Later    int
	External bool // processes are started by the simulator above
	Faults   []Fault
}

// Lines describes the plan for people.
func (p *Plan) Lines() []string {
	c := &p.Config
	lines := []string{
		fmt.Sprintf("seed %d, profile %v, %d cycles, %d paths, delays %d, slack %v, worst %v, wander %v, spread %v, UTC within %v",
			p.Seed, p.Profile, p.Cycles, p.Paths, p.Delays, p.Slack, p.Worst, p.Wander, p.Spread, p.UTCError),
		fmt.Sprintf("n %d, o %d, f %d, payload %d, cycle %v, delay %v, process %v, drift %g; limit %v, precision %v, slot %v",
			c.Hosts, c.Omissions, c.ClockFaults, c.Payload, c.Cycle, c.Delay, c.Process, c.Drift, c.Limit(), c.Precision(), c.Slot()),
	}
	for _, f := range p.Faults {
		lines = append(lines, f.String())
	}
	return lines
}

// begins is UTC at the beginning of every run: in the year 2026.
const begins = 1_790_000_000 * time.Second

// Default is the configuration of most tests: that of a policy at n = 7.
func Default() controlnet.Config { return Sized(7, 2, 2) }

// Sized returns the like for n hosts, f wrong clocks and omissions o, at the shortest cycle,
// in steps of 10 ms from 100 ms on, that holds it.
func Sized(n, f, o int) controlnet.Config {
	c := controlnet.Config{
		Network: 0x77, Hosts: n, Cycle: 100 * time.Millisecond, Delay: 5 * time.Millisecond, Process: 5 * time.Millisecond,
		Drift: 100e-6, Omissions: o, ClockFaults: f, Payload: 160,
	}
	for c.Check() != nil && c.Cycle < controlnet.MaxCycle {
		c.Cycle += 10 * time.Millisecond
	}
	return c
}

// NewPlan draws the plan of one run.
func NewPlan(seed uint64, cycles int) Plan {
	g := generator{d: virtual.NewDice(seed)}
	p := Plan{
		Seed: seed, Profile: Profile(seed % uint64(numProfiles)), Config: g.config(), Paths: 1 + g.draw(3)/2, Cycles: cycles,
		Epoch: begins, Delays: Delays(g.draw(int(numDelays))), Slack: g.draw(2) == 0, Worst: g.draw(3) == 0, Wander: g.draw(3) == 0,
	}
	g.p = &p
	p.Spread = []time.Duration{0, 3 * p.Config.Cycle, 20 * p.Config.Cycle}[g.draw(3)]
	p.UTCError = []time.Duration{0, p.Config.Cycle / 5, 3 * p.Config.Cycle}[g.draw(3)]
	g.background()
	total := time.Duration(cycles) * p.Config.Cycle
	switch p.Profile {
	case Inside:
		g.spaced(total)
	case Beyond:
		g.anyTime(total)
	}
	return p
}

// generator draws faults.
type generator struct {
	d     virtual.Dice
	count uint64
	p     *Plan
	wrong controlnet.Set // hosts whose clock is or was wrong: no more than f
}

func (g *generator) draw(n int) int {
	g.count++
	return g.d.Below(n, usePlan, 0, g.count, 0)
}

func (g *generator) span(lo, hi time.Duration) time.Duration {
	g.count++
	return g.d.Between(lo, hi, usePlan, 1, g.count, 0)
}

// config draws a configuration, the default one more often than others.
func (g *generator) config() controlnet.Config {
	if g.draw(3) > 0 {
		return Default()
	}
	n := []int{1, 2, 3, 4, 5, 6, 8, 10, 13}[g.draw(9)]
	c := Sized(n, g.draw((n-1)/3+1), g.draw(5))
	c.Payload = []int{24, 64, 160}[g.draw(3)]
	if g.draw(3) == 0 {
		c.Drift *= 5
		for c.Check() != nil {
			c.Cycle += 10 * time.Millisecond
		}
	}
	return c
}

// cycles draws a time of so many cycles.
func (g *generator) cycles(lo, hi int) time.Duration {
	return g.span(time.Duration(lo)*g.p.Config.Cycle, time.Duration(hi)*g.p.Config.Cycle)
}

// one draws a host, some a set of them.
func (g *generator) one() controlnet.Set {
	var s controlnet.Set
	s.Add(hostOf(g.draw(g.p.Config.Hosts)))
	return s
}

func (g *generator) some() controlnet.Set {
	var s controlnet.Set
	for h := 0; h < g.p.Config.Hosts; h++ {
		if g.draw(2) == 0 {
			s.Add(hostOf(h))
		}
	}
	return s
}

func hostOf(i int) controlnet.Host { return controlnet.Host(i) }

func (g *generator) add(f Fault) { g.p.Faults = append(g.p.Faults, f) }

// background draws what goes on all the time, inside the bounds, and wrong times of day.
func (g *generator) background() {
	long := time.Duration(g.p.Cycles) * g.p.Config.Cycle
	for _, k := range []Kind{Loss, Duplicate, Corrupt, Replay, Replay, Reorder} {
		if g.draw(3) == 0 {
			f := Fault{Kind: k, For: long, Rate: []float64{0.01, 0.1, 0.5}[g.draw(3)], Share: float64(1+g.draw(4)) / 4}
			f.Age = uint64(g.draw(30))
			g.add(f)
		}
	}
	if g.draw(4) == 0 {
		for h := g.draw((g.p.Config.Hosts + 1) / 2); h > 0; h-- {
			g.add(Fault{Kind: WrongUTC, Hosts: g.one(), By: g.span(-24*time.Hour, 24*time.Hour)})
		}
		g.fewWrong()
	}
}

// fewWrong keeps hosts with a wrong time of day fewer than half.
func (g *generator) fewWrong() {
	var wrong controlnet.Set
	kept := g.p.Faults[:0]
	for _, f := range g.p.Faults {
		if f.Kind == WrongUTC {
			h := f.Hosts.Next(0)
			if wrong.Has(h) || 2*(wrong.Len()+1) >= g.p.Config.Hosts {
				continue
			}
			wrong.Add(h)
		}
		kept = append(kept, f)
	}
	g.p.Faults = kept
}

// striking are the kinds that are drawn one by one.
var striking = []Kind{
	Delay, Flood, FloodReplay, Cut, Unplug, Stop, Stop, Kill, Kill, KeyChange, LossBeyond, Deaf, Slow, Stream, Late, StopSend, Drift, Jump, KeyLate, UTCStep,
}

// spaced draws one fault after the other, each when the one before is over and forgotten.
func (g *generator) spaced(total time.Duration) {
	rest := 3 * uint64(g.p.Config.Omissions+1)
	for at := g.cycles(0, 60); ; {
		f := g.fault(striking[g.draw(len(striking))], at)
		if at += f.For + g.cycles(int(rest)+10, int(rest)+40); at >= total {
			return
		}
		g.add(f)
	}
}

// anyTime draws faults without regard to each other, and ends them all in time for what must
// come after.
func (g *generator) anyTime(total time.Duration) {
	rest := time.Duration(8*(g.p.Config.Omissions+1)+80) * g.p.Config.Cycle
	for i := 2 + g.draw(14); i > 0 && total > rest; i-- {
		f := g.fault(striking[g.draw(len(striking))], g.span(0, total-rest))
		f.For = min(f.For, total-rest-f.At)
		g.add(f)
	}
	if g.draw(6) == 0 { // the power fails
		at := g.span(0, total/3)
		g.add(Fault{Kind: Kill, At: at, For: g.cycles(1, 30), Hosts: controlnet.SetOf(g.p.Config.Hosts)})
	}
}

// fault draws what belongs to one fault.
func (g *generator) fault(k Kind, at time.Duration) Fault {
	f := Fault{Kind: k, At: at, For: g.cycles(1, 40), Hosts: g.one(), Rate: float64(1+g.draw(10)) / 10}
	switch k {
	case Delay:
		f.Share, f.Hosts = 1, controlnet.Set{}
	case Flood, FloodReplay:
		f.Rate, f.For = float64(20+g.draw(200)), g.cycles(1, 10)
	case Cut:
		f.Hosts = g.some()
		f.Others = without(controlnet.SetOf(g.p.Config.Hosts), f.Hosts)
	case Kill, Stop:
		if g.draw(4) == 0 {
			f.For = g.span(0, 2*g.p.Config.Cycle)
		}
		if g.draw(6) == 0 {
			f.Hosts = g.some()
		}
	case Deaf:
		f.Others = g.one()
		if g.draw(3) == 0 {
			f.Others = g.some()
		}
	case Slow:
		f.Share = float64(1+g.draw(8)) / 2
	case LossBeyond:
		f.For = g.cycles(1, 15)
	case Stream:
		f.Age, f.Hosts = uint64(1+g.draw(100)), g.some()
	case StopSend:
		f.By = g.span(0, 3*g.p.Config.Cycle/(1+time.Duration(g.draw(30))))
	case Drift, Jump:
		g.clockFault(&f)
	case KeyChange, KeyLate:
		f.For, f.By = g.cycles(1, 12), g.cycles(0, 20)
	case UTCStep:
		f.By = g.span(-48*time.Hour, 48*time.Hour)
	}
	return f
}

// clockFault draws by what a clock is wrong, on no more hosts than f over the whole run.
func (g *generator) clockFault(f *Fault) {
	if h := f.Hosts.Next(0); !g.wrong.Has(h) && g.wrong.Len() == g.p.Config.ClockFaults {
		*f = Fault{Kind: Late, At: f.At, For: f.For, Hosts: f.Hosts}
		return
	} else {
		g.wrong.Add(h)
	}
	f.Rate = []float64{-0.5, -0.01, -0.001, 0.0005, 0.002, 0.02, 1}[g.draw(7)]
	f.By = g.span(-3*g.p.Config.Cycle, 3*g.p.Config.Cycle)
	if g.draw(2) == 0 {
		f.By = g.span(-2*g.p.Config.Limit(), 2*g.p.Config.Limit())
	}
}

func without(s, o controlnet.Set) controlnet.Set {
	return controlnet.Set{s[0] &^ o[0], s[1] &^ o[1]}
}
