package policies

import (
	"fmt"
	"time"
)

// Timetable is what the wormhole will do and when, as far as the policy decides it. Times are UTC.
type Timetable struct {
	APIVersion string  `json:"apiVersion"`
	Kind       string  `json:"kind"`
	Policy     string  `json:"policy"`
	Replicas   int     `json:"n"`
	K          int     `json:"k"`
	Schedule   string  `json:"schedule,omitempty"`
	Period     string  `json:"period"`     // T_p as the policy states it
	Kept       string  `json:"keptPeriod"` // of a fixed period: T_p in whole control cycles, which rounds keep
	Deadline   string  `json:"deadline"`   // T_d
	Cycle      string  `json:"cycle"`
	TLocalExec string  `json:"tLocalExec"`
	TExec      string  `json:"tExec"`
	Slack      string  `json:"slack"` // how much a round may lose before T_d is at risk; negative when it cannot be kept
	Rounds     []Round `json:"rounds"`
}

// Round is one pass over all replicas.
type Round struct {
	Round     uint64    `json:"round"`
	Start     time.Time `json:"start"`
	LatestEnd time.Time `json:"latestEnd"` // when every bound holds and no more frames are lost than the policy allows
	Deadline  time.Time `json:"deadline"`  // Start + T_d
	Groups    []Group   `json:"groups"`
}

// Group are the replicas that are rejuvenated together. The order is the default one; the replica that leads the payload goes
// last at run time, which moves members between groups but no instant.
type Group struct {
	Group       int       `json:"group"`    // counted from 0
	Replicas    []int     `json:"replicas"` // counted from 0
	Start       time.Time `json:"start"`    // when each group before takes its whole bound and no frame is lost
	LatestStart time.Time `json:"latestStart"`
	LatestEnd   time.Time `json:"latestEnd"` // LatestStart + T_localexec
}

// Plan makes the timetable of the first rounds that start at or after from. It does not ask whether the policy is feasible, so
// that an operator can see where an infeasible one fails.
func Plan(p *Policy, from time.Time, rounds int) (*Timetable, error) {
	if rounds < 1 || rounds > MaxRounds {
		return nil, fmt.Errorf("plan of policy %s: %d rounds asked for, use 1 to %d", p.Name, rounds, MaxRounds)
	}
	starts, err := p.Starts()
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	t := p.timetable()
	for round, start := firstFrom(starts, from); len(t.Rounds) < rounds; round, start = starts.Next(start) {
		t.Rounds = append(t.Rounds, p.round(round, starts.Begin(start)))
	}
	return t, nil
}

// firstFrom is the first round that starts at or after from.
func firstFrom(s *Starts, from time.Time) (round, start uint64) {
	cycle := s.Cycle(from)
	if round, start, ok := s.At(cycle); ok && !s.Begin(start).Before(from) {
		return round, start
	}
	return s.Next(cycle)
}

func (p *Policy) timetable() *Timetable {
	t := &Timetable{
		APIVersion: APIVersion, Kind: "Timetable", Policy: p.Name, Replicas: p.Replicas, K: p.K,
		Schedule: p.Schedule, Period: p.Period.String(), Kept: p.wholeCycles().String(), Deadline: p.Deadline.String(),
		Cycle: p.Control.Cycle.String(), TLocalExec: p.TLocalExec().String(), TExec: p.TExec().String(),
		Slack: (p.Deadline - p.roundBound()).String(), Rounds: []Round{},
	}
	if p.Schedule != "" {
		t.Kept = p.Period.String()
	}
	return t
}

func (p *Policy) round(number uint64, start time.Time) Round {
	r := Round{Round: number, Start: start, LatestEnd: start.Add(p.roundBound()), Deadline: start.Add(p.Deadline)}
	for g := range p.Groups() {
		r.Groups = append(r.Groups, p.group(g, start))
	}
	return r
}

// group places group g: one handover takes two cycles when no frame is lost, and Omissions more when the most are.
func (p *Policy) group(g int, start time.Time) Group {
	k := max(p.K, 1)
	usual := times(g, sum(p.TLocalExec(), times(2, p.Control.Cycle)))
	latest := start.Add(times(g, sum(p.TLocalExec(), p.handover())))
	group := Group{Group: g, Start: start.Add(usual), LatestStart: latest, LatestEnd: latest.Add(p.TLocalExec())}
	for i := g * k; i < min((g+1)*k, p.Replicas); i++ {
		group.Replicas = append(group.Replicas, i)
	}
	return group
}
