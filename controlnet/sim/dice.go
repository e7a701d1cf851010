package sim

import "time"

// dice draws numbers from a seed and from what they are for, and not from a stream: taking
// one fault out of a run leaves every other draw as it was.
type dice uint64

// mix is the finaliser of splitmix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// of returns the number that belongs to the given use.
func (d dice) of(use, a, b, c uint64) uint64 {
	x := mix(uint64(d) + 0x9e3779b97f4a7c15*(use+1))
	x = mix(x ^ a*0xd6e8feb86659fd93)
	return mix(x ^ mix(b*0xa0761d6478bd642f+c+0x632be59bd9b4e019))
}

// below returns a number from 0 to n-1.
func (d dice) below(n int, use, a, b, c uint64) int {
	return int(d.of(use, a, b, c) % uint64(max(n, 1)))
}

// chance reports whether something of probability p happens.
func (d dice) chance(p float64, use, a, b, c uint64) bool {
	return p > 0 && float64(d.of(use, a, b, c)>>11)/(1<<53) < p
}

// between returns a duration in [lo, hi].
func (d dice) between(lo, hi time.Duration, use, a, b, c uint64) time.Duration {
	if hi <= lo {
		return lo
	}
	return lo + time.Duration(d.of(use, a, b, c)%uint64(hi-lo+1))
}

// The uses of draws.
const (
	useClock uint64 = iota
	useUTC
	useStart
	useWake
	useHandle
	useDelay
	useLoss
	useCorrupt
	useDuplicate
	useReorder
	useReplay
	useFlood
	useLate
	useKey
	useLife
	usePayload
	usePlan
	useSetting
)
