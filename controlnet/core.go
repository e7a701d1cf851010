package controlnet

import "time"

// Core is the state machine of one host on the control network. It is not safe for use by
// several goroutines.
type Core struct {
	codec
	keys  keyring
	life  uint64
	floor uint64 // in sync in no cycle before it

	born   time.Duration // local clock at the start
	now    time.Duration // local clock at the last step
	offset time.Duration // the network's clock less the local one
	cycle  uint64        // by the network's clock
	late   time.Duration // of this cycle's tick
	silent bool          // this cycle's tick was late: nothing is sent in it
	sent   bool          // this cycle's slot is over, used or not

	sync      Sync
	since     uint64        // cycle in which it came into sync last
	dwell     int           // boundaries for which the clock is not set, though it is out of sync
	held      int           // boundaries that it has waited for clocks that it cannot read yet
	withdrawn bool          // frames give no readings, so that nobody relies on the clock
	promised  bool          // readings were given
	gave      time.Duration // when last, by the local clock

	bound   time.Duration
	heard   Set
	view    Set
	members Set
	agreed  bool
	utc     utcClock
	rate    rateWatch

	peers []peer
	own   [ownRing]ownFrame
	seq   uint32

	payload    []byte
	payloadFor uint64
	hasPayload bool

	rx, tx   Frame
	txBuf    []byte
	tick     Tick
	received []Received
	sorted   []time.Duration // scratch of medians and averages
	count    Counters
}

// ownFrame is a frame that this host has sent.
type ownFrame struct {
	tag    uint32
	seq    uint32
	sent   time.Duration // local clock
	offset time.Duration // of the core then
}

// New starts a host. Its first Wake is in out. It fails with ErrConfig or ErrKeys.
func New(cfg Config, s Start, out *Output) (*Core, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if err := checkKeys(s.Keys); err != nil {
		return nil, err
	}
	c := &Core{
		codec: newCodec(cfg), life: s.Life, floor: s.Floor, born: s.Now, now: s.Now, withdrawn: true,
		peers:    make([]peer, cfg.Hosts),
		payload:  make([]byte, cfg.Payload),
		txBuf:    make([]byte, cfg.FrameSize()),
		received: make([]Received, 0, cfg.Hosts),
		sorted:   make([]time.Duration, 0, cfg.Hosts),
	}
	for h := range c.peers {
		c.peers[h].payload[0] = make([]byte, cfg.Payload)
		c.peers[h].payload[1] = make([]byte, cfg.Payload)
	}
	c.rx.Acks, c.tx.Acks = make([]Ack, cfg.Hosts), make([]Ack, cfg.Hosts)
	c.keys.set(s.Keys)
	c.utc.init()
	start := min(max(s.UTC, 0), lastInstant/2)
	if s.Floor < uint64(lastInstant/2/cfg.Cycle) {
		start = max(start, time.Duration(s.Floor)*cfg.Cycle)
	}
	c.setClock(start - s.Now)
	c.rate.restart(c.now, c.offset)
	c.sent = c.now > c.slot()
	*out = Output{Wake: c.wake()}
	return c, nil
}

// SetKeys replaces the keys that are held. Nothing changes in the present cycle, if its key is
// among the new ones ([C-7]). It fails with ErrKeys, and then the old ones stay.
func (c *Core) SetKeys(keys []Key) error {
	if err := checkKeys(keys); err != nil {
		return err
	}
	c.keys.set(keys)
	return nil
}

// Offer gives the payload that the frame of cycle carries, Config.Payload bytes, which are
// copied. It reports whether that is still to come: a payload is sent in its cycle or never.
func (c *Core) Offer(cycle uint64, payload []byte) bool {
	if cycle != c.cycle || c.sent || c.sync != SyncKept || len(payload) != len(c.payload) {
		return false
	}
	copy(c.payload, payload)
	c.payloadFor, c.hasPayload = cycle, true
	return true
}

// Step takes one event in and says in out what is to be done. A frame that arrived before the
// next boundary belongs to the cycle before it, even if the step comes after: the boundary
// then waits for the step that has no such frame, which Wake asks for at once. So a driver
// that is late gives all that has arrived, and then the time.
func (c *Core) Step(in *Input, out *Output) {
	*out = Output{}
	if c.now-in.Now > c.Process {
		c.startAnew(in.Now)
	}
	c.now = max(c.now, in.Now)
	arrived := min(in.At, c.now)
	next := c.boundary(c.cycle + 1)
	if c.now >= next && (in.Frame == nil || arrived >= next) {
		c.begin(in.UTC)
		out.Tick = &c.tick
	}
	if in.Frame != nil {
		c.receive(in.Frame, arrived, in.Path)
	} else if !c.sent && c.now >= c.slot() {
		out.Send = c.useSlot()
	}
	out.Wake = c.wake()
}

// startAnew is what a host does whose local clock has gone back: nobody knows for how long, so
// all that it knows is of unknown age. The network's clock goes on from where it was.
func (c *Core) startAnew(now time.Duration) {
	if c.sync == SyncKept {
		c.count.SyncLost++
	}
	c.count.Torn++
	c.offset += c.now - now
	c.now, c.born, c.gave = now, now, now
	c.sync, c.withdrawn, c.sent = SyncStarting, true, true
	c.own = [ownRing]ownFrame{}
	for h := range c.peers {
		c.peers[h].forget(0)
	}
	c.rate.restart(c.now, c.offset)
}

// boundary is the instant by the local clock at which a cycle begins.
func (c *Core) boundary(cycle uint64) time.Duration {
	return time.Duration(cycle)*c.Cycle - c.offset
}

// slot is the instant by the local clock at which this host's slot begins.
func (c *Core) slot() time.Duration { return c.boundary(c.cycle) + c.SlotStart(c.Self) }

// wake is the next instant at which something is due.
func (c *Core) wake() time.Duration {
	if !c.sent {
		return c.slot()
	}
	return c.boundary(c.cycle + 1)
}

// setClock sets the network's clock and finds the cycle that it is in.
func (c *Core) setClock(offset time.Duration) {
	c.offset = offset
	c.cycle = uint64(max(0, c.now+offset) / c.Cycle)
}
