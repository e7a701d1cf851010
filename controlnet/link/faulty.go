package link

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Link is what Faulty stands before: a Socket, or one in memory.
type Link interface {
	// Send sends a frame to all other hosts, or fails; it does not wait.
	Send(frame []byte) error
	// Receive takes one frame into buf and returns its length and when it arrived, or
	// length 0 if none waits.
	Receive(buf []byte) (n int, at time.Duration, err error)
}

const (
	// senderAt is where a frame says who sent it.
	senderAt = 28
	senders  = 256

	// pendingFrames bounds the frames that are delayed at once: 128 hosts, twice. While
	// there is no room, frames wait in the link below.
	pendingFrames = 256
	// perFrame is how many of them one received frame may turn into.
	perFrame = 3

	// recorded is how many frames of each sender are kept to be replayed.
	recorded = 32

	// draws is how many random numbers are drawn for a frame, whatever becomes of it, so
	// that the fate of the next does not depend on the rates in force at this one.
	draws = 8

	// never is the instant at which a frame is due that waits for another.
	never time.Duration = math.MaxInt64
)

// Faults are what happens to the frames of one sender on their way to this host. Rates are
// fractions of the frames, 0 to 1; the zero value leaves all as it is.
type Faults struct {
	// Loss is how many do not come.
	Loss float64
	// MaxLost is the most that are lost in a row; 0 is no bound. So losses can be kept to
	// the omission degree.
	MaxLost int
	// Delay is added to the way of every frame, and up to Jitter more.
	Delay, Jitter time.Duration
	// Late is how many take LateBy longer still.
	Late   float64
	LateBy time.Duration
	// Duplicate is how many come twice, the second time up to Jitter later.
	Duplicate float64
	// Reorder is how many come right after the sender's next frame.
	Reorder float64
	// Corrupt is how many have up to eight of their bytes changed.
	Corrupt float64
	// Replay is with how many an older one of the sender comes once more.
	Replay float64
}

// Injected counts what Faulty did.
type Injected struct {
	Passed, Lost, Late, Duplicated, Reordered, Corrupted, Replayed uint64
}

// Faulty is a link with faults on the receiving side. What happens to a sender's frames
// depends on the seed, the sender, how many of its frames came before and the rates in force
// alone. Set and Injected are for any goroutine; the rest for the link's user.
type Faulty struct {
	inner  Link
	clock  interface{ Now() time.Duration }
	faults [senders]atomic.Pointer[Faults]
	from   [senders]*sender
	seed   uint64

	pending []pending
	free    []int // numbers of the pending that are not in use
	seq     uint64

	count [7]atomic.Uint64
}

// pending is a frame on its way.
type pending struct {
	due  time.Duration
	seq  uint64 // admission; 0: not in use
	n    int
	data [controlnet.MaxFrameSize + 1]byte
}

// sender is what is kept of one sender.
type sender struct {
	rng   *rand.PCG
	lost  int // in a row
	held  int // pending that waits for the sender's next frame, or -1
	old   [recorded][]byte
	frame uint64
}

const (
	passed = iota
	lost
	late
	duplicated
	reordered
	corrupted
	replayed
)

// NewFaulty returns inner with no faults yet. clock is the one by which inner stamps.
func NewFaulty(inner Link, clock interface{ Now() time.Duration }, seed uint64) *Faulty {
	f := &Faulty{inner: inner, clock: clock, seed: seed, pending: make([]pending, pendingFrames)}
	for i := range f.pending {
		f.free = append(f.free, i)
	}
	f.SetAll(Faults{})
	return f
}

// Set puts the faults of one sender in force, for the frames that come from now on.
func (f *Faulty) Set(h controlnet.Host, faults Faults) { f.faults[h].Store(&faults) }

// SetAll puts the faults of all senders in force.
func (f *Faulty) SetAll(faults Faults) {
	for h := range f.faults {
		f.faults[h].Store(&faults)
	}
}

// Injected returns what was done so far.
func (f *Faulty) Injected() Injected {
	c := &f.count
	return Injected{c[passed].Load(), c[lost].Load(), c[late].Load(), c[duplicated].Load(),
		c[reordered].Load(), c[corrupted].Load(), c[replayed].Load()}
}

// Send sends on the link below: what is sent suffers at its receivers.
func (f *Faulty) Send(frame []byte) error { return f.inner.Send(frame) }

// Receive returns a frame that is due, the earliest of those that it knows of. It takes no
// more from the link below than it needs for that, so that a flood costs what it would cost
// without Faulty.
func (f *Faulty) Receive(buf []byte) (n int, at time.Duration, err error) {
	now, first := f.clock.Now(), -1
	for more := true; more && err == nil && first < 0 && len(f.free) >= perFrame; {
		more, err = f.pull()
		first = f.due(now)
	}
	if first < 0 {
		if first = f.due(now); first < 0 {
			return 0, 0, err
		}
	}
	p := &f.pending[first]
	n, at = copy(buf, p.data[:p.n]), p.due
	f.release(first)
	f.count[passed].Add(1)
	return n, at, nil
}

