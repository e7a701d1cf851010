package exposure

import (
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// Report is the answer of Analyse. Its JSON form is stable.
type Report struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Policy     string `json:"policy"`

	N        int  `json:"n"`
	K        int  `json:"k"`
	KPrime   int  `json:"kPrime"`
	Groups   int  `json:"groups"`
	Period   Span `json:"period"`   // T_p
	Deadline Span `json:"deadline"` // T_d
	Window   Span `json:"window"`   // T_p + T_d

	Attack     string  `json:"attack"`
	Attackers  int     `json:"attackers"`
	Replicas   string  `json:"replicas"`
	Similarity float64 `json:"similarity"`
	Mission    Span    `json:"mission"`
	Target     float64 `json:"target"`

	Seed uint64 `json:"seed"`
	Runs int    `json:"runs"`

	Exhaust   Exhaust `json:"exhaust"`
	OneWindow Value   `json:"oneWindow"` // more than k' from a clean start within T_p + T_d
	With      Outcome `json:"withRejuvenation"`
	Without   Outcome `json:"withoutRejuvenation"`
	Verdict   Verdict `json:"verdict"`
	// GreatestPeriod is the longest T_p that meets the target when every group keeps to its slot; null: none does.
	GreatestPeriod *Span   `json:"greatestPeriod"`
	Curve          []Point `json:"curve"`
}

// Exhaust is the computed T_exhaust(k'+1) and the paper's condition T_p + T_d < T_exhaust(k'+1).
type Exhaust struct {
	Replicas int     `json:"replicas"`
	Time     Span    `json:"time"`
	Certain  bool    `json:"certain"`
	Share    float64 `json:"share,omitempty"`
	Method   string  `json:"method"`
	Holds    bool    `json:"holds"`
	// PeriodBelow is T_exhaust - T_d, which T_p must stay below; null when that leaves no T_p above T_d.
	PeriodBelow *Span `json:"periodBelow"`
}

// Outcome is the probability that more than k' replicas are compromised at once in the mission, twice.
type Outcome struct {
	Computed  Value    `json:"computed"`
	Simulated Estimate `json:"simulated"`
}

// Verdict says whether the target is met.
type Verdict string

// The verdicts. Open is what is left when the computed value is an upper bound above the target and the simulation does
// not contradict the target.
const (
	Met    Verdict = "met"
	Missed Verdict = "missed"
	Open   Verdict = "open"
)

func (o Outcome) against(target float64) Verdict {
	switch {
	case o.Computed.Probability <= target:
		return Met
	case o.Computed.Exact || o.Simulated.Low > target:
		return Missed
	}
	return Open
}

// Point is one period of the curve.
type Point struct {
	Period      Span    `json:"period"`
	Probability float64 `json:"probability"`
	Exact       bool    `json:"exact"`
}

// Span is a duration that is written as Go writes it, such as "10m0s".
type Span time.Duration

// MarshalText writes the duration as Go does.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = Span(d)
	return err
}

func seconds(s float64) Span { return Span(duration(s)) }

func newReport(p *policies.Policy, o Options, t Bound) *Report {
	a := p.Adversary
	return &Report{
		APIVersion: policies.APIVersion, Kind: "ExposureReport", Policy: p.Name,
		N: p.Replicas, K: p.K, KPrime: p.KPrime, Groups: p.Groups(),
		Period: Span(p.Period), Deadline: Span(p.Deadline), Window: Span(p.Period + p.Deadline),
		Attack: string(a.Attack), Attackers: a.Attackers(p.Replicas), Replicas: string(a.Replicas), Similarity: a.Carried(),
		Mission: Span(a.Mission), Target: a.Target, Seed: o.Seed, Runs: o.Runs,
		Exhaust: Exhaust{
			Replicas: t.Replicas, Time: Span(t.Time), Certain: t.Certain, Share: t.Share, Method: t.Method,
			Holds: p.Period+p.Deadline < t.Time, PeriodBelow: periodBelow(p, t),
		},
	}
}

func periodBelow(p *policies.Policy, t Bound) *Span {
	if t.Time-p.Deadline <= p.Deadline {
		return nil
	}
	s := Span(t.Time - p.Deadline)
	return &s
}
