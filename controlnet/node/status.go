package node

import (
	"sync"
	"sync/atomic"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
)

// shared is the snapshot that the loop leaves for others. The loop only tries the lock, so
// that no reader can hold it up; if it does not get it, it tries again at its next turn.
type shared struct {
	mu     sync.Mutex
	status controlnet.Status
	peers  [controlnet.MaxHosts]controlnet.Peer
}

// publish takes a snapshot of the core.
func (l *loop) publish() {
	if !l.shared.mu.TryLock() {
		return
	}
	defer l.shared.mu.Unlock()
	l.dirty = false
	l.shared.status = l.core.Status()
	for h := range l.opt.Config.Hosts {
		l.shared.peers[h] = l.core.Peer(controlnet.Host(h))
	}
}

// Status returns the core's status as of the last boundary or slot. It may be called by any
// goroutine.
func (n *Node) Status() controlnet.Status {
	n.shared.mu.Lock()
	defer n.shared.mu.Unlock()
	return n.shared.status
}

// Peers appends to dst what is known of each host, by its number, as of the last boundary or
// slot. It may be called by any goroutine.
func (n *Node) Peers(dst []controlnet.Peer) []controlnet.Peer {
	n.shared.mu.Lock()
	defer n.shared.mu.Unlock()
	return append(dst, n.shared.peers[:n.opt.Config.Hosts]...)
}

// times is what the loop measures of itself.
type times struct {
	wake, due, drain, late, send, tick clock.Histogram

	frames, fullDrains, receiveErrors, sendErrors, slowSends, refusedOffers atomic.Uint64
}

// Times are what the loop measured of itself since its start.
type Times struct {
	// Wake is by how much the loop woke up late, over all its turns; Due over those alone
	// that the core asked for.
	Wake, Due clock.Durations
	// Drain is how long it took to take what waited in the links, over all turns.
	Drain clock.Durations
	// Late is how late the ticks were: waking, and draining before.
	Late clock.Durations
	// Send is the time from the reading of the clock that a frame bears until it had been
	// given to all links.
	Send clock.Durations
	// Tick is the time from the reading of the clock at a boundary until the client was done.
	Tick clock.Durations
	Counts
}

// Counts are the events that the loop counted since its start.
type Counts struct {
	Frames        uint64 // taken from links
	FullDrains    uint64 // drains of a link that left frames behind
	ReceiveErrors uint64
	SendErrors    uint64 // frames that a link did not take
	SlowSends     uint64 // frames that took longer than Process to leave
	RefusedOffers uint64 // payloads for another cycle, too late, or of another length
}

// Times returns what the loop measured. It may be called by any goroutine; it is large, so
// it is written to *t.
func (n *Node) Times(t *Times) {
	m := &n.times
	m.wake.Snapshot(&t.Wake)
	m.due.Snapshot(&t.Due)
	m.drain.Snapshot(&t.Drain)
	m.late.Snapshot(&t.Late)
	m.send.Snapshot(&t.Send)
	m.tick.Snapshot(&t.Tick)
	t.Counts = Counts{
		Frames: m.frames.Load(), FullDrains: m.fullDrains.Load(),
		ReceiveErrors: m.receiveErrors.Load(), SendErrors: m.sendErrors.Load(),
		SlowSends: m.slowSends.Load(), RefusedOffers: m.refusedOffers.Load(),
	}
}
