package exposure

import "math"

// greatestPeriod is the longest T_p, with T_d as it is, up to which the target is met; 0 when it is not met at any.
// It walks up from T_d on a grid and bisects where the target is first missed, so that every period of the grid below
// the result meets it too, even for distributions whose probability does not rise everywhere.
// [E-13]
func (m *model) greatestPeriod() float64 {
	meets := func(period float64) bool { return m.withPeriod(period).failure().Probability <= m.target }
	best := 0.0
	for _, period := range m.periods() {
		if meets(period) {
			best = period
			continue
		}
		if best == 0 {
			return 0
		}
		return greatest(meets, best, period)
	}
	return best
}

// periods are the points of the curve: from just above T_d, which T_p must exceed, to the length of the mission.
func (m *model) periods() []float64 {
	low := m.deadline * (1 + 1e-9)
	high := max(m.mission, m.period)
	out := make([]float64, curvePoints)
	for i := range out {
		share := float64(i) / (curvePoints - 1)
		out[i] = low * math.Pow(high/low, share)
	}
	return out
}

// curve is the probability at each of the periods.
func (m *model) curve() []Point {
	var out []Point
	for _, period := range m.periods() {
		v := m.withPeriod(period).failure()
		out = append(out, Point{seconds(period), v.Probability, v.Exact})
	}
	return out
}
