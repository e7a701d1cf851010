package cli

import (
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// env is all that a command may know of the process it runs in. Tests give it another.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	getenv         func(string) string

	// colourOut and showProgress: standard output and standard error are terminals that
	// can do more than print lines.
	colourOut    bool
	showProgress bool

	output format // --output
}

// processEnv is the env of the real process.
func processEnv() *env {
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	return &env{
		stdin:        os.Stdin,
		stdout:       os.Stdout,
		stderr:       os.Stderr,
		now:          time.Now,
		getenv:       os.Getenv,
		colourOut:    !plain && isTerminal(os.Stdout),
		showProgress: !plain && isTerminal(os.Stderr),
		output:       text,
	}
}

func isTerminal(f *os.File) bool {
	return term.IsTerminal(int(f.Fd()))
}
