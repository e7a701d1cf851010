package controlnet

import (
	"slices"
	"testing"
	"time"
)

// epochStart is when the tests' real time begins: some instant well after 1970.
const epochStart = 1_700_000_000 * time.Second

// lan is a control network in virtual time: hosts with clocks of their own, and a wire on
// which a test may do what it likes.
type lan struct {
	t     *testing.T
	cfg   Config
	now   time.Duration // real time since the beginning
	hosts []*station
	wire  []parcel // by due time
	lives uint64

	// took is the way of a frame; drop loses it. nil: 200 us, nothing lost.
	took func(from, to int) time.Duration
	drop func(from, to int, cycle uint64) bool
	// sent sees every frame.
	sent func(from int, frame []byte)
	// given sees every event.
	given func(h int, in Input)
	// ticked sees every tick.
	ticked func(h int, tick *Tick)
}

// station is one host of a lan.
type station struct {
	core    *Core
	wake    time.Duration // local
	origin  time.Duration // local clock at real time 0
	rate    float64
	utcOff  time.Duration // error of its real-time clock
	noUTC   bool
	keys    []Key
	dead    bool
	stopped bool // does not step; frames wait in its queue
	floor   uint64
	queue   []parcel
	payload func(cycle uint64) []byte
	last    Tick // Frames not kept
	got     []Received
	ticks   int
}

type parcel struct {
	due   time.Duration
	from  int
	to    int
	path  int
	frame []byte
}

func testConfig(n int) Config {
	return Config{
		Network: 7, Hosts: n, Cycle: 200 * time.Millisecond, Delay: 5 * time.Millisecond,
		Process: 5 * time.Millisecond, Drift: 200e-6, Omissions: 2, ClockFaults: min(1, (n-1)/3), Payload: 16,
	}
}

func testKey(epoch uint32, from uint64) Key {
	k := Key{Epoch: epoch, From: from}
	k.Secret[0], k.Secret[1] = 0xa5, byte(epoch)
	return k
}

// newLAN makes hosts whose clocks differ by hours and run at rates across the whole drift,
// and starts them.
func newLAN(t *testing.T, cfg Config) *lan {
	t.Helper()
	l := makeLAN(t, cfg)
	for h := range l.hosts {
		l.start(h)
	}
	return l
}

func makeLAN(t *testing.T, cfg Config) *lan {
	l := &lan{t: t, cfg: cfg}
	for h := range cfg.Hosts {
		spread := 0.0
		if cfg.Hosts > 1 {
			spread = 2*float64(h)/float64(cfg.Hosts-1) - 1
		}
		l.hosts = append(l.hosts, &station{
			origin: time.Duration(h+1) * time.Hour, rate: 1 + spread*cfg.Drift*0.9, dead: true,
			keys: []Key{testKey(1, 0)},
		})
	}
	return l
}

func (s *station) local(real time.Duration) time.Duration {
	return s.origin + time.Duration(float64(real)*s.rate)
}

func (s *station) real(local time.Duration) time.Duration {
	return time.Duration(float64(local-s.origin)/s.rate) + 2
}

// network is what its network's clock shows.
func (s *station) network(real time.Duration) time.Duration { return s.local(real) + s.core.offset }

// start starts a host anew, with nothing remembered but its floor.
func (l *lan) start(h int) {
	l.t.Helper()
	s := l.hosts[h]
	l.lives++
	cfg := l.cfg
	cfg.Self = Host(h)
	var out Output
	core, err := New(cfg, Start{Now: s.local(l.now), UTC: l.utc(s), Floor: s.floor, Life: l.lives << 8, Keys: s.keys}, &out)
	if err != nil {
		l.t.Fatal(err)
	}
	s.core, s.wake, s.dead, s.stopped, s.queue, s.last, s.ticks = core, out.Wake, false, false, nil, Tick{}, 0
}

func (l *lan) utc(s *station) time.Duration {
	if s.noUTC {
		return 0
	}
	return epochStart + l.now + s.utcOff
}

// run lets d pass.
func (l *lan) run(d time.Duration) { l.runUntil(d, func() bool { return false }) }

// cycles lets n cycles pass.
func (l *lan) cycles(n int) { l.run(time.Duration(n) * l.cfg.Cycle) }

// runUntil lets time pass until done, and reports whether that came within d.
func (l *lan) runUntil(d time.Duration, done func() bool) bool {
	for end := l.now + d; ; {
		if done() {
			return true
		}
		next, who := end, -1
		for h, s := range l.hosts {
			if at := s.real(s.wake); !s.dead && !s.stopped && at < next {
				next, who = max(at, l.now), h
			}
		}
		if len(l.wire) > 0 && l.wire[0].due <= next && l.wire[0].due <= end {
			p := l.wire[0]
			l.wire = l.wire[1:]
			l.now = max(l.now, p.due)
			l.arrive(p)
			continue
		}
		l.now = next
		if who < 0 {
			return done()
		}
		l.step(who, Input{})
	}
}

