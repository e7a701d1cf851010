package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/policies"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// Default is the policy that is simulated when none is given: n = 6, k' = k = 1,
// scaled so that a round is about a hundred cycles and every bound is tight
// against the control network: T_d is what the condition of that name asks for,
// to the cycle.
func Default() wormhole.Config { return Scaled(6, 1, 1) }

// Scaled returns the same for other sizes.
func Scaled(n, kPrime, k int) wormhole.Config { return scaled(n, kPrime, k, 2) }

// scaled does so for another omission bound, too: a turn-over takes omissions + 2 cycles.
func scaled(n, kPrime, k, omissions int) wormhole.Config {
	const cycle = 100 * time.Millisecond
	p := policies.Policy{
		Name: "simulated", Replicas: n, KPrime: kPrime, K: k, Engine: policies.Hybrid,
		Bounds: policies.Bounds{
			Shutdown: 1 * cycle, CheckCode: 1 * cycle, RestoreCode: 2 * cycle, Boot: 3 * cycle, Transfer: 2 * cycle,
		},
		Control:  policies.Control{Cycle: cycle, Delay: 5 * time.Millisecond, Process: 5 * time.Millisecond, Drift: 200e-6, Omissions: omissions},
		FailSafe: policies.FailSafe{Action: policies.Shutdown, When: policies.AtBudget},
	}
	groups := time.Duration((n + k - 1) / k)
	p.Deadline = groups * (12*cycle + time.Duration(omissions+2)*cycle)
	p.Period = p.Deadline + 30*cycle
	cfg, err := wormhole.FromPolicy(&p)
	if err != nil {
		panic("sim: the default policy is not one: " + err.Error())
	}
	return cfg
}
