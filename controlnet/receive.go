package controlnet

import (
	"encoding/binary"
	"time"
)

// receive takes a frame in, or refuses and counts it. at is its arrival by the local clock.
func (c *Core) receive(src []byte, at time.Duration, path int) {
	if why, ok := c.authentic(src); !ok {
		c.refuse(why)
		return
	}
	f, p, tag := &c.rx, &c.peers[src[28]], tagOf(src)
	if path < 0 || path >= MaxPaths {
		path = 0
	}
	if tag == p.tag && f.Life == p.life {
		c.again(p, at, path)
		return
	}
	ack, fresh := c.acknowledged(f)
	if f.Life != p.life {
		if p.vouched && (!fresh || ack.seq <= p.named) {
			c.refuse(RefusedStale)
			return
		}
		p.forget(f.Life)
	} else if f.Seq <= p.seq {
		c.refuse(RefusedOld)
		return
	}
	if fresh {
		p.vouched, p.fresh, p.named = true, at, max(p.named, ack.seq)
	}
	base := at - c.leftAt(f)
	why, ok := c.believed(f, p, fresh, base)
	if ok || why == RefusedStale || p.tag == 0 || p.came < c.now-c.age() {
		p.tag, p.paths, p.came, p.base = tag, 1<<path, at, base
	}
	if ok || why == RefusedStale {
		p.seq = f.Seq // of one that came at a wrong time another copy may have come in time
	}
	if !ok {
		c.refuse(why)
		return
	}
	p.accepted++
	p.onPath[path]++
	c.count.Accepted++
	c.learn(f, p, ack)
}

// authentic looks at a frame until it is sure that a host of this network made it, and
// leaves it in c.rx.
func (c *Core) authentic(src []byte) (Refusal, bool) {
	if why, ok := c.envelope(src); !ok {
		return why, false
	}
	key := c.keys.find(binary.BigEndian.Uint32(src[16:]))
	if key < 0 {
		return RefusedEpoch, false
	}
	if !c.keys.good(key, src) {
		return RefusedMAC, false
	}
	if c.decode(src, &c.rx) != nil {
		return RefusedFormat, false
	}
	if c.rx.Synced && c.keys.at(c.rx.Cycle) != key {
		return RefusedEpoch, false
	}
	return 0, true
}

func (c *Core) refuse(why Refusal) { c.count.Refused[why]++ }

// leftAt is when a frame left by its sender's clock.
func (c *Core) leftAt(f *Frame) time.Duration { return time.Duration(f.Cycle)*c.Cycle + f.Offset }

// again is a second copy of a host's last frame: welcome on another path, and then the
// earlier arrival counts.
func (c *Core) again(p *peer, at time.Duration, path int) {
	if p.paths&(1<<path) != 0 {
		c.refuse(RefusedRepeated)
		return
	}
	p.paths |= 1 << path
	p.onPath[path]++
	c.count.Redundant++
	if at < p.came {
		earlier := p.came - at
		if p.read.baseAt == p.came && p.accepted > 0 {
			p.read.base, p.read.baseAt = p.read.base-earlier, at
		}
		p.came, p.base = at, p.base-earlier
	}
}

// acknowledged finds which of this host's frames f acknowledges, if it is young enough.
func (c *Core) acknowledged(f *Frame) (*ownFrame, bool) {
	tag := f.Acks[c.Self].Tag
	if tag == 0 {
		return nil, false
	}
	for i := range c.own {
		if o := &c.own[i]; o.tag == tag && c.now-o.sent <= c.reach() {
			return o, true
		}
	}
	return nil, false
}

// believed decides on a frame that is authentic and new ([C-5], [C-6]). A host in sync holds
// one in sync to the cycle and to its slot. A host that is not has no time of its own to hold
// it to, nor has one that is not in sync one to be held to: then only what acknowledges this
// host is believed.
func (c *Core) believed(f *Frame, p *peer, fresh bool, base time.Duration) (Refusal, bool) {
	if c.sync != SyncKept || !f.Synced {
		return RefusedStale, fresh
	}
	if !p.vouched {
		return RefusedStale, false
	}
	left := f.Offset - c.SlotStart(f.Sender)
	took := base + c.offset
	switch {
	case f.Cycle < c.cycle:
		return RefusedOld, false
	case f.Cycle > c.cycle:
		return RefusedFuture, false
	case left < -c.maxCorrection() || took < -c.Limit():
		return RefusedEarly, false
	case left > c.Process || took > c.Delay+c.Limit():
		return RefusedLate, false
	}
	return 0, true
}

// learn takes in what a believed frame says.
func (c *Core) learn(f *Frame, p *peer, ack *ownFrame) {
	p.synced, p.view, p.members, p.utc, p.next = f.Synced, f.View, f.Members, f.UTC, f.Next
	p.late = f.Offset - c.SlotStart(f.Sender)
	if told := f.Acks[c.Self].Reading; ack != nil && told != NoReading {
		c.readBoth(p, time.Duration(told)+ack.offset, ack.sent)
	} else {
		p.read.base, p.read.baseAt = p.base, p.came
	}
	if !f.Synced {
		p.known = false
	}
	if !f.Synced || f.Cycle != c.cycle {
		return
	}
	p.heard, p.known = f.Cycle, true
	half := f.Cycle & 1
	if p.loaded[half] = f.Payload != nil; f.Payload != nil {
		copy(p.payload[half], f.Payload)
	}
}

// readBoth takes in both halves of a reading, unless together they cannot be: a round trip is
// never negative and, by P2, never above twice Delay. A slow one contradicts nothing: then an
// earlier reading stands for as long as it is young.
func (c *Core) readBoth(p *peer, top, sent time.Duration) {
	r := &p.read
	slack := c.drifted(c.reach())
	switch round := top + p.base; {
	case round > 2*c.Delay+slack:
		c.count.Slow++
		p.slow++
		if r.hasTop {
			return
		}
	case round < -slack:
		c.count.Torn++
		r.hasTop = false
	default:
		r.top, r.topAt, r.toldAt, r.hasTop = top, sent, p.came, true
	}
	r.base, r.baseAt = p.base, p.came
}
