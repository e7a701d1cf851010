package node

import (
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

const (
	// maxDrain is the longest that frames wait in a link, minDrain the shortest time
	// between two drains: below it the loop would do little else.
	maxDrain = 10 * time.Millisecond
	minDrain = time.Millisecond

	// spareDrain is what a drain takes of each link beyond two frames of each host: room
	// for duplicates in a network of few hosts.
	spareDrain = 16

	// rest is how long the loop sleeps after a drain that left frames behind, in multiples of
	// what the drain took: a flood does not get more than a fourth of a processor.
	rest = 3

	// warnEvery is the least time between two warnings of the same kind.
	warnEvery = time.Minute
)

// perDrain is how many frames of one link are taken in one drain: two of each host, and some
// more. Between two drains at most one of each can have been sent; after a stall of the
// whole machine there may be more, and they wait for the next drain.
func perDrain(c *controlnet.Config) int { return 2*c.Hosts + spareDrain }

// drainEvery is the time between two drains with nothing due: once a slot.
func drainEvery(c *controlnet.Config) time.Duration {
	return min(max(c.Slot(), minDrain), maxDrain)
}

// loop is what belongs to the loop's thread alone.
type loop struct {
	*Node
	core  *controlnet.Core
	in    controlnet.Input
	out   controlnet.Output
	wake  time.Duration // the core's last Wake
	drain time.Duration // next instant at which to drain
	limit int           // perDrain
	every time.Duration // drainEvery
	buf   [controlnet.MaxFrameSize + 1]byte

	dirty bool // the core has done something of which no snapshot was taken

	// When a warning of each kind may be given next.
	warnSend, warnReceive, warnSlow, warnOffer time.Duration
}

// init makes the core at the present instant.
func (l *loop) init(n *Node) error {
	now := n.opt.Clock.Now()
	*l = loop{Node: n, limit: perDrain(&n.opt.Config), every: drainEvery(&n.opt.Config), dirty: true}
	core, err := controlnet.New(n.opt.Config, controlnet.Start{
		Now: now, UTC: n.opt.Clock.UTC(), Floor: n.opt.Floor, Life: n.opt.Life, Keys: n.keys,
	}, &l.out)
	if err != nil {
		return err
	}
	l.core, l.wake, l.drain = core, l.out.Wake, now
	l.publish()
	return nil
}

// turn sleeps until something is to be done and does it.
func (l *loop) turn() {
	at := min(l.wake, l.drain)
	clock := l.opt.Clock
	clock.SleepUntil(at)
	now := clock.Now()
	l.times.wake.Add(now - at)
	if at == l.wake {
		l.times.due.Add(now - at)
	}
	l.drainLinks(now)
	if clock.Now() >= l.wake {
		l.takeOffer()
		l.in = controlnet.Input{UTC: clock.UTC()}
		l.in.Now = clock.Now() // last: the frame to send bears it
		l.step()
		l.dirty = true // also by a slot that was missed
	}
	if l.dirty || l.fresh.Load() != nil {
		l.takeKeys()
		l.publish()
	}
}

// drainLinks gives the frames that wait to the core. If there are more than it takes at
// once, it comes back soon, but sleeps in between.
func (l *loop) drainLinks(start time.Duration) {
	full := false
	for path, link := range l.opt.Links {
		count := l.drainLink(path, link)
		l.times.frames.Add(uint64(count))
		if count == l.limit {
			l.times.fullDrains.Add(1)
			full = true
		}
	}
	end := l.opt.Clock.Now()
	l.times.drain.Add(end - start)
	l.drain = start + l.every
	if full {
		l.drain = end + min(max(minDrain, rest*(end-start)), maxDrain)
	}
}

// drainLink does it for one link, and returns how many frames it took.
func (l *loop) drainLink(path int, link Link) (count int) {
	for ; count < l.limit; count++ {
		size, at, err := link.Receive(l.buf[:])
		if err != nil {
			l.times.receiveErrors.Add(1)
			l.complain(&l.warnReceive, "receive", err)
		}
		if size == 0 {
			break
		}
		l.frame(path, l.buf[:size], at)
	}
	return count
}

// frame gives one frame to the core. The clock is read for each, since a frame may have
// arrived after the drain began.
func (l *loop) frame(path int, frame []byte, at time.Duration) {
	now := l.opt.Clock.Now()
	l.in = controlnet.Input{Now: now, Frame: frame, At: min(at, now), Path: path}
	if now >= l.wake {
		l.takeOffer()
		l.in.UTC = l.opt.Clock.UTC()
	}
	l.step()
}

// step steps the core and does what it asks for: sending comes first.
func (l *loop) step() {
	l.core.Step(&l.in, &l.out)
	if l.out.Send != nil {
		l.send()
	}
	if l.out.Tick != nil {
		l.tick()
		l.dirty = true
	}
	l.wake = l.out.Wake
}

// send sends the core's frame on all links, and measures how long it took since the step,
// whose instant the frame bears.
func (l *loop) send() {
	for _, link := range l.opt.Links {
		if err := link.Send(l.out.Send); err != nil {
			l.times.sendErrors.Add(1)
			l.complain(&l.warnSend, "send", err)
		}
	}
	took := l.opt.Clock.Now() - l.in.Now
	l.times.send.Add(took)
	if took > l.opt.Config.Process {
		l.times.slowSends.Add(1)
		l.complain(&l.warnSlow, "send", slowError{took, l.opt.Config.Process})
	}
}

// slowError says that sending took longer than T_proc.
type slowError struct{ took, bound time.Duration }

// Error says by how much, and what it means.
func (e slowError) Error() string {
	return fmt.Sprintf("a frame left %v after its step, more than process (%v): the machine does not keep its bounds", e.took, e.bound)
}

// tick calls the client, and offers what it returns.
func (l *loop) tick() {
	t := l.out.Tick
	l.times.late.Add(t.Late)
	if payload := l.opt.Tick(t); payload != nil {
		l.give(t.Cycle, payload)
	}
	l.times.tick.Add(l.opt.Clock.Now() - l.in.Now)
}

// takeOffer takes what another goroutine has offered. It is called when something is due:
// before that, the client may still offer something newer.
func (l *loop) takeOffer() {
	if l.offer.Load() == nil {
		return
	}
	if o := l.offer.Swap(nil); o != nil {
		l.give(o.cycle, o.payload)
	}
}

func (l *loop) give(cycle uint64, payload []byte) {
	if l.core.Offer(cycle, payload) {
		return
	}
	l.times.refusedOffers.Add(1)
	if len(payload) != l.opt.Config.Payload {
		l.complain(&l.warnOffer, "offer", fmt.Errorf("a payload of %d bytes instead of %d is not sent", len(payload), l.opt.Config.Payload))
	}
}

// takeKeys gives new keys to the core.
func (l *loop) takeKeys() {
	keys := l.fresh.Swap(nil)
	if keys == nil {
		return
	}
	if err := l.core.SetKeys(*keys); err != nil {
		l.warn("the keys in use stay: " + err.Error())
	}
	l.dirty = true
}

// complain warns of what went wrong, once in a while for each kind.
func (l *loop) complain(next *time.Duration, what string, err error) {
	now := l.opt.Clock.Now()
	if now < *next {
		return
	}
	*next = now + warnEvery
	l.warn(what + ": " + err.Error())
}
