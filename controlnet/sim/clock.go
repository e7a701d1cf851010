package sim

import "time"

// clock is a host's local clock: it runs at a rate of its own, and can be made to jump or
// to run at another rate.
type clock struct {
	real, local time.Duration // a point on it
	rate        float64       // local seconds a second
}

// at returns what the clock shows at a real instant.
func (c *clock) at(real time.Duration) time.Duration {
	return c.local + time.Duration(float64(real-c.real)*c.rate)
}

// when returns the real instant at which the clock shows local, rounded up so that it
// certainly does.
func (c *clock) when(local time.Duration) time.Duration {
	return c.real + time.Duration(float64(local-c.local)/c.rate) + 2
}

// turn changes rate and reading from the real instant on.
func (c *clock) turn(real time.Duration, rate float64, by time.Duration) {
	c.local = c.at(real) + by
	c.real, c.rate = real, rate
}
