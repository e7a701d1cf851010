package realtime

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Enter changes the whole process, so each test of it is a process of its own: this test's
// program with the name of the part in the environment (see TestMain). A part panics where
// something is wrong.

const partEnv = "CONTROLNET_REALTIME_PART"

var parts = map[string]func(){
	"enter": partEnter, "without rights": partWithoutRights, "child": partChild, "bad priority": partBadPriority,
	"spin": partSpin,
	"wait": func() { os.Stdin.Read(make([]byte, 1)) },
}

// part makes the command that runs a part.
func part(name string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), partEnv+"="+name)
	cmd.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
	return cmd
}

// runPart runs a part and fails the test if it panics.
func runPart(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	runtime.LockOSThread() // the child ends with this thread
	defer runtime.UnlockOSThread()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
}

// needRights skips where the test may not have a real-time priority; see linktest.Unable for
// the same rule.
func needRights(t *testing.T) {
	t.Helper()
	runtime.LockOSThread() // and never unlock: the thread ends with the test
	if err := schedule(0, unix.SCHED_FIFO, 1); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no right to a real-time priority: %v", err)
		}
		t.Skipf("no right to a real-time priority (try as root): %v", err)
	}
	if err := schedule(0, unix.SCHED_NORMAL, 0); err != nil {
		t.Fatal(err)
	}
}

func check(good bool, format string, args ...any) {
	if !good {
		panic(fmt.Sprintf(format, args...))
	}
}

// policies counts the threads of a process by policy and priority.
func policies(process string) map[string]int {
	tids, err := threads(process)
	must(err)
	count := map[string]int{}
	for _, tid := range tids {
		if a, err := unix.SchedGetAttr(tid, 0); err == nil {
			count[fmt.Sprintf("%d/%d", a.Policy, a.Priority)]++
		}
	}
	return count
}

// newThreads starts threads that stay until stop is closed.
func newThreads(n int, stop chan struct{}) {
	var up sync.WaitGroup
	for range n {
		up.Add(1)
		go func() {
			runtime.LockOSThread()
			up.Done()
			<-stop
		}()
	}
	up.Wait()
}

// TestEnter sets a process with many threads while it starts more.
func TestEnter(t *testing.T) {
	needRights(t)
	runPart(t, part("enter"))
}

func partEnter() {
	runtime.LockOSThread()
	runtime.GOMAXPROCS(runtime.NumCPU() + 3)
	stop := make(chan struct{})
	newThreads(10, stop)
	starting := make(chan struct{})
	go func() {
		defer close(starting)
		for range 20 {
			newThreads(1, stop)
		}
	}()
	r := Enter(Options{Priority: 7})
	<-starting
	check(r.Priority == 7 && r.Locked && (len(r.Warnings) == 0 || runtime.NumCPU() == 1) && r.Threads > 10, "report: %+v", r)
	check(runtime.GOMAXPROCS(0) == runtime.NumCPU(), "GOMAXPROCS is %d", runtime.GOMAXPROCS(0))
	newThreads(5, stop)
	fifo := fmt.Sprintf("%d/7", unix.SCHED_FIFO)
	got := policies("self")
	check(len(got) == 1 && got[fifo] >= 35, "policies: %v", got)
	must(Loop())
	slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	must(err)
	// A real-time thread has no slack at all, which shows as 0 on some kernels.
	check(slack <= 1, "timer slack of %d ns", slack)
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	_, locked, _ := strings.Cut(string(status), "VmLck:")
	kB, err := strconv.Atoi(strings.Fields(locked)[0])
	must(err)
	check(kB > 1000, "%d kB are locked", kB)
}

// TestOrdinary starts a child from a real-time process and sees it made ordinary.
func TestOrdinary(t *testing.T) {
	needRights(t)
	runPart(t, part("child"))
}

func partChild() {
	runtime.LockOSThread()
	r := Enter(Options{})
	check(r.Priority == DefaultPriority, "report: %+v", r)
	cmd := part("wait")
	stdin, err := cmd.StdinPipe()
	must(err)
	must(cmd.Start())
	child := strconv.Itoa(cmd.Process.Pid)
	got := policies(child)
	check(got[fmt.Sprintf("%d/%d", unix.SCHED_FIFO, DefaultPriority)] > 0, "the child inherited %v", got)
	must(Ordinary(cmd.Process.Pid))
	got = policies(child)
	check(len(got) == 1 && got[fmt.Sprintf("%d/0", unix.SCHED_NORMAL)] > 0, "the child is left with %v", got)
	must(stdin.Close())
	must(cmd.Wait())
	err = Ordinary(cmd.Process.Pid)
	check(err != nil && strings.Contains(err.Error(), "process "+child), "a process that has ended: %v", err)
}

// TestWithoutRights enters as a user without rights: two warnings, and nothing is locked.
func TestWithoutRights(t *testing.T) {
	cmd := part("without rights")
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	runPart(t, cmd)
}

func partWithoutRights() {
	runtime.LockOSThread()
	must(unix.Setrlimit(unix.RLIMIT_RTPRIO, &unix.Rlimit{}))
	must(unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{Cur: 1 << 16, Max: 1 << 16}))
	r := Enter(Options{})
	all := strings.Join(r.Warnings, "\n")
	check(r.Priority == 0 && !r.Locked && len(r.Warnings) >= 2, "report: %+v", r)
	for _, want := range []string{"CAP_IPC_LOCK", "65536 bytes", "CAP_SYS_NICE", "longer process bound"} {
		check(strings.Contains(all, want), "no word of %s in %q", want, all)
	}
	must(Loop())
	slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	must(err)
	check(slack == 1, "timer slack of %d ns", slack)
	// Allocating goes on, since nothing was locked under the limit.
	for range 100 {
		sink = make([]byte, 1<<20)
	}
}

var sink []byte

// TestSpinEnds sees a real-time process ended that computes without waiting.
func TestSpinEnds(t *testing.T) {
	needRights(t)
	cmd := part("spin")
	// Go would interrupt the loop otherwise, and its thread would now and then wait for a
	// moment. It cannot interrupt its own runtime, which is what the limit is against.
	cmd.Env = append(cmd.Env, "GODEBUG=asyncpreemptoff=1")
	out, err := cmd.CombinedOutput()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != unix.SIGKILL {
		t.Errorf("it ended with %v: %s", err, out)
	}
}

func partSpin() {
	r := Enter(Options{Patience: 300 * time.Millisecond})
	check(r.Priority > 0, "report: %+v", r)
	for !never.Load() {
	}
}

var never atomic.Bool

// TestBadPriority sees priorities refused that would be above the kernel's own threads.
func TestBadPriority(t *testing.T) { runPart(t, part("bad priority")) }

func partBadPriority() {
	for _, p := range []int{-1, 50, 99} {
		start := time.Now()
		r := Enter(Options{Priority: p})
		check(r.Priority == 0 && strings.Contains(strings.Join(r.Warnings, ""), "is not from 1 to 49"), "priority %d: %+v after %v", p, r, time.Since(start))
	}
}
