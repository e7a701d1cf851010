package controlnet

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestPromise: who gave readings does not set its clock by more than maxCorrection a boundary
// for a window, whatever happens ([C-13]).
func TestPromise(t *testing.T) {
	type promise struct {
		local  time.Duration // when the frame left
		until  time.Duration // local
		offset time.Duration
	}
	jumps := 0
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		l := makeLAN(t, testConfig(5))
		for _, s := range l.hosts {
			s.utcOff = time.Duration(r.IntN(1000)) * time.Millisecond
		}
		last := make([]promise, 5)
		l.sent = func(from int, frame []byte) {
			c := l.hosts[from].core
			for _, a := range c.tx.Acks {
				if a.Reading != NoReading {
					last[from] = promise{c.now, c.boundary(c.cycle + 1 + l.cfg.window()), c.offset}
				}
			}
		}
		l.ticked = func(h int, tick *Tick) {
			c, p := l.hosts[h].core, last[h]
			by := max(c.offset-p.offset, p.offset-c.offset)
			most := c.corrections(c.now - p.local)
			if by > most && p.until > 0 {
				jumps++
			}
			if c.now < p.until-time.Millisecond && by > most {
				t.Fatalf("seed %d, host %d: set by %v %v after it gave readings", seed, h, by, c.now-p.local)
			}
		}
		for h := range l.hosts {
			l.start(h)
			last[h] = promise{}
			l.run(time.Duration(r.IntN(300)) * time.Millisecond)
		}
		for range 12 {
			cut := r.IntN(32)
			l.drop = func(from, to int, _ uint64) bool { return cut>>from&1 != cut>>to&1 || r.IntN(5) == 0 }
			l.cycles(5 + r.IntN(10))
			s := l.hosts[r.IntN(5)] // a clock that is set, by whoever runs that machine
			s.origin += time.Duration(r.IntN(80)) * time.Millisecond
			l.drop = nil
			l.cycles(5 + r.IntN(10))
		}
	}
	if jumps == 0 {
		t.Error("no clock was ever set")
	}
}
