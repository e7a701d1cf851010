package controlnet

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Config is what all hosts of a control network must have in common, and which of them
// this one is. Hosts with another Config refuse each other's frames ([C-4]).
type Config struct {
	Network uint64 // the cluster's number: frames of another are foreign
	Hosts   int    // n: slots of the cycle, 1 to MaxHosts
	Self    Host

	Cycle     time.Duration // length of the cycle
	Delay     time.Duration // P2: longest way of a frame, from the sender's step to the receiver's time stamp
	Process   time.Duration // P1: T_proc, latest that a host comes to what is due
	Drift     float64       // largest difference of a clock's rate from real time's, a fraction
	Omissions int           // o: most frames of one link that are lost in a row

	// ClockFaults is f: how many hosts may have a clock outside of Drift, unnoticed by
	// themselves. n > 3f.
	ClockFaults int
	// Payload is the length of the payload in bytes, 0 to MaxPayload.
	Payload int
}

// ErrConfig is the error of a Config that cannot work.
var ErrConfig = errors.New("control network")

// Check says with ErrConfig what of c cannot work, and how it would.
func (c *Config) Check() error {
	switch {
	case c.Hosts < 1 || c.Hosts > MaxHosts:
		return fmt.Errorf("%w: %d hosts, not 1 to %d", ErrConfig, c.Hosts, MaxHosts)
	case int(c.Self) >= c.Hosts:
		return fmt.Errorf("%w: host %d is none of the %d, which are counted from 0", ErrConfig, c.Self, c.Hosts)
	case c.Payload < 0 || c.Payload > MaxPayload:
		return fmt.Errorf("%w: payload of %d bytes, not 0 to %d", ErrConfig, c.Payload, MaxPayload)
	case c.Cycle < MinCycle || c.Cycle > MaxCycle:
		return fmt.Errorf("%w: cycle of %v, not %v to %v", ErrConfig, c.Cycle, MinCycle, MaxCycle)
	case c.Delay <= 0 || c.Delay > c.Cycle || c.Process <= 0 || c.Process > c.Cycle:
		return fmt.Errorf("%w: delay of %v and process of %v must be positive and below the cycle of %v",
			ErrConfig, c.Delay, c.Process, c.Cycle)
	case !(c.Drift > 0 && c.Drift <= MaxDrift):
		return fmt.Errorf("%w: drift of %g, not above 0 and up to %g", ErrConfig, c.Drift, MaxDrift)
	case c.Omissions < 0 || c.Omissions > MaxOmissions:
		return fmt.Errorf("%w: %d omissions, not 0 to %d", ErrConfig, c.Omissions, MaxOmissions)
	case c.ClockFaults < 0 || 3*c.ClockFaults >= c.Hosts:
		return fmt.Errorf("%w: %d hosts do not bear %d wrong clocks: more than %d are needed",
			ErrConfig, c.Hosts, c.ClockFaults, 3*c.ClockFaults)
	case c.Slot() < MinSlot:
		if would := c.shortestCycle(); would < MaxCycle {
			return fmt.Errorf("%w: a cycle of %v is too short for %d hosts at delay %v and process %v: %v would do",
				ErrConfig, c.Cycle, c.Hosts, c.Delay, c.Process, would)
		}
		return fmt.Errorf("%w: no cycle up to %v is long enough for %d hosts at delay %v, process %v, drift %g and %d omissions",
			ErrConfig, MaxCycle, c.Hosts, c.Delay, c.Process, c.Drift, c.Omissions)
	}
	return nil
}

// quorum is how many hosts are a majority.
func (c *Config) quorum() int { return c.Hosts/2 + 1 }

// window is for how many cycles a frame counts: o + 1.
func (c *Config) window() uint64 { return uint64(c.Omissions) + 1 }

// drifted is how far two clocks part in d: twice the drift, rounded up.
func (c *Config) drifted(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(2 * c.Drift * float64(d)))
}

// age is how old the frame of a window ago may be at this host's own slot: one of them left
// as early, the other as late as they may.
func (c *Config) age() time.Duration {
	return time.Duration(c.window())*c.Cycle + c.Process + c.Delay + c.drifted(c.Cycle)
}

// reach is how long ago the older half of a reading may have been taken: this host's frame is
// acknowledged for a window, and the frame that does so counts for another.
func (c *Config) reach() time.Duration {
	return c.age() + time.Duration(c.window()+1)*c.Cycle
}

