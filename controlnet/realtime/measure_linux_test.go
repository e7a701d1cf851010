package realtime

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"golang.org/x/sys/unix"
)

// The measurement behind the decision in RESULTS.md:
//
//	go test ./controlnet/realtime -run Measure -v -measure 20s
//
// Each row is a process of its own, this test's program started again with the row's name
// in the environment. It runs a loop that sleeps until every other millisecond and counts by
// how much it woke up late. Beside it, in the same process or in another, goroutines work
// as a local wormhole's do at their worst: one hashes an image without a pause, one makes
// garbage, one serves small requests. And one ordinary process per processor computes all the
// time, as guests do.

var measure = flag.Duration("measure", 0, "how long to measure each row of RESULTS.md; 0: not at all")

const (
	rowEnv = "CONTROLNET_MEASURE_ROW"
	hogRow = "hog"
	period = 2 * time.Millisecond
)

// hashed counts the bytes that this process has hashed.
var hashed atomic.Int64

// row is one way to run the loop.
type row struct {
	name  string
	what  string
	setup func(r *Report) // in the loop's thread, before it begins
	busy  bool            // the goroutines that work are in the same process
	aside bool            // they are in another, ordinary one
	chunk int             // bytes hashed in one call; 0 is 32 KiB
}

// enter makes a set-up: Enter, then with so many of Go's processors, and the loop raised above
// the other threads or not. A thread that computes without waiting ends its process soon
// after the measurement: these rows show what a process must not do.
func enter(procs int, raised bool) func(r *Report) {
	return func(r *Report) {
		*r = Enter(Options{Patience: *measure + 5*time.Second})
		if r.Priority == 0 {
			panic(strings.Join(r.Warnings, "; "))
		}
		runtime.GOMAXPROCS(procs)
		if raised {
			must(schedule(0, unix.SCHED_FIFO, r.Priority+1))
		}
	}
}

func ordinary(*Report) { must(Loop()) }

func thread(*Report) { must(schedule(0, unix.SCHED_FIFO, DefaultPriority+1)) }

var cpus = runtime.NumCPU()

var rows = []row{
	{name: "other", what: "ordinary; nothing else in the process", setup: ordinary},
	{name: "other-busy", what: "ordinary; busy", setup: ordinary, busy: true},
	{name: "thread-busy", what: "only the loop's thread FIFO; busy", setup: thread, busy: true},
	{name: "whole-busy", what: "all FIFO, one priority; busy", setup: enter(cpus, false), busy: true},
	{name: "raised-busy", what: "all FIFO, loop above; busy", setup: enter(cpus, true), busy: true},
	{name: "whole-chunk", what: "all FIFO, one priority; busy, 16 MiB a call", setup: enter(cpus, false), busy: true, chunk: 16 << 20},
	{name: "small", what: "small FIFO process, one priority; busy one aside", setup: enter(cpus, false), aside: true},
	{name: "small-procs", what: "small, one priority, GOMAXPROCS + 1; busy one aside", setup: enter(cpus+1, false), aside: true},
	{name: "small-raised", what: "small, loop above; busy one aside", setup: enter(cpus, true), aside: true},
	{name: "small-raised-procs", what: "small, loop above, GOMAXPROCS + 1; busy one aside", setup: enter(cpus+1, true), aside: true},
	{name: "small-chunk", what: "small, loop above; busy one aside, 16 MiB a call", setup: enter(cpus, true), aside: true, chunk: 16 << 20},
}

// result is what the process of a row reports.
type result struct {
	Count                    int64
	P50, P99, P999, P9999    time.Duration
	Max                      time.Duration
	Over1ms, Over5ms, Missed int
	Hashed                   float64 // MB/s, of the busy process
	RSS                      int     // MiB
}

