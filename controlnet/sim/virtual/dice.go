package virtual

import "time"

// Dice draw numbers from a seed and from what they are for, and not from a stream: taking one
// fault out of a run leaves every other draw as it was, so that a failing run can be made
// shorter.
type Dice uint64

// NewDice returns the dice of a seed.
func NewDice(seed uint64) Dice { return Dice(Mix(seed)) }

// Mix is the finaliser of splitmix64 (Steele, Lea, Flood 2014).
func Mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Of returns the number that belongs to the given use.
func (d Dice) Of(use, a, b, c uint64) uint64 {
	x := Mix(uint64(d) + 0x9e3779b97f4a7c15*(use+1))
	x = Mix(x ^ a*0xd6e8feb86659fd93)
	return Mix(x ^ Mix(b*0xa0761d6478bd642f+c+0x632be59bd9b4e019))
}

// Below returns a number from 0 to n-1.
func (d Dice) Below(n int, use, a, b, c uint64) int {
	return int(d.Of(use, a, b, c) % uint64(max(n, 1)))
}

// Chance reports whether something of probability p happens.
func (d Dice) Chance(p float64, use, a, b, c uint64) bool {
	return p > 0 && float64(d.Of(use, a, b, c)>>11)/(1<<53) < p
}

// Between returns a duration in [lo, hi].
func (d Dice) Between(lo, hi time.Duration, use, a, b, c uint64) time.Duration {
	if hi <= lo {
		return lo
	}
	return lo + time.Duration(d.Of(use, a, b, c)%uint64(hi-lo+1))
}
