package virtual

import "time"

// Clock is a host's local clock: it runs at a rate of its own, and can be made to jump or to
// run at another rate.
type Clock struct {
	Real, Local time.Duration // a point on it
	Rate        float64       // local seconds a second
}

// At returns what the clock shows at a real instant.
func (c *Clock) At(real time.Duration) time.Duration {
	return c.Local + time.Duration(float64(real-c.Real)*c.Rate)
}

// When returns the real instant at which the clock shows local, rounded up so that it
// certainly does.
func (c *Clock) When(local time.Duration) time.Duration {
	return c.Real + time.Duration(float64(local-c.Local)/c.Rate) + 2
}

// Turn changes rate and reading from the real instant on.
func (c *Clock) Turn(real time.Duration, rate float64, by time.Duration) {
	c.Local = c.At(real) + by
	c.Real, c.Rate = real, rate
}
