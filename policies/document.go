package policies

import "time"

// document is the shape of a policy file. It stands apart from Policy so that the file can be read by people (nested, named)
// and the policy by programs (flat, in the paper's symbols).
type document struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   metadata `yaml:"metadata"`
	Spec       spec     `yaml:"spec"`
}

type metadata struct {
	Name string `yaml:"name"`
}

type spec struct {
	Replicas  int            `yaml:"replicas"`
	Faults    faults         `yaml:"faults"`
	Engine    Engine         `yaml:"engine"`
	Period    time.Duration  `yaml:"period"`
	Schedule  *string        `yaml:"schedule,optional"`
	Deadline  time.Duration  `yaml:"deadline"`
	Bounds    Bounds         `yaml:"bounds"`
	Exhaust   *time.Duration `yaml:"exhaust,optional"`
	Adversary *Adversary     `yaml:"adversary,optional"`
	Control   Control        `yaml:"control"`
	FailSafe  FailSafe       `yaml:"failSafe"`
	Alerts    []Alert        `yaml:"alerts,optional"`
}

type faults struct {
	KPrime int `yaml:"kPrime"`
	K      int `yaml:"k"`
}

// policy makes the policy of a document that has no problems.
func (d *document) policy() *Policy {
	s := &d.Spec
	p := &Policy{
		Name: d.Metadata.Name, Replicas: s.Replicas, KPrime: s.Faults.KPrime, K: s.Faults.K, Engine: s.Engine,
		Period: s.Period, Deadline: s.Deadline, Bounds: s.Bounds, Adversary: s.Adversary,
		Control: s.Control, FailSafe: s.FailSafe, Alerts: s.Alerts,
	}
	if s.Schedule != nil {
		p.Schedule = *s.Schedule
	}
	if s.Exhaust != nil {
		p.Exhaust = *s.Exhaust
	}
	if p.FailSafe.When == "" {
		p.FailSafe.When = AtBudget
	}
	return p
}
