package measure

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

const (
	// SafetyFactor is how many times the worst that was seen a recommended bound is. The
	// worst of N samples is exceeded once in about N more, so a bound must be above it; in
	// twice the worst one host is stalled while the other one is as slow as ever.
	SafetyFactor = 2

	// leastDelay and leastProcess are recommended at the least: a bound below a millisecond
	// is one that the first interrupt of the wrong length breaks.
	leastDelay, leastProcess = time.Millisecond, time.Millisecond

	// leastDrift is recommended at the least: quartzes are sold with 50 ppm over temperature
	// and years, and nobody has measured for years.
	leastDrift = 100e-6
)

// Advice is what a policy may state after what was measured.
type Advice struct {
	Delay, Process time.Duration
	Drift          float64
	Omissions      int
	// Cycle is the one there is if it works with these bounds, or else the next longer one
	// that people would write.
	Cycle time.Duration
	// Shortest is the shortest cycle that these bounds allow, to the millisecond.
	Shortest time.Duration
	// Why has a line for each of them.
	Why []string
}

// Worst is the worst of what was measured, over all members.
type Worst struct {
	Delay, Process Figures
	Drift          float64 // largest rate of a clock, its error included
	DriftOver      time.Duration
	Longest        int // most frames of a link lost in a row
	Expected       uint64
	Lost           uint64
	LostBeyond     uint64 // after as many in a row as the policy allows
}

// Advise recommends bounds for a network of c's hosts. It is an error if no policy could
// state what was measured: then the network or a clock is not fit for a wormhole.
func Advise(c controlnet.Config, w Worst) (Advice, error) {
	a := Advice{
		Delay:     max(nice(SafetyFactor*w.Delay.Max), leastDelay),
		Process:   max(nice(SafetyFactor*w.Process.Max), leastProcess),
		Drift:     max(niceRate(SafetyFactor*w.Drift), leastDrift),
		Omissions: w.Longest + 1,
	}
	switch {
	case w.Drift > controlnet.MaxDrift:
		return a, fmt.Errorf("a clock that drifts by %s, and more than %s is refused: it is broken, or its host sets it", asStated(w.Drift), asStated(controlnet.MaxDrift))
	case w.Longest > controlnet.MaxOmissions:
		return a, fmt.Errorf("%d frames lost in a row, and at most %d can be tolerated: this network is not synchronous", w.Longest, controlnet.MaxOmissions)
	}
	a.Drift = min(a.Drift, controlnet.MaxDrift)
	a.Omissions = min(a.Omissions, controlnet.MaxOmissions)
	c.Delay, c.Process, c.Drift, c.Omissions = a.Delay, a.Process, a.Drift, a.Omissions
	shortest, err := shortestCycle(c)
	if err != nil {
		return a, err
	}
	a.Shortest, a.Cycle = shortest, c.Cycle
	if a.Cycle < shortest {
		a.Cycle = min(nice(shortest), controlnet.MaxCycle)
	}
	a.Why = a.reasons(&w)
	return a, nil
}

// reasons are a line for each bound.
func (a *Advice) reasons(w *Worst) []string {
	return []string{
		fmt.Sprintf("delay %v: %s", a.Delay, because(&w.Delay, leastDelay)),
		fmt.Sprintf("process %v: %s", a.Process, because(&w.Process, leastProcess)),
		fmt.Sprintf("drift %s: %d times the fastest clock with its error, %s over %v, and %s at least, for temperature and age",
			asStated(a.Drift), SafetyFactor, asStated(w.Drift), w.DriftOver.Round(time.Second), asStated(leastDrift)),
		fmt.Sprintf("omissions %d: one more than the %d in a row that were lost of %d frames", a.Omissions, w.Longest, w.Expected),
		fmt.Sprintf("cycle %v: it must be %v or more, which leaves every host a slot of %v with these bounds", a.Cycle, a.Shortest, controlnet.MinSlot),
	}
}

func because(f *Figures, least time.Duration) string {
	text := fmt.Sprintf("%d times the worst of %d, %v", SafetyFactor, f.Samples, short(f.Max))
	if SafetyFactor*f.Max < least {
		text += fmt.Sprintf(", and %v at least", least)
	}
	if f.Unseen {
		text += " or more: some were too late to be measured, so measure again with --stretch"
	}
	return text
}

// shortestCycle searches the shortest cycle of whole milliseconds that c can work with. What
// a cycle leaves for the slots grows with it, since drifts take less than they give.
func shortestCycle(c controlnet.Config) (time.Duration, error) {
	fits := func(cycle time.Duration) bool {
		c.Cycle = cycle
		return c.Check() == nil
	}
	low, high := controlnet.MinCycle/time.Millisecond, controlnet.MaxCycle/time.Millisecond
	if !fits(high * time.Millisecond) {
		return 0, fmt.Errorf("bounds that no cycle up to %v can hold: %w", controlnet.MaxCycle, c.Check())
	}
	for low < high {
		middle := (low + high) / 2
		if fits(middle * time.Millisecond) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return high * time.Millisecond, nil
}

// steps are the numbers that people write into a policy.
var steps = [...]step{"1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"}

type step string

// niceRate rounds up to one of the steps times a power of ten.
func niceRate(v float64) float64 {
	if v <= 0 {
		return 0
	}
	power := int(math.Floor(math.Log10(v)))
	for _, s := range steps {
		if r := s.times(power); r >= v*(1-1e-12) {
			return r
		}
	}
	return steps[0].times(power + 2)
}

// times is the float that is next to the step times a power of ten, as if it were read from
// a policy: multiplying would leave it a little off.
func (s step) times(power int) float64 {
	v, err := strconv.ParseFloat(string(s)+"e"+strconv.Itoa(power), 64)
	if err != nil {
		return math.Inf(1) // no rate or duration is so large
	}
	return v
}

func nice(d time.Duration) time.Duration { return time.Duration(math.Round(niceRate(float64(d)))) }
