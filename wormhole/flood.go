package wormhole

// Before each round all members agree on two values: which replica goes last,
// and whether a proposed membership takes effect. They use FloodSet: for k'+1
// times as many cycles as a link may lose frames in a row, each says what it has
// heard. Then either all that are in contact have a value or none has, whichever
// k' of them crash meanwhile ([W-29], [W-30]).

// flood spreads the values for the next round.
func (c *Core) flood() {
	round, next := c.cfg.Starts.Next(c.cycle)
	if c.nextFor != round {
		c.nextFor, c.nextLast, c.ready = round, NoHost, Set{}
	}
	opens := c.cfg.lead() + c.cfg.floodCycles()
	left := next - c.cycle
	if left > opens || left <= c.cfg.lead() {
		return
	}
	if left == opens {
		c.propose()
		return
	}
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if c.spoke(h) {
			c.merge(&c.peers[h].frame)
		}
	}
}

// propose puts in what this local wormhole has to say. It is done at one instant
// only: a value that came later might reach some and not others.
func (c *Core) propose() {
	if c.leads {
		c.nextLast = c.self
	}
	if c.next != nil {
		c.ready.Add(c.self)
	}
}

// merge takes in what another has heard. Of two that both claim to lead the one
// with the lower number goes last: it does not matter which, only that all agree.
func (c *Core) merge(f *Frame) {
	c.nextLast = min(c.nextLast, f.NextLast)
	if c.next != nil && f.NextEpoch == c.next.Epoch {
		c.ready = c.ready.Union(f.Ready)
	}
}

// agreedLast is the replica that goes last in the round. Who comes to the round
// later than others takes it from them.
func (c *Core) agreedLast(round uint64) Host {
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if f := &c.peers[h].frame; h != c.self && c.contact(h) && f.Round == round && f.Turn != TurnNone {
			return f.Last
		}
	}
	if c.nextFor == round {
		return c.nextLast
	}
	return NoHost
}

// switchEpoch takes a proposed membership at a round boundary if all members
// that are in the old and in the new one have it.
func (c *Core) switchEpoch(round uint64) {
	if c.next == nil || c.nextFor != round {
		return
	}
	if !c.ready.Contains(c.cfg.Members.Intersect(c.next.Members)) {
		return
	}
	c.takeNext()
	if !c.removed {
		c.judgeContact()
	}
}

// takeNext makes the proposed membership the current one.
func (c *Core) takeNext() {
	c.cfg, c.next = *c.next, nil
	c.st.Epoch = c.cfg.Epoch
	c.dirty = true
	c.withdraw()
	c.joinedAt = c.cycle
	if !c.cfg.Members.Has(c.self) {
		c.removed = true
		c.fence(PhaseNone, Succeeded)
	}
}

// follow lets a local wormhole that was not there when the others agreed to take a
// membership take it too, when a majority of it is seen to be in it: there is no
// majority of the old one any more.
func (c *Core) follow(frames []Received, last Cycle) {
	if c.next == nil {
		return
	}
	ahead := 0
	for i := range frames {
		if r := &frames[i]; r.Cycle == last && r.Frame.Epoch == c.next.Epoch && c.next.Members.Has(r.Sender) {
			c.peers[r.Sender].ahead = last
		}
	}
	for h := c.next.Members.Next(0); h != NoHost; h = c.next.Members.Next(int(h) + 1) {
		if at := c.peers[h].ahead; at != 0 && at+c.cfg.window() >= c.cycle {
			ahead++
		}
	}
	if ahead >= c.next.quorum() {
		c.takeNext()
	}
}
