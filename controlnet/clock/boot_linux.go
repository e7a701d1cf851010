package clock

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// maxAge bounds the age of a stamp that is believed. Links are drained every few
	// milliseconds; a process that was stopped for longer than this is late anyway.
	maxAge = time.Second

	// slew is how far the real-time clock may run away from the local one, for each unit
	// of time, without having jumped: the kernel slews by 0.5 in a thousand at most.
	slew = 1000

	// slack is what the distance of two clocks that are read one after the other may be off
	// by when the processor was taken away in between.
	slack = 100 * time.Microsecond
)

// Boot is the clock of this host, CLOCK_BOOTTIME. Its methods are for any goroutine, but
// for Arrival, which remembers: that one belongs to a single goroutine at a time.
type Boot struct {
	ahead time.Duration // real-time clock less the local one, at the last conversion
	at    time.Duration // instant of that
	sound time.Duration // stamps from before this instant may be from before a jump
}

// NewBoot returns the clock of this host.
func NewBoot() *Boot {
	b := &Boot{}
	b.at, b.ahead = together()
	return b
}

// Now returns the present instant: the time since the host was started.
func (b *Boot) Now() time.Duration { return read(unix.CLOCK_BOOTTIME) }

// UTC returns the time since the Unix epoch by the host's real-time clock, right or wrong.
func (b *Boot) UTC() time.Duration { return read(unix.CLOCK_REALTIME) }

// SleepUntil returns at the instant at or after it. The thread sleeps in the kernel without
// the Go scheduler knowing it: that keeps the processor that Go lent it, and so it wakes up
// without having to wait for one. The caller has locked its goroutine to the thread.
func (b *Boot) SleepUntil(at time.Duration) {
	if at <= b.Now() {
		return
	}
	ts := unix.NsecToTimespec(int64(at))
	for {
		_, _, errno := unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_BOOTTIME,
			unix.TIMER_ABSTIME, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
		switch errno {
		case 0:
			return
		case unix.EINTR:
			// Go's scheduler interrupts what runs for long, and takes the goroutine off
			// its thread at the next call of a function: here, while there is time for it.
			preempt()
		default: // a sandbox that forbids the call: late is better than never
			time.Sleep(at - b.Now())
			return
		}
	}
}

// preempt is a call at which the Go scheduler can take over.
//
//go:noinline
func preempt() { breathe(3) }

// breathe calls itself, so that the compiler gives it the check of the stack at which a
// goroutine gives way, and cannot inline it.
//
//go:noinline
func breathe(n int) {
	if n > 0 {
		breathe(n - 1)
	}
}

// Arrival turns the kernel's stamp of a frame, by CLOCK_REALTIME since the Unix epoch, into
// the instant of its arrival, never later than now. If the stamp cannot be relied on, it
// returns the present instant and false.
func (b *Boot) Arrival(stamp time.Duration) (at time.Duration, ok bool) {
	now, ahead := together()
	return b.convert(stamp, now, ahead)
}

// convert is Arrival at the instant now, with the real-time clock ahead by so much.
func (b *Boot) convert(stamp, now, ahead time.Duration) (at time.Duration, ok bool) {
	jump := (ahead - b.ahead).Abs()
	if jump > slack+(now-b.at)/slew {
		// Stamps from before a jump backwards seem younger than they are by its length.
		b.sound = now + min(jump, maxAge)
	}
	b.at, b.ahead = now, ahead
	age := now + ahead - stamp
	if at = now - age; age < 0 || age > maxAge || at < b.sound {
		return now, false
	}
	return at, true
}

// together reads the local clock and by how much the real-time clock is ahead of it. It
// tries again when the two readings were not close together.
func together() (now, ahead time.Duration) {
	const near = 5 * time.Microsecond
	for range 4 {
		before := read(unix.CLOCK_BOOTTIME)
		real := read(unix.CLOCK_REALTIME)
		now = read(unix.CLOCK_BOOTTIME)
		ahead = real - before - (now-before)/2
		if now-before <= near {
			break
		}
	}
	return now, ahead
}

// read reads one of the kernel's clocks.
func read(id uintptr) time.Duration {
	var ts unix.Timespec
	if _, _, errno := unix.RawSyscall(unix.SYS_CLOCK_GETTIME, id, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		panic("clock: the kernel has no CLOCK_BOOTTIME: " + errno.Error())
	}
	return time.Duration(ts.Nano())
}
