package policies

import (
	"fmt"
	"math"
	"time"
)

// Attack says in which order an adversary works on the replicas (TR-05-17, section 3.1, "adversary strength").
type Attack string

const (
	// Sequential: one replica after the other, the next only when the last is compromised or rejuvenated.
	Sequential Attack = "sequential"
	// Parallel: several replicas at once, one attacker on each; Adversary.Power says how many.
	Parallel Attack = "parallel"
)

func (Attack) allowed() []string { return []string{string(Sequential), string(Parallel)} }

// Likeness says how much the replicas have in common (TR-05-17, section 3.1, "failure correlation").
type Likeness string

const (
	// Equal replicas share every weakness: who has compromised one has compromised all.
	Equal Likeness = "equal"
	// Similar replicas share some of it; Adversary.Similarity says how much.
	Similar Likeness = "similar"
	// Different replicas share nothing: each costs its full time.
	Different Likeness = "different"
)

func (Likeness) allowed() []string {
	return []string{string(Equal), string(Similar), string(Different)}
}

// Adversary is the model from which T_exhaust is computed when the policy does not state it, and against
// which the exposure of a policy is judged. Package exposure holds its mathematics.
type Adversary struct {
	Attack   Attack   `yaml:"attack"`
	Replicas Likeness `yaml:"replicas"`
	// Similarity is the share of the work on one replica that carries over to the next, from 0 (none) to
	// 1 (all): once one replica is compromised, work on every other goes 1/(1-Similarity) times as fast.
	// It is only given for similar replicas.
	Similarity float64 `yaml:"similarity,optional"`
	// Power is the number of attackers of a parallel attack, at most one a replica; 0 is as many as there
	// are replicas.
	Power int `yaml:"power,optional"`
	// Compromise is the time that one attacker needs for one clean replica.
	Compromise *Compromise `yaml:"compromise,optional"`
	// Each is the same for each replica in turn, where they are not equally vulnerable; instead of Compromise.
	Each []Compromise `yaml:"each,optional"`
	// Mission is the time over which the target must hold.
	Mission time.Duration `yaml:"mission"`
	// Target is the greatest acceptable probability that during the mission more than k' replicas are
	// compromised at once.
	Target float64 `yaml:"target"`
}

// Compromise is the time that one attacker needs to compromise one clean replica: Least, or a
// distribution, or a distribution that begins at Least. At most one distribution is given.
type Compromise struct {
	Least       time.Duration `yaml:"least,optional"`
	Exponential *Exponential  `yaml:"exponential,optional"`
	Weibull     *Weibull      `yaml:"weibull,optional"`
	Lognormal   *Lognormal    `yaml:"lognormal,optional"`
	Uniform     *Uniform      `yaml:"uniform,optional"`
}

// Exponential is memoryless: how long an attacker has tried says nothing about how long it still takes.
type Exponential struct {
	Mean time.Duration `yaml:"mean"`
}

// Weibull has a hazard that rises with the time spent for Shape > 1 and falls for Shape < 1.
type Weibull struct {
	Scale time.Duration `yaml:"scale"`
	Shape float64       `yaml:"shape"`
}

// Lognormal has the given median; Sigma is the standard deviation of the logarithm.
type Lognormal struct {
	Median time.Duration `yaml:"median"`
	Sigma  float64       `yaml:"sigma"`
}

// Uniform lies between Least and Most with equal chance.
type Uniform struct {
	Least time.Duration `yaml:"least,optional"`
	Most  time.Duration `yaml:"most"`
}

// For returns the time to compromise replica i, counted from 0; nil when none is given for it.
func (a *Adversary) For(i int) *Compromise {
	if len(a.Each) == 0 {
		return a.Compromise
	}
	if i < 0 || i >= len(a.Each) {
		return nil
	}
	return &a.Each[i]
}

// Attackers returns how many of n replicas are attacked at the same time, 1 to n.
func (a *Adversary) Attackers(n int) int {
	if a.Attack == Sequential {
		return 1
	}
	if a.Power == 0 || a.Power > n {
		return n
	}
	return a.Power
}

// Carried returns the share of the work on one replica that carries over to another, 0 to 1.
func (a *Adversary) Carried() float64 {
	switch a.Replicas {
	case Equal:
		return 1
	case Similar:
		return a.Similarity
	}
	return 0
}

// Findings returns what is wrong with the section, whatever the number of replicas.
func (a *Adversary) Findings() []Finding {
	var out []Finding
	out = append(out, a.attackFindings()...)
	out = append(out, a.likenessFindings()...)
	out = append(out, a.missionFindings()...)
	return append(out, a.compromiseFindings()...)
}

// FindingsFor returns the findings of the section for n replicas.
func (a *Adversary) FindingsFor(n int) []Finding {
	out := a.Findings()
	if len(a.Each) > 0 && len(a.Each) != n {
		out = append(out, Finding{"each", fmt.Sprintf("has %d entries for %d replicas", len(a.Each), n),
			fmt.Sprintf("give %d entries, one a replica in order, or use compromise for all", n)})
	}
	return out
}

