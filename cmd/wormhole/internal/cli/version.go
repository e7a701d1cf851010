package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/policies"
)

// version is what `wormhole version` prints.
type version struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Version    string `json:"version"`  // of the module, or "devel"
	Revision   string `json:"revision"` // of the source, when the build knew it
	Modified   bool   `json:"modified"` // the source differed from that revision
	Go         string `json:"go"`
	Platform   string `json:"platform"`
}

func newVersion(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which build this is",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := thisVersion()
			return e.print(v, v.writeText)
		},
	}
}

// thisVersion reads what the Go tool wrote into the binary.
func thisVersion() version {
	v := version{
		APIVersion: policies.APIVersion,
		Kind:       "Version",
		Version:    "devel",
		Go:         runtime.Version(),
		Platform:   runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if m := info.Main.Version; m != "" && m != "(devel)" {
		v.Version = m
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func (v version) writeText(w io.Writer) error {
	source := ""
	if v.Revision != "" {
		source = ", revision " + v.Revision
	}
	if v.Modified {
		source += " with changes"
	}
	_, err := fmt.Fprintf(w, "wormhole %s%s (%s, %s)\n", v.Version, source, v.Go, v.Platform)
	return err
}
