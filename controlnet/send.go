package controlnet

// useSlot makes the frame of this cycle, unless this host is late: then it is silent, and
// that is what the others see ([C-9]).
func (c *Core) useSlot() []byte {
	c.sent = true
	if c.silent {
		return nil
	}
	if c.now-c.slot() > c.Process {
		c.count.LateSlots++
		return nil
	}
	c.seq++
	key := c.keys.at(c.cycle)
	in := c.sync == SyncKept
	f := &c.tx
	f.Epoch, f.Cycle, f.Sender, f.Synced = c.keys.keys[key].Epoch, c.cycle, c.Self, in
	f.Offset = c.now - c.boundary(c.cycle)
	f.Life, f.Seq, f.Next, f.UTC = c.life, c.seq, c.keys.newest(), c.utc.claim()
	f.View, f.Members, f.Payload = Set{}, Set{}, nil
	if in {
		f.View, f.Members = c.view, c.members
		if c.hasPayload && c.payloadFor == c.cycle {
			f.Payload = c.payload
		}
	}
	c.acknowledge(f.Acks)
	c.encode(c.txBuf, f)
	c.keys.seal(key, c.txBuf)
	c.own[c.seq%ownRing] = ownFrame{tag: tagOf(c.txBuf), seq: c.seq, sent: c.now, offset: c.offset}
	c.count.Sent++
	return c.txBuf
}

// acknowledge names the last frame of every host that is inside the window, and gives the
// readings unless this host may set its clock within a window.
func (c *Core) acknowledge(acks []Ack) {
	oldest := c.now - c.age()
	for h := range c.peers {
		p := &c.peers[h]
		acks[h] = Ack{Reading: NoReading}
		if p.tag == 0 || p.came < oldest {
			continue
		}
		acks[h].Tag = p.tag
		took := p.base + c.offset
		if !c.withdrawn && took < maxReading && took > -maxReading {
			acks[h].Reading = int32(took)
			c.promised, c.gave = true, c.now
		}
	}
}
