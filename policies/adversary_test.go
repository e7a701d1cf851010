package policies

import (
	"math"
	"testing"
	"time"
)

func soundAdversary() *Adversary {
	return &Adversary{Attack: Parallel, Replicas: Different, Compromise: &Compromise{Least: time.Hour}, Mission: 8760 * time.Hour, Target: 1e-6}
}

// Each slip has its finding at its own place, with a fix, and the sound section has none.
func TestAdversaryFindings(t *testing.T) {
	cases := map[string]func(a *Adversary){
		"":                            func(*Adversary) {},
		"attack":                      func(a *Adversary) { a.Attack = "both" },
		"replicas":                    func(a *Adversary) { a.Replicas = "odd" },
		"power":                       func(a *Adversary) { a.Attack, a.Power = Sequential, 2 },
		"similarity":                  func(a *Adversary) { a.Similarity = 0.5 },
		"mission":                     func(a *Adversary) { a.Mission = 0 },
		"target":                      func(a *Adversary) { a.Target = math.NaN() },
		"compromise":                  func(a *Adversary) { a.Compromise = nil },
		"compromise.least":            func(a *Adversary) { a.Compromise = &Compromise{} },
		"compromise.exponential.mean": func(a *Adversary) { a.Compromise.Exponential = &Exponential{} },
		"compromise.weibull.shape":    func(a *Adversary) { a.Compromise.Weibull = &Weibull{time.Hour, 100} },
		"compromise.lognormal.sigma":  func(a *Adversary) { a.Compromise.Lognormal = &Lognormal{time.Hour, 0} },
		"compromise.uniform.most":     func(a *Adversary) { a.Compromise.Uniform = &Uniform{time.Hour, time.Hour} },
		"each":                        func(a *Adversary) { a.Compromise, a.Each = nil, make([]Compromise, 2) },
		"each[0].least":               func(a *Adversary) { a.Compromise, a.Each = nil, []Compromise{{Least: -1}, {Least: 1}, {Least: 1}} },
		"compromise.weibull.scale":    func(a *Adversary) { a.Compromise.Weibull = &Weibull{0, 1} },
		"compromise.lognormal.median": func(a *Adversary) { a.Compromise.Lognormal = &Lognormal{-1, 1} },
		"compromise.uniform.least":    func(a *Adversary) { a.Compromise.Uniform = &Uniform{-1, time.Hour} },
	}
	for path, slip := range cases {
		a := soundAdversary()
		slip(a)
		if fs := a.FindingsFor(3); !hasFinding(fs, path) {
			t.Errorf("%q: findings %+v", path, fs)
		}
	}
}

func hasFinding(fs []Finding, path string) bool {
	if path == "" {
		return len(fs) == 0
	}
	for _, f := range fs {
		if f.Path == path && f.Message != "" && f.Fix != "" {
			return true
		}
	}
	return false
}

// Equal replicas cannot be unequally vulnerable, and two distributions cannot both be meant.
func TestAdversaryContradictions(t *testing.T) {
	a := soundAdversary()
	a.Replicas, a.Compromise, a.Each = Equal, nil, []Compromise{{Least: 1}, {Least: 2}, {Least: 3}}
	if !hasFinding(a.FindingsFor(3), "each") {
		t.Error("equal replicas with a time each")
	}
	a = soundAdversary()
	a.Compromise.Exponential, a.Compromise.Weibull = &Exponential{time.Hour}, &Weibull{time.Hour, 1}
	if !hasFinding(a.Findings(), "compromise") {
		t.Error("two distributions")
	}
}

func TestAttackersAndCarried(t *testing.T) {
	a := soundAdversary()
	if a.Attackers(5) != 5 || a.Carried() != 0 {
		t.Errorf("%d attackers, %v carried", a.Attackers(5), a.Carried())
	}
	a.Power, a.Replicas = 3, Equal
	if a.Attackers(5) != 3 || a.Attackers(2) != 2 || a.Carried() != 1 {
		t.Errorf("%d and %d attackers, %v carried", a.Attackers(5), a.Attackers(2), a.Carried())
	}
	a.Attack, a.Power = Sequential, 0
	if a.Attackers(5) != 1 || a.For(0) != a.Compromise || a.For(9) != a.Compromise {
		t.Error("one attacker, the same time for each")
	}
}
