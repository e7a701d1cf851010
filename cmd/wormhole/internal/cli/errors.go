package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/policies"
)

// errNo is what a command returns when it has done its work and printed the result, and
// the answer is no. It prints nothing more; the exit status says it.
var errNo = errors.New("the answer is no")

// A hinted error knows what the operator can do next.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

func withHint(err error, format string, args ...any) error {
	return hinted{err, fmt.Sprintf(format, args...)}
}

// usageError is an error in how the command was called.
func usageError(c *cobra.Command, err error) error {
	return withHint(err, "run '%s --help' to see how it is called", c.CommandPath())
}

// printError says on standard error what failed and what can be done about it. The
// problems of a policy file come first, each on a line of its own that an editor can read.
func (e *env) printError(err error) {
	var problems policies.Problems
	if errors.As(err, &problems) {
		fmt.Fprintln(e.stderr, problems.Error())
	}
	fmt.Fprintf(e.stderr, "wormhole: %v\n", summary(err, problems))
	var h hinted
	if errors.As(err, &h) {
		fmt.Fprintf(e.stderr, "hint: %s\n", h.hint)
	}
}

// summary is the error, or what is left to say when its problems have been printed.
func summary(err error, problems policies.Problems) error {
	switch len(problems) {
	case 0:
		return err
	case 1:
		return errors.New("the policy has an error, so it was not used")
	}
	return fmt.Errorf("the policy has %d errors, so it was not used", len(problems))
}
