package exposure

import "slices"

// leastTime is the shortest time in which x replicas can be compromised when replica i costs works[i] at least
// (TR-05-17, section 3.1). Until the first is compromised, work goes at speed 1, after it at 1/(1-s); hence
//
//	T(x) = s * first + (1-s) * B(x)
//
// where first is the cheapest replica and B(x) the time of the same plan if nothing carried over. For one
// attacker B is the sum of the x cheapest, for one attacker a replica the x-th cheapest.
// [E-5]
func leastTime(works []float64, attackers int, carried float64, x int) float64 {
	if x <= 0 {
		return 0
	}
	cheapest := slices.Clone(works)
	slices.Sort(cheapest)
	return carried*cheapest[0] + (1-carried)*leastMakespan(cheapest[:x], attackers)
}

// leastMakespan is a time below which attackers cannot finish the works, given in rising order. The true least
// is an NP-hard problem; this is its greatest simple lower bound, exact when there is one attacker, when there are as many as works,
// and when the works are equal. Of any q*attackers+1 works, one attacker has at least q+1.
func leastMakespan(works []float64, attackers int) float64 {
	bound := sum(works) / float64(attackers)
	for q := 0; q*attackers+1 <= len(works); q++ {
		dearest := works[len(works)-q*attackers-1:]
		bound = max(bound, sum(dearest[:q+1]))
	}
	return bound
}

func sum(xs []float64) float64 {
	total := 0.0
	for _, x := range xs {
		total += x
	}
	return total
}
