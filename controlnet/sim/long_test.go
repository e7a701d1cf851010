package sim

import (
	"testing"
)

// TestRate lets networks run for minutes with delays anywhere inside their bound, clocks at
// the ends of theirs, and nothing else: nobody loses sync, and the network's time runs like a
// good clock's and a little towards UTC, whatever the delays are.
func TestRate(t *testing.T) {
	for _, size := range []struct{ n, f int }{{6, 1}, {7, 2}, {10, 3}} {
		for d := Light; d < numDelays; d++ {
			p := Plan{Seed: 5, Config: Sized(size.n, size.f, 2), Paths: 1, Cycles: 1500, Epoch: begins, Delays: d, Slack: true, Worst: true}
			w := NewWorld(p, nil)
			w.chk.lean = true
			w.Run()
			if v := w.chk.violation; v != nil {
				t.Errorf("n %d, f %d, delays %d: %s at %v: %s", size.n, size.f, d, v.Promise, v.At, v.Text)
				continue
			}
			for i := range w.hosts {
				h := &w.hosts[i]
				s := h.core.Status()
				gone := h.local() + s.Offset - w.utc()
				if rate := gone.Seconds() / w.now.Seconds(); rate > 1.25*w.cfg.Drift || rate < -1.25*w.cfg.Drift {
					t.Errorf("n %d, f %d, delays %d: the network's rate at host %d is off by %.3g, a clock's is by %.3g at most", size.n, size.f, d, i, rate, w.cfg.Drift)
				}
				if s.Counters.SyncLost > 0 {
					t.Errorf("n %d, f %d, delays %d: host %d lost sync %d times", size.n, size.f, d, i, s.Counters.SyncLost)
				}
			}
		}
	}
}
