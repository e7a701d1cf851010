package controlnet

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is a deliberately wrong core: one place of its source says something else. The tests
// of this package must fail with it, and the one that is named among them.
type mutant struct {
	name, file string
	old, new   string
	by         string
}

var mutants = []mutant{
	{"dead a cycle longer", "config.go", "uint64(c.Omissions) + 1 }", "uint64(c.Omissions) + 2 }", "TestDeath"},
	{"half is a majority", "config.go", "return c.Hosts/2 + 1 }", "return (c.Hosts + 1) / 2 }", "TestMinority"},
	{"no authenticator", "receive.go", "if !c.keys.good(key, src) {", "if false {", "TestRefusals"},
	{"believes a life unseen", "receive.go", "return RefusedStale, fresh", "return RefusedStale, true", "TestReplay|TestStartAmongRecordings"},
	{"lives go back", "receive.go", "(!fresh || ack.seq <= p.named)", "!fresh", "TestEarlierLife"},
	{"takes older numbers", "receive.go", "} else if f.Seq <= p.seq {", "} else if f.Seq == p.seq {", "TestRefusals|TestReplay"},
	{"takes any cycle", "receive.go", "case f.Cycle < c.cycle:\n\t\treturn RefusedOld, false\n", "", "TestRefusals"},
	{"a late copy spoils the other", "receive.go", "if ok || why == RefusedStale {", "if true {", "TestLateOnOnePath"},
	{"any time on the way", "receive.go", "took > c.Delay+c.Limit()", "false", "TestLateOnTheWay"},
	{"any time in the slot", "receive.go", "left > c.Process ||", "", "TestRefusals"},
	{"any key for any cycle", "receive.go", "c.rx.Synced && c.keys.at(c.rx.Cycle) != key", "false", "TestKeyChange|TestReplay"},
	{"speaks when it is late", "boundary.go", "c.silent = c.late > c.Process; c.silent", "c.late > c.Process", "TestLate"},
	{"late to its slot", "send.go", "if c.now-c.slot() > c.Process {", "if false {", "TestLate"},
	{"payload of another cycle", "core.go", "cycle != c.cycle || c.sent", "c.sent", "TestPayload"},
	{"cycles go back", "boundary.go", "case c.cycle < c.floor:", "case false:", "TestFloor"},
	{"reads one way", "peer.go", "return min(p.hi, max(p.lo, 0)) }", "return p.lo + 2500*time.Microsecond }", "TestNoCommonRun"},
	{"goes by the middle", "peer.go", "return min(p.hi, max(p.lo, 0)) }", "return p.middle() }", "TestHull"},
	{"states half of its bound", "clocks.go", "c.bound = max(c.bound, -low, high)", "c.bound = max(c.bound, -low/2, high/2)", "TestStatedBound"},
	{"uses slow round trips", "receive.go", "case round > 2*c.Delay+slack:", "case false:", "TestSlowRoundTrip"},
	{"no watch on the rate", "rate.go", "case gained > drifted+3*c.Limit():", "case gained > 1<<60:", "TestWrongRate"},
	{"readings need not overlap", "clocks.go", "&& c.steady(p, at)", "&& (c.steady(p, at) || true)", "TestWrongClock"},
	{"silence is disagreement", "boundary.go", "inSync, agreeing = 1, 1", "inSync, agreeing = 0, 0", "TestHalfFallSilent"},
	{"sets its clock against its word", "align.go", "case far && c.released():", "case far:", "TestPromise"},
	{"one view makes a member", "members.go", "votes >= c.quorum() ||", "votes >= 1 ||", "TestHeardByOne"},
	{"remembers the dead for ever", "members.go", "<= 2*c.window()", "<= 1<<60", "TestForgotten"},
	{"a lost link costs the place", "members.go", "votes >= c.quorum() || open && (", "open && votes == c.Hosts && (", "TestDeafLink"},
	{"follows one liar about UTC", "utc.go", "u.error = s[(len(s)-1)/2]", "u.error = s[0]", "TestUTC"},
	{"the second path is a replay", "receive.go", "if p.paths&(1<<path) != 0 {", "if p.paths != 0 {", "TestRepeated"},
}

// TestMutants runs the tests of this package with each wrong core in place of the right one
// ([C-1] to [C-20]).
func TestMutants(t *testing.T) {
	if testing.Short() || os.Getenv(mutating) != "" {
		t.Skip("runs the tests once for each wrong core")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			overlay := m.lay(t)
			names := "^(" + m.by + ")$"
			cmd := exec.Command("go", "test", "-vet=off", "-overlay", overlay, "-run", names, ".")
			cmd.Env = append(os.Environ(), mutating+"=1")
			out, err := cmd.CombinedOutput()
			switch {
			case strings.Contains(string(out), "[build failed]"):
				t.Fatalf("the wrong core does not build:\n%s", out)
			case err == nil:
				t.Errorf("not caught by %s", m.by)
			case !strings.Contains(string(out), "--- FAIL: "):
				t.Errorf("no test failed, but it did: %v\n%s", err, out)
			}
		})
	}
}

// mutating is set in the environment of the tests that run with a wrong core.
const mutating = "CONTROLNET_MUTANT"

// lay writes the wrong source and the file that lays it over the right one.
func (m *mutant) lay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	right, err := filepath.Abs(m.file)
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
	wrong, overlay := filepath.Join(dir, m.file), filepath.Join(dir, "overlay.json")
	for file, text := range map[string]string{
		wrong:   strings.Replace(string(source), m.old, m.new, 1),
		overlay: fmt.Sprintf(`{"Replace": {%q: %q}}`, right, wrong),
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return overlay
}
