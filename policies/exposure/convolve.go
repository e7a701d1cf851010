package exposure

// cdf is the probability that something takes at most t seconds.
type cdf func(t float64) float64

// sumBy is the probability that the times of the laws add up to at most t. Their certain parts are taken off first, since a
// grid is poor at steps.
// [E-7]
func sumBy(laws []law, t float64) float64 {
	var random []cdf
	for _, l := range laws {
		t -= l.scale * l.least
		if l.spread != nil {
			random = append(random, l.randomPart().by)
		}
	}
	switch {
	case t < 0:
		return 0
	case len(random) == 0:
		return 1
	case t == 0:
		return 0
	}
	return convolve(random, t, false)
}

func (l law) randomPart() law {
	l.least = 0
	return l
}

// envelopeBy is an upper bound on the probability that one attacker compromises any x replicas by t: x times
// that each have the greatest F that any replica has at that time.
func (m *model) envelopeBy(x int, t float64) float64 {
	var parts []cdf
	for j := range x {
		share := 1.0
		if j > 0 {
			share = 1 - m.carried
		}
		parts = append(parts, func(u float64) float64 { return m.greatestBy(u / share) })
	}
	return convolve(parts, t, true)
}

func (m *model) greatestBy(t float64) float64 {
	most := 0.0
	for _, l := range m.laws {
		most = max(most, l.by(t))
	}
	return most
}

// convolve is P(sum <= t) for independent times, on a grid of cells. A time that falls into a cell counts as the middle of
// it, or, where an upper bound is wanted, as its beginning. All terms are positive, so that small results keep their digits.
func convolve(parts []cdf, t float64, upper bool) float64 {
	sums := onGrid(parts[0], t)
	for _, part := range parts[1:] {
		sums = convolveOnce(sums, onGrid(part, t), upper)
	}
	return min(sums[cells], 1)
}

func onGrid(f cdf, t float64) []float64 {
	out := make([]float64, cells+1)
	for j := 1; j <= cells; j++ {
		out[j] = f(t * float64(j) / cells)
	}
	return out
}

func convolveOnce(sums, by []float64, upper bool) []float64 {
	out := make([]float64, cells+1)
	for j := 1; j <= cells; j++ {
		for i := 1; i <= j; i++ {
			rest := sums[j-i+1]
			if !upper {
				rest = (rest + sums[j-i]) / 2
			}
			out[j] += (by[i] - by[i-1]) * rest
		}
	}
	return out
}
