package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// Options say what to run.
type Options struct {
	Config  wormhole.Config
	Seed    uint64 // of the first run; the others follow
	Runs    int
	Rounds  int  // of each run
	Workers int  // runs at once
	Control bool // the control network's own cores run below the local wormholes
	// Progress is called after each run.
	Progress func(done, total int)
}

// Report is the result of a campaign: the SimReport of the command line.
type Report struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Seed       uint64         `json:"seed"`
	Runs       int            `json:"runs"`
	Rounds     int            `json:"rounds"`
	Control    bool           `json:"control,omitempty"`
	Violations []Violation    `json:"violations"`
	Faults     map[string]int `json:"faults"`
	Trips      Trips          `json:"trips"`
	Digest     string         `json:"digest"`

	Rejuvenations int `json:"rejuvenations"`
	MaxDown       int `json:"maxDown"`
	Excepted      int `json:"excepted"`
}

// frameFaults are the faults of single frames: lost inside the omission bound and
// beyond it, heard a cycle late, heard twice, recorded and sent again.
var frameFaults = [...]string{"frame-lost", "frame-lost-beyond", "frame-late", "frame-repeated", "frame-replayed"}

// result is what one run gives to the report.
type result struct {
	violation *Violation
	count     [numFaultKinds]int
	net       [len(frameFaults)]int
	trips     Trips
	rejuvs    int
	maxDown   int
	excepted  int
	hasty     bool
	digest    [sha256.Size]byte
}

// Run does a campaign. Runs are independent and ordered by their seeds, so that
// the report does not depend on how many go on at once.
func Run(o Options) (*Report, error) {
	if err := o.Config.Check(); err != nil {
		return nil, fmt.Errorf("cannot simulate: %w", err)
	}
	if o.Control {
		if err := checkControl(&o.Config); err != nil {
			return nil, err
		}
	}
	if o.Runs < 1 || o.Runs > MaxRuns || o.Rounds < 1 || o.Rounds > MaxRounds {
		return nil, fmt.Errorf("cannot simulate %d runs of %d rounds: 1 to %d runs of 1 to %d rounds", o.Runs, o.Rounds, MaxRuns, MaxRounds)
	}
	results := make([]result, o.Runs)
	virtual.Each(o.Runs, o.Workers, o.Progress, func(i int) {
		results[i] = one(&o.Config, o.plan(o.Seed+uint64(i)), nil)
	})
	rep := collect(&o, results)
	rep.explain(&o)
	return rep, nil
}

// plan is that of one run.
func (o *Options) plan(seed uint64) Plan {
	p := NewPlan(seed, &o.Config, o.Rounds)
	p.Control = o.Control
	return p
}

// explain finds the shortest run that still breaks the promise of the first
// violation, and puts its trace into the report.
func (r *Report) explain(o *Options) {
	if len(r.Violations) == 0 {
		return
	}
	v := &r.Violations[0]
	plan, trace, _ := Shortest(&o.Config, o.plan(v.Seed))
	if trace != nil {
		v.Plan, v.Trace = plan.Lines(), trace.lines
	}
}

// one does one run.
func one(cfg *wormhole.Config, plan Plan, trace *Trace) result {
	w := newWorld(cfg, plan, trace)
	w.run()
	r := result{violation: w.chk.violation, count: w.count, trips: w.chk.trips, rejuvs: w.chk.rejuvs, maxDown: w.chk.maxDown, excepted: w.chk.excepted, hasty: plan.Hasty}
	r.net = [...]int{w.net.lost, w.net.lostBeyond, w.net.late, w.net.repeated, w.net.replayed}
	if w.ctl != nil {
		r.net[0], r.net[1], r.net[3], r.net[4] = w.ctl.net.Frames()
	}
	r.digest = w.digest.Sum()
	return r
}

// collect adds the results up in the order of their seeds.
func collect(o *Options, results []result) *Report {
	rep := &Report{
		APIVersion: "wormhole/v1", Kind: "SimReport", Seed: o.Seed, Runs: o.Runs, Rounds: o.Runs * o.Rounds, Control: o.Control,
		Violations: []Violation{}, Faults: map[string]int{"deadline-too-short": 0}, Trips: Trips{Reasons: map[string]int{}},
	}
	all := sha256.New()
	for i := range results {
		r := &results[i]
		all.Write(r.digest[:])
		for k, n := range r.count {
			rep.Faults[FaultKind(k).String()] += n
		}
		for k, name := range frameFaults {
			rep.Faults[name] += r.net[k]
		}
		if r.hasty {
			rep.Faults["deadline-too-short"]++
		}
		rep.Trips.Due += r.trips.Due
		rep.Trips.Early += r.trips.Early
		rep.Trips.Missed += r.trips.Missed
		for reason, n := range r.trips.Reasons { // order-free: a sum
			rep.Trips.Reasons[reason] += n
		}
		rep.Rejuvenations += r.rejuvs
		rep.MaxDown = max(rep.MaxDown, r.maxDown)
		rep.Excepted += r.excepted
		if r.violation != nil {
			r.violation.Run = i
			rep.Violations = append(rep.Violations, *r.violation)
		}
	}
	rep.Digest = hex.EncodeToString(all.Sum(nil))
	return rep
}

// FaultNames returns the names of all faults that a report counts, sorted.
func FaultNames() []string {
	names := append(append([]string{"deadline-too-short"}, frameFaults[:]...), faultNames[:]...)
	sort.Strings(names)
	return names
}
