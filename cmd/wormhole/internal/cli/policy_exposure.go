package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/policies"
	"github.com/proactive-resilience/wormhole/policies/exposure"
)

// defaultSeed makes two people who run the same command see the same figures.
const defaultSeed = 1

func newPolicyExposure(e *env) *cobra.Command {
	var o exposure.Options
	var svg string
	c := &cobra.Command{
		Use:   "exposure FILE",
		Short: "Say how likely more than k' replicas are compromised at once",
		Long: `Computes from the policy's adversary, and simulates, how likely it is that more
than k' replicas are compromised at once in its mission, with rejuvenation and
without. Exit status 1 unless the policy's target is met.`,
		Args: oneArg("FILE"),
	}
	c.Flags().Uint64Var(&o.Seed, "seed", defaultSeed, "seed of the simulation; the same seed gives the same report")
	c.Flags().IntVar(&o.Runs, "runs", exposure.DefaultRuns, fmt.Sprintf("simulated missions, 1 to %d", exposure.MaxRuns))
	c.Flags().StringVar(&svg, "svg", "", "also draw the probability over the period into this file")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if o.Runs < 1 || o.Runs > exposure.MaxRuns {
			return usageError(c, fmt.Errorf("--runs is %d; use 1 to %d", o.Runs, exposure.MaxRuns))
		}
		p, err := e.readPolicy(args[0])
		if err != nil {
			return err
		}
		return e.exposure(p, o, svg)
	}
	return c
}

// exposure analyses the policy, draws the picture if one is wanted, and prints the report.
func (e *env) exposure(p *policies.Policy, o exposure.Options, svg string) error {
	show, end := e.progress("simulating")
	o.Progress = show
	report, err := exposure.Analyse(p, o)
	end()
	switch {
	case errors.Is(err, exposure.ErrNoAdversary):
		return withHint(err, "describe the adversary under spec.adversary, in the place of exhaust")
	case err != nil:
		return err
	}
	if svg != "" {
		if err := writePicture(svg, report); err != nil {
			return err
		}
	}
	if err := e.print(report, report.WriteText); err != nil {
		return err
	}
	if report.Verdict != exposure.Met {
		return errNo
	}
	return nil
}

func writePicture(file string, report *exposure.Report) error {
	var b bytes.Buffer
	if err := report.WriteSVG(&b); err != nil {
		return fmt.Errorf("draw the picture: %w", err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		return withHint(fmt.Errorf("write the picture: %w", err), "give --svg a file that you may write to")
	}
	return nil
}
