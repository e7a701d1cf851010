package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/policies"
	"github.com/proactive-resilience/wormhole/policies/exposure"
	"github.com/proactive-resilience/wormhole/wormhole"
	"github.com/proactive-resilience/wormhole/wormhole/sim"
)

// Defaults of a campaign: long enough to see every kind of fault, short enough to wait for.
const (
	defaultSimRuns   = 200
	defaultSimRounds = 10
)

func newSim(e *env) *cobra.Command {
	o := sim.Options{Workers: runtime.GOMAXPROCS(0)}
	var file string
	c := &cobra.Command{
		Use:   "sim",
		Short: "Try the wormhole's protocol against everything that can go wrong",
		Long: `Runs the wormhole's core, the same code that a daemon will run, on simulated hosts,
clocks, disks, guests and networks, with faults drawn from a seed, and holds what
happens against the promises: at most k replicas down, every bound held or the
fail-safe latched, no false alarm, nothing forgotten, nothing said too late.

With --control the core of the control network, the same code again, runs below each
simulated local wormhole: ticks come from it and frames go through it, over simulated
wires and past an attacker who records them. That takes seven times as long.

Each run has a seed of its own, counted from --seed. Of the first one that fails the
shortest run that still fails is searched, and its trace is printed. Exit status 1 if a
promise was broken.`,
		Args: noArgs,
	}
	c.Flags().Uint64Var(&o.Seed, "seed", defaultSeed, "seed of the first run; the same seed gives the same report, to the byte")
	c.Flags().IntVar(&o.Runs, "runs", defaultSimRuns, fmt.Sprintf("runs, 1 to %d", sim.MaxRuns))
	c.Flags().IntVar(&o.Rounds, "rounds", defaultSimRounds, fmt.Sprintf("rounds of each run, 1 to %d", sim.MaxRounds))
	c.Flags().BoolVar(&o.Control, "control", false, "run the control network's own core below each local wormhole")
	c.Flags().StringVar(&file, "policy", "", "policy to simulate (default: n = 6, k' = k = 1, scaled to a hundred cycles a round)")
	c.RunE = func(*cobra.Command, []string) error {
		if o.Runs < 1 || o.Runs > sim.MaxRuns {
			return usageError(c, fmt.Errorf("--runs is %d; use 1 to %d", o.Runs, sim.MaxRuns))
		}
		if o.Rounds < 1 || o.Rounds > sim.MaxRounds {
			return usageError(c, fmt.Errorf("--rounds is %d; use 1 to %d", o.Rounds, sim.MaxRounds))
		}
		cfg, err := e.simulated(file)
		if err != nil {
			return err
		}
		o.Config = cfg
		return e.simulate(o)
	}
	return c
}

// simulated is the configuration to simulate: that of a policy, or the default.
func (e *env) simulated(file string) (wormhole.Config, error) {
	if file == "" {
		return sim.Default(), nil
	}
	p, err := e.readPolicy(file)
	if err != nil {
		return wormhole.Config{}, err
	}
	cfg, err := wormhole.FromPolicy(p)
	if err != nil {
		return cfg, withHint(err, "see with 'wormhole policy check %s' which of its conditions hold", file)
	}
	if exhaust, err := exposure.Resolve(p); err != nil || !policies.Check(p, policies.Inputs{From: e.now(), Exhaust: exhaust}).Feasible {
		fmt.Fprintf(e.stderr, "note: this policy is not feasible, so the simulator shows promises that nobody could keep; run 'wormhole policy check %s'\n", file)
	}
	return cfg, nil
}

// simulate runs the campaign and prints the report.
func (e *env) simulate(o sim.Options) error {
	show, end := e.progress("simulating")
	o.Progress = show
	report, err := sim.Run(o)
	end()
	if err != nil {
		return err
	}
	if err := e.print(report, report.WriteText); err != nil {
		return err
	}
	if !report.Good() {
		return errNo
	}
	return nil
}
