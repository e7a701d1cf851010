package policies

import "time"

// Inputs are what Check needs to know beside the policy.
type Inputs struct {
	From    time.Time     // the schedule's gaps are checked for HorizonYears from here
	Exhaust time.Duration // T_exhaust(k'+1), stated in the policy or computed from its adversary
}

// Report is the answer to "can this policy be kept": every condition with both sides evaluated.
type Report struct {
	APIVersion string      `json:"apiVersion"`
	Kind       string      `json:"kind"`
	Feasible   bool        `json:"feasible"`
	N          int         `json:"n"`
	K          int         `json:"k"`
	KPrime     int         `json:"kPrime"`
	Groups     int         `json:"groups"`
	TLocalExec string      `json:"tLocalExec"`
	TExec      string      `json:"tExec"`
	Conditions []Condition `json:"conditions"`
}

// Condition is one inequality of the paper, evaluated: Left Relation Right.
type Condition struct {
	Name     string `json:"name"`
	Holds    bool   `json:"holds"`
	Left     string `json:"left"`
	Right    string `json:"right"`
	Relation string `json:"relation"`
	Source   string `json:"source"`
	Fix      string `json:"fix"` // the nearest change that makes it hold; empty when it holds

	// Formula is the condition in the paper's symbols, for people; Changes is Fix for programs.
	Formula string   `json:"-"`
	Changes []Change `json:"-"`
}

// Change sets one value of the policy file.
type Change struct{ Path, From, To string }

// Check holds a policy against the conditions under which it is replica-exhaustion-safe (TR-05-17 section 3.3), in the order
// replicas, parameters, deadline, period, exhaustion, schedule. It is a pure function of its arguments.
func Check(p *Policy, in Inputs) *Report {
	c := newChecker(p, in)
	r := &Report{
		APIVersion: APIVersion, Kind: "PolicyReport", Feasible: true,
		N: p.Replicas, K: p.K, KPrime: p.KPrime, Groups: p.Groups(),
		TLocalExec: p.TLocalExec().String(), TExec: p.TExec().String(),
	}
	for _, write := range []func() Condition{c.replicas, c.parameters, c.deadline, c.period, c.exhaustion, c.scheduled} {
		condition := write()
		if condition.Holds = c.holds(p, condition.Name); !condition.Holds {
			r.Feasible = false
			condition.Fix, condition.Changes = c.fix(condition.Name)
		}
		r.Conditions = append(r.Conditions, condition)
	}
	return r
}
