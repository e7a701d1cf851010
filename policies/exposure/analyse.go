package exposure

import (
	"fmt"
	"math"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// Options of an analysis. The same options and policy give the same report, to the byte.
type Options struct {
	Seed uint64
	// Runs is the number of simulated missions; a mission of many rounds is simulated by its rounds instead. 0 is DefaultRuns.
	Runs int
	// Progress is called after each step, where it is given.
	Progress func(done, total int)
}

// Analyse says how likely it is that more than k' replicas of the policy are compromised at once (TR-05-17, section 3.1).
// It returns ErrNoAdversary for a policy that only states T_exhaust.
// [E-16]
func Analyse(p *policies.Policy, o Options) (*Report, error) {
	if o.Runs == 0 {
		o.Runs = DefaultRuns
	}
	if o.Runs < 0 || o.Runs > MaxRuns {
		return nil, fmt.Errorf("%d runs; use 1 to %d, or 0 for %d", o.Runs, MaxRuns, DefaultRuns)
	}
	m, err := newModel(p)
	if err != nil {
		return nil, err
	}
	if err := playable(p); err != nil {
		return nil, err
	}
	t, err := TExhaust(p, p.KPrime+1)
	if err != nil {
		return nil, err
	}
	return m.analyse(newReport(p, o, t), o), nil
}

// The steps of an analysis beside the batches of its two simulations: the computation and the curve.
const computedSteps = 2

func (m *model) analyse(r *Report, o Options) *Report {
	steps := &progress{report: o.Progress, total: 2*batches + computedSteps}
	never := m.withPeriod(math.Inf(1))
	r.OneWindow = m.attempt(m.kPrime+1, m.window())
	r.With.Computed, r.Without.Computed = m.failure(), never.failure()
	steps.step()
	r.Curve = m.curve()
	r.GreatestPeriod = span(m.greatestPeriod())
	steps.step()
	r.With.Simulated = m.simulate(o.Seed, o.Runs, steps)
	r.Without.Simulated = never.simulate(o.Seed, o.Runs, steps)
	r.Verdict = r.With.against(m.target)
	return r
}

// span is a time in whole milliseconds, rounded down; nil for 0, which stands for none.
func span(seconds float64) *Span {
	if seconds == 0 {
		return nil
	}
	s := Span(duration(seconds).Truncate(time.Millisecond))
	return &s
}
