package clock

import (
	"runtime"
	"testing"
	"time"
)

// TestBootRuns sees the local clock go forward, count the time that the wall clock counts,
// and be in the place where the kernel has it.
func TestBootRuns(t *testing.T) {
	b := NewBoot()
	start, wall := b.Now(), time.Now()
	last := start
	for time.Since(wall) < 20*time.Millisecond {
		now := b.Now()
		if now < last {
			t.Fatalf("the clock went from %v back to %v", last, now)
		}
		last = now
	}
	// Read after the wall clock, so that a stall only makes it more.
	if d := b.Now() - start; d < 15*time.Millisecond {
		t.Errorf("the clock counted %v in 20 ms", d)
	}
	if d := time.Duration(time.Now().UnixNano()) - b.UTC(); d.Abs() > 10*time.Second {
		t.Errorf("UTC is %v off the wall clock", d)
	}
}

// TestSleepUntil never returns early, and returns.
func TestSleepUntil(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b := NewBoot()
	for _, d := range []time.Duration{-time.Second, 0, time.Nanosecond, time.Microsecond, time.Millisecond, 30 * time.Millisecond} {
		at := b.Now() + d
		b.SleepUntil(at)
		if now := b.Now(); now < at {
			t.Errorf("asleep for %v: woken %v early", d, at-now)
		}
	}
}

// TestSleepUnderInterrupts sleeps for longer than the Go scheduler lets a goroutine run, so
// that its signals interrupt the sleep, while other goroutines keep all processors busy and
// collect garbage, which has to stop the sleeper too.
func TestSleepUnderInterrupts(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
			}
		}()
	}
	done := make(chan time.Duration)
	go func() {
		runtime.LockOSThread()
		b := NewBoot()
		at := b.Now() + 150*time.Millisecond
		b.SleepUntil(at)
		done <- b.Now() - at
	}()
	for {
		select {
		case late := <-done:
			if late < 0 {
				t.Errorf("woken %v early", -late)
			}
			return
		default:
			runtime.GC()
		}
	}
}

// TestNoAllocation sees that the loop's uses of a clock leave no garbage.
func TestNoAllocation(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	boot := NewBoot()
	for name, c := range map[string]Clock{"boot": boot, "skewed": NewSkewed(boot, Skew{Offset: time.Hour, PPM: 50})} {
		var h Histogram
		if n := testing.AllocsPerRun(100, func() {
			c.SleepUntil(c.Now() + 10*time.Microsecond)
			at, _ := c.Arrival(c.UTC())
			h.Add(c.Now() - at)
		}); n != 0 {
			t.Errorf("%s: %v allocations a turn", name, n)
		}
	}
}

// TestArrival converts stamps at known readings of both clocks.
func TestArrival(t *testing.T) {
	const now, ahead = 1000 * time.Second, 1e9 * time.Second // real-time clock: now + ahead
	const ms = time.Millisecond
	rows := []struct {
		name       string
		before     time.Duration // time since the conversion before
		jumped     time.Duration // by how much the real-time clock jumped since
		age        time.Duration // true age of the stamp
		beforeJump bool          // the stamp was made before it
		ok         bool
	}{
		{name: "fresh", before: 10 * ms, age: 3 * ms, ok: true},
		{name: "just now", before: 10 * ms, age: 0, ok: true},
		{name: "from the future", before: 10 * ms, age: -1, ok: false},
		{name: "as old as may be", before: 10 * ms, age: maxAge, ok: true},
		{name: "older", before: 10 * ms, age: maxAge + 1, ok: false},
		{name: "stamped, then jumped forward", before: 10 * ms, jumped: 50 * ms, age: 3 * ms, beforeJump: true, ok: false},
		{name: "stamped, then jumped back", before: 10 * ms, jumped: -2 * ms, age: 3 * ms, beforeJump: true, ok: false},
		{name: "jumped back by an hour", before: 10 * ms, jumped: -time.Hour, age: 3 * ms, beforeJump: true, ok: false},
		{name: "jumped forward by an hour", before: 10 * ms, jumped: time.Hour, age: 3 * ms, beforeJump: true, ok: false},
		{name: "slewed, not jumped", before: time.Second, jumped: 500 * time.Microsecond, age: 3 * ms, ok: true},
	}
	for _, row := range rows {
		b := &Boot{at: now - row.before, ahead: ahead - row.jumped}
		stamp := now + ahead - row.age
		if row.beforeJump {
			stamp -= row.jumped
		}
		at, ok := b.convert(stamp, now, ahead)
		want := now
		if row.ok {
			want = now - row.age
		}
		if ok != row.ok || at != want {
			t.Errorf("%s: got %v, %v, want %v, %v", row.name, at-now, ok, want-now, row.ok)
		}
	}
}

// TestArrivalAfterJump walks over a jump back: until its length has passed no stamp is
// believed, since it may be from before; then they are believed again.
func TestArrivalAfterJump(t *testing.T) {
	const jump = 20 * time.Millisecond
	b := &Boot{at: time.Second, ahead: time.Hour}
	now := time.Second + 10*time.Millisecond
	for step := range 40 {
		// A stamp of this very instant is sound, but nobody can tell before the time is up.
		_, ok := b.convert(now+time.Hour-jump, now, time.Hour-jump)
		if want := step >= 20; ok != want {
			t.Errorf("%d ms after the jump was seen: believed %v, want %v", step, ok, want)
		}
		now += time.Millisecond
	}
}

// TestArrivalOfReal converts a stamp that was just read from the kernel's clock.
func TestArrivalOfReal(t *testing.T) {
	b := NewBoot()
	before := b.Now()
	stamp := b.UTC()
	after := b.Now()
	at, ok := b.Arrival(stamp)
	if !ok {
		t.Skip("the real-time clock jumped, or the test was held up for a second")
	}
	// The two clocks are read one after the other: between before and after, give or take
	// what a stall between the conversion's two readings is worth.
	if at < before-time.Second || at > b.Now() {
		t.Errorf("arrived at %v, not between %v and %v", at, before, after)
	}
}
