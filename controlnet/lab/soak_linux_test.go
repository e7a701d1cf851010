package lab

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

var (
	soak     = flag.Duration("soak", 0, "how long TestSoak runs a cluster; 0 leaves it out")
	soakLink = flag.String("soak-link", UDP, "the link of TestSoak: udp or packet")
	growth   = flag.Bool("growth", false, "run TestGrowth: what the control network costs with more hosts")
)

// edge are local clocks spread over all of the drift bound of 100 ppm.
func edge(n int) []clock.Skew {
	s := skews(n)
	for h := range s {
		s[h].PPM = -100 + 200*float64(h)/float64(n-1)
	}
	return s
}

// TestSoak runs seven hosts under real-time priority for long, while both processors are kept
// busy by others. Nobody may leave the membership without a broken bound that was noticed,
// and no clock may be outside of the stated bound.
//
//	go test -run Soak -v ./controlnet/lab -soak 10m -timeout 20m
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("it takes as long as -soak says")
	}
	const hosts = 7
	setup := Setup{Config: bounds(), Paths: 1, Link: *soakLink, Skews: edge(hosts), Realtime: true}
	setup.Config.Hosts, setup.Config.Omissions, setup.Config.ClockFaults = hosts, 2, 2
	c, err := Start(setup)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Burn(); err != nil {
		t.Fatal(err)
	}
	s := scenario.Scenario{
		Name: "soak", Hosts: hosts, Omissions: 2, Paths: 1, Cycles: uint64(*soak / setup.Config.Cycle),
		Expect: scenario.Expect{Stay: controlnet.SetOf(hosts)},
	}
	before := stolen(t)
	trial, err := c.Play(&s)
	if err != nil {
		t.Fatal(err)
	}
	v := judge.Judge(trial)
	t.Log("\n" + soakReport(c, trial, v) + fmt.Sprintf("processor time taken by what runs below this machine: %v\n", stolen(t)-before))
	for _, f := range v.Failures {
		t.Logf("excused %v: %s: cycle %d: %s", f.Excused, f.Check, f.Cycle, f.Text)
	}
	if f := v.Faults(); len(f) > 0 {
		t.Errorf("%d faults that nothing excuses; of the first:\n%s", len(f), trial.Story(trial.Around(f[0])))
	}
}

// soakReport is what a soak found, as lines for people.
func soakReport(c *Cluster, trial *judge.Trial, v *judge.Verdict) string {
	var b strings.Builder
	cfg := &trial.Config
	fmt.Fprintf(&b, "%d hosts, %s, cycle %v, delay %v, process %v, drift %g, omissions %d: slot %v, limit %v\n",
		cfg.Hosts, c.Link, cfg.Cycle, cfg.Delay, cfg.Process, cfg.Drift, cfg.Omissions, cfg.Slot(), cfg.Limit())
	fmt.Fprintf(&b, "cycles %d, departures without a broken bound %d, with one %d, broken bounds noticed %d\n",
		v.Cycles, len(v.Faults()), v.Left, v.Breaches)
	late, skew, bound := series(trial)
	fmt.Fprintf(&b, "lateness of boundaries   %s\n", spread(late))
	fmt.Fprintf(&b, "true clock difference    %s\n", spread(skew))
	fmt.Fprintf(&b, "stated clock bound       %s; never nearer than %v to a true difference\n", spread(bound), v.Tightest)
	fmt.Fprintf(&b, "cycles in which hosts were later than process: %s\n", lateTogether(trial))
	var counters controlnet.Counters
	for h := range trial.Counters {
		add(&counters, &trial.Counters[h])
	}
	fmt.Fprintf(&b, "frames: sent %d, accepted %d, missed %d, slow readings %d; late ticks %d, late slots %d, skipped cycles %d, sync lost %d\n",
		counters.Sent, counters.Accepted, counters.Missed, counters.Slow, counters.LateTicks, counters.LateSlots, counters.Skipped, counters.SyncLost)
	b.WriteString("refused:")
	for why, n := range counters.Refused {
		if n > 0 {
			fmt.Fprintf(&b, " %v %d", controlnet.Refusal(why), n)
		}
	}
	b.WriteString("\n")
	for _, f := range c.Finals() {
		size := uint64(cfg.FrameSize())
		fmt.Fprintf(&b, "host %d: CPU %.2f %%, %.0f bytes/s of frames; woke late p50 %v p99 %v p99.9 %v max %v; sending took p99.9 %v max %v\n",
			f.Host, 100*f.CPU.Seconds()/f.Over.Seconds(), float64(f.Status.Counters.Sent*size)/f.Over.Seconds(),
			f.Wake.P50, f.Wake.P99, f.Wake.P999, f.Wake.Max, f.Send.P999, f.Send.Max)
	}
	return b.String()
}

