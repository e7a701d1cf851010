package realtime

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// DefaultPriority of a process is above everything ordinary, and below the threads in
	// which kernels handle interrupts (50), so that frames are still received.
	DefaultPriority = 20

	// maxPriority is right below those threads.
	maxPriority = 49

	// defaultPatience is how long a thread may compute under a real-time priority without
	// waiting for anything. The longest that a loop and its cores should take is milliseconds.
	defaultPatience = 2 * time.Second

	// threadPasses bounds how often the list of threads is read until no new one appears.
	threadPasses = 100
)

// Options say what Enter does.
type Options struct {
	// Priority of all threads under SCHED_FIFO, 1 to 49; 0 is DefaultPriority.
	Priority int
	// Patience is for how long a thread may compute without waiting, before the kernel ends
	// the process; 0 is two seconds.
	Patience time.Duration
}

// Report says what Enter has reached.
type Report struct {
	Priority int  // of the process under SCHED_FIFO; 0: it is scheduled as any other
	Threads  int  // that were found and set
	Locked   bool // all memory is locked
	// Warnings say what could not be had, what that means, and what the operator can do.
	Warnings []string
}

// Enter makes the process fit for a time-triggered loop, as far as it may: see the package
// comment. It is called once, early. What cannot be had is a warning; the caller goes on.
func Enter(o Options) Report {
	var r Report
	if o.Priority == 0 {
		o.Priority = DefaultPriority
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	if runtime.GOMAXPROCS(0) > runtime.NumCPU() {
		runtime.GOMAXPROCS(runtime.NumCPU())
	}
	if runtime.NumCPU() == 1 {
		r.warn("there is one processor: while the loop sleeps the rest of the process waits for up to 10 ms at a time, " +
			"and whatever else runs on the machine can make the loop late; give it two")
	}
	if err := lockMemory(); err != nil {
		r.warn("memory is not locked, so a page that was swapped out makes the loop late by a disk access: %v", err)
	} else {
		r.Locked = true
	}
	err := limitSpin(o.Patience)
	if err == nil {
		err = r.fifo(o.Priority)
	}
	if err != nil {
		r.warn("no real-time priority, so the loop is late by several milliseconds whenever all processors are busy, "+
			"and the policy must state a longer process bound: %v", err)
	}
	return r
}

func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// limitSpin has the kernel end the process if one of its real-time threads does not wait for
// so long: such a thread leaves next to nothing of its processor to anybody else.
func limitSpin(patience time.Duration) error {
	us := uint64(max(patience, time.Millisecond) / time.Microsecond)
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTTIME, &old); err == nil {
		us = min(us, old.Max)
	}
	// At the first limit Go would be told, and pass it over; at the second nobody is asked.
	if err := unix.Setrlimit(unix.RLIMIT_RTTIME, &unix.Rlimit{Cur: us, Max: us}); err != nil {
		return fmt.Errorf("limit how long a real-time thread may compute (RLIMIT_RTTIME): %w", err)
	}
	return nil
}

// Loop makes the timers of the calling thread exact to the nanosecond, which matters where
// Enter could not have a real-time priority. The caller has locked its goroutine to the thread.
func Loop() error {
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set the timer slack of the loop's thread: %w", err)
	}
	return nil
}

// Ordinary gives all threads of a process that this one started ordinary scheduling: a child
// inherits its parent's priority, and one that computes for long would keep processors from
// all others.
func Ordinary(pid int) error {
	if _, err := setAll(strconv.Itoa(pid), unix.SCHED_NORMAL, 0); err != nil {
		return fmt.Errorf("schedule process %d as an ordinary one: %w", pid, err)
	}
	return nil
}

// fifo sets the policy of every thread of this process.
func (r *Report) fifo(priority int) error {
	if priority < 1 || priority > maxPriority {
		return fmt.Errorf("priority %d is not from 1 to %d", priority, maxPriority)
	}
	n, err := setAll("self", unix.SCHED_FIFO, priority)
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("set SCHED_FIFO: %w: run as root or give the program CAP_SYS_NICE (in a cgroup v1, real-time bandwidth too)", err)
	case err != nil:
		return fmt.Errorf("set SCHED_FIFO: %w", err)
	}
	r.Priority, r.Threads = priority, n
	return nil
}

// setAll sets the policy of every thread of a process, and returns how many there were. New
// ones inherit it from the thread that starts them; so the list is read again until all
// threads in it have been set.
func setAll(process string, policy uint32, priority int) (int, error) {
	done := map[int]bool{}
	for range threadPasses {
		tids, err := threads(process)
		if err != nil {
			return 0, err
		}
		fresh := false
		for _, tid := range tids {
			if done[tid] {
				continue
			}
			switch err := schedule(tid, policy, priority); {
			case errors.Is(err, unix.ESRCH): // has ended since
			case err != nil:
				return 0, err
			default:
				done[tid], fresh = true, true
			}
		}
		if !fresh {
			return len(done), nil
		}
	}
	return 0, fmt.Errorf("new threads kept appearing, more than %d times", threadPasses)
}

// threads lists the threads of a process.
func threads(process string) ([]int, error) {
	entries, err := os.ReadDir("/proc/" + process + "/task")
	if err != nil {
		return nil, fmt.Errorf("list the threads: %w", err)
	}
	var tids []int
	for _, e := range entries {
		if tid, err := strconv.Atoi(e.Name()); err == nil {
			tids = append(tids, tid)
		}
	}
	return tids, nil
}

// schedule sets the scheduling policy of a thread, 0 being the caller.
func schedule(tid int, policy uint32, priority int) error {
	return unix.SchedSetAttr(tid, &unix.SchedAttr{
		Size: uint32(unsafe.Sizeof(unix.SchedAttr{})), Policy: policy, Priority: uint32(priority),
	}, 0)
}

// lockMemory keeps all pages in memory, those to come as well. Under a limit it does not:
// when the limit is reached later, the next allocation would end the process.
func lockMemory() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return fmt.Errorf("read the limit on locked memory: %w", err)
	}
	if limit.Cur != unix.RLIM_INFINITY && !mayLock() {
		return fmt.Errorf("the limit is %d bytes: give the program CAP_IPC_LOCK or an unlimited RLIMIT_MEMLOCK", limit.Cur)
	}
	if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE); err != nil {
		return fmt.Errorf("lock the memory: %w", err)
	}
	return nil
}

// mayLock reports whether the limit on locked memory does not hold for this thread.
func mayLock() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective&(1<<unix.CAP_IPC_LOCK) != 0
}
