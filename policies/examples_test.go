package policies

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// Every example is feasible, has a schedule that can be planned, and is the kind of policy that its name says.
func TestExamplesAreFeasible(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := Parse(file, src)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range check(p).Conditions {
				computed := c.Name == "exhaustion" && p.Adversary != nil // package exposure computes it, and tests it
				if !c.Holds && !computed {
					t.Errorf("%s: %s %s %s does not hold: %s", c.Name, c.Left, c.Relation, c.Right, c.Fix)
				}
			}
			plan(t, p, from, 3)
		})
	}
}

// The examples together show every engine and both ways to say when rounds start.
func TestExamplesShowEverything(t *testing.T) {
	for _, c := range []struct {
		file         string
		engine       Engine
		n, kPrime, k int
		scheduled    bool
	}{
		{"ledger-6", Hybrid, 6, 1, 1, false},
		{"classic-7", Classic, 7, 1, 1, false},
		{"hybrid-9", Hybrid, 9, 2, 1, false},
		{"hybrid-14", Hybrid, 14, 3, 2, false},
		{"nightly-6", Hybrid, 6, 1, 1, true},
		{"crash-5", Crash, 5, 1, 1, false},
	} {
		src, err := os.ReadFile("examples/" + c.file + ".yaml")
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := Parse(c.file, src)
		if err != nil || p.Engine != c.engine || p.Replicas != c.n || p.KPrime != c.kPrime || p.K != c.k || (p.Schedule != "") != c.scheduled {
			t.Errorf("%s: %+v, %v", c.file, p, err)
		}
	}
}

// The ledger of the examples is that of the operator's page.
func TestLedgerIsTheOperators(t *testing.T) {
	src, err := os.ReadFile("examples/ledger-6.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse("ledger-6.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p, ledger(t)) {
		t.Errorf("%+v", p)
	}
}

// The numbers of the operator's page hold as they stand there, with 19.2 s to spare in each round.
func TestLedgerHasSlack(t *testing.T) {
	p := ledger(t)
	if got := p.Deadline - p.roundBound(); got != 19200*time.Millisecond {
		t.Error(got)
	}
}
