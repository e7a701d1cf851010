package sim

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutant is a deliberately wrong core: one place of its source says something else. The
// simulator must see the difference by itself, in runs that its seeds have drawn.
type mutant struct {
	name, file string
	old, new   string
	catches    []string // promises, one of which must be seen to break
	runs       int
}

var mutants = []mutant{
	{"a minority is enough", "config.go", "return c.Hosts/2 + 1 }", "return 1 }", []string{"silence", "one clique", "members"}, 200},
	{"a window is a cycle longer", "config.go", "uint64(c.Omissions) + 1 }", "uint64(c.Omissions) + 2 }", []string{"views", "departure", "silence"}, 200},
	{"a window is a cycle shorter", "config.go", "uint64(c.Omissions) + 1 }", "max(1, uint64(c.Omissions)) }", []string{"in sync", "members", "views"}, 200},
	{"takes older numbers", "receive.go", "} else if f.Seq <= p.seq {", "} else if f.Seq == p.seq {", []string{"replay"}, 200},
	{"lives go back", "receive.go", "(!fresh || ack.seq <= p.named)", "!fresh", []string{"replay"}, 1000},
	{"no authenticator", "receive.go", "if !c.keys.good(key, src) {", "if false {", []string{"replay", "assertion", "counters"}, 200},
	{"any key for any cycle", "receive.go", "c.rx.Synced && c.keys.at(c.rx.Cycle) != key", "false", []string{"keys"}, 400},
	{"late to its slot", "send.go", "if c.now-c.slot() > c.Process {", "if false {", []string{"silence"}, 200},
	{"states half of its bound", "clocks.go", "c.bound = max(c.bound, -low, high)", "c.bound = max(c.bound, -low/2, high/2)", []string{"clock bound"}, 1000},
	{"sets its clock by any amount", "clocks.go", "return clamp(sum/time.Duration(len(s)-2*f), c.maxStep())", "return sum/time.Duration(len(s)-2*f)", []string{"corrections"}, 400},
	{"hears who is out of sync", "receive.go", "if !f.Synced || f.Cycle != c.cycle {", "if f.Cycle != c.cycle {", []string{"views", "payloads"}, 200},
}

// TestMutants builds this package's tests with each wrong core, and lets them simulate.
func TestMutants(t *testing.T) {
	if testing.Short() || *runs > 0 {
		t.Skip("builds the simulator once for each wrong core")
	}
	for _, m := range mutants {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			binary := m.build(t)
			for seed := 0; seed < m.runs; seed += 100 {
				broken := simulate(t, binary, seed)
				for _, line := range broken {
					if slices.Contains(m.catches, line[1]) {
						t.Logf("caught by %q with seed %s", line[1], line[2])
						return
					}
				}
				if len(broken) > 0 {
					t.Logf("with seeds from %d only %q", seed, broken[0])
				}
			}
			t.Errorf("not caught in %d runs", m.runs)
		})
	}
}

// build builds the tests with the wrong source laid over the right one.
func (m *mutant) build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	right, err := filepath.Abs(filepath.Join("..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(right)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		t.Fatalf("%s has %q %d times: the mutant has to follow the code", m.file, m.old, n)
	}
	wrong, overlay, binary := filepath.Join(dir, m.file), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "sim.test")
	for name, text := range map[string]string{
		wrong:   strings.Replace(string(source), m.old, m.new, 1),
		overlay: fmt.Sprintf(`{"Replace": {%q: %q}}`, right, wrong),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("the wrong core does not build: %v\n%s", err, out)
	}
	return binary
}

// broke is a line of a report that says what broke with which seed.
var broke = regexp.MustCompile(`(?m)^BROKEN "([a-z ]+)" in the run of seed ([0-9]+),`)

// simulate runs a hundred seeds of a built simulator, and returns what broke.
func simulate(t *testing.T, binary string, seed int) [][]string {
	t.Helper()
	cmd := exec.Command(binary, "-test.run", "^TestCampaign$", "-runs", "100", "-seed", fmt.Sprint(seed))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("the simulator failed: %v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("100 runs of ")) {
		t.Fatalf("the simulator gave no report:\n%s", out)
	}
	return broke.FindAllStringSubmatch(string(out), -1)
}
