package exposure

import "math"

// Estimate is a simulated probability with its interval of 95 % confidence. Without a hit Probability is 0 and only High says
// something: the probability is at most that.
type Estimate struct {
	Probability float64 `json:"probability"`
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
	Hits        int     `json:"hits"`   // simulated failures
	Trials      int     `json:"trials"` // simulated missions, or rounds where a mission is too long
	Method      string  `json:"method"`
}

const (
	normalFactor = 1.96 // two-sided 95 %
	ruleOfThree  = 3.0  // -ln 0.05: events that may be expected where none was seen
)

// wilson is the estimate from hits among independent trials, with Wilson's score interval, which also holds for few hits.
func wilson(hits, trials int, method string) Estimate {
	n, p := float64(trials), float64(hits)/float64(trials)
	z2 := normalFactor * normalFactor
	centre := (p + z2/(2*n)) / (1 + z2/n)
	half := normalFactor / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	e := Estimate{Probability: p, Low: max(0, centre-half), High: min(1, centre+half), Hits: hits, Trials: trials, Method: method}
	if hits == 0 {
		e.Low = 0
	}
	return e
}

// spreadOf is the mean of independent rates and half the width of its interval after Student.
func spreadOf(rates []float64) (mean, half float64) {
	mean = sum(rates) / float64(len(rates))
	squares := 0.0
	for _, r := range rates {
		squares += (r - mean) * (r - mean)
	}
	n := float64(len(rates))
	return mean, studentFactor * math.Sqrt(squares/(n*(n-1)))
}

// overMission turns a rate of failures a round into a probability over many rounds, as of a Poisson process.
func overMission(rate, rounds float64) float64 { return -math.Expm1(-max(rate, 0) * rounds) }
