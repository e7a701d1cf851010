package wormhole

import (
	"fmt"
	"time"
)

// order carries an operator's order out or refuses it with the reason. No order
// goes around the evidence: it can only ask for what the protocol then grants.
func (c *Core) order(o *Order) {
	var r Reply
	switch o.Kind {
	case OrderRejuvenate:
		r = c.orderRejuvenate(o.Target)
	case OrderPause:
		r = c.orderPause(o.For)
	case OrderResume:
		r = c.orderResume()
	case OrderClear:
		r = c.orderClear()
	case OrderReconfigure:
		r = c.orderReconfigure(o.Config)
	default:
		r = refuse("unknown order %d", o.Kind)
	}
	c.out.Reply = &r
}

func refuse(format string, args ...any) Reply {
	return Reply{Text: fmt.Sprintf(format, args...)}
}

func accept(format string, args ...any) Reply {
	return Reply{Accepted: true, Text: fmt.Sprintf(format, args...)}
}

// orderRejuvenate takes an order for an extra rejuvenation, or passes it on to
// the host whose replica it is about for as long as it takes to be heard.
func (c *Core) orderRejuvenate(target Host) Reply {
	switch {
	case !c.cfg.Members.Has(target):
		return refuse("replica %d is not in the membership", target)
	case c.st.Latched() && c.cfg.Action != ActionAlert:
		return refuse("the fail-safe is latched (%v): clear it first", c.st.Latch.Reason)
	case target == c.self:
		return c.wantExtra()
	case !c.contact(target):
		return refuse("host %d is out of contact", target)
	}
	c.ask = ask{target: target, seq: c.ask.seq + 1, until: c.cycle + 2*c.cfg.window()}
	return accept("passed on to host %d", target)
}

func (c *Core) wantExtra() Reply {
	if c.st.Replica == Rejuvenating {
		return refuse("replica %d is being rejuvenated now", c.self)
	}
	c.st.Extra = true
	c.dirty = true
	return accept("replica %d is rejuvenated when no round is under way and a slot is free", c.self)
}

// adoptAsk takes an order that came in through another host, once.
func (c *Core) adoptAsk(from Host, f *Frame) {
	key := askKey{f.Boot, f.AskSeq}
	if f.AskTarget != c.self || c.asked[from] == key {
		return
	}
	c.asked[from] = key
	if !c.st.Latched() {
		c.wantExtra()
	}
}

// orderPause takes an order to start no rejuvenation for a time, if the bounds
// can still be kept after it.
func (c *Core) orderPause(d time.Duration) Reply {
	if !c.joined {
		return refuse("not in contact with enough members to pause them")
	}
	if d <= 0 || d > MaxBound {
		return refuse("a pause of %v is not between 0 and %v", d, MaxBound)
	}
	until, limit := c.cycle+c.cfg.cycles(d), c.pauseLimit()
	if until > limit {
		most := time.Duration(0)
		if limit > c.cycle {
			most = time.Duration(limit-c.cycle) * c.cfg.Cycle
		}
		return refuse("a pause of %v would break T_d: at most %v can be given now", d, most)
	}
	c.setPause(c.st.PauseVer+1, until)
	return accept("no rejuvenation starts for %v", d)
}

func (c *Core) orderResume() Reply {
	c.setPause(c.st.PauseVer+1, 0)
	return accept("rejuvenations start as planned")
}

func (c *Core) setPause(version uint32, until Cycle) {
	c.st.PauseVer, c.st.PauseUntil = version, until
	c.dirty = true
}

// adoptPause takes over the newest order of another host. Each host judges for
// itself whether the bounds allow it: a promise is not broken on hearsay.
func (c *Core) adoptPause(f *Frame) {
	newer := f.PauseVersion > c.st.PauseVer
	longer := f.PauseVersion == c.st.PauseVer && f.PauseUntil > c.st.PauseUntil
	if !newer && !longer {
		return
	}
	until := f.PauseUntil
	if until > c.pauseLimit() {
		until = 0
	}
	if newer || until > c.st.PauseUntil {
		c.setPause(f.PauseVersion, until)
	}
}