// due returns the number of the pending frame that is due first, or -1 if none is due now.
func (f *Faulty) due(now time.Duration) int {
	first := -1
	for i := range f.pending {
		if p := &f.pending[i]; p.seq != 0 && p.due <= now && (first < 0 || p.before(&f.pending[first])) {
			first = i
		}
	}
	return first
}

func (p *pending) before(q *pending) bool {
	return p.due < q.due || p.due == q.due && p.seq < q.seq
}

// take reserves a pending frame, of which there is one.
func (f *Faulty) take() int {
	i := f.free[len(f.free)-1]
	f.free = f.free[:len(f.free)-1]
	f.seq++
	f.pending[i].seq = f.seq
	return i
}

func (f *Faulty) release(i int) {
	f.pending[i].seq = 0
	f.free = append(f.free, i)
}

// pull takes a frame from the link below and decides its fate.
func (f *Faulty) pull() (more bool, err error) {
	i := f.take()
	p := &f.pending[i]
	n, at, err := f.inner.Receive(p.data[:])
	if n == 0 {
		f.release(i)
		return false, err
	}
	p.n, p.due = n, at
	h := senders - 1
	if n > senderAt {
		h = int(p.data[senderAt])
	}
	f.admit(i, f.sender(h), f.faults[h].Load())
	return true, err
}

// sender returns what is kept of a sender, and begins with it at its first frame.
func (f *Faulty) sender(h int) *sender {
	if f.from[h] == nil {
		f.from[h] = &sender{rng: rand.NewPCG(f.seed, uint64(h)), held: -1}
	}
	return f.from[h]
}

// admit decides the fate of a frame that was just received.
func (f *Faulty) admit(i int, s *sender, faults *Faults) {
	var r [draws]uint64
	for j := range r {
		r[j] = s.rng.Uint64()
	}
	p := &f.pending[i]
	arrived := p.due
	old := s.record(p.data[:p.n], r[0])
	p.due += faults.Delay + spread(r[1], faults.Jitter)
	if hit(r[2], faults.Late) {
		p.due += faults.LateBy
		f.count[late].Add(1)
	}
	if s.held >= 0 { // the one before waited for this one, lost or not
		f.pending[s.held].due = p.due + 1
		s.held = -1
	}
	if hit(r[7], faults.Replay) && old != nil {
		f.copyTo(old, arrived+spread(r[1]>>8, faults.Jitter), replayed)
	}
	if hit(r[3], faults.Loss) && (faults.MaxLost == 0 || s.lost < faults.MaxLost) {
		s.lost++
		f.count[lost].Add(1)
		f.release(i)
		return
	}
	s.lost = 0
	if hit(r[4], faults.Duplicate) {
		f.copyTo(p.data[:p.n], p.due+spread(r[4]<<32, faults.Jitter), duplicated)
	}
	if hit(r[5], faults.Corrupt) {
		corrupt(p.data[:p.n], r[5]<<24)
		f.count[corrupted].Add(1)
	}
	if hit(r[6], faults.Reorder) {
		p.due, s.held = never, i
		f.count[reordered].Add(1)
	}
}

// copyTo puts a copy of a frame on its way.
func (f *Faulty) copyTo(data []byte, due time.Duration, what int) {
	j := f.take()
	q := &f.pending[j]
	q.n, q.due = copy(q.data[:], data), due
	f.count[what].Add(1)
}

// record keeps the frame, and returns one of those that were kept before, or nil.
func (s *sender) record(data []byte, draw uint64) (old []byte) {
	if kept := min(s.frame, recorded); kept > 0 {
		// The place that the new frame takes is the oldest: leave that one out when full.
		old = s.old[(s.frame+recorded-1-draw%min(kept, recorded-1))%recorded]
	}
	place := &s.old[s.frame%recorded]
	*place = append((*place)[:0], data...)
	s.frame++
	return old
}

// hit reports whether what happens at this rate happens at this draw.
func hit(draw uint64, rate float64) bool { return float64(draw>>11)/(1<<53) < rate }

// spread picks a duration from 0 to d.
func spread(draw uint64, d time.Duration) time.Duration {
	return time.Duration(float64(draw>>11) / (1 << 53) * float64(d))
}

// corrupt changes one to eight bytes, wherever they are. What is added to a byte is so
// little that eight times do not add up to nothing.
func corrupt(data []byte, draw uint64) {
	for range 1 + draw>>61 {
		draw = draw*6364136223846793005 + 1442695040888963407
		data[(draw>>33)%uint64(len(data))] += 1 + byte(draw>>17)%31
	}
}
