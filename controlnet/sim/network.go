package sim

import (
	"encoding/binary"
	"time"
)

// Where things stand in a frame. The checkers read them for themselves.
const (
	epochAt  = 16
	cycleAt  = 20
	senderAt = 28
	flagsAt  = 29
	headEnd  = 80
	macSize  = 16
	synced   = 1
)

// class is what a packet is in truth.
type class uint8

const (
	genuine   class = iota // a frame on its way from its sender, or a copy of it
	replayed               // one that was recorded, and is sent again
	corrupted              // one of which a bit was turned
	garbage                // what never was a frame
	numClasses
)

var classNames = [numClasses]string{"genuine", "replayed", "corrupted", "garbage"}

// packet is something on its way to one host.
type packet struct {
	data  []byte
	frame int32 // index of the frame that it is or was, or -1
	path  uint8
	class class
	bit   int32         // that was turned
	at    time.Duration // arrival, by the receiver's local clock
	real  time.Duration // and in real time
}

// sentFrame is a frame that was sent, kept by the attacker and the checkers.
type sentFrame struct {
	data   []byte
	from   int
	life   uint64 // process of its sender
	at     time.Duration
	cycle  uint64
	epoch  uint32
	synced bool
}

// network is the wires, and what is known of them.
type network struct {
	n       int
	paths   int
	sent    []sentFrame
	bySend  [][]int32 // frames of each host, by time
	packets []packet
	unused  []uint64
	arena   arena
	dead    []int           // > 0: nothing passes, by (sender*n+receiver)
	row     []uint8         // frames in a row that did not come in time, by link
	broken  []time.Duration // when a link last had lost more than o in a row
	came    []time.Duration // when a frame last came over it that a host in sync may take
	active  []int           // faults that hit single frames and are under way

	lost, lostBeyond, slow, twice, delayed, again, turned, made, overrun int
}

func (t *network) init(w *World) {
	n := w.n
	t.n, t.paths = n, max(w.plan.Paths, 1)
	t.bySend = make([][]int32, n)
	t.dead, t.row = make([]int, n*n), make([]uint8, n*n)
	t.broken, t.came = make([]time.Duration, n*n), make([]time.Duration, n*n)
	for i := range t.broken {
		t.broken[i], t.came[i] = -time.Hour, -time.Hour
	}
}

// send takes a frame from a driver. It leaves now, unless the process is stopped in between.
func (w *World) send(h *host, data []byte) {
	t := &w.net
	f := sentFrame{
		data: t.arena.copy(data), from: h.id, life: h.life, at: w.now,
		cycle: binary.BigEndian.Uint64(data[cycleAt:]), epoch: binary.BigEndian.Uint32(data[epochAt:]),
		synced: data[flagsAt]&synced != 0,
	}
	i := int32(len(t.sent))
	t.sent = append(t.sent, f)
	t.bySend[h.id] = append(t.bySend[h.id], i)
	w.chk.sent(h, &t.sent[i])
	w.record(3, h.id, f.cycle, uint64(binary.BigEndian.Uint32(data[len(data)-macSize:])))
	if h.freeze > 0 {
		h.stop(w.now + h.freeze)
		h.freeze = 0
		w.q.push(event{at: h.stopped, kind: evLeave, a: uint64(i)})
		return
	}
	w.route(i)
}

// route sends a frame to every other host.
func (w *World) route(i int32) {
	f := &w.net.sent[i]
	for to := 0; to < w.n; to++ {
		if to != f.from {
			w.link(i, f.from, to)
		}
	}
}

// link sends a frame over one link, on every path, and keeps how good the link is.
func (w *World) link(i int32, from, to int) {
	t := &w.net
	l := from*t.n + to
	late := w.now - t.sent[i].at
	inTime, slow, heard := false, false, false
	if t.dead[l] > 0 {
		t.lostBeyond++
	} else {
		for path := 0; path < t.paths; path++ {
			d, ok := w.pass(i, l, to, path)
			inTime = inTime || ok && d+late <= w.cfg.Delay
			slow = slow || ok && d+late > w.cfg.Delay
			heard = heard || ok && d+late <= w.cfg.Delay+2*w.cfg.Limit()
		}
	}
	if slow {
		t.broken[l] = w.now // a frame over the bound on the delay is worse than none
	}
	if heard {
		t.came[l] = w.now
	}
	if inTime {
		t.row[l] = 0
		return
	}
	if t.row[l] < 255 {
		t.row[l]++
	}
	if int(t.row[l]) > w.cfg.Omissions {
		t.broken[l] = w.now
	}
}

