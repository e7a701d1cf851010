package sim

import "github.com/proactive-resilience/wormhole/wormhole"

// frameRing is how many cycles back the attacker on the wire has recorded.
const frameRing = 64

// network is the control network: what is sent in a cycle is heard by the ticks
// of the next, unless it is lost.
type network struct {
	n       int
	frames  [][frameRing]sentFrame // by sender and cycle
	inbox   [][2][]wormhole.Received
	lostRow []uint8          // frames lost in a row, by sender*n+receiver
	heard   []wormhole.Cycle // last cycle whose frame arrived, by sender*n+receiver
	broken  []wormhole.Cycle // last cycle in which a link had lost more than o in a row
	cut     []int            // > 0: host is cut off
	side    []uint64         // bit i: in the other half of partition i
	deaf    []int            // > 0: link is dead, by sender*n+receiver
	replay  []int            // > 0: receiver hears recorded frames

	lost, lostBeyond, late, repeated, replayed int
}

type sentFrame struct {
	cycle wormhole.Cycle
	frame wormhole.Frame
}

func (t *network) init(n int) {
	t.n = n
	t.frames = make([][frameRing]sentFrame, n)
	t.inbox = make([][2][]wormhole.Received, n)
	t.lostRow = make([]uint8, n*n)
	t.heard = make([]wormhole.Cycle, n*n)
	t.broken = make([]wormhole.Cycle, n*n)
	t.cut, t.side, t.deaf, t.replay = make([]int, n), make([]uint64, n), make([]int, n*n), make([]int, n)
}

// send puts a frame on the network in cycle c.
func (w *world) send(from int, c wormhole.Cycle, f *wormhole.Frame) {
	if w.ctl != nil {
		w.speakControl(f)
		return
	}
	t := &w.net
	slot := &t.frames[from][c%frameRing]
	slot.cycle, slot.frame = c, *f
	for to := 0; to < t.n; to++ {
		if to == from {
			continue
		}
		link := from*t.n + to
		r := wormhole.Received{Sender: wormhole.Host(from), Cycle: c, Frame: &slot.frame}
		switch {
		case t.cut[from] > 0 || t.cut[to] > 0 || t.side[from] != t.side[to] || t.deaf[link] > 0:
			t.lostBeyond++
		case w.losesFrame(link, c):
			t.lost++
			if w.d.Chance(0.25, useNoise, uint64(link), uint64(c), 1) {
				t.late++
				t.put(to, c+1, r)
			}
		default:
			t.lostRow[link] = 0
			t.put(to, c, r)
			w.noise(to, link, c, r)
		}
	}
}

// losesFrame decides on a loss inside the omission bound.
func (w *world) losesFrame(link int, c wormhole.Cycle) bool {
	row := &w.net.lostRow[link]
	if w.plan.Loss == 0 || int(*row) >= w.first.Omissions || !w.d.Chance(w.plan.Loss, useLoss, uint64(link), uint64(c), 0) {
		return false
	}
	*row++
	return true
}

func (t *network) put(to int, c wormhole.Cycle, r wormhole.Received) {
	box := &t.inbox[to][c&1]
	*box = append(*box, r)
}

// noise lets a receiver hear a frame twice, or one that was recorded earlier.
func (w *world) noise(to, link int, c wormhole.Cycle, r wormhole.Received) {
	t := &w.net
	if w.plan.Noise == 0 && t.replay[to] == 0 {
		return
	}
	if w.d.Chance(w.plan.Noise, useNoise, uint64(link), uint64(c), 2) {
		t.repeated++
		t.put(to, c, r)
	}
	if t.replay[to] > 0 || w.d.Chance(w.plan.Noise, useNoise, uint64(link), uint64(c), 3) {
		old := &t.frames[r.Sender][w.d.Of(useNoise, uint64(link), uint64(c), 4)%frameRing]
		if old.cycle != 0 && old.cycle < c {
			t.replayed++
			t.put(to, c, wormhole.Received{Sender: r.Sender, Cycle: old.cycle, Frame: &old.frame})
		}
	}
}

// take hands a receiver what arrived in cycle c, and keeps the truth about it.
func (w *world) take(to int, c wormhole.Cycle, epoch uint32) []wormhole.Received {
	t := &w.net
	box := t.inbox[to][c&1]
	t.inbox[to][c&1] = box[:0]
	for i := range box {
		if r := &box[i]; r.Cycle == c && r.Frame.Epoch == epoch {
			t.heard[int(r.Sender)*t.n+to] = c
		}
	}
	return box
}

// noteGaps keeps, for every link to a host, the last cycle in which it had been
// silent for longer than the omission bound.
func (w *world) noteGaps(to int, c wormhole.Cycle) {
	t := &w.net
	for from := 0; from < t.n; from++ {
		if link := from*t.n + to; from != to && c-t.heard[link] > wormhole.Cycle(w.first.Omissions)+1 {
			t.broken[link] = c
		}
	}
}
