package node

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/link"
)

// The tests in virtual time run real loops, with the real core, one turn after the other in
// one goroutine: that of the loop whose instant comes first. Sleeping sets the time.

// virtual is the time that all hosts of a test live in.
type virtual struct{ now time.Duration }

const epoch = 1_800_000_000 * time.Second // real-time clock when virtual time is 0

func (v *virtual) Now() time.Duration          { return v.now }
func (v *virtual) UTC() time.Duration          { return epoch + v.now }
func (v *virtual) SleepUntil(at time.Duration) { v.now = max(v.now, at) }
func (v *virtual) Arrival(stamp time.Duration) (time.Duration, bool) {
	return stamp - epoch, true
}

// wire carries every frame that one host sends to the others, without garbage: queues of
// fixed length, which overflow like those of the kernel.
type wire struct {
	time   *virtual
	delay  time.Duration
	queues []queue
}

type queue struct {
	frames              [64][controlnet.MaxFrameSize]byte
	size                [64]int
	at                  [64]time.Duration
	head, tail, dropped int
}

func (q *queue) put(frame []byte, at time.Duration) {
	if q.tail-q.head == len(q.frames) {
		q.dropped++
		return
	}
	i := q.tail % len(q.frames)
	q.size[i], q.at[i] = copy(q.frames[i][:], frame), at
	q.tail++
}

// port is the link of one host to the wire, by that host's clock.
type port struct {
	wire  *wire
	self  int
	clock *clock.Skewed
	slow  time.Duration // what sending takes
	cost  time.Duration // what receiving a frame takes
	err   error         // of every Send
}

func (p *port) Send(frame []byte) error {
	p.wire.time.now += p.slow
	for i := range p.wire.queues {
		if i != p.self {
			p.wire.queues[i].put(frame, p.wire.time.now+p.wire.delay)
		}
	}
	return p.err
}

func (p *port) Receive(buf []byte) (int, time.Duration, error) {
	q := &p.wire.queues[p.self]
	i := q.head % len(q.frames)
	if q.head == q.tail || q.at[i] > p.wire.time.now {
		return 0, 0, nil
	}
	q.head++
	p.wire.time.now += p.cost
	at, _ := p.clock.Arrival(epoch + q.at[i])
	return copy(buf, q.frames[i][:q.size[i]]), at, nil
}

// lab is a control network in virtual time.
type lab struct {
	time   virtual
	wire   wire
	ports  []*port
	clocks []*clock.Skewed
	faulty []*link.Faulty
	nodes  []*Node
	ticks  []int // in sync, by host
	onTick func(host int, t *controlnet.Tick) []byte
}

// fixedKeys is a source whose keys a test can change between two turns.
type fixedKeys struct {
	keys []controlnet.Key
	err  error
}

func (k *fixedKeys) Keys() ([]controlnet.Key, error) { return k.keys, k.err }

func someKeys() []controlnet.Key {
	return []controlnet.Key{{Epoch: 1, Secret: [controlnet.KeySize]byte{1, 2, 3}}}
}

func config(hosts int) controlnet.Config {
	return controlnet.Config{
		Network: 0x1234_5678_9abc_def0, Hosts: hosts, Cycle: 100 * time.Millisecond,
		Delay: 2 * time.Millisecond, Process: 5 * time.Millisecond, Drift: 1e-4,
		Omissions: 2, ClockFaults: (hosts - 1) / 3, Payload: 16,
	}
}

// newLab makes hosts whose clocks differ in origin and rate.
func newLab(t *testing.T, hosts int) *lab {
	t.Helper()
	b := &lab{time: virtual{now: time.Hour}}
	b.wire = wire{time: &b.time, delay: 300 * time.Microsecond, queues: make([]queue, hosts)}
	b.ticks = make([]int, hosts)
	for h := range hosts {
		c := clock.NewSkewed(&b.time, clock.Skew{Offset: time.Duration(h*h) * time.Minute, PPM: float64(90 - 40*h)})
		p := &port{wire: &b.wire, self: h, clock: c}
		f := link.NewFaulty(p, c, uint64(h))
		cfg := config(hosts)
		cfg.Self = controlnet.Host(h)
		n, err := New(Options{
			Config: cfg, Keys: &fixedKeys{keys: someKeys()}, Links: []Link{f}, Clock: c,
			Tick: func(tick *controlnet.Tick) []byte {
				if tick.InSync {
					b.ticks[h]++
				}
				if b.onTick != nil {
					return b.onTick(h, tick)
				}
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		b.ports, b.clocks = append(b.ports, p), append(b.clocks, c)
		b.faulty, b.nodes = append(b.faulty, f), append(b.nodes, n)
	}
	return b
}

// turn lets the host go whose instant comes first, and returns its number.
func (b *lab) turn() int {
	next, first := 0, time.Duration(1<<62)
	for h, n := range b.nodes {
		left := min(n.loop.wake, n.loop.drain) - b.clocks[h].Now()
		if left < first {
			next, first = h, left
		}
	}
	b.nodes[next].loop.turn()
	return next
}

// run lets d pass.
func (b *lab) run(d time.Duration) {
	for end := b.time.now + d; b.time.now < end; {
		b.turn()
	}
}
