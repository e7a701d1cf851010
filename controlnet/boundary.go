package controlnet

import "time"

// begin is the beginning of a cycle. The order of its parts is the protocol: first how late
// this host is itself, then what it knows of the others' clocks, then whether it is one of a
// majority, and last what it does to its own clock.
func (c *Core) begin(utc time.Duration) {
	was, before := c.sync == SyncKept, c.cycle
	c.setClock(c.offset)
	c.count.Skipped += c.cycle - before - 1
	c.late = c.now - c.boundary(c.cycle)
	c.sent, c.hasPayload = false, false
	c.utc.look(utc, c.now+c.offset)
	c.readClocks()
	c.judge()
	if c.sync == SyncKept {
		if !was {
			c.since = c.cycle
		}
		c.floor, c.withdrawn, c.dwell = c.cycle+1, false, 0
		c.correct()
		c.judgeMembers(was && c.cycle == before+1)
	} else {
		if was {
			c.lose(c.cycle - before)
		}
		c.bound, c.heard, c.view, c.members, c.agreed = 0, Set{}, Set{}, Set{}, false
		c.align()
	}
	if c.silent = c.late > c.Process; c.silent {
		c.count.LateTicks++
	}
	c.rate.see(c)
	c.fillTick()
}

// judge finds whether this host is in sync: its clock agrees with those of a majority, itself
// included, and with more than half of those that say that they are in sync ([C-12], [C-13]).
// Before it comes into sync it gives those a window that it hears, but cannot read yet, so
// that its bound holds for all of them.
func (c *Core) judge() {
	contacts, unread, inSync, agreeing := 0, 0, 0, 0
	if c.sync == SyncKept {
		inSync, agreeing = 1, 1
	}
	for h := range c.peers {
		p := &c.peers[h]
		if p.contact {
			contacts++
		} else if c.isFresh(p) {
			unread++
		}
		if c.claimsSync(p) {
			inSync++
			if p.contact {
				agreeing++
			}
		}
	}
	broken := c.rate.judge(c)
	switch {
	case c.now-c.born < time.Duration(c.window()+1)*c.Cycle:
		c.sync = SyncStarting
	case contacts+1 < c.quorum():
		c.sync = SyncStarting
		if inSync > 0 {
			c.sync = SyncAligning
		}
	case inSync > 0 && 2*agreeing <= inSync:
		c.sync = SyncAligning
	case broken:
		c.sync = SyncDrift
	case c.cycle < c.floor:
		c.sync = SyncFloor
	case c.sync != SyncKept && unread > 0 && c.held < int(c.window()):
		c.sync = SyncAligning
		c.held++
		return
	default:
		c.sync = SyncKept
	}
	c.held = 0
}

// isFresh reports whether a host has acknowledged this one inside the window.
func (c *Core) isFresh(p *peer) bool {
	return p.vouched && c.now-p.fresh <= time.Duration(c.window()+1)*c.Cycle
}

// claimsSync reports whether a host that is fresh says that it is in sync.
func (c *Core) claimsSync(p *peer) bool { return p.synced && c.isFresh(p) }

// fillTick puts together what the client is told.
func (c *Core) fillTick() {
	c.received = c.received[:0]
	in := c.sync == SyncKept
	last := c.cycle - 1
	for h := range c.peers {
		p := &c.peers[h]
		if in && p.known && p.heard == last && p.loaded[last&1] {
			c.received = append(c.received, Received{Sender: Host(h), Cycle: last, Payload: p.payload[last&1]})
		}
	}
	c.tick = Tick{
		Cycle: c.cycle, Due: c.now - c.late, Boundary: c.boundary(c.cycle), Late: c.late, InSync: in,
		Bound: c.bound, Heard: c.heard, View: c.view, Members: c.members, Frames: c.received,
	}
}