func add(sum, c *controlnet.Counters) {
	sum.Sent += c.Sent
	sum.Accepted += c.Accepted
	sum.Missed += c.Missed
	sum.Slow += c.Slow
	sum.LateTicks += c.LateTicks
	sum.LateSlots += c.LateSlots
	sum.Skipped += c.Skipped
	sum.SyncLost += c.SyncLost
	for why := range c.Refused {
		sum.Refused[why] += c.Refused[why]
	}
}

// settled is after how many cycles the clocks have come together from where they started.
const settled = 50

// series are the lateness of every boundary in sync, the largest true difference of two
// clocks in every cycle, and every stated bound, in order of size. The last two begin when
// the clocks have settled.
func series(trial *judge.Trial) (late, skew, bound []time.Duration) {
	least, most := map[uint64]time.Duration{}, map[uint64]time.Duration{}
	for i := range trial.Records {
		r := &trial.Records[i]
		if !r.InSync || r.Cycle < trial.From {
			continue
		}
		late = append(late, r.Begun-r.Boundary)
		if r.Cycle < trial.From+settled {
			continue
		}
		bound = append(bound, r.Bound)
		if at, ok := least[r.Cycle]; !ok || r.Boundary < at {
			least[r.Cycle] = r.Boundary
		}
		most[r.Cycle] = max(most[r.Cycle], r.Boundary)
	}
	for cycle := range least {
		skew = append(skew, most[cycle]-least[cycle])
	}
	slices.Sort(late)
	slices.Sort(skew)
	slices.Sort(bound)
	return late, skew, bound
}

// lateTogether counts the cycles in which one host was too late, two were, and so on: what
// hits one host is a matter of that host, what hits all of them at once is the machine.
func lateTogether(trial *judge.Trial) string {
	late := map[uint64]int{}
	for i := range trial.Records {
		if r := &trial.Records[i]; r.Cycle >= trial.From && r.Begun-r.Boundary > trial.Config.Process {
			late[r.Cycle]++
		}
	}
	if len(late) == 0 {
		return "none"
	}
	count := make([]int, trial.Config.Hosts+1)
	for _, n := range late {
		count[min(n, trial.Config.Hosts)]++
	}
	var parts []string
	for n, cycles := range count {
		if cycles > 0 {
			parts = append(parts, fmt.Sprintf("%d of the hosts in %d cycles", n, cycles))
		}
	}
	return strings.Join(parts, ", ")
}

// stolen is how long the processors of this machine have been taken by what runs below it.
func stolen(t *testing.T) time.Duration {
	t.Helper()
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		t.Fatal(err)
	}
	const stealAt, perSecond = 8, 100
	fields := strings.Fields(strings.SplitN(string(stat), "\n", 2)[0])
	if len(fields) <= stealAt {
		t.Fatalf("/proc/stat begins with %q", fields)
	}
	ticks, err := strconv.ParseInt(fields[stealAt], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(ticks) * time.Second / perSecond
}

// spread states quantiles of durations in order of size.
func spread(d []time.Duration) string {
	if len(d) == 0 {
		return "none"
	}
	at := func(q float64) time.Duration { return d[min(len(d)-1, int(q*float64(len(d))))].Round(time.Microsecond) }
	return fmt.Sprintf("p50 %v, p99 %v, p99.9 %v, max %v of %d", at(0.5), at(0.99), at(0.999), at(1), len(d))
}
