package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/policies"
)

// defaultRounds is a number of rounds that fits a screen.
const defaultRounds = 3

func newPolicyPlan(e *env) *cobra.Command {
	rounds := defaultRounds
	c := &cobra.Command{
		Use:   "plan FILE",
		Short: "Print the timetable: rounds, groups and their latest instants",
		Args:  oneArg("FILE"),
	}
	c.Flags().IntVar(&rounds, "rounds", rounds, fmt.Sprintf("how many rounds, 1 to %d", policies.MaxRounds))
	from := addFrom(c, "show the rounds that start at this time or later")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if rounds < 1 || rounds > policies.MaxRounds {
			return usageError(c, fmt.Errorf("--rounds is %d; use 1 to %d", rounds, policies.MaxRounds))
		}
		p, err := e.readPolicy(args[0])
		if err != nil {
			return err
		}
		table, err := policies.Plan(p, from.or(e.now()), rounds)
		if err != nil {
			return err
		}
		if p.Deadline < policyRound(table) {
			fmt.Fprintf(e.stderr, "note: a round of this policy may end after its deadline; run 'wormhole policy check %s'\n", args[0])
		}
		return e.print(table, func(w io.Writer) error { return writeTimetable(w, table) })
	}
	return c
}

// policyRound is how long a round may take when every bound holds.
func policyRound(t *policies.Timetable) time.Duration {
	if len(t.Rounds) == 0 {
		return 0
	}
	return t.Rounds[0].LatestEnd.Sub(t.Rounds[0].Start)
}

// writeTimetable writes the timetable for people: a line a round, and a line a group.
func writeTimetable(w io.Writer, t *policies.Timetable) error {
	every := "every " + t.Period
	if t.Schedule != "" {
		every = "on the schedule " + strconv.Quote(t.Schedule) + " (UTC)"
	}
	fmt.Fprintf(w, "policy %s: a round %s, each within %s; %d replicas, %d at a time, up to %s for each group\n",
		t.Policy, every, t.Deadline, t.Replicas, t.K, t.TLocalExec)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range t.Rounds {
		fmt.Fprintf(tw, "\nround %d\tstarts %s\tends by %s\tdeadline %s\n", r.Round, stamp(r.Start), clock(r.Start, r.LatestEnd), clock(r.Start, r.Deadline))
		for _, g := range r.Groups {
			fmt.Fprintf(tw, "  group %d\treplicas %s\tstarts by %s\tdone by %s\n",
				g.Group, join(g.Replicas), clock(r.Start, g.LatestStart), clock(r.Start, g.LatestEnd))
		}
	}
	return tw.Flush()
}

// stamp is a time with its date, to the second, or to the millisecond where that matters.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02 15:04:05.999")
}

// clock is the time of the day, with the date where it is not that of the round's start.
func clock(start, t time.Time) string {
	if t.UTC().Format(time.DateOnly) != start.UTC().Format(time.DateOnly) {
		return stamp(t)
	}
	return t.UTC().Format("15:04:05.999")
}

func join(numbers []int) string {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = strconv.Itoa(n)
	}
	return strings.Join(list, ",")
}
