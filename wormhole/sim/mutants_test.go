package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mutant is a deliberately wrong core: one place of its source says something
// else. The simulator must see the difference.
type mutant struct {
	name     string
	file     string // of package wormhole
	old, new string
	catches  []string // invariants, one of which must be seen to break
	runs     int
}

// mutants has, first, one wrong core for each of the five invariants that the
// simulator checks: k+1 at once, evidence that is a cycle too old, a latch that is
// not stored, a deadline on the wrong clock, a restart that forgets its phase.
var mutants = []mutant{
	{
		name: "k+1 at once", file: "core.go",
		old: "c := &Core{cfg: cfg,", new: "cfg.K++\n\tc := &Core{cfg: cfg,",
		catches: []string{"at most k"}, runs: 20,
	},
	{
		name: "evidence a cycle too old", file: "config.go",
		old:     "func (c *Config) window() Cycle { return Cycle(c.Omissions) + 1 }",
		new:     "func (c *Config) window() Cycle { return Cycle(c.Omissions) + 2 }",
		catches: []string{"at most k"}, runs: 4000,
	},
	{
		name: "latch not stored", file: "core.go",
		old: "o.Store, o.State = true, c.st", new: "o.Store, o.State = true, c.st\n\t\to.State.Latch = Latch{}",
		catches: []string{"nothing is forgotten"}, runs: 400,
	},
	{
		name: "deadline on the wrong clock", file: "deadline.go",
		old:     "if c.cycle < end || c.judged == c.st.Round {",
		new:     "if Cycle(c.now/c.cfg.Cycle) < end || c.judged == c.st.Round {",
		catches: []string{"in time or said so"}, runs: 400,
	},
	{
		name: "restart forgets its phase", file: "restart.go",
		old: "case Rejuvenating:\n\t\tc.resumeRun()", new: "case Rejuvenating:\n\t\tc.st.Replica = Up",
		catches: []string{"nothing is forgotten"}, runs: 400,
	},
	{
		name: "a minority is enough", file: "config.go",
		old: "return c.Members.Len()/2 + 1 }", new: "return 1 }",
		catches: []string{"at most k", "no false alarm"}, runs: 1000,
	},
	{
		name: "a place is given away too early", file: "peers.go",
		old:     "return c.now-p.holdFrom < p.holdFor || c.cycle <= p.holdTo",
		new:     "return c.now-p.holdFrom < p.holdFor/2",
		catches: []string{"at most k"}, runs: 1000,
	},
	{
		name: "speaks when it is late", file: "tick.go",
		old: "if !c.onTime {\n\t\tc.fallSilent()\n\t\treturn\n\t}", new: "",
		catches: []string{"fail-silent"}, runs: 100,
	},
	{
		name: "boots without a look at the code", file: "algorithm1.go",
		old:     "skip := s.After != PhaseNone && !(s.After == p && o == Differs)",
		new:     "skip := s.After != PhaseNone",
		catches: []string{"only known code boots"}, runs: 100,
	},
	{
		name: "a rejuvenation without an end", file: "attempt.go",
		old:     "case r.active && (c.now >= r.deadline",
		new:     "case r.active && (c.now >= r.deadline+r.deadline",
		catches: []string{"in time or said so", "at most k"}, runs: 200,
	},
	{
		name: "the fail-safe does not latch", file: "failsafe.go",
		old:     "func (c *Core) latch(r Reason, scope Scope) {",
		new:     "func (c *Core) latch(r Reason, scope Scope) {\n\tif r == ReasonBudget || r == ReasonIsolated {\n\t\treturn\n\t}",
		catches: []string{"in time or said so"}, runs: 200,
	},
	{
		name: "latches at k' already", file: "contact.go",
		old:     "return c.cfg.KPrime\n}",
		new:     "return c.cfg.KPrime - 1\n}",
		catches: []string{"no false alarm"}, runs: 100,
	},
	{
		name: "a rolled back store goes unnoticed", file: "restart.go",
		old:     "case !fresh && !intact:",
		new:     "case !fresh && !intact && s.State == nil:",
		catches: []string{"nothing is forgotten"}, runs: 400,
	},
	{
		name: "alerts are not stored", file: "core.go",
		old: "o.Store, o.State = true, c.st", new: "o.Store, o.State = true, c.st\n\t\to.State.AlertCount = 0",
		catches: []string{"nothing is forgotten"}, runs: 1000,
	},
}

// TestMutants builds the command with each wrong core, [W-3] to [W-28], and lets
// it simulate until a promise breaks.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command once for each wrong core")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			binary := m.build(t)
			for seed := 0; seed < m.runs; seed += chunk {
				if m.caught(t, run(t, binary, seed, min(chunk, m.runs-seed))) {
					return
				}
			}
			t.Errorf("not caught in %d runs", m.runs)
		})
	}
}

// chunk is how many runs are made before it is looked whether one has failed.
const chunk = 100

// caught reports whether the right promise broke.
func (m *mutant) caught(t *testing.T, report *Report) bool {
	for _, v := range report.Violations {
		if slices.Contains(m.catches, v.Invariant) {
			t.Logf("caught by %q with seed %d: %s", v.Invariant, v.Seed, v.Text)
			return true
		}
	}
	return false
}

// build builds the command with the wrong source laid over the right one.
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
	if strings.Count(string(source), m.old) != 1 {
		t.Fatalf("%s has %q %d times: the mutant has to follow the code", m.file, m.old, strings.Count(string(source), m.old))
	}
	wrong := filepath.Join(dir, m.file)
	write(t, wrong, strings.Replace(string(source), m.old, m.new, 1))
	overlay := filepath.Join(dir, "overlay.json")
	write(t, overlay, fmt.Sprintf(`{"Replace": {%q: %q}}`, right, wrong))
	binary := filepath.Join(dir, "wormhole")
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", binary, "../../cmd/wormhole").CombinedOutput(); err != nil {
		t.Fatalf("the wrong core does not build: %v\n%s", err, out)
	}
	return binary
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs a campaign of the built command. It exits with 1 when a promise broke.
func run(t *testing.T, binary string, seed, runs int) *Report {
	t.Helper()
	out, err := exec.Command(binary, "sim", "--seed", fmt.Sprint(seed), "--runs", fmt.Sprint(runs), "-o", "json").Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		t.Fatalf("the command failed: %v\n%s", err, out)
	}
	report := new(Report)
	if err := json.Unmarshal(out, report); err != nil {
		t.Fatalf("the command's report: %v\n%s", err, out)
	}
	return report
}
