package exposure

import "math"

// failure is the probability that the chain fails within the mission. Rounds are played until the rate of failure is
// steady, all further whole rounds but the last are one power, and the last is played to the end of the mission.
func (c *chain) failure() float64 {
	var s survival
	whole := math.Floor(c.m.mission / c.m.period)
	c.now = 0
	if whole < 1 {
		return c.advance(c.m.mission)
	}
	c.rebase()
	played, alive := c.settle(&s, whole-1)
	if !alive {
		return 1
	}
	if rest := whole - 1 - played; rest > 0 {
		s.fail(c.steady(&s), rest-1)
	}
	return c.lastRound(&s, c.m.mission-whole*c.m.period)
}

// settle plays at most the given number of rounds. It ends early when the rate of failure changes no more, and says
// whether anything is left alive.
func (c *chain) settle(s *survival, most float64) (played float64, alive bool) {
	rate := -1.0
	for played < min(most, maxSettleRounds) {
		failed := c.wholeRound()
		played++
		s.fail(failed, 1)
		if failed >= 1 || !c.healthy() {
			return played, false
		}
		if math.Abs(failed-rate) <= settled*failed {
			return played, true
		}
		rate = failed
	}
	return played, true
}

// steady plays one more round and returns its rate of failure, which all later rounds share.
func (c *chain) steady(s *survival) float64 {
	failed := c.wholeRound()
	s.fail(failed, 1)
	return failed
}

// wholeRound leaves a mass of 1 and returns what failed of the 1 before.
func (c *chain) wholeRound() float64 {
	failed := c.round(math.Inf(1))
	c.renormal()
	c.rebase()
	return failed
}

// healthy is false when everything has failed and a mass of 0 was divided by itself.
func (c *chain) healthy() bool { return !math.IsNaN(c.mass[0]) }

func (c *chain) lastRound(s *survival, end float64) float64 {
	failed := c.round(end)
	if c.now < end {
		failed += c.advance(end)
	}
	s.fail(failed, 1)
	return s.failure()
}

// unionBound adds up the probabilities that more than threshold are compromised just before a group goes down, over all
// groups and rounds of the mission. The ages are the oldest that can be.
// [E-10]
func (m *model) unionBound(threshold int) float64 {
	perRound := 0.0
	for g := range m.groups {
		perRound += atLeast(m.fallenBefore(g), threshold+1)
	}
	if perRound == 0 {
		return 0
	}
	return min(1, perRound*(math.Floor(m.rounds())+1))
}

// fallenBefore has the probability of each replica to be compromised when group g goes down.
func (m *model) fallenBefore(g int) []float64 {
	ps := make([]float64, m.n)
	for i, l := range m.laws {
		age := m.leaves(g) - m.returns(m.group[i])
		if m.group[i] >= g {
			age = m.leaves(g) + m.period
		}
		ps[i] = l.by(max(age, 0))
	}
	return ps
}
