package lab

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// kills is how often TestGrowth kills a host of each cluster.
const kills = 5

// cost is what a cluster of some size costs, for each host and second, and how soon it
// notices that a host is gone.
type cost struct {
	hosts            int
	frame, wire      float64 // bytes sent: frames alone, and with all headers as on the cable
	received         float64 // bytes of frames, if all arrive
	cpu              float64 // of one processor
	noticed, slowest time.Duration
	unheard          int // cycles, at most
}

// TestGrowth measures clusters of growing size, at the same cycle, on an otherwise idle
// machine, and prints what they cost as a table.
//
//	go test -run Growth -v ./controlnet/lab -growth
func TestGrowth(t *testing.T) {
	if !*growth {
		t.Skip("it takes minutes, and is asked for by -growth")
	}
	var costs []cost
	for _, n := range []int{4, 8, 12, 16} {
		costs = append(costs, measure(t, n))
	}
	t.Logf("\n%s\n%s", plain(costs), markdown(costs))
}

// measure runs a cluster undisturbed, and then kills a host of it and starts it again, a few
// times, always at the beginning of a cycle: before the host's slot.
func measure(t *testing.T, n int) cost {
	t.Helper()
	s := scenario.Scenario{Name: "growth", Hosts: n, Omissions: 2, Paths: 1, Cycles: 200}
	for h := 0; h < n-1; h++ {
		s.Expect.Stay.Add(controlnet.Host(h))
	}
	var last controlnet.Set
	last.Add(controlnet.Host(n - 1))
	for range kills {
		s.Events = append(s.Events, scenario.Event{Kind: scenario.Kill, At: s.Cycles, For: 10, Hosts: last})
		s.Cycles += 31
	}
	setup := Setup{Config: bounds(), Link: UDP, Skews: skews(n), Realtime: true}
	setup.Config.Delay = 3 * time.Millisecond
	setup.Prepare(&s)
	setup.Config.ClockFaults = 1
	c, err := Start(setup)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := make([]uint64, n)
	began, over := c.clock.Now(), time.Duration(0)
	c.beforeEnd = func() {
		over = c.clock.Now() - began
		for h := range sent {
			if sent[h], err = c.Sent(controlnet.Host(h)); err != nil {
				t.Error(err)
			}
		}
	}
	trial, err := c.Play(&s)
	if err != nil {
		t.Fatal(err)
	}
	v := judge.Judge(trial)
	for _, f := range v.Failures {
		t.Logf("%d hosts: excused %v: %s: cycle %d: %s", n, f.Excused, f.Check, f.Cycle, f.Text)
	}
	if f := v.Faults(); len(f) > 0 {
		t.Errorf("%d hosts:\n%s", n, trial.Story(trial.Around(f[0])))
	}
	return sum(c, v, sent, over)
}

// sum averages over the hosts that lived all the time.
func sum(c *Cluster, v *judge.Verdict, sent []uint64, over time.Duration) cost {
	k := cost{hosts: c.Config.Hosts}
	lived := 0.0
	for _, f := range c.Finals() {
		if f.Life > 0 {
			continue
		}
		lived++
		size := float64(c.Config.FrameSize())
		k.frame += float64(f.Status.Counters.Sent) * size / f.Over.Seconds()
		k.received += float64(f.Status.Counters.Accepted) * size / f.Over.Seconds()
		k.wire += float64(sent[f.Host]) / over.Seconds()
		k.cpu += f.CPU.Seconds() / f.Over.Seconds()
	}
	k.frame, k.wire, k.cpu, k.received = k.frame/lived, k.wire/lived, k.cpu/lived, k.received/lived
	for _, a := range v.Away {
		k.noticed += a.Noticed / time.Duration(len(v.Away))
		k.slowest = max(k.slowest, a.Noticed)
		k.unheard = max(k.unheard, a.Unlisted)
	}
	return k
}

// rows are the table's lines of cells.
func rows(costs []cost) [][]string {
	out := [][]string{{"hosts", "sent B/s", "on the cable B/s", "received B/s", "CPU %", "death noticed, mean", "longest", "cycles"}}
	for _, c := range costs {
		out = append(out, []string{
			fmt.Sprint(c.hosts), fmt.Sprintf("%.0f", c.frame), fmt.Sprintf("%.0f", c.wire), fmt.Sprintf("%.0f", c.received),
			fmt.Sprintf("%.2f", 100*c.cpu), c.noticed.Round(time.Millisecond).String(), c.slowest.Round(time.Millisecond).String(), fmt.Sprint(c.unheard),
		})
	}
	return out
}

func plain(costs []cost) string {
	var b strings.Builder
	fmt.Fprintf(&b, "per host and second, on %d processors\n", runtime.NumCPU())
	for _, row := range rows(costs) {
		for _, cell := range row {
			fmt.Fprintf(&b, "%21s", cell)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func markdown(costs []cost) string {
	var b strings.Builder
	for i, row := range rows(costs) {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}
