package exposure

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/proactive-resilience/wormhole/policies"
)

// Every clause of SPEC.md is named by a test, and no test names a clause that is not there.
func TestEveryClauseIsNamedByATest(t *testing.T) {
	spec, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	clauses := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\*\*(\[E-\d+\])\*\*`).FindAllStringSubmatch(string(spec), -1) {
		clauses[m[1]] = true
	}
	named := map[string]bool{}
	for _, name := range goFiles(t, true) {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range regexp.MustCompile(`\[E-\d+\]`).FindAllString(string(source), -1) {
			named[c] = true
		}
	}
	for c := range clauses {
		if !named[c] {
			t.Errorf("%s is not named by a test", c)
		}
	}
	for c := range named {
		if !clauses[c] {
			t.Errorf("%s is not in SPEC.md", c)
		}
	}
}

func goFiles(t *testing.T, tests bool) []string {
	t.Helper()
	all, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range all {
		if strings.HasSuffix(name, "_test.go") == tests {
			out = append(out, name)
		}
	}
	return out
}

// The package is pure: numbers in, numbers out.
func TestPackageIsPure(t *testing.T) {
	allowed := map[string]bool{"cmp": true, "errors": true, "fmt": true, "html": true, "io": true, "math": true,
		"math/rand/v2": true, "slices": true, "strings": true, "time": true, "github.com/proactive-resilience/wormhole/policies": true}
	for _, name := range goFiles(t, false) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			if path := strings.Trim(i.Path.Value, `"`); !allowed[path] {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

// The example is read, feasible and meets its target. [E-1] [E-11]
func TestExample(t *testing.T) {
	name := "../examples/adversary-6.yaml"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policies.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	exhaust, err := Resolve(p)
	if err != nil {
		t.Fatal(err)
	}
	if r := policies.Check(p, policies.Inputs{Exhaust: exhaust}); !r.Feasible {
		t.Errorf("the example is not feasible: %+v", r)
	}
	r, err := Analyse(p, Options{Runs: 100})
	if err != nil || r.Verdict != Met || !r.Exhaust.Holds {
		t.Errorf("verdict %v, %v", r, err)
	}
}
