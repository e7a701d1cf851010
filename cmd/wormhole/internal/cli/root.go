package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// The exit statuses; the package comment says what each means.
const (
	exitGood  = 0
	exitNo    = 1
	exitError = 2
)

// Main runs the command line of the process and returns its exit status.
func Main() int {
	return run(processEnv(), nil)
}

// run executes the arguments, or those of the process if they are nil.
func run(e *env, args []string) int {
	root := newRoot(e)
	if args != nil {
		root.SetArgs(args)
	}
	err := root.Execute()
	switch {
	case err == nil:
		return exitGood
	case errors.Is(err, errNo):
		return exitNo
	}
	e.printError(err)
	return exitError
}

// newRoot makes the tree of commands.
func newRoot(e *env) *cobra.Command {
	root := group(&cobra.Command{
		Use:   "wormhole",
		Short: "Keep a replicated service trustworthy by rejuvenating its replicas in time",
		Long: `Wormhole puts the replicas of a service back to a known-good state, a few at a
time, often enough that an adversary never owns too many of them at once. This
command checks what you want to promise, shows when it would happen, and tries the
protocol out under faults.

Every flag can be given in the environment as well: WORMHOLE_OUTPUT for --output.
Exit status: 0 good; 1 the answer is no; 2 it could not be done.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	})
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.PersistentFlags().VarP(&e.output, "output", "o", "form of the result: "+strings.Join(formats, ", "))
	root.SetFlagErrorFunc(flagError)

	for _, command := range []func(*env) *cobra.Command{
		newPolicy,
		newNet,
		newSim,
		newVersion,
		newDocs,
	} {
		root.AddCommand(command(e))
	}
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			group(c) // so that an unknown shell is an error there, too
		}
	}
	tellTwins(root)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return readTwins(e, c) }
	return root
}

// group makes a command that only holds others: on its own it is an error, as is a name
// that none of them has. Cobra by itself would print its help and report success.
func group(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.SuggestionsMinimumDistance = 2
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError(c, fmt.Errorf("%s needs a command: %s", c.CommandPath(), strings.Join(names(c), ", ")))
		}
		return unknownCommand(c, args[0])
	}
	return c
}

// unknownCommand is the error of a group that was asked for a command it has not.
func unknownCommand(c *cobra.Command, name string) error {
	err := fmt.Errorf("%s has no command %q", c.CommandPath(), name)
	if like := c.SuggestionsFor(name); len(like) > 0 {
		err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(like, " or "))
	}
	return usageError(c, err)
}

// flagError is the error of a flag that cannot be read. A group does not know the flags of
// a command that it has not: then the command is what is wrong.
func flagError(c *cobra.Command, err error) error {
	if args := c.Flags().Args(); c.HasSubCommands() && len(args) > 0 {
		return unknownCommand(c, args[0])
	}
	return usageError(c, err)
}

// names lists the commands of a group that are not hidden.
func names(c *cobra.Command) []string {
	var list []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, sub.Name())
		}
	}
	return list
}

// oneArg wants exactly one argument, and says which when it is missing.
func oneArg(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usageError(c, fmt.Errorf("%s needs %s", c.CommandPath(), name))
		case len(args) > 1:
			return usageError(c, fmt.Errorf("%s takes one %s, and %q is one more", c.CommandPath(), name, args[1]))
		}
		return nil
	}
}

// noArgs wants no arguments.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(c, fmt.Errorf("%s takes no arguments, and %q is one", c.CommandPath(), args[0]))
	}
	return nil
}
