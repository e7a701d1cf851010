package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// Options say what to run.
type Options struct {
	Seed    uint64 // of the first run; the others follow
	Runs    int
	Cycles  int // of each run
	Workers int // runs at once
	// Progress, if set, is called after each run.
	Progress func(done, total int)
}

// Report is the result of a campaign.
type Report struct {
	Options    Options
	Violations []Violation
	Faults     [NumKinds]int
	Net        [len(netNames)]int
	Outcome    [numClasses][numOutcomes]int
	Figures    Figures
	Digest     string
}

// netNames are the faults of single frames.
var netNames = [...]string{"frames lost", "frames on dead links", "frames over the delay bound", "frames twice", "frames delayed", "frames recorded and sent again", "frames with a bit turned", "frames of garbage", "frames that found a socket full"}

// result is what one run gives to the report.
type result struct {
	violation *Violation
	count     [NumKinds]int
	net       [len(netNames)]int
	outcome   [numClasses][numOutcomes]int
	figures   Figures
	digest    [sha256.Size]byte
}

// Run does a campaign. Runs are independent and ordered by their seeds, so that the report
// does not depend on how many go on at once.
func Run(o Options) (*Report, error) {
	if o.Runs < 1 || o.Runs > MaxRuns || o.Cycles < 1 {
		return nil, fmt.Errorf("cannot simulate %d runs of %d cycles: 1 to %d runs of at least one", o.Runs, o.Cycles, MaxRuns)
	}
	results := make([]result, o.Runs)
	virtual.Each(o.Runs, o.Workers, o.Progress, func(i int) {
		results[i] = one(NewPlan(o.Seed+uint64(i), o.Cycles), nil)
	})
	r := collect(o, results)
	if len(r.Violations) > 0 {
		v := &r.Violations[0]
		plan, trace, _ := Shortest(NewPlan(v.Seed, o.Cycles))
		if trace != nil {
			v.Plan, v.Trace = plan.Lines(), trace.lines
		}
	}
	return r, nil
}

// one does one run.
func one(plan Plan, trace *Trace) result {
	w := NewWorld(plan, trace)
	w.Run()
	return w.result()
}

// result takes out of a run what a report needs.
func (w *World) result() result {
	t := &w.net
	r := result{violation: w.chk.violation, count: w.count, outcome: w.chk.outcome, figures: w.chk.figures}
	r.net = [...]int{t.lost, t.lostBeyond, t.slow, t.twice, t.delayed, t.again, t.turned, t.made, t.overrun}
	r.digest = w.digest.Sum()
	return r
}

// collect adds the results up in the order of their seeds.
func collect(o Options, results []result) *Report {
	rep := &Report{Options: o}
	all := sha256.New()
	for i := range results {
		r := &results[i]
		all.Write(r.digest[:])
		for k, n := range r.count {
			rep.Faults[k] += n
		}
		for k, n := range r.net {
			rep.Net[k] += n
		}
		for c := range r.outcome {
			for k, n := range r.outcome[c] {
				rep.Outcome[c][k] += n
			}
		}
		rep.Figures.merge(&r.figures)
		if r.violation != nil {
			rep.Violations = append(rep.Violations, *r.violation)
		}
	}
	rep.Digest = hex.EncodeToString(all.Sum(nil))
	return rep
}

// merge adds the figures of another run.
func (f *Figures) merge(o *Figures) {
	f.Ticks += o.Ticks
	f.TicksInSync += o.TicksInSync
	f.Same += o.Same
	for i := range f.Returns {
		f.Returns[i].merge(o.Returns[i])
	}
	f.Unseen.merge(o.Unseen)
	f.Gone.merge(o.Gone)
	f.Silent.merge(o.Silent)
	f.Withheld.merge(o.Withheld)
	f.Drifting.merge(o.Drifting)
	f.Clock.merge(o.Clock)
	f.Precise.merge(o.Precise)
	f.Reading.merge(o.Reading)
}
