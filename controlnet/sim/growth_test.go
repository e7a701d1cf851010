package sim

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

var growth = flag.Bool("growth", false, "measure what a host costs as their number grows, and print a table")

// TestGrowth measures bytes, processor time and the detection of deaths as n grows. The first
// and the last of these are the simulator's; the time is the machine's, spent in Step.
func TestGrowth(t *testing.T) {
	sizes := []int{4, 8, 16}
	if *growth {
		sizes = []int{4, 8, 16, 32, 64, 128}
	}
	var b strings.Builder
	fmt.Fprint(&b, "| n | f | cycle | frame | bytes sent | bytes received | processor time | of that a frame | death in nobody's view | in nobody's Members |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, n := range sizes {
		b.WriteString(grow(t, n))
	}
	if *growth {
		t.Logf("a host and second; o = 2, payload 160 bytes\n%s", b.String())
	}
}

// grow runs n hosts for a while and kills some of them, one after the other.
func grow(t *testing.T, n int) string {
	t.Helper()
	cfg := Sized(n, max(1, n/5), 2)
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	const deaths = 6
	p := Plan{Seed: uint64(n), Config: cfg, Paths: 1, Epoch: begins, Cycles: 40 + 40*deaths}
	for i := 0; i < deaths; i++ {
		at := time.Duration(40+40*i)*cfg.Cycle + time.Duration(i)*cfg.Cycle/deaths
		p.Faults = append(p.Faults, Fault{Kind: Kill, At: at, For: 20 * cfg.Cycle, Hosts: single((i * 7) % n)})
	}
	w := NewWorld(p, nil)
	var spent time.Duration
	w.meter = func(_ int, step func()) {
		began := time.Now()
		step()
		spent += time.Since(began)
	}
	w.chk.lean = n > 32
	w.Run()
	if v := w.chk.violation; v != nil {
		t.Fatalf("n = %d: %s: %s", n, v.Promise, v.Text)
	}
	seconds := w.now.Seconds()
	frames := float64(len(w.net.sent)) / float64(n) / seconds
	received := 0
	for _, k := range w.chk.outcome[genuine] {
		received += k
	}
	view, members := w.chk.figures.Unseen, w.chk.figures.Gone
	if view.N == 0 || members.N == 0 || view.Max > cfg.Omissions+1 {
		t.Errorf("n = %d: a death is seen after %v, and by all after %v", n, view, members)
	}
	return fmt.Sprintf("| %d | %d | %v | %d B | %.1f kB | %.1f kB | %.3g ms | %.2g us | %s | %s |\n",
		n, cfg.ClockFaults, cfg.Cycle, cfg.FrameSize(), frames*float64(cfg.FrameSize())/1e3, float64(received)*float64(cfg.FrameSize())/float64(n)/seconds/1e3,
		spent.Seconds()*1e3/float64(n)/seconds, spent.Seconds()*1e6/float64(received), inCycles(view, &cfg), inCycles(members, &cfg))
}

// inCycles writes a detection time for people.
func inCycles(s Spread, c *controlnet.Config) string {
	return fmt.Sprintf("%d cycles, %v", s.Max, time.Duration(s.Max)*c.Cycle)
}