// pass lets the faults that are under way have their part in one frame on one path, and
// returns what delay it has, if it arrives whole.
func (w *World) pass(i int32, l, to, path int) (time.Duration, bool) {
	t := &w.net
	use := uint64(l)<<1 | uint64(path)
	p := packet{data: t.sent[i].data, frame: i, path: uint8(path)}
	delay := w.delay(i, use)
	copies, spared := 1, int(t.row[l]) >= w.cfg.Omissions
	for _, k := range t.active {
		f := &w.plan.Faults[k]
		if !f.hits(to) || f.Path != 0 && f.Path != path+1 {
			continue
		}
		a, b := uint64(i), use<<16|uint64(k)
		switch f.Kind {
		case Loss, LossBeyond:
			onePath := f.Path != 0 && t.paths > 1
			if (!spared || onePath || f.Kind == LossBeyond) && w.d.Chance(f.Rate, useLoss, a, b, 0) {
				t.lost++
				return 0, false
			}
		case Corrupt:
			if !spared && p.class == genuine && w.d.Chance(f.Rate, useCorrupt, a, b, 0) {
				w.corrupt(&p, w.d.Of(useCorrupt, a, b, 1))
			}
		case Delay:
			t.delayed++
			delay += w.d.Between(0, time.Duration(f.Share*float64(w.cfg.Delay)), useDelay, a, b, 1)
		case Reorder:
			if w.d.Chance(f.Rate, useReorder, a, b, 0) {
				t.delayed++
				delay += time.Duration(f.Share * float64(w.cfg.Delay))
			}
		case Duplicate:
			if w.d.Chance(f.Rate, useDuplicate, a, b, 0) {
				t.twice++
				copies++
			}
		case Replay:
			if w.d.Chance(f.Rate, useReplay, a, b, 0) {
				w.replay(i, to, path, f.Age, w.d.Of(useReplay, a, b, 1))
			}
		}
	}
	delay = w.slow(i, to, min(delay, w.cfg.Delay))
	for c := 0; c < copies; c++ {
		w.deliver(p, to, delay+time.Duration(c)*w.cfg.Delay/16)
	}
	return delay, p.class == genuine
}

// delay draws how long a frame is on its way when nothing is wrong: inside the bound.
func (w *World) delay(i int32, use uint64) time.Duration {
	lo, hi := w.cfg.Delay/50, w.cfg.Delay/5
	switch w.plan.Delays {
	case Wide:
		lo, hi = 0, w.cfg.Delay
	case Skewed: // one way always fast, the other always slow
		if w.d.Chance(0.5, useDelay, use, 0, 2) {
			lo, hi = w.cfg.Delay-w.cfg.Delay/20, w.cfg.Delay
		} else {
			lo, hi = 0, w.cfg.Delay/20
		}
	case Extreme: // each frame at one end or the other
		if w.d.Chance(0.5, useDelay, uint64(i), use, 3) {
			return w.cfg.Delay
		}
		return 0
	}
	return w.d.Between(lo, hi, useDelay, uint64(i), use, 0)
}

// slow adds what breaks the bound on the delay.
func (w *World) slow(i int32, to int, delay time.Duration) time.Duration {
	for _, k := range w.net.active {
		if f := &w.plan.Faults[k]; f.Kind == Slow && f.hits(to) && w.d.Chance(f.Rate, useDelay, uint64(i), uint64(to), 4) {
			w.net.slow++
			delay += time.Duration(f.Share * float64(w.cfg.Delay))
		}
	}
	return delay
}

// deliver puts a packet on its way.
func (w *World) deliver(p packet, to int, delay time.Duration) {
	t := &w.net
	p.real = w.now + delay
	var i uint64
	if last := len(t.unused) - 1; last >= 0 {
		i, t.unused = t.unused[last], t.unused[:last]
		t.packets[i] = p
	} else {
		i = uint64(len(t.packets))
		t.packets = append(t.packets, p)
	}
	w.q.push(event{at: p.real, kind: evArrive, host: int32(to), a: i})
}

func (t *network) release(i uint64) { t.unused = append(t.unused, i) }
