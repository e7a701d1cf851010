package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts call wormhole: the test binary stands in for it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"wormhole": func() { os.Exit(Main()) },
	})
}

// TestScripts runs testdata/script, one file a behaviour. Every script finds good.yaml, a
// feasible policy, in its folder and the example policies in $EXAMPLES, and has two
// commands more than testscript gives:
//
//	exits STATUS PROGRAM ARGS...   runs a program and wants that exit status
//	edit FILE OLD NEW              replaces the one OLD in a file; \n is a new line
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../../../policies/examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			// A command built for the race detector waits a second before it ends.
			env.Setenv("GORACE", "atexit_sleep_ms=10")
			good, err := os.ReadFile("testdata/good.yaml")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "good.yaml"), good, 0o644)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"edit":  edit,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s exited with status %d, and not %d", strings.Join(args[1:], " "), got, want)
	}
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	lines := strings.NewReplacer(`\n`, "\n")
	old, replacement := lines.Replace(args[1]), lines.Replace(args[2])
	src := ts.ReadFile(args[0])
	if strings.Count(src, old) != 1 {
		ts.Fatalf("%s has %q %d times, and not once", args[0], old, strings.Count(src, old))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(src, old, replacement, 1)), 0o644))
}
