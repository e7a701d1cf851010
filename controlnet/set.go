package controlnet

import "math/bits"

// Host is the number of a host, and so of its slot in the cycle: 0 to MaxHosts-1.
type Host uint8

// NoHost stands for "none" where a Host may be missing.
const NoHost Host = 0xff

// Set is a set of hosts. Its zero value is the empty set. It is a value: it is copied,
// compared with == and sent in frames as it is.
type Set [2]uint64

// SetOf returns the set {0, 1, ..., n-1}.
func SetOf(n int) Set {
	var s Set
	for h := 0; h < n && h < MaxHosts; h++ {
		s.Add(Host(h))
	}
	return s
}

// Has reports whether h is in s.
func (s *Set) Has(h Host) bool { return h < MaxHosts && s[h>>6]&(1<<(h&63)) != 0 }

// Add puts h into s. A number that is no host is ignored.
func (s *Set) Add(h Host) {
	if h < MaxHosts {
		s[h>>6] |= 1 << (h & 63)
	}
}

// Len returns the number of hosts in s.
func (s Set) Len() int { return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) }

// minus returns the hosts that are in s and not in t.
func (s Set) minus(t Set) Set { return Set{s[0] &^ t[0], s[1] &^ t[1]} }

// Next returns the least host of s that is at or above from, or NoHost. It is how sets
// are walked: in order, and with nothing allocated.
func (s *Set) Next(from int) Host {
	for w := from >> 6; w >= 0 && w < len(s); w++ {
		word := s[w]
		if w == from>>6 {
			word &= ^uint64(0) << (from & 63)
		}
		if word != 0 {
			return Host(w<<6 + bits.TrailingZeros64(word))
		}
	}
	return NoHost
}
