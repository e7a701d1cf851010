package measure

import (
	"slices"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Collector takes in a host's cycles and keeps the figures of the host itself and those that
// the others tell in their frames. It is for one goroutine.
//
// Nothing is measured before Begin, so that the start-up of the network, in which hosts come
// one by one, does not look like losses; and nothing after End.
type Collector struct {
	// config is that of the policy: what the samples are held against. The hosts may run
	// under one with wider bounds, so that what is beyond the policy's can be seen.
	config controlnet.Config

	// Delay is the longest that each frame can have been under way (Peer.DelayMax), Likely
	// the middle of what it can have been; Process this host's lateness, Clock the bound on
	// its clock's error.
	Delay, Likely, Process, Clock Series

	drift    Drift
	rateOver time.Duration   // Status.RateOver of the last reading
	clocks   []time.Duration // of all hosts, to sort them
	// The worst rate before sync was lost, and that there is one.
	worstRate Fit
	rateKnown bool
	links     []link
	records   []told
	bad       uint64 // payloads that were not a record
	cycles    uint64
	unsynced  uint64

	measuring, done bool
	last            uint64 // cycle of the last tick in sync while measuring
	counted         controlnet.Counters
}

// told is the last record of a host, and that there is one.
type told struct {
	Record
	ok bool
}

// NewCollector makes a collector of the host policy.Self. It holds samples against the
// bounds of that Config.
func NewCollector(policy controlnet.Config) *Collector {
	c := &Collector{config: policy, links: make([]link, policy.Hosts), records: make([]told, policy.Hosts)}
	c.clocks = make([]time.Duration, 0, policy.Hosts+1)
	c.Delay.Bound, c.Likely.Bound = policy.Delay, policy.Delay
	c.Process.Bound = policy.Process
	c.Clock.Bound = policy.Limit()
	return c
}

// Begin starts the measurement with the next cycle.
func (c *Collector) Begin() { c.measuring, c.last = true, 0 }

// End ends the measurement; the records of the others are still taken in.
func (c *Collector) End() { c.measuring, c.done = false, true }

// Observe takes in the beginning of a cycle: the tick, of which nothing is kept, and what
// the host knew of itself and the others right after it.
func (c *Collector) Observe(t *controlnet.Tick, s *controlnet.Status, peers []controlnet.Peer) {
	c.hear(t)
	if c.measuring {
		c.cycles++
		c.observeSelf(t, s)
		c.observeLinks(t, peers)
		c.drifts(t, s, peers)
	}
	c.counted = s.Counters
	for h := range min(len(c.links), len(peers)) {
		c.links[h].accepted = peers[h].Accepted
	}
	c.last = 0
	if t.InSync {
		c.last = t.Cycle
	}
}

// hear keeps the records in the frames of the cycle before.
func (c *Collector) hear(t *controlnet.Tick) {
	for i := range t.Frames {
		f := &t.Frames[i]
		if f.Sender == c.config.Self || int(f.Sender) >= len(c.records) {
			continue
		}
		r, err := DecodeRecord(f.Payload)
		if err != nil {
			c.bad++
			continue
		}
		c.records[f.Sender] = told{r, true}
	}
}

// observeSelf measures what the host can say of itself: lateness and clock. Cycles that it
// slept through and slots that it missed are lateness that nobody saw the end of; so are
// frames that were refused because they came late in their cycle or after it, and round
// trips of more than twice the delay.
func (c *Collector) observeSelf(t *controlnet.Tick, s *controlnet.Status) {
	c.Process.Add(t.Late)
	now, before := &s.Counters, &c.counted
	c.Process.Unseen(now.Skipped - before.Skipped + now.LateSlots - before.LateSlots)
	for _, why := range [...]controlnet.Refusal{controlnet.RefusedLate, controlnet.RefusedOld} {
		c.Delay.Unseen(now.Refused[why] - before.Refused[why])
	}
	c.Delay.Unseen(now.Slow - before.Slow)
	if t.InSync {
		c.Clock.Add(t.Bound)
		return
	}
	c.unsynced++
	c.Clock.Unseen(1)
}

// Woke takes in how late this host came at most to anything that was due, since its start. A
// slot that it came to too late has no frame and so no sample; this is what it knows of it.
func (c *Collector) Woke(late time.Duration) { c.Process.Longest = max(c.Process.Longest, late) }

// observeLinks measures the frames of the cycle before. Whether one was lost is known only
// if this host was there to hear it, from one tick in sync to the next.
func (c *Collector) observeLinks(t *controlnet.Tick, peers []controlnet.Peer) {
	for h := range min(len(c.links), len(peers)) {
		host, l, p := controlnet.Host(h), &c.links[h], &peers[h]
		if host == c.config.Self {
			continue
		}
		if t.InSync && c.last != 0 && t.Cycle == c.last+1 && !c.records[h].Done {
			l.expect(t.Heard.Has(host), c.config.Omissions)
		}
		if p.Contact && p.Accepted > l.accepted {
			c.Delay.Add(p.DelayMax)
			c.Likely.Add(p.Delay)
			l.delay = max(l.delay, p.DelayMax)
			l.sentLate = max(l.sentLate, p.SentLate)
		}
	}
}

// drifts takes a reading of the clock: by how much the clock of the network has gained on the
// local one since the clocks had settled, as Status.Rate has it without the steps towards UTC
// that all hosts make alike, and by how much the middle one of all hosts' clocks is ahead of
// this one's. For a host corrects only what is certain: within a round trip its clock goes
// its own way, and only the readings of the others show it.
//
// When sync was lost, the clock is set to that of the others, which has nothing to do with its
// rate: then it starts anew, and the rate until then is kept, since it may be why.
func (c *Collector) drifts(t *controlnet.Tick, s *controlnet.Status, peers []controlnet.Peer) {
	if s.RateOver < c.rateOver {
		c.worstRate, c.rateKnown = c.rate()
		c.drift, c.rateOver = Drift{}, 0
	}
	if s.RateOver > c.rateOver {
		gained := -time.Duration(s.Rate * float64(s.RateOver))
		c.drift.Add(s.RateOver, gained+c.ahead(peers), t.Bound)
	}
	c.rateOver = s.RateOver
}

// ahead is by how much the clock of the network is ahead of this host's: the median of all,
// so that a few that run away do not make it look as if this one did.
func (c *Collector) ahead(peers []controlnet.Peer) time.Duration {
	all := append(c.clocks[:0], 0)
	for h := range peers {
		if p := &peers[h]; p.Contact {
			all = append(all, p.Lo+(p.Hi-p.Lo)/2)
		}
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// rate is that of all times in sync which was certainly the largest.
func (c *Collector) rate() (worst Fit, ok bool) {
	now, ok := c.drift.Fit()
	if c.rateKnown && (!ok || c.worstRate.excess() > now.excess()) {
		return c.worstRate, true
	}
	return now, ok
}

// Heard is how many other hosts have told their figures.
func (c *Collector) Heard() int {
	n := 0
	for h := range c.records {
		if c.records[h].ok {
			n++
		}
	}
	return n
}

// AllDone says that this host has measured for as long as it wanted to, and so has every
// other one that is there. Out of sync nobody knows who is: then it must be all that were.
func (c *Collector) AllDone(t *controlnet.Tick) bool {
	for h := range c.records {
		host, r := controlnet.Host(h), &c.records[h]
		if host == c.config.Self || r.Done {
			continue
		}
		if t.View.Has(host) || r.ok && !t.InSync {
			return false
		}
	}
	return c.done
}

// Own is this host's record.
func (c *Collector) Own() Record {
	r := Record{
		Done: c.done, Cycles: c.cycles, Unsynced: c.unsynced,
		Delay: c.Delay.Figures(), Process: c.Process.Figures(), Clock: c.Clock.Figures(),
		Losses: c.losses(),
	}
	r.Rate, r.RateKnown = c.rate()
	return r
}

// Results are all that is known now, for a report.
func (c *Collector) Results() Results {
	res := Results{Config: c.config, Members: make([]Member, c.config.Hosts), Unreadable: c.bad}
	for h := range res.Members {
		m, l := &res.Members[h], &c.links[h]
		m.Record, m.Known = c.records[h].Record, c.records[h].ok
		m.LinkDelay, m.LinkSentLate = l.delay, l.sentLate
		m.LinkLost, m.LinkLongest, m.LinkExpected = l.lost, l.longest, l.expected
	}
	self := &res.Members[c.config.Self]
	self.Record, self.Known = c.Own(), true
	res.Delay, res.Likely, res.Process = c.Delay, c.Likely, c.Process
	return res
}

// Member is what a host knows of one member.
type Member struct {
	Known  bool // its record is there; without, it was never heard
	Record Record
	// The link from it to the host that reports: its largest delay, the most that a frame
	// left late, as the member says, and what was lost.
	LinkDelay, LinkSentLate time.Duration
	LinkLost, LinkExpected  uint64
	LinkLongest             int
}

// Results are what a check has found, first hand or from the frames of others.
type Results struct {
	Config controlnet.Config // the policy's
	// Members are all hosts. With Everyone set no host is the one that reports: each has
	// given its own record.
	Members  []Member
	Everyone bool
	// Delay, Likely and Process are the samples behind the histograms: of the host that
	// reports, or of everyone.
	Delay, Likely, Process Series
	Unreadable             uint64 // payloads of others that were not a record
}

// Join makes of the results that every host of one machine gave those of everyone. Results
// come in the order of the hosts.
func Join(all []Results) Results {
	if len(all) == 0 {
		return Results{}
	}
	sum := Results{Config: all[0].Config, Everyone: true, Members: make([]Member, len(all))}
	sum.Delay.Bound, sum.Likely.Bound = sum.Config.Delay, sum.Config.Delay
	sum.Process.Bound = sum.Config.Process
	for h := range all {
		r := &all[h]
		if h < len(r.Members) {
			sum.Members[h] = r.Members[h]
		}
		sum.Delay.Merge(&r.Delay)
		sum.Likely.Merge(&r.Likely)
		sum.Process.Merge(&r.Process)
		sum.Unreadable += r.Unreadable
	}
	return sum
}

// missing are the members that were never heard, in their order.
func (r *Results) missing() []int {
	list := []int{}
	for h := range r.Members {
		if !r.Members[h].Known {
			list = append(list, h)
		}
	}
	return slices.Clip(list)
}
