package clock

import (
	"math"
	"sync/atomic"
	"time"
)

// Clock is a local clock: what Boot is, and Skewed makes of another.
type Clock interface {
	// Now returns the present instant.
	Now() time.Duration
	// UTC returns the time since the Unix epoch by the host's real-time clock.
	UTC() time.Duration
	// SleepUntil returns at the instant at or after it.
	SleepUntil(at time.Duration)
	// Arrival returns when a frame arrived that bears the kernel's receive stamp, or the
	// present instant and false.
	Arrival(stamp time.Duration) (at time.Duration, ok bool)
}

// Skew is how a clock differs from the one below it.
type Skew struct {
	// Offset is by how much it is ahead at the beginning.
	Offset time.Duration
	// PPM is by how much it is faster from then on, in millionths.
	PPM float64
	// UTC is by how much its real-time clock is ahead.
	UTC time.Duration
}

// Skewed is a clock that runs at another rate than the one below it. Its rate can be
// changed while it runs, from any goroutine, without a jump; or it can be made to jump.
type Skewed struct {
	base Clock
	line atomic.Pointer[line]
}

// line maps instants: at from of the clock below this one shows to, and runs on with
// 1 + rate times its speed.
type line struct {
	from, to time.Duration
	rate     float64
	utc      time.Duration
}

// NewSkewed returns base as it looks with the skew s.
func NewSkewed(base Clock, s Skew) *Skewed {
	c := &Skewed{base: base}
	now := base.Now()
	c.line.Store(&line{from: now, to: now + s.Offset, rate: rate(s.PPM), utc: s.UTC})
	return c
}

// rate bounds what a laboratory may ask for to clocks that still go forward.
func rate(ppm float64) float64 { return max(-0.5, min(ppm/1e6, 1)) }

// SetPPM changes the rate from now on; the clock does not jump.
func (c *Skewed) SetPPM(ppm float64) {
	l, now := c.line.Load(), c.base.Now()
	c.line.Store(&line{from: now, to: l.up(now), rate: rate(ppm), utc: l.utc})
}

// Jump sets the clock forward by d: what a local clock must never do.
func (c *Skewed) Jump(d time.Duration) {
	l := *c.line.Load()
	l.to += d
	c.line.Store(&l)
}

// Now returns the present instant of the skewed clock.
func (c *Skewed) Now() time.Duration { return c.line.Load().up(c.base.Now()) }

// UTC returns the time since the Unix epoch by a real-time clock that is as wrong as told.
func (c *Skewed) UTC() time.Duration { return c.base.UTC() + c.line.Load().utc }

// SleepUntil returns when the skewed clock shows at, or more.
func (c *Skewed) SleepUntil(at time.Duration) {
	for c.Now() < at {
		c.base.SleepUntil(c.line.Load().down(at))
	}
}

// Arrival returns the arrival of a frame by the skewed clock.
func (c *Skewed) Arrival(stamp time.Duration) (at time.Duration, ok bool) {
	at, ok = c.base.Arrival(stamp)
	return c.line.Load().up(at), ok
}

// up maps an instant of the clock below to this one.
func (l *line) up(base time.Duration) time.Duration {
	d := base - l.from
	return l.to + d + time.Duration(math.Round(float64(d)*l.rate))
}

// down maps an instant of this clock to the first of the clock below at which this one
// shows at least it.
func (l *line) down(at time.Duration) time.Duration {
	d := at - l.to
	base := l.from + d - time.Duration(math.Round(float64(d)*l.rate/(1+l.rate)))
	for l.up(base) < at {
		base++
	}
	for l.up(base-1) >= at {
		base--
	}
	return base
}