// arrive hands a frame to its receiver, or puts it into the queue of one that is stopped.
func (l *lan) arrive(p parcel) {
	switch s := l.hosts[p.to]; {
	case s.dead:
	case s.stopped:
		s.queue = append(s.queue, p)
	default:
		l.step(p.to, Input{Frame: p.frame, At: s.local(p.due), Path: p.path})
	}
}

// resume lets a stopped host go on: first it reads what waits in its queue.
func (l *lan) resume(h int) {
	s := l.hosts[h]
	s.stopped = false
	for _, p := range s.queue {
		l.step(h, Input{Frame: p.frame, At: s.local(p.due), Path: p.path})
	}
	s.queue = nil
}

func (l *lan) step(h int, in Input) {
	s := l.hosts[h]
	var out Output
	in.Now, in.UTC = s.local(l.now), l.utc(s)
	if l.given != nil {
		l.given(h, in)
	}
	s.core.Step(&in, &out)
	s.wake = out.Wake
	if out.Tick != nil {
		s.last, s.ticks = *out.Tick, s.ticks+1
		s.got = s.got[:0]
		for _, r := range out.Tick.Frames {
			s.got = append(s.got, Received{r.Sender, r.Cycle, slices.Clone(r.Payload)})
		}
		if l.ticked != nil {
			l.ticked(h, out.Tick)
		}
		if s.payload != nil {
			s.core.Offer(out.Tick.Cycle, s.payload(out.Tick.Cycle))
		}
	}
	if out.Send != nil {
		l.send(h, out.Send)
	}
}

func (l *lan) send(from int, frame []byte) {
	frame = slices.Clone(frame)
	if l.sent != nil {
		l.sent(from, frame)
	}
	cycle := l.hosts[from].core.cycle
	for to := range l.hosts {
		if to == from || l.drop != nil && l.drop(from, to, cycle) {
			continue
		}
		took := 200 * time.Microsecond
		if l.took != nil {
			took = l.took(from, to)
		}
		l.inject(parcel{due: l.now + took, from: from, to: to, frame: frame})
	}
}

// inject puts a frame onto the wire.
func (l *lan) inject(p parcel) {
	at, _ := slices.BinarySearchFunc(l.wire, p, func(a, b parcel) int {
		if a.due <= b.due {
			return -1
		}
		return 1
	})
	l.wire = slices.Insert(l.wire, at, p)
}

// inSync counts the hosts that are in sync.
func (l *lan) inSync() int {
	n := 0
	for _, s := range l.hosts {
		if !s.dead && s.core.sync == SyncKept {
			n++
		}
	}
	return n
}

// settled runs until all hosts are in sync and agree on the membership of all.
func (l *lan) settled() *lan {
	l.t.Helper()
	all := SetOf(len(l.hosts))
	ok := l.runUntil(60*l.cfg.Cycle, func() bool {
		for _, s := range l.hosts {
			if s.core.sync != SyncKept || s.core.members != all || !s.core.agreed {
				return false
			}
		}
		return true
	})
	if !ok {
		for h, s := range l.hosts {
			l.t.Logf("host %d: %+v", h, s.core.Status())
		}
		l.t.Fatal("not all hosts came into sync within 60 cycles")
	}
	return l
}

// watchClocks holds, at every tick, the true difference of the same boundary at all hosts in
// sync against what they stated. It returns a function that tells the largest difference.
func (l *lan) watchClocks() func() (largest, stated time.Duration) {
	type mark struct {
		real, bound time.Duration
	}
	marks := make([]map[uint64]mark, len(l.hosts))
	for h := range marks {
		marks[h] = map[uint64]mark{}
	}
	var largest, stated time.Duration
	before := l.ticked
	l.ticked = func(h int, tick *Tick) {
		if before != nil {
			before(h, tick)
		}
		if !tick.InSync {
			return
		}
		m := mark{l.hosts[h].real(tick.Boundary), tick.Bound}
		marks[h][tick.Cycle] = m
		stated = max(stated, tick.Bound)
		for other := range marks {
			o, ok := marks[other][tick.Cycle]
			if !ok || other == h {
				continue
			}
			d := max(m.real-o.real, o.real-m.real)
			largest = max(largest, d)
			stated := m.bound + o.bound // by a third that both are in contact with
			if l.hosts[h].core.peers[other].contact && l.hosts[other].core.peers[h].contact {
				stated = min(m.bound, o.bound)
			}
			if d > stated {
				l.t.Errorf("cycle %d: boundaries of hosts %d and %d are %v apart, stated are %v and %v", tick.Cycle, h, other, d, m.bound, o.bound)
			}
		}
	}
	return func() (time.Duration, time.Duration) { return largest, stated }
}
