package controlnet

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestWire: somebody on the wire who reads, drops, delays, repeats and alters frames at will
// for a while costs some hosts their sync. No altered frame is accepted, no bound that is
// stated is wrong, at most one side is in sync, and when it is over all are back ([C-1]).
func TestWire(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 9))
		l := newLAN(t, testConfig(6)).settled()
		told := l.watchClocks()
		genuine := map[string]bool{}
		var tape [][]byte
		loss, more := r.Float64()*0.6, r.Float64()
		l.sent = func(_ int, f []byte) {
			genuine[string(f)] = true
			tape = append(tape, slices.Clone(f))
			for range r.IntN(4) {
				forged := slices.Clone(tape[r.IntN(len(tape))])
				if r.Float64() < 0.7 {
					forged[r.IntN(len(forged))] ^= byte(1 + r.IntN(255))
				}
				due := l.now + time.Duration(r.Float64()*more*float64(300*time.Millisecond))
				l.inject(parcel{due: due, to: r.IntN(6), frame: forged})
			}
		}
		l.took = func(int, int) time.Duration {
			if r.Float64() < more/4 {
				return time.Duration(r.IntN(400)) * time.Millisecond
			}
			return time.Duration(100+r.IntN(4000)) * time.Microsecond
		}
		l.drop = func(from, to int, cycle uint64) bool { return r.Float64() < loss }
		cycles := map[uint64]time.Duration{}
		before := l.ticked
		l.ticked = func(h int, tick *Tick) {
			before(h, tick)
			if !tick.InSync {
				return
			}
			at := l.hosts[h].real(tick.Boundary)
			if first, ok := cycles[tick.Cycle]; ok && max(at-first, first-at) > 2*l.cfg.Limit() {
				t.Errorf("seed %d: cycle %d begins at %v and at %v", seed, tick.Cycle, first, at)
			}
			cycles[tick.Cycle] = at
		}
		l.cycles(300)
		for h, s := range l.hosts {
			for from := range s.core.peers {
				if p := &s.core.peers[from]; p.accepted > uint64(len(tape)) {
					t.Errorf("seed %d: host %d accepted %d frames of host %d, of %d that were sent", seed, h, p.accepted, from, len(tape))
				}
			}
			if s.core.count.Refused[RefusedMAC] == 0 {
				t.Errorf("seed %d: host %d refused no altered frame", seed, h)
			}
		}
		l.sent, l.took, l.drop = nil, nil, nil
		l.settled()
		told()
	}
}
