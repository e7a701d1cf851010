package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newDocs makes the hidden command that packagers use. It has no part in operation.
func newDocs(*env) *cobra.Command {
	docs := group(&cobra.Command{
		Use:    "docs",
		Short:  "Write the documentation of the commands",
		Hidden: true,
	})
	docs.AddCommand(&cobra.Command{
		Use:   "man DIR",
		Short: "Write a man page for every command into a folder",
		Args:  oneArg("DIR"),
		RunE:  func(c *cobra.Command, args []string) error { return writeMan(c.Root(), args[0]) },
	})
	return docs
}

// writeMan writes the pages, dated by SOURCE_DATE_EPOCH where a packager sets it.
func writeMan(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return withHint(fmt.Errorf("write the man pages: %w", err), "give a folder that you may write to")
	}
	root.DisableAutoGenTag = true
	header := &doc.GenManHeader{Section: "1", Source: "wormhole", Manual: "Wormhole"}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return fmt.Errorf("write the man pages into %s: %w", dir, err)
	}
	return nil
}
