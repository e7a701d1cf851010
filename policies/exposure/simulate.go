package exposure

import (
	"math"
	"math/rand/v2"
)

// source is the generator of one part of a simulation. Its stream is the part's number, so that the parts are independent
// and the order in which they run does not matter.
func source(seed, part uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, part)) }

// progress counts the steps of an analysis for whoever watches.
type progress struct {
	report      func(done, total int)
	done, total int
}

func (p *progress) step() {
	p.done++
	if p.report != nil {
		p.report(p.done, p.total)
	}
}

// simulate estimates the probability that failure computes. Short missions are played to their end, long ones by splitting.
// [E-15]
func (m *model) simulate(seed uint64, runs int, p *progress) Estimate {
	runs = m.affordable(runs)
	if !m.rejuvenates() || m.rounds() <= roundsPerRun {
		return m.playMissions(seed, runs, p)
	}
	return m.split(seed, runs, p)
}

// affordable is the number of runs that takes about as long as the asked ones do for six replicas.
func (m *model) affordable(runs int) int {
	work := float64(m.n * (2*m.groups + m.n))
	return max(batches, min(runs, int(float64(runs)*eventWork/work)))
}

func (m *model) playMissions(seed uint64, runs int, p *progress) Estimate {
	hits, played := 0, 0
	for part := range batches {
		r := source(seed, uint64(part))
		share := runs * (part + 1) / batches
		for ; played < share; played++ {
			if m.playMission(r) {
				hits++
			}
		}
		p.step()
	}
	return wilson(hits, played, "whole missions")
}

// playMission says whether more than k' replicas were compromised at once.
func (m *model) playMission(r *rand.Rand) bool {
	w := newWorld(m, r)
	for w.held <= m.kPrime {
		end := m.mission - w.elapsed() + w.now
		if !w.advance(end) {
			return false
		}
	}
	return true
}

// tally is what one batch of a splitting simulation saw.
type tally struct {
	rounds   float64
	entries  int // times at which the first replica fell while all others were clean
	failures int // seen without splitting
	tried    []int
	reached  []int // of the tries from level l, those that came to l+1 before all was clean
	endless  bool
}

// rate is the rate of failures a round: that of entries times the chances to climb each level.
func (t *tally) rate() float64 {
	rate := float64(t.entries) / t.rounds
	for l, tried := range t.tried {
		if tried > 0 {
			rate *= float64(t.reached[l]) / float64(tried)
		}
	}
	return rate
}

// ceiling is an upper bound on the rate when some level was never climbed.
func (t *tally) ceiling() float64 {
	rate := max(float64(t.entries), ruleOfThree) / t.rounds
	for l, tried := range t.tried {
		if tried > 0 {
			rate *= min(1, max(float64(t.reached[l]), ruleOfThree)/float64(tried))
		}
	}
	return rate
}

func (t *tally) add(o *tally) {
	t.rounds += o.rounds
	t.entries += o.entries
	t.failures += o.failures
	t.endless = t.endless || o.endless
	for l := range o.tried {
		t.tried[l] += o.tried[l]
		t.reached[l] += o.reached[l]
	}
}

func newTally(levels int) *tally {
	return &tally{tried: make([]int, levels), reached: make([]int, levels)}
}

// split estimates rare failures by importance splitting with fixed effort: how often is a first replica compromised, and how
// often does that grow to a second, a third, ... before all are clean again? Each chance alone is far greater than their product.
func (m *model) split(seed uint64, runs int, p *progress) Estimate {
	all := newTally(m.kPrime)
	var rates []float64
	for part := range batches {
		t := m.splitBatch(source(seed, uint64(part)), runs)
		rates = append(rates, t.rate())
		all.add(t)
		p.step()
	}
	if all.endless {
		return m.counted(all)
	}
	return m.fromRates(rates, all)
}

func (m *model) fromRates(rates []float64, all *tally) Estimate {
	mean, half := spreadOf(rates)
	high := mean + half
	if mean == 0 {
		high = all.ceiling()
	}
	rounds := m.rounds()
	return Estimate{
		Probability: overMission(mean, rounds), Low: overMission(mean-half, rounds), High: overMission(high, rounds),
		Hits: all.hits(), Trials: int(all.rounds), Method: "importance splitting on the number of compromised replicas",
	}
}

func (t *tally) hits() int {
	if len(t.reached) == 0 {
		return t.entries
	}
	return t.reached[len(t.reached)-1]
}

// counted takes the failures that were seen in plain rounds; splitting was of no use.
func (m *model) counted(all *tally) Estimate {
	f, rounds := float64(all.failures), m.rounds()
	half := normalFactor * math.Sqrt(f)
	high := max(f+half, ruleOfThree)
	return Estimate{
		Probability: overMission(f/all.rounds, rounds), Low: overMission((f-half)/all.rounds, rounds),
		High: overMission(high/all.rounds, rounds),
		Hits: all.failures, Trials: int(all.rounds), Method: "failures counted over rounds",
	}
}
