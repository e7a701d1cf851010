//go:build !linux

package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/controlnet/measure"
)

// The control network's drivers are made for Linux alone.
var errLinux = errors.New("the control network runs on Linux only")

func (e *env) measureHost(context.Context, *netCheck) (*measure.Results, error) {
	return nil, errLinux
}

func (e *env) measureLocal(context.Context, *netCheck) (*measure.Results, error) {
	return nil, errLinux
}

func newNetKey(*env) *cobra.Command {
	return &cobra.Command{
		Use:   "key",
		Short: "Make, change and show the keys of the control network (on Linux)",
		RunE:  func(*cobra.Command, []string) error { return errLinux },
	}
}
