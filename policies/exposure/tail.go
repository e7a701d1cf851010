package exposure

import "math"

// atLeast is the probability that x or more of independent events with the probabilities ps happen: the tail of
// the Poisson binomial distribution. Only positive terms are added, so that a tail of 1e-30 keeps its digits.
// [E-3]
func atLeast(ps []float64, x int) float64 {
	if x <= 0 {
		return 1
	}
	if x > len(ps) {
		return 0
	}
	few := make([]float64, x) // few[j]: exactly j so far
	few[0] = 1
	reached := 0.0
	for _, p := range ps {
		reached += few[x-1] * p
		for j := x - 1; j > 0; j-- {
			few[j] = few[j]*(1-p) + few[j-1]*p
		}
		few[0] *= 1 - p
	}
	return min(reached, 1)
}

// erlang is the probability that the sum of x exponential times of mean 1 is at most y. It is the Poisson tail
// from x on, summed from its largest end.
func erlang(x int, y float64) float64 {
	if y <= 0 {
		return 0
	}
	logFact, _ := math.Lgamma(float64(x) + 1)
	term := math.Exp(float64(x)*math.Log(y) - y - logFact)
	if y > float64(x)+1 {
		return 1 - poissonHead(x, y)
	}
	total := 0.0
	for j := x + 1; term > total*1e-17; j++ {
		total += term
		term *= y / float64(j)
	}
	return min(total, 1)
}

// poissonHead is the probability of fewer than x events of a Poisson distribution of mean y.
func poissonHead(x int, y float64) float64 {
	total := 0.0
	for j := range x {
		logFact, _ := math.Lgamma(float64(j) + 1)
		total += math.Exp(float64(j)*math.Log(y) - y - logFact)
	}
	return min(total, 1)
}
