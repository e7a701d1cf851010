package controlnet

// Status returns the current status.
func (c *Core) Status() Status {
	s := Status{
		Self: c.Self, Cycle: c.cycle, Sync: c.sync, Bound: c.bound, Late: c.late, Since: c.since,
		View: c.view, Members: c.members, Agreed: c.agreed,
		Epoch: c.keys.keys[c.keys.at(c.cycle)].Epoch, Next: c.keys.newest(),
		Offset: c.offset, UTCError: c.utc.error, UTCKnown: c.utc.known, Counters: c.count,
	}
	for h := c.view.Next(0); h != NoHost; h = c.view.Next(int(h) + 1) {
		if h == c.Self || c.peers[h].next >= s.Next {
			s.Ready.Add(h)
		}
	}
	s.Rate, s.RateOver = c.rate.measured(c)
	return s
}

// Peer returns what is known of h. Of this host itself, and of one that is none, that is nothing.
func (c *Core) Peer(h Host) Peer {
	if int(h) >= c.Hosts || h == c.Self {
		return Peer{}
	}
	p := &c.peers[h]
	o := Peer{
		InView: c.view.Has(h), Contact: p.contact, Heard: p.heard, SentLate: p.late,
		Accepted: p.accepted, Missed: p.missed, Slow: p.slow, OnPath: p.onPath, Life: p.life, Next: p.next,
	}
	if p.contact {
		o.Lo, o.Hi = p.lo, p.hi
		o.RoundTrip = p.hi - p.lo
		o.Delay = o.RoundTrip / 2
		o.DelayMax = o.RoundTrip + c.drifted(c.now-p.read.topAt)
		if p.read.toldAt != p.read.baseAt { // of two frames, and its clock was set in between
			o.DelayMax += c.corrections(p.read.baseAt - p.read.toldAt)
		}
	}
	return o
}
