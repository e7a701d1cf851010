package clock

import (
	"testing"
	"time"
)

// byHand is a clock that shows what it is told.
type byHand struct{ now time.Duration }

func (c *byHand) Now() time.Duration          { return c.now }
func (c *byHand) UTC() time.Duration          { return c.now + time.Hour }
func (c *byHand) SleepUntil(at time.Duration) { c.now = max(c.now, at) }
func (c *byHand) Arrival(stamp time.Duration) (time.Duration, bool) {
	return stamp - time.Hour, true
}

// TestSkewed compares a skewed clock with what its rate says, and sees it wake up at the
// first instant at which it shows what was asked for.
func TestSkewed(t *testing.T) {
	for _, ppm := range []float64{0, 1, -1, 50, -100, 10000, -10000} {
		base := &byHand{now: 3 * 24 * time.Hour}
		c := NewSkewed(base, Skew{Offset: 7 * time.Second, PPM: ppm, UTC: time.Minute})
		start := base.now
		if c.Now() != start+7*time.Second {
			t.Errorf("%v ppm: begins at %v", ppm, c.Now()-start)
		}
		base.now += 1000 * time.Second
		if got, want := c.Now()-start-1007*time.Second, time.Duration(ppm*1e6); got != want {
			t.Errorf("%v ppm: ahead by %v after 1000 s, want %v", ppm, got, want)
		}
		if at, _ := c.Arrival(base.UTC() - time.Second); c.Now()-at < 980*time.Millisecond || c.Now()-at > 1020*time.Millisecond {
			t.Errorf("%v ppm: a frame of a second ago arrived %v ago", ppm, c.Now()-at)
		}
		if got := c.UTC() - base.UTC(); got != time.Minute {
			t.Errorf("%v ppm: UTC is off by %v", ppm, got)
		}
		for range 100 {
			at := c.Now() + 12345678*time.Nanosecond
			c.SleepUntil(at)
			if c.Now() < at || c.Now() > at+2 {
				t.Fatalf("%v ppm: woken %v after the instant", ppm, c.Now()-at)
			}
		}
	}
}

// TestSkewedChanges changes the rate, at which the clock must not jump, and then lets it jump.
func TestSkewedChanges(t *testing.T) {
	base := &byHand{now: time.Hour}
	c := NewSkewed(base, Skew{PPM: 100})
	base.now += 100 * time.Second
	before := c.Now()
	c.SetPPM(-100)
	if d := c.Now() - before; d != 0 {
		t.Errorf("jumped by %v", d)
	}
	base.now += 100 * time.Second
	if d := c.Now() - base.now; d != 0 {
		t.Errorf("is %v ahead after as long a time too fast as too slow", d)
	}
	c.Jump(-3 * time.Second)
	if d := c.Now() - base.now; d != -3*time.Second {
		t.Errorf("jumped by %v", d)
	}
}
