package cli

import "github.com/spf13/cobra"

// newNet makes the group of commands for the control network, the one thing that a policy
// promises on the hosts' behalf and cannot know by itself.
func newNet(e *env) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "net",
		Short: "Measure the control network and make its keys",
		Long: `The control network joins the local wormholes and nothing else. Every promise of a
policy rests on its bounds (spec.control): how long a frame is under way, how late a
host may be, how far a clock drifts, how many frames are lost in a row. These commands
measure them, and make the keys that its frames are authenticated with.`,
	})
	c.AddCommand(newNetCheck(e), newNetKey(e))
	return c
}
