package controlnet

import (
	"slices"
	"time"
)

// utcClock is what a host knows of UTC.
type utcClock struct {
	own   time.Duration // by how much the network's clock is ahead of this host's UTC, or UTCUnknown
	error time.Duration // the median of what the members say
	known bool
}

func (u *utcClock) init() { u.own = UTCUnknown }

// look takes in the host's real-time clock at a boundary, when the network's shows network.
func (u *utcClock) look(utc, network time.Duration) {
	u.own = UTCUnknown
	if utc > 0 && utc < lastInstant {
		u.own = network - utc
	}
}

// claim is what this host says of UTC in its frames.
func (u *utcClock) claim() time.Duration { return u.own }

// steer is by how much to set the clock towards UTC ([C-14]): all hosts follow the median of
// what a majority says, so that they move alike, and less than a quarter of the drift, so that
// nobody who lies about UTC breaks a bound.
func (u *utcClock) steer(c *Core) time.Duration {
	s := c.sorted[:0]
	if u.own != UTCUnknown {
		s = append(s, u.own)
	}
	for h := range c.peers {
		if p := &c.peers[h]; p.contact && p.utc != UTCUnknown {
			s = append(s, p.utc)
		}
	}
	u.known = len(s) >= c.quorum()
	if !u.known {
		u.error = 0
		return 0
	}
	slices.Sort(s)
	u.error = s[(len(s)-1)/2]
	c.sorted = s[:0]
	return clamp(-u.error, c.maxSteer())
}
