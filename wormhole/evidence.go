package wormhole

import "time"

// Why says why a replica is not being rejuvenated now.
type Why uint8

// What a replica may be waiting for; Why.String says it in words.
const (
	WhyGo Why = iota
	WhyNotDue
	WhyRunning
	WhyLatched
	WhyJoining
	WhyPaused
	WhyGroup
	WhyOutrank
	WhyBackers
	WhySlots
	WhyBudget
	WhyTime
	WhyRestart
	WhyStarting
	numWhys
)

// advance asks for the right to rejuvenate, and takes it when it is there ([W-5] to
// [W-9]).
func (c *Core) advance() {
	if c.st.Replica == Rejuvenating {
		c.why = WhyRunning
		return
	}
	rank, forRound, why := c.wants()
	if why == WhyGo {
		why = c.mayClaim(rank)
	}
	if why != WhyGo {
		c.why = why
		c.withdraw()
		return
	}
	c.makeClaim(rank)
	c.why = c.mayStart(forRound)
	if c.why == WhyGo {
		c.start(forRound)
	}
}

// mayClaim checks what stands against asking.
func (c *Core) mayClaim(rank uint16) Why {
	switch {
	case c.st.Latched() && c.cfg.Action != ActionAlert:
		return WhyLatched
	case !c.joined:
		return WhyJoining
	case c.cycle < c.notBefore:
		return WhyRestart
	case c.outranked(rank):
		return WhyOutrank
	}
	return WhyGo
}

// outranked reports whether the claims of earlier ranks leave no room, so that
// this one must step back: else two claims could wait for each other.
func (c *Core) outranked(rank uint16) bool {
	better, running := 0, 0
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		p := &c.peers[h]
		switch {
		case h == c.self || !c.held(h):
		case p.standing == Claiming && p.frame.Group < rank && c.contact(h):
			better++
		case p.standing == Running:
			running++
		}
	}
	return better > 0 && better+running >= c.cfg.K
}

// makeClaim makes the claim stand, in the store before in a frame: a restarted
// local wormhole must know in which cycles its earlier life may have claimed.
func (c *Core) makeClaim(rank uint16) {
	k := &c.claim
	k.rank = rank
	if !k.standing {
		k.standing, k.from, k.reach = true, c.cycle, firstReservation
		for h := range c.peers {
			c.peers[h].vouched = 0
		}
		if c.leads {
			c.command(Command{Kind: CommandHandOver})
		}
	}
	if c.cycle >= c.st.NoClaimBefore {
		c.st.NoClaimBefore = c.cycle + k.reach
		k.reach = min(2*k.reach, maxReservation)
		c.dirty = true
	}
}

// withdraw takes the claim back.
func (c *Core) withdraw() {
	c.claim.standing = false
}

// mayStart weighs the evidence ([W-5], [W-6]). A pause keeps starts back and not
// claims: what waits for its end begins with its end ([W-31]).
func (c *Core) mayStart(forRound bool) Why {
	if c.cycle < c.st.PauseUntil {
		return WhyPaused
	}
	if c.blockedFromStart() {
		return WhyBudget
	}
	if forRound && (!c.inTurn() || !c.groupsBeforeDone()) {
		return WhyGroup
	}
	backers := c.backersNow()
	if backers.Len() < c.cfg.quorum() {
		return WhyBackers
	}
	if c.stopsNow().Len() >= c.cfg.K {
		return WhySlots
	}
	return WhyGo
}

// blockedFromStart is (c) of the rule: too many are fenced or out of contact.
// A replica that is itself fenced is what its rejuvenation would mend.
func (c *Core) blockedFromStart() bool {
	bad := c.absent.Union(c.fenced)
	bad.Remove(c.self)
	return bad.Len() > c.cfg.KPrime
}

// backersNow finds the members that have vouched for the claim for a whole
// window, and within the last window have answered a frame of this local
// wormhole that left, by its own clock, no longer ago than the window.
func (c *Core) backersNow() Set {
	var s Set
	s.Add(c.self)
	w := c.cfg.window()
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		p := &c.peers[h]
		if h == c.self || p.vouched == 0 || p.vouched+w > c.cycle || p.ackLast+w < c.cycle {
			continue
		}
		if c.answersFresh(p.ackLast) {
			s.Add(h)
		}
	}
	c.backers = s
	return s
}

// answersFresh reports whether a frame that was sent in cycle at answers one of
// ours that left recently by the local clock. This, and not the number of a
// cycle, is what makes evidence fresh: a recorded stream of frames cannot answer.
func (c *Core) answersFresh(at Cycle) bool {
	k, w := &c.claim, c.cfg.window()
	most := c.cfg.stretched(time.Duration(2*w)*c.cfg.Cycle + 2*c.cfg.Process)
	for answered := at - w; answered < at; answered++ {
		if slot := answered % sentRing; k.sentIn[slot] == answered {
			age := c.now - k.sentAt[slot]
			return age >= 0 && age <= most
		}
	}
	return false
}

// stopsNow finds the replicas that may be down for rejuvenation: those that this
// local wormhole holds, and those that a member held in its last frame of the
// window, unless they have themselves said otherwise later than that member
// can have heard ([W-6]).
func (c *Core) stopsNow() Set {
	var own, told Set
	w := c.cfg.window()
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		p := &c.peers[h]
		if h == c.self {
			continue
		}
		if c.held(h) {
			own.Add(h)
		}
		if p.heard != 0 && p.heard+w >= c.cycle {
			told = told.Union(p.frame.Held)
		}
	}
	c.stops = own.Union(told.Minus(c.idleFor(w)).Intersect(c.cfg.Members))
	c.stops.Remove(c.self)
	return c.stops
}

// idleFor finds the members that have said within a window and a cycle that
// they are not being rejuvenated: none of them can have started since.
func (c *Core) idleFor(w Cycle) Set {
	var s Set
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if p := &c.peers[h]; p.asOf != 0 && p.standing == Idle && p.asOf+w+1 >= c.cycle {
			s.Add(h)
		}
	}
	return s
}
