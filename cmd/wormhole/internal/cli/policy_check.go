package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/policies"
	"github.com/proactive-resilience/wormhole/policies/exposure"
)

func newPolicyCheck(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Say whether a policy can be kept, and what would make it so",
		Long: `Evaluates every inequality of the papers that the policy must satisfy and prints
both sides. For one that does not hold it names the nearest change that would make
it hold. Exit status 1 when one does not.`,
		Args: oneArg("FILE"),
	}
	from := addFrom(c, "check the schedule from this time on")
	c.RunE = func(_ *cobra.Command, args []string) error {
		p, err := e.readPolicy(args[0])
		if err != nil {
			return err
		}
		exhaust, err := exposure.Resolve(p)
		if err != nil {
			return fmt.Errorf("compute T_exhaust of policy %s: %w", p.Name, err)
		}
		report := policies.Check(p, policies.Inputs{From: from.or(e.now()), Exhaust: exhaust})
		if err := e.print(report, func(w io.Writer) error { return e.writeReport(w, p, report) }); err != nil {
			return err
		}
		if !report.Feasible {
			return errNo
		}
		return nil
	}
	return c
}

// nameWidth is that of the longest names of a condition, parameters and exhaustion.
const nameWidth = 10

// writeReport writes the report for people: the answer, the sizes it rests on, each
// condition in numbers and in symbols, and below them what to change.
func (e *env) writeReport(w io.Writer, p *policies.Policy, r *policies.Report) error {
	answer := "feasible"
	if !r.Feasible {
		answer = "not feasible"
	}
	fmt.Fprintf(w, "policy %s is %s\n", p.Name, answer)
	fmt.Fprintf(w, "n = %d, k' = %d, k = %d; %d groups, T_localexec = %s, T_exec = %s\n\n",
		r.N, r.KPrime, r.K, r.Groups, r.TLocalExec, r.TExec)
	for _, c := range r.Conditions {
		fmt.Fprintf(w, "%s %-*s  %s %s %s\n", e.mark(c.Holds), nameWidth, c.Name, c.Left, c.Relation, c.Right)
		fmt.Fprintf(w, "%*s%s  [%s]\n", len("holds ")+nameWidth+2, "", c.Formula, c.Source)
	}
	return writeFixes(w, r)
}

// writeFixes says for every condition that fails what would make it hold.
func writeFixes(w io.Writer, r *policies.Report) error {
	if r.Feasible {
		return nil
	}
	fmt.Fprint(w, "\nTo make it hold:\n")
	for _, c := range r.Conditions {
		if !c.Holds {
			fmt.Fprintf(w, "  %s: %s\n", c.Name, c.Fix)
		}
	}
	return nil
}

// mark says in a word whether something holds, in colour on a terminal.
func (e *env) mark(holds bool) string {
	word, colour := "FAILS", "\x1b[31m"
	if holds {
		word, colour = "holds", "\x1b[32m"
	}
	if !e.colourOut {
		return word
	}
	return colour + word + "\x1b[0m"
}
