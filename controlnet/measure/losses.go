package measure

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// link is what is kept of the way from one host to this one.
type link struct {
	expected, lost uint64
	beyond         uint64        // lost after as many as the bound allows in a row
	run, longest   int           // frames lost in a row, now and at most
	delay          time.Duration // largest
	sentLate       time.Duration // largest, as the sender says it
	heard          bool          // since the measurement began
	accepted       uint64        // Peer.Accepted when it was last looked at
}

// expect takes in whether the frame of the last cycle came, where `bound` may be lost in a row.
func (l *link) expect(came bool, bound int) {
	l.heard = l.heard || came
	switch {
	case !l.heard:
	case came:
		l.expected++
		l.run = 0
	default:
		l.expected++
		l.lost++
		l.run++
		l.longest = max(l.longest, l.run)
		if l.run > bound {
			l.beyond++
		}
	}
}

// losses sums up the links of this host.
func (c *Collector) losses() Losses {
	sum := Losses{From: controlnet.NoHost}
	for h := range c.links {
		l := &c.links[h]
		sum.Expected += l.expected
		sum.Lost += l.lost
		sum.Beyond += l.beyond
		if l.longest > sum.Longest {
			sum.Longest, sum.From = l.longest, controlnet.Host(h)
		}
	}
	return sum
}
