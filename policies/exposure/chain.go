package exposure

import "math"

// set is the replicas that are compromised, one bit each (policies.MaxReplicas is 128).
type set [2]uint64

func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s set) with(i int) set {
	s[i/64] |= 1 << (i % 64)
	return s
}

func (s set) without(i int) set {
	s[i/64] &^= 1 << (i % 64)
	return s
}

// chain is the Markov chain of the sets of compromised replicas, when each replica is attacked all the time and by
// itself. It is looked at just before each group goes down, because between two such instants the compromised only
// grow in number. More than the threshold of them is failure, which is not left again. Ages are known at every instant, so that
// the chain is exact for any distribution.
// [E-9]
type chain struct {
	m         *model
	threshold int
	sets      []set
	next      [][]int // of state and replica: the state with it compromised too; -1 is failure
	cleaned   [][]int // of state and group: the state after its rejuvenation
	mass      []float64
	born      []float64 // of each group, relative to the start of the round
	now       float64   // relative to the start of the round
}

// newChain returns nil when there are more sets than maxStates.
func newChain(m *model, threshold int) *chain {
	c := &chain{m: m, threshold: threshold, sets: subsets(m.n, threshold)}
	if c.sets == nil {
		return nil
	}
	index := map[set]int{}
	for i, s := range c.sets {
		index[s] = i
	}
	for _, s := range c.sets {
		c.next = append(c.next, c.successors(s, index))
		c.cleaned = append(c.cleaned, c.afterCleaning(s, index))
	}
	c.mass = make([]float64, len(c.sets))
	c.mass[0] = 1
	c.born = make([]float64, m.groups)
	return c
}

// subsets lists the sets of at most size of n replicas, the empty one first; nil when there are too many.
func subsets(n, size int) []set {
	all := []set{{}}
	last := all
	for range size {
		var grown []set
		for _, s := range last {
			for i := n - 1; i >= 0 && !s.has(i); i-- {
				grown = append(grown, s.with(i))
			}
			if len(all)+len(grown) > maxStates {
				return nil
			}
		}
		all = append(all, grown...)
		last = grown
	}
	return all
}

func (c *chain) successors(s set, index map[set]int) []int {
	out := make([]int, c.m.n)
	for i := range out {
		state, ok := index[s.with(i)]
		if !ok {
			state = -1
		}
		out[i] = state
	}
	return out
}

func (c *chain) afterCleaning(s set, index map[set]int) []int {
	out := make([]int, c.m.groups)
	for g := range out {
		clean := s
		for i, of := range c.m.group {
			if of == g {
				clean = clean.without(i)
			}
		}
		out[g] = index[clean]
	}
	return out
}

// advance lets the adversary work until the given instant of the round and returns the share of the mass that failed.
func (c *chain) advance(until float64) (failed float64) {
	for i, l := range c.m.laws {
		born := c.born[c.m.group[i]]
		if p := l.between(c.now-born, until-born); p > 0 {
			failed += c.fall(i, p)
		}
	}
	c.now = until
	return failed
}

func (c *chain) fall(i int, p float64) (failed float64) {
	for state, mass := range c.mass {
		switch to := c.next[state][i]; to {
		case state:
		case -1:
			failed += mass * p
			c.mass[state] -= mass * p
		default:
			c.mass[to] += mass * p
			c.mass[state] -= mass * p
		}
	}
	return failed
}

// rejuvenate cleans group g, which is back at the end of its slot.
func (c *chain) rejuvenate(g int) {
	for state, mass := range c.mass {
		if to := c.cleaned[state][g]; to != state {
			c.mass[state] = 0
			c.mass[to] += mass
		}
	}
	c.born[g] = c.m.returns(g)
}

// round plays one round, whose last instants the mission may cut off, and then makes its own start the end of the period.
// The mission ends at end, relative to the start of the round. It returns the share of the mass that failed in it.
func (c *chain) round(end float64) (failed float64) {
	for g := range c.m.groups {
		failed += c.advance(min(end, c.m.leaves(g)))
		if c.m.leaves(g) >= end {
			return failed
		}
		c.rejuvenate(g)
	}
	return failed
}

// rebase makes the start of the next round the new origin of time.
func (c *chain) rebase() {
	c.now -= c.m.period
	for g := range c.born {
		c.born[g] -= c.m.period
	}
}

// renormal makes the mass that is left 1 again and returns what it was.
func (c *chain) renormal() float64 {
	left := sum(c.mass)
	for i := range c.mass {
		c.mass[i] /= left
	}
	return left
}

// survival adds up logarithms of the chance to survive, so that neither a survival of 1e-300 nor a failure of 1e-300 is lost.
type survival struct{ log float64 }

func (s *survival) fail(p, times float64) { s.log += times * math.Log1p(-min(p, 1)) }

func (s *survival) failure() float64 { return -math.Expm1(s.log) }