func (a *Adversary) attackFindings() []Finding {
	switch {
	case a.Attack != Sequential && a.Attack != Parallel:
		return []Finding{{"attack", fmt.Sprintf("is %q", a.Attack), "use sequential or parallel"}}
	case a.Power < 0:
		return []Finding{{"power", fmt.Sprintf("is %d", a.Power), "use 1 or more attackers, or leave it out for one a replica"}}
	case a.Attack == Sequential && a.Power > 1:
		return []Finding{{"power", "has more than one attacker in a sequential attack", "use attack: parallel, or leave power out"}}
	}
	return nil
}

func (a *Adversary) likenessFindings() []Finding {
	switch a.Replicas {
	case Similar:
		if !(a.Similarity >= 0 && a.Similarity <= 1) {
			return []Finding{{"similarity", fmt.Sprintf("is %v", a.Similarity), "use a share from 0 (different) to 1 (equal)"}}
		}
		return nil
	case Equal, Different:
		return a.plainLikenessFindings()
	}
	return []Finding{{"replicas", fmt.Sprintf("is %q", a.Replicas), "use equal, similar or different"}}
}

func (a *Adversary) plainLikenessFindings() []Finding {
	var out []Finding
	if a.Similarity != 0 {
		out = append(out, Finding{"similarity", fmt.Sprintf("is given for %s replicas", a.Replicas), "use replicas: similar, or leave similarity out"})
	}
	if a.Replicas == Equal && len(a.Each) > 0 {
		out = append(out, Finding{"each", "is given for equal replicas, which are equally vulnerable", "use compromise, or replicas: similar"})
	}
	return out
}

func (a *Adversary) missionFindings() []Finding {
	var out []Finding
	if a.Mission <= 0 {
		out = append(out, Finding{"mission", fmt.Sprintf("is %s", a.Mission), "use the time over which the target must hold, such as 8760h"})
	}
	if !(a.Target > 0 && a.Target < 1) {
		out = append(out, Finding{"target", fmt.Sprintf("is %v", a.Target), "use a probability between 0 and 1, such as 1e-6"})
	}
	return out
}

func (a *Adversary) compromiseFindings() []Finding {
	switch {
	case a.Compromise == nil && len(a.Each) == 0:
		return []Finding{{"compromise", "is missing", "give the least time to compromise one replica, such as compromise: {least: 30m}"}}
	case a.Compromise != nil && len(a.Each) > 0:
		return []Finding{{"each", "is given together with compromise", "keep one of the two"}}
	case a.Compromise != nil:
		return a.Compromise.findings("compromise")
	}
	var out []Finding
	for i := range a.Each {
		out = append(out, a.Each[i].findings(fmt.Sprintf("each[%d]", i))...)
	}
	return out
}

func (c *Compromise) findings(path string) []Finding {
	var out []Finding
	if c.Least < 0 {
		out = append(out, Finding{path + ".least", fmt.Sprintf("is %s", c.Least), "use a time of 0 or more"})
	}
	switch c.distributions() {
	case 0:
		if c.Least == 0 {
			out = append(out, Finding{path + ".least", "is missing, and so is a distribution", "give the least time, such as least: 30m, or one distribution"})
		}
	case 1:
		out = append(out, c.distributionFindings(path)...)
	default:
		out = append(out, Finding{path, "has more than one distribution", "keep one of exponential, weibull, lognormal and uniform"})
	}
	return out
}

func (c *Compromise) distributions() int {
	count := 0
	for _, given := range []bool{c.Exponential != nil, c.Weibull != nil, c.Lognormal != nil, c.Uniform != nil} {
		if given {
			count++
		}
	}
	return count
}

func (c *Compromise) distributionFindings(path string) []Finding {
	switch {
	case c.Exponential != nil:
		return positive(path+".exponential.mean", c.Exponential.Mean)
	case c.Weibull != nil:
		return append(positive(path+".weibull.scale", c.Weibull.Scale), shapely(path+".weibull.shape", c.Weibull.Shape)...)
	case c.Lognormal != nil:
		return append(positive(path+".lognormal.median", c.Lognormal.Median), shapely(path+".lognormal.sigma", c.Lognormal.Sigma)...)
	}
	return c.Uniform.findings(path + ".uniform")
}

func (u *Uniform) findings(path string) []Finding {
	switch {
	case u.Least < 0:
		return []Finding{{path + ".least", fmt.Sprintf("is %s", u.Least), "use a time of 0 or more"}}
	case u.Most <= u.Least:
		return []Finding{{path + ".most", fmt.Sprintf("is %s and least is %s", u.Most, u.Least), "use a time longer than least"}}
	}
	return nil
}

func positive(path string, d time.Duration) []Finding {
	if d > 0 {
		return nil
	}
	return []Finding{{path, fmt.Sprintf("is %s", d), "use a time longer than 0, such as 720h"}}
}

// A shape or sigma outside these limits is a slip of the pen: the distribution would be a step, or so wide
// that a float64 cannot hold its ends.
const (
	leastShape    = 0.05
	greatestShape = 50
)

func shapely(path string, v float64) []Finding {
	if !math.IsNaN(v) && v >= leastShape && v <= greatestShape {
		return nil
	}
	return []Finding{{path, fmt.Sprintf("is %v", v), fmt.Sprintf("use a number from %v to %v", leastShape, greatestShape)}}
}
