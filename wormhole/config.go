package wormhole

import (
	"errors"
	"fmt"
	"time"
)

// Cycle numbers the cycles of the control network, from an instant that all
// members have in common. It is the one clock that they share.
type Cycle uint64

// Starts is the timetable of rounds. It is a function of the cycle alone, so
// that every local wormhole comes to the same rounds without asking another.
type Starts interface {
	// At returns the number and the first cycle of the latest round that has
	// started at or before cycle c; ok is false before the first.
	At(c Cycle) (round uint64, start Cycle, ok bool)
	// Next returns the number and the first cycle of the first round that
	// starts after cycle c.
	Next(c Cycle) (round uint64, start Cycle)
}

// Action is what the fail-safe does to the payload.
type Action uint8

// The fail-safe actions. All of them latch, and all of them call the operator.
const (
	ActionShutdown Action = iota // the replica is destroyed
	ActionIsolate                // the replica is cut off from the payload's network
	ActionAlert                  // the payload goes on
)

// Config is what a local wormhole knows of the policy and of the membership.
type Config struct {
	Epoch   uint32 // number of the membership
	Members Set    // hosts of the membership
	KPrime  int    // k': faults tolerated between rejuvenations
	K       int    // k: replicas that are rejuvenated at once

	Bounds   Bounds        // bounds of the phases of Algorithm 1
	Deadline time.Duration // T_d
	Period   time.Duration // T_p
	Starts   Starts        // instants at which rounds start

	Cycle     time.Duration // length of a cycle of the control network
	Process   time.Duration // T_proc, bound on a local wormhole's own lateness
	Drift     float64       // bound on the drift rate of a local clock
	Omissions int           // o: most consecutive frames of a link that are lost

	Action    Action
	FirstMiss bool // latch at the first miss (when: first) and not at a spent budget
}

// Check reports why the core cannot run under c. The feasibility of the policy
// is not its matter: that is decided before, by package policies.
func (c *Config) Check() error {
	return errors.Join(c.checkSizes(), c.checkTimes())
}

func (c *Config) checkSizes() error {
	n := c.Members.Len()
	switch {
	case c.K < 1 || c.KPrime < 1:
		return fmt.Errorf("k = %d and k' = %d: each must be at least 1", c.K, c.KPrime)
	case n < 2*c.KPrime+c.K+1:
		return fmt.Errorf("%d members are too few for k' = %d and k = %d: %d are the least of any engine", n, c.KPrime, c.K, 2*c.KPrime+c.K+1)
	case c.Omissions < 0 || c.Omissions > MaxOmissions:
		return fmt.Errorf("omissions = %d: must be from 0 to %d", c.Omissions, MaxOmissions)
	case c.Starts == nil:
		return errors.New("no timetable of round starts")
	}
	return nil
}

func (c *Config) checkTimes() error {
	b := &c.Bounds
	for _, d := range []time.Duration{b.Shutdown, b.CheckCode, b.RestoreCode, b.Boot, b.Transfer, c.Deadline, c.Period, c.Cycle, c.Process} {
		if d <= 0 || d > MaxBound {
			return fmt.Errorf("a bound is %v: every one must be positive and at most %v", d, MaxBound)
		}
	}
	if !(c.Drift >= 0 && c.Drift < 0.1) {
		return fmt.Errorf("drift = %v: must be at least 0 and below 0.1", c.Drift)
	}
	if least := time.Duration(c.lead()) * c.Cycle; b.TLocalExec() < least {
		return fmt.Errorf("T_localexec = %v is shorter than the %v that the next group needs to be heard (%d cycles of %v): shorten spec.control.cycle to %v or less",
			b.TLocalExec(), least, c.lead(), c.Cycle, b.TLocalExec()/time.Duration(c.lead()))
	}
	return nil
}

// quorum is the least number of hosts that are more than half: two such sets
// have a host in common, on which [W-5] rests.
func (c *Config) quorum() int { return c.Members.Len()/2 + 1 }

// groups is ceil(n/k).
func (c *Config) groups() int { return (c.Members.Len() + c.K - 1) / c.K }

// window is how many cycles back the evidence of a start may reach. With at
// most o consecutive losses every member is heard once in o+1 cycles.
func (c *Config) window() Cycle { return Cycle(c.Omissions) + 1 }

// grace is how long it takes to be heard by all and to hear that from all.
func (c *Config) grace() Cycle { return 2*c.window() + 1 }

// lead is how many cycles before its start a claim must be made so that, with o
// losses on every link in both directions, the start is not delayed: a window
// after which every answer is to the claim and to no older one, o losses of that
// answer, and a window for it to be of age ([W-5]).
func (c *Config) lead() Cycle { return 3*Cycle(c.Omissions) + 3 }

// cycles converts a duration to cycles, upwards.
func (c *Config) cycles(d time.Duration) Cycle {
	return Cycle((d + c.Cycle - 1) / c.Cycle)
}

// execCycles is T_localexec in cycles, upwards.
func (c *Config) execCycles() Cycle { return c.cycles(c.Bounds.TLocalExec()) }

// deadlineCycles is T_d in cycles, upwards: the first cycle boundary at which
// T_d is over.
func (c *Config) deadlineCycles() Cycle { return c.cycles(c.Deadline) }

// turnover is how many cycles a group's end may take to become the next
// group's start: o for losses, one to be heard and one to act on.
func (c *Config) turnover() Cycle { return Cycle(c.Omissions) + 2 }

// floodCycles is how long a value is spread before it is taken as agreed: k'+1
// rounds, in each of which every link delivers at least once (FloodSet).
func (c *Config) floodCycles() Cycle { return Cycle(c.KPrime+1)*c.window() + 1 }

// stretched returns d as the slowest clock within the drift bound may measure
// it against the fastest.
func (c *Config) stretched(d time.Duration) time.Duration {
	return d + time.Duration(2.1*c.Drift*float64(d)) + 1
}

// holdAfterStart is how long after a start, by the holder's clock and counted
// from the start's cycle, a replica may still be in that rejuvenation ([W-8]).
func (c *Config) holdAfterStart() time.Duration {
	return c.stretched(c.Bounds.TLocalExec() + c.Cycle + c.Process)
}

// holdAfterClaim is the same, counted from a cycle in which a claim was heard.
// The latest frame of the holder that this hearing can speak from leaves a window
// later, and the latest start that such a frame can justify comes a window after.
func (c *Config) holdAfterClaim() time.Duration {
	return c.stretched(c.Bounds.TLocalExec() + time.Duration(2*c.window()+1)*c.Cycle + 2*c.Process)
}

// lease is the time for which a replica may stay up without its local wormhole
// ([W-25]).
func (c *Config) lease() time.Duration { return c.Bounds.TLocalExec() }
