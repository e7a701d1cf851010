package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// fakeEnv is an env that no process has: empty input, a clock that stands, no terminal.
func fakeEnv() (e *env, stdout, stderr *bytes.Buffer) {
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return &env{
		stdin:  strings.NewReader(""),
		stdout: stdout,
		stderr: stderr,
		now:    func() time.Time { return time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC) },
		getenv: func(string) string { return "" },
		output: text,
	}, stdout, stderr
}

func eachCommand(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, sub := range c.Commands() {
		eachCommand(sub, visit)
	}
}

// TestEveryCommand holds every command to the manners of the house: it says in a sentence
// without a full stop what it does, it can be run or explains why not, and the help of
// each of its flags names the flag's twin.
func TestEveryCommand(t *testing.T) {
	e, _, _ := fakeEnv()
	eachCommand(newRoot(e), func(c *cobra.Command) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: its short help is %q", c.CommandPath(), c.Short)
		}
		if !c.Runnable() {
			t.Errorf("%s: prints help and reports success when it is called", c.CommandPath())
		}
		if c.PersistentPreRunE != nil && c.HasParent() {
			t.Errorf("%s: its PersistentPreRunE hides the root's, which reads the environment", c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if n := strings.Count(f.Usage, "["+twin(f.Name)+"]"); n != 1 {
				t.Errorf("%s --%s: its help names %s %d times", c.CommandPath(), f.Name, twin(f.Name), n)
			}
		})
	})
}

// TestTwins reads a variable of every flag of every command: each is read, under its name.
func TestTwins(t *testing.T) {
	e, _, _ := fakeEnv()
	asked := map[string]bool{}
	e.getenv = func(name string) string { asked[name] = true; return "" }
	eachCommand(newRoot(e), func(c *cobra.Command) {
		if err := readTwins(e, c); err != nil {
			t.Errorf("%s: %v", c.CommandPath(), err)
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if name := twin(f.Name); f.Name != "help" && !asked[name] {
				t.Errorf("%s --%s: nobody asked for %s", c.CommandPath(), f.Name, name)
			}
		})
	})
	if asked["WORMHOLE_HELP"] {
		t.Error("WORMHOLE_HELP was asked for: it would turn every command into its help")
	}
}

// TestNow sees that a plan without --from begins at the clock of the env.
func TestNow(t *testing.T) {
	e, stdout, stderr := fakeEnv()
	if status := run(e, []string{"policy", "plan", "--rounds=1", "testdata/good.yaml"}); status != exitGood {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	if want := "starts 2030-01-01 12:00:00"; !strings.Contains(stdout.String(), want) {
		t.Errorf("the timetable lacks %q:\n%s", want, stdout)
	}
}

// TestColour sees colour on a terminal, and that it changes nothing else.
func TestColour(t *testing.T) {
	plain, coloured := "", ""
	for _, terminal := range []bool{false, true} {
		e, stdout, _ := fakeEnv()
		e.colourOut = terminal
		if status := run(e, []string{"policy", "check", "testdata/good.yaml"}); status != exitGood {
			t.Fatalf("exit status %d", status)
		}
		if terminal {
			coloured = stdout.String()
		} else {
			plain = stdout.String()
		}
	}
	if strings.Contains(plain, "\x1b") {
		t.Error("control characters without a terminal")
	}
	stripped := strings.NewReplacer("\x1b[32m", "", "\x1b[31m", "", "\x1b[0m", "").Replace(coloured)
	if coloured == plain || stripped != plain {
		t.Errorf("on a terminal:\n%s\nand elsewhere:\n%s", coloured, plain)
	}
}

// TestReadFails sees that an input which breaks off is no policy.
func TestReadFails(t *testing.T) {
	e, stdout, stderr := fakeEnv()
	e.stdin = brokenReader{}
	if status := run(e, []string{"policy", "check", "-"}); status != exitError {
		t.Errorf("exit status %d", status)
	}
	if stdout.Len() > 0 || !strings.Contains(stderr.String(), "read the policy: the pipe broke") {
		t.Errorf("stdout %q, stderr %q", stdout, stderr)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the pipe broke") }
