package rules

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shell runs a command after hack/lib.sh, with programs of the given names and bodies put
// before those of the machine.
func shell(t *testing.T, command string, programs map[string]string) (out string, err error) {
	t.Helper()
	bin := t.TempDir()
	for name, body := range programs {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "-c", "set -euo pipefail; source ../lib.sh; "+command)
	cmd.Env = append(os.Environ(), "CC=", "PATH="+bin+":"+os.Getenv("PATH"))
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// TestNeedGo sees an old Go refused in words that help, before anything is built.
func TestNeedGo(t *testing.T) {
	for version, good := range map[string]bool{
		"go1.25.9": false, "go1.9": false, "go1.26": false, "go1.26rc1": false,
		"go1.26.0": true, "go1.26.8": true, "go1.27.1 X:loopvar": true, "go1.100.0": true,
		"devel go1.28-abcdef": true,
	} {
		out, err := shell(t, "go_wanted() { echo 1.26.0; }; need_go", map[string]string{"go": "echo '" + version + "'"})
		if (err == nil) != good {
			t.Errorf("%s: %v\n%s", version, err, out)
		}
		if !good && !strings.Contains(out, "this needs 1.26.0 or newer") {
			t.Errorf("%s is refused without saying what is needed:\n%s", version, out)
		}
	}
	if _, err := shell(t, `[[ $(go_wanted) =~ ^1\.[0-9.]+$ ]]`, nil); err != nil {
		t.Error("go.mod's version of Go is not read")
	}
}

// TestNeedC sees the compiler installed when there is none, through sudo when it must, and
// not touched when there is one.
func TestNeedC(t *testing.T) {
	const apt = "echo apt-get $*"
	rows := []struct {
		name     string
		programs map[string]string
		want     []string
		good     bool
	}{
		{"there is one", map[string]string{"gcc": "exit 0", "apt-get": apt}, nil, true},
		{"as root", map[string]string{"gcc": "exit 1", "id": "echo 0", "apt-get": apt + ">&2"},
			[]string{"installing for the race detector: gcc libc6-dev (apt-get)", "apt-get update", "apt-get install -qq -y --no-install-recommends gcc libc6-dev"}, true},
		{"through sudo", map[string]string{"gcc": "exit 1", "id": "echo 1000", "apt-get": apt + ">&2", "sudo": `echo sudo >&2; exec "$@"`},
			[]string{"installing for the race detector: gcc libc6-dev (with sudo, apt-get)", "sudo", "apt-get update", "sudo", "apt-get install -qq -y --no-install-recommends gcc libc6-dev"}, true},
		{"the installation fails", map[string]string{"gcc": "exit 1", "id": "echo 0", "apt-get": "exit 100"},
			[]string{"installing for the race detector: gcc libc6-dev (apt-get)", "error: gcc libc6-dev could not be installed"}, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			// need_c runs where a step runs it: where the shell stops at no error by itself.
			out, err := shell(t, "need_c || exit", row.programs)
			if (err == nil) != row.good {
				t.Errorf("%v", err)
			}
			lines := strings.Split(strings.TrimSpace(out), "\n")
			if out == "" {
				lines = nil
			}
			same := len(lines) == len(row.want)
			for i := range row.want {
				same = same && strings.HasPrefix(lines[i], row.want[i])
			}
			if !same {
				t.Errorf("printed\n%s\nand not\n%s", out, strings.Join(row.want, "\n"))
			}
		})
	}
}

// TestScripts wants every script to be one that bash reads, to be executable, and to stop
// at errors; and, where shellcheck is there, to please it.
func TestScripts(t *testing.T) {
	tree, err := Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	scripts := []string{"hack/lib.sh", ".ci/run"} // the tree leaves out folders with a dot
	for _, p := range tree.Paths {
		if isScript(tree.Text[p]) {
			scripts = append(scripts, p)
		}
	}
	shellcheck, missing := exec.LookPath("shellcheck")
	for _, p := range scripts {
		checks := [][]string{{"bash", "-n", p}}
		if p != "hack/lib.sh" { // it is sourced
			checks = append(checks, []string{"test", "-x", p}, []string{"grep", "-qx", "set -euo pipefail", p})
		}
		if missing == nil {
			checks = append(checks, []string{shellcheck, "-x", p})
		}
		for _, check := range checks {
			cmd := exec.Command(check[0], check[1:]...)
			cmd.Dir = "../.."
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Error(fmt.Sprint(check), err, string(out))
			}
		}
	}
}