// pauseLimit is the latest cycle until which a pause can last so that all that
// is left of the round, or all of the next, still ends within T_d ([W-31]).
func (c *Core) pauseLimit() Cycle {
	each := c.cfg.execCycles() + c.cfg.turnover()
	if left := c.groupsNotBegun(); left > 0 && c.st.Round != 0 {
		return less(c.roundStart()+c.cfg.deadlineCycles()-1, Cycle(left)*each)
	}
	_, next := c.cfg.Starts.Next(c.cycle)
	return less(next+c.cfg.deadlineCycles()-1, Cycle(c.cfg.groups())*each)
}

func less(a, b Cycle) Cycle {
	if b >= a {
		return 0
	}
	return a - b
}

// groupsNotBegun counts the groups of the round, and the late replicas, that
// have still to start.
func (c *Core) groupsNotBegun() int {
	var seen groupSet
	left := 0
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		_, runs := c.runLeft(h)
		late := c.turnOf(h) == TurnLate && c.contact(h)
		switch {
		case runs || c.finished(h) && !late:
		case late || !seen.add(c.group[h]):
			left++
		}
	}
	return left
}

// orderClear clears the fail-safe, unless what it latched for still holds.
func (c *Core) orderClear() Reply {
	s := &c.st
	switch {
	case !s.Latched():
		return refuse("the fail-safe is not latched")
	case !c.inSync || c.absent.Len() > c.budget():
		return refuse("%d of %d hosts are out of contact, and at most %d may be", c.absent.Len(), c.cfg.Members.Len(), c.budget())
	case s.Latch.Scope == ScopeLocal:
		c.unlatch(ScopeLocal)
		return accept("the latch of host %d is cleared; its replica comes back by a rejuvenation", c.self)
	}
	s.ClearedGen = c.highestLatch()
	c.unlatch(ScopeAll)
	return accept("the fail-safe is cleared; the replicas start again")
}

// highestLatch is the highest generation of a latch that is known.
func (c *Core) highestLatch() uint32 {
	gen := c.st.Latch.Gen
	for h := c.cfg.Members.Next(0); h != NoHost; h = c.cfg.Members.Next(int(h) + 1) {
		if f := &c.peers[h].frame; h != c.self && c.contact(h) && f.LatchScope == ScopeAll {
			gen = max(gen, f.LatchGen)
		}
	}
	return gen
}

// orderReconfigure takes a proposal for the next membership. It takes effect at
// a round boundary, if all have it by then.
func (c *Core) orderReconfigure(next *Config) Reply {
	if next == nil {
		return refuse("no membership given")
	}
	if err := next.Check(); err != nil {
		return refuse("%v", err)
	}
	if err := c.cfg.precedes(next); err != nil {
		return refuse("%v", err)
	}
	_, mine := c.cfg.Starts.Next(c.cycle)
	if _, theirs := next.Starts.Next(c.cycle); mine != theirs {
		return refuse("the timetable of epoch %d differs: a running system keeps its timetable", next.Epoch)
	}
	c.next = next
	for h := range c.peers {
		c.peers[h].ahead = 0
	}
	return accept("epoch %d takes effect at the next round start at which all members have it", next.Epoch)
}

// precedes reports why next cannot follow c. One host at a time: then every
// majority of the old membership meets every majority of the new one, and a
// replica that was vouched for in the one is known in the other.
func (c *Config) precedes(next *Config) error {
	changed := c.Members.Minus(next.Members).Len() + next.Members.Minus(c.Members).Len()
	switch {
	case next.Epoch != c.Epoch+1:
		return fmt.Errorf("epoch %d does not follow epoch %d", next.Epoch, c.Epoch)
	case changed > 1:
		return fmt.Errorf("%d hosts change at once: change one, and the next at the next round", changed)
	case next.Cycle != c.Cycle || next.Period != c.Period:
		return fmt.Errorf("cycle %v and period %v cannot change to %v and %v while the system runs", c.Cycle, c.Period, next.Cycle, next.Period)
	}
	return nil
}
