package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// twin is the environment variable that stands for a flag.
func twin(flag string) string {
	return "WORMHOLE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// tellTwins writes into the help of every flag how its variable is called.
func tellTwins(c *cobra.Command) {
	tell := func(f *pflag.Flag) { f.Usage += " [" + twin(f.Name) + "]" }
	c.LocalNonPersistentFlags().VisitAll(tell)
	c.PersistentFlags().VisitAll(tell)
	for _, sub := range c.Commands() {
		tellTwins(sub)
	}
}

// readTwins sets each flag that was not given from its variable, if that is set.
func readTwins(e *env, c *cobra.Command) error {
	var failed error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		value := e.getenv(twin(f.Name))
		if f.Changed || value == "" || f.Name == "help" || failed != nil {
			return
		}
		if err := c.Flags().Set(f.Name, value); err != nil {
			failed = withHint(fmt.Errorf("the environment variable %s is %q: %s", twin(f.Name), value, reason(err)),
				"correct or unset %s, or give --%s, which wins", twin(f.Name), f.Name)
		}
	})
	return failed
}

// reason is what a flag said about a value, without the sentence that pflag puts before
// it, which names a flag that nobody gave.
func reason(err error) string {
	text := err.Error()
	if _, after, ok := strings.Cut(text, " flag: "); ok {
		return after
	}
	return text
}
