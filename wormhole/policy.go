package wormhole

import (
	"fmt"

	"github.com/proactive-resilience/wormhole/policies"
)

// FromPolicy makes the configuration of a first membership from a policy: hosts
// 0 to n-1, epoch 1.
func FromPolicy(p *policies.Policy) (Config, error) {
	starts, err := p.Starts()
	if err != nil {
		return Config{}, fmt.Errorf("policy %q: %w", p.Name, err)
	}
	if p.Replicas > MaxHosts {
		return Config{}, fmt.Errorf("policy %q: %d replicas, at most %d", p.Name, p.Replicas, MaxHosts)
	}
	c := Config{
		Epoch: 1, Members: SetOf(p.Replicas), KPrime: p.KPrime, K: p.K,
		Bounds: Bounds{
			Shutdown: p.Bounds.Shutdown, CheckCode: p.Bounds.CheckCode, RestoreCode: p.Bounds.RestoreCode,
			Boot: p.Bounds.Boot, Transfer: p.Bounds.Transfer,
		},
		Deadline: p.Deadline, Period: p.Period, Starts: timetable{starts},
		Cycle: p.Control.Cycle, Process: p.Control.Process, Drift: p.Control.Drift, Omissions: p.Control.Omissions,
		Action: actionOf(p.FailSafe.Action), FirstMiss: p.FailSafe.When == policies.AtFirst,
	}
	if err := c.Check(); err != nil {
		return Config{}, fmt.Errorf("policy %q: %w", p.Name, err)
	}
	return c, nil
}

func actionOf(a policies.Action) Action {
	switch a {
	case policies.Isolate:
		return ActionIsolate
	case policies.AlertOnly:
		return ActionAlert
	}
	return ActionShutdown
}

// timetable is the policy's, with rounds counted from 1: the core's round 0 is
// "none yet".
type timetable struct{ s *policies.Starts }

func (t timetable) At(c Cycle) (uint64, Cycle, bool) {
	round, start, ok := t.s.At(uint64(c))
	return round + 1, Cycle(start), ok
}

func (t timetable) Next(c Cycle) (uint64, Cycle) {
	round, start := t.s.Next(uint64(c))
	return round + 1, Cycle(start)
}