// TestMain runs the process of a row, or of a part of a test, where the environment names
// one, otherwise the tests.
func TestMain(m *testing.M) {
	if part := os.Getenv(partEnv); part != "" {
		parts[part]()
		os.Exit(0)
	}
	name := os.Getenv(rowEnv)
	if name == "" {
		os.Exit(m.Run())
	}
	flag.Parse()
	if name == hogRow {
		work(32 << 10)
	}
	if chunk := 0; strings.HasPrefix(name, "busy-") {
		fmt.Sscanf(name, "busy-%d", &chunk)
		busy(chunk)
		select {}
	}
	for _, r := range rows {
		if r.name == name {
			json.NewEncoder(os.Stdout).Encode(r.run(*measure))
			os.Exit(0)
		}
	}
	panic("no row " + name)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// TestMeasure prints the table of RESULTS.md.
func TestMeasure(t *testing.T) {
	if *measure == 0 {
		t.Skip("a measurement, not a test: -measure says how long each row takes")
	}
	var hogs []*exec.Cmd
	defer func() {
		for _, h := range hogs {
			h.Process.Kill()
			h.Wait()
		}
	}()
	for range runtime.NumCPU() {
		hogs = append(hogs, child(t, hogRow))
	}
	t.Logf("%s on %d processors, %v a row, a wake-up each %v", runtime.Version(), runtime.NumCPU(), *measure, period)
	fmt.Println("| how | p50 | p99 | p99.9 | p99.99 | max | > 1 ms | > 5 ms | of | hashed | RSS |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|")
	for _, r := range rows {
		if !r.selected() {
			continue
		}
		res := r.start(t)
		us := func(d time.Duration) string { return fmt.Sprintf("%.0f us", float64(d)/1e3) }
		fmt.Printf("| %s | %s | %s | %s | %s | %s | %d | %d | %d | %.0f MB/s | %d MiB |\n", r.what,
			us(res.P50), us(res.P99), us(res.P999), us(res.P9999), us(res.Max), res.Over1ms, res.Over5ms, res.Count, res.Hashed, res.RSS)
	}
}

var only = flag.String("rows", "", "names of the rows to measure, separated by commas; none: all")

func (r *row) selected() bool {
	return *only == "" || strings.Contains(","+*only+",", ","+r.name+",")
}

// child starts this program as the process of a row. It ends with this thread at the latest.
func child(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	cmd := command(name)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func command(name string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", "-measure", measure.String())
	cmd.Env = append(os.Environ(), rowEnv+"="+name)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
	return cmd
}

// start runs the processes of a row and returns what the loop's reports.
func (r *row) start(t *testing.T) result {
	t.Helper()
	// Pdeathsig is of the thread that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if r.aside {
		b := child(t, fmt.Sprintf("busy-%d", r.chunk))
		defer b.Wait()
		defer b.Process.Kill()
	}
	out, err := command(r.name).Output()
	if err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	var res result
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatalf("%s: %v in %q", r.name, err, out)
	}
	return res
}

// run is the process of a row: the loop, for so long.
func (r *row) run(d time.Duration) result {
	runtime.LockOSThread()
	var rep Report
	r.setup(&rep)
	if r.busy {
		busy(r.chunk)
	} else {
		go serve()
	}
	var h clock.Histogram
	var res result
	clk := clock.NewBoot()
	start := clk.Now()
	hashed.Store(0)
	for at := start + 100*period; at < start+d; at += period {
		clk.SleepUntil(at)
		late := clk.Now() - at
		h.Add(late)
		if late > time.Millisecond {
			res.Over1ms++
		}
		if late > 5*time.Millisecond {
			res.Over5ms++
		}
		for ; late > period; late -= period { // wake-ups that were slept through are none
			at += period
			res.Missed++
		}
	}
	res.Hashed = float64(hashed.Load()) / 1e6 / (clk.Now() - start).Seconds()
	var s clock.Durations
	h.Snapshot(&s)
	res.Count, res.Max = s.Count, s.Max
	res.P50, res.P99, res.P999, res.P9999 = s.Quantile(0.5), s.Quantile(0.99), s.Quantile(0.999), s.Quantile(0.9999)
	var usage unix.Rusage
	must(unix.Getrusage(unix.RUSAGE_SELF, &usage))
	res.RSS = int(usage.Maxrss / 1024)
	return res
}

// busy starts the goroutines that work.
func busy(chunk int) {
	if chunk == 0 {
		chunk = 32 << 10
	}
	go work(chunk)
	go litter()
	go serve()
}

// work hashes without an end, in calls of chunk bytes.
func work(chunk int) {
	for image := make([]byte, chunk); ; {
		sum := sha256.Sum256(image)
		image[0] = sum[0]
		hashed.Add(int64(chunk))
	}
}

// litter makes garbage: some 200 MB a second, a few of which live on for a while.
func litter() {
	var kept [64][]byte
	tick := time.NewTicker(15 * time.Millisecond)
	for i := 0; ; i++ {
		for range 100 {
			kept[i%len(kept)] = make([]byte, 32<<10)
		}
		<-tick.C
	}
}

// serve answers a small request every few milliseconds.
func serve() {
	tick := time.NewTicker(5 * time.Millisecond)
	answers := make(chan []byte, 1)
	for range tick.C {
		go func() { answers <- []byte(strings.Repeat("status ", 500)) }()
		<-answers
	}
}
