package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/proactive-resilience/wormhole/policies"
)

// stdinName stands for standard input, on the command line and in messages.
const stdinName = "-"

// readPolicy reads and parses a policy file, or standard input for "-".
func (e *env) readPolicy(file string) (*policies.Policy, error) {
	src, err := e.readFile(file)
	if err != nil {
		return nil, err
	}
	return policies.Parse(fileName(file), src)
}

// fileName is how a file is called in messages.
func fileName(file string) string {
	if file == stdinName {
		return "<stdin>"
	}
	return file
}

// readFile reads at most one byte more than a policy may have: enough for Parse to say
// that it is too long, however long it is.
func (e *env) readFile(file string) ([]byte, error) {
	in := e.stdin
	if file != stdinName {
		f, err := os.Open(file)
		if err != nil {
			return nil, hintUnreadable(fmt.Errorf("read the policy: %w", err))
		}
		defer f.Close()
		in = f
	}
	src, err := io.ReadAll(io.LimitReader(in, policies.MaxFileBytes+1))
	if err != nil {
		return nil, hintUnreadable(fmt.Errorf("read the policy: %w", err))
	}
	return src, nil
}

func hintUnreadable(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return withHint(err, "give the path of a policy file, or - to read it from standard input")
	case errors.Is(err, fs.ErrPermission):
		return withHint(err, "run as a user who may read it, or pass it in with: wormhole ... - < FILE")
	}
	return withHint(err, "a policy is one regular file in YAML")
}