// Precision is how far the clocks of any two hosts in contact are apart at most, once they
// have come together, while delays and drifts keep their bounds and at most ClockFaults
// clocks are wrong ([C-11]): Kopetz's (eps + Gamma) (m - 2f) / (m - 3f), where eps is the range
// of the error of a reading, twice Delay, and Gamma what two clocks drift apart while it is
// used; for the number m of hosts that may be in contact, a majority to all, and the f that m
// of them bear, for which it is largest.
func (c *Config) Precision() time.Duration {
	sum, worst := 2*c.Delay+c.drifted(c.reach()), time.Duration(0)
	for m := c.quorum(); m <= c.Hosts; m++ {
		f := c.bears(m)
		worst = max(worst, sum*time.Duration(m-2*f)/time.Duration(m-3*f))
	}
	return worst
}

// bears is how many wrong clocks an average over m hosts leaves out at either end.
func (c *Config) bears(m int) int { return min(c.ClockFaults, (m-1)/3) }

// Limit is the largest bound on its clock error that a host in sync may state ([C-12]). It
// is what a host knows at worst while Precision holds: an end of a reading is off by no more
// than Delay, and there are the corrections that the other may have made since.
func (c *Config) Limit() time.Duration {
	return c.Precision() + c.Delay + c.drifted(c.reach()) + time.Duration(c.window()+2)*c.maxCorrection()
}

// maxStep is by how much of the average a host in sync sets its clock at a boundary. It is
// more than clocks drift apart in a cycle, so that those that begin apart come together, and
// little more, so that what others may have done since their last frame stays small.
func (c *Config) maxStep() time.Duration { return c.Delay/16 + c.drifted(c.Cycle) }

// maxSteer is by how much a host follows the common view of UTC at a boundary ([C-14]).
func (c *Config) maxSteer() time.Duration { return time.Duration(c.Drift / 4 * float64(c.Cycle)) }

// maxCorrection is both: all that a host sets its clock by while others rely on it.
func (c *Config) maxCorrection() time.Duration { return c.maxStep() + c.maxSteer() }

// lead is the time from the boundary to the first slot: the clocks may differ by Limit, and
// whoever computes the payload at the boundary has T_proc for it.
func (c *Config) lead() time.Duration { return c.Limit() + c.Process }

// tail is the time from the beginning of the last slot to the boundary: its frame may leave
// late by T_proc, take Delay, and find a clock that is ahead by Limit.
func (c *Config) tail() time.Duration { return c.Process + c.Delay + c.Limit() }

// Slot is the length of a slot: what the cycle leaves for each host. Slots spread the load;
// nothing depends on two frames not being on the way at once.
func (c *Config) Slot() time.Duration {
	return (c.Cycle - c.lead() - c.tail()) / time.Duration(c.Hosts)
}

// SlotStart is the offset of h's slot in the cycle.
func (c *Config) SlotStart(h Host) time.Duration {
	return c.lead() + time.Duration(h)*c.Slot()
}

// shortestCycle finds a cycle that Check would accept, within a millisecond, or MaxCycle. Limit
// grows with the cycle, by less than it unless drift and omissions are both extreme.
func (c *Config) shortestCycle() time.Duration {
	d := *c
	for d.Cycle = max(d.Cycle, MinCycle).Truncate(time.Millisecond); d.Cycle < MaxCycle && d.Slot() < MinSlot; {
		d.Cycle += max(time.Millisecond, (MinSlot-d.Slot())*time.Duration(d.Hosts)).Truncate(time.Millisecond)
	}
	return d.Cycle
}

// FrameSize is the length of every frame in bytes. It depends on the Config alone.
func (c *Config) FrameSize() int { return headerSize + c.Payload + ackSize*c.Hosts + macSize }

// fingerprint tells configurations apart that could not work together. It is FNV-1a over
// everything but Self, cut to 32 bits: against mistakes, not attackers, who have no key.
func (c *Config) fingerprint() uint32 {
	h := uint64(14695981039346656037)
	for _, v := range [...]uint64{
		c.Network, uint64(c.Hosts), uint64(c.Cycle), uint64(c.Delay), uint64(c.Process),
		math.Float64bits(c.Drift), uint64(c.Omissions), uint64(c.ClockFaults), uint64(c.Payload),
	} {
		for range 8 {
			h = (h ^ v&0xff) * 1099511628211
			v >>= 8
		}
	}
	return uint32(h ^ h>>32)
}
