package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs the commands of the README's console blocks, one after the other in one
// folder, and wants the output that stands below each; "..." stands for any lines. Somebody
// new compares what they see with what they read, and must not find a difference.
func TestReadme(t *testing.T) {
	top, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(top, "policies"), filepath.Join(dir, "policies")); err != nil {
		t.Fatal(err)
	}
	examples := consoleBlocks(string(readme))
	if len(examples) == 0 {
		t.Fatal("the README has no console block")
	}
	for _, ex := range examples {
		cmd := exec.Command("sh", "-c", ex.command)
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput() // the text tells a failure from a no
		if !matches(strings.Split(ex.want, "\n"), strings.Split(strings.TrimSpace(string(out)), "\n")) {
			t.Errorf("$ %s\nprints\n%s\nand the README has\n%s", ex.command, out, ex.want)
		}
	}
}

type example struct{ command, want string }

// consoleBlocks takes the commands and their output out of the ```console blocks.
func consoleBlocks(readme string) []example {
	var list []example
	for _, rest := range strings.Split(readme, "\n```console\n")[1:] {
		block, _, _ := strings.Cut(rest, "\n```")
		for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, want, _ := strings.Cut(part, "\n")
			list = append(list, example{command, want})
		}
	}
	return list
}

// matches holds lines against a pattern in which "..." stands for any number of lines.
func matches(pattern, lines []string) bool {
	if len(pattern) == 0 {
		return len(lines) == 0
	}
	if pattern[0] == "..." {
		for skip := range len(lines) + 1 {
			if matches(pattern[1:], lines[skip:]) {
				return true
			}
		}
		return false
	}
	return len(lines) > 0 && lines[0] == pattern[0] && matches(pattern[1:], lines[1:])
}

func TestMatches(t *testing.T) {
	for _, row := range []struct {
		pattern, text string
		want          bool
	}{
		{"a b c", "a b c", true},
		{"a b c", "a b", false},
		{"a b", "a b c", false},
		{"a ... c", "a b b c", true},
		{"a ... c", "a c", true},
		{"a ... c", "a b", false},
		{"...", "", true},
		{"a ...", "b", false},
	} {
		if got := matches(strings.Fields(row.pattern), strings.Fields(row.text)); got != row.want {
			t.Errorf("%q for the pattern %q: %v", row.text, row.pattern, got)
		}
	}
}

// TestExamples holds the example policies to what they are examples of: feasible policies,
// under which the simulated core keeps its promises for a round.
func TestExamples(t *testing.T) {
	examples, err := filepath.Glob("../../../../policies/examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("found no examples: %v", err)
	}
	for _, file := range examples {
		commands := [][]string{{"policy", "check", file}}
		if !testing.Short() {
			commands = append(commands, []string{"sim", "--runs=1", "--rounds=1", "--policy", file})
		}
		for _, args := range commands {
			e, stdout, stderr := fakeEnv()
			if status := run(e, args); status != exitGood {
				t.Errorf("%v: exit status %d\n%s%s", args, status, stdout, stderr)
			}
		}
	}
}
