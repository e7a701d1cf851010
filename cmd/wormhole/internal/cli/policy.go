package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// newPolicy makes the group of commands that read a policy file. None of them changes
// anything or needs a daemon.
func newPolicy(e *env) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "policy",
		Short: "Check a policy file, show its timetable and its exposure",
		Long: `A policy states how many replicas there are, how many may fail, how often all of
them are rejuvenated and how long that may take. FILE is its path, or - for
standard input.`,
	})
	c.AddCommand(newPolicyCheck(e), newPolicyPlan(e), newPolicyExposure(e))
	return c
}

// instant is a flag that takes a time; it is zero until one is given.
type instant struct{ time.Time }

func (i *instant) Type() string { return "time" }

func (i *instant) String() string {
	if i.IsZero() {
		return ""
	}
	return i.Format(time.RFC3339)
}

func (i *instant) Set(s string) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("%q is no time such as 2030-01-31T12:00:00Z", s)
	}
	i.Time = t.UTC()
	return nil
}

// or is the time that was given, or else the other one; in UTC, as all times of a policy.
func (i *instant) or(other time.Time) time.Time {
	if i.IsZero() {
		return other.UTC()
	}
	return i.Time
}

// addFrom gives a command the flag --from.
func addFrom(c *cobra.Command, what string) *instant {
	from := &instant{}
	c.Flags().Var(from, "from", what+", as 2030-01-31T12:00:00Z (default now)")
	return from
}
