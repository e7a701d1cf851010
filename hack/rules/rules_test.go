package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestHouse holds the repository to every rule.
func TestHouse(t *testing.T) {
	tree, err := Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range All() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, f := range rule.Check(tree) {
				t.Error(f)
			}
		})
	}
}

// TestRulesCatch runs each rule over trees that break it. A fixture's comment is
//
//	rule NAME
//	FINDING, one a line, in any order; none for a tree that must pass
//
// and its files are the tree.
func TestRulesCatch(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("found no fixtures: %v", err)
	}
	caught := map[string]bool{}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			rule, want, tree := unpack(t, name)
			var got []string
			for _, f := range rule.Check(tree) {
				got = append(got, f.String())
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("rule %s found\n\t%s\nand the fixture expects\n\t%s",
					rule.Name, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
			if len(got) > 0 {
				caught[rule.Name] = true
			}
		})
	}
	for _, rule := range All() {
		if !caught[rule.Name] && rule.Name != "size" { // TestLongSources sees that one fail
			t.Errorf("no fixture sees rule %s fail", rule.Name)
		}
	}
}

// unpack lays a fixture out in a folder of its own, so that a rule meets it as it meets
// the repository: on disk, with a go.mod, where the go command can work.
func unpack(t *testing.T, name string) (Rule, []string, *Tree) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(archive.Comment)), "\n")
	i := slices.IndexFunc(All(), func(r Rule) bool { return "rule "+r.Name == lines[0] })
	if i < 0 {
		t.Fatalf("%s: the first line is %q and names no rule", name, lines[0])
	}
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/house\n\ngo 1.25\n")
	for _, f := range archive.Files {
		write(t, dir, f.Name, string(f.Data))
	}
	tree, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return All()[i], lines[1:], tree
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestLongSources breaks the bounds on length with trees that are too long to read.
func TestLongSources(t *testing.T) {
	long := "package wormhole\n\nfunc long() {\n" + strings.Repeat("\t_ = 0\n", maxFuncLines) + "}\n"
	short := strings.Repeat("\nfunc _() {}\n", 40)
	rows := []struct {
		name, src string
		want      []string
	}{
		{"a file of the greatest length", "package wormhole\n" + strings.Repeat("\n", maxFileLines-1), nil},
		{"a file one line longer", "package wormhole\n" + strings.Repeat("\n", maxFileLines),
			[]string{"wormhole/a.go: has 601 lines, more than 600"}},
		{"one long function of one", long, []string{"wormhole/a.go:3: long has 72 lines, more than 70"}},
		{"one long function of many", long + short, nil},
		{"a test does not make room for it", long, []string{"wormhole/a.go:3: long has 72 lines, more than 70"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "go.mod", "module example.com/house\n")
			write(t, dir, "wormhole/a.go", row.src)
			write(t, dir, "wormhole/a_test.go", "package wormhole\n"+short)
			tree, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range checkSize(tree) {
				got = append(got, f.String())
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestSleepersAreNeeded sees that a reason which excuses nothing is itself a finding.
func TestSleepersAreNeeded(t *testing.T) {
	const file = "agent/a_test.go"
	sleepers[file] = "the fixture's reason"
	defer delete(sleepers, file)
	for src, want := range map[string]string{
		"package agent\n\nimport \"time\"\n\nfunc f() { time.Sleep(1) }\n": "",
		"package agent\n": file + ": does not sleep any more: take it off the list of sleepers",
	} {
		dir := t.TempDir()
		write(t, dir, "go.mod", "module example.com/house\n")
		write(t, dir, file, src)
		tree, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range checkSleep(tree) {
			got += f.String()
		}
		if got != want {
			t.Errorf("for %q: got %q, want %q", src, got, want)
		}
	}
}

// TestLoadRefuses sees that a folder which is no module is not taken for a clean one.
func TestLoadRefuses(t *testing.T) {
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("a folder without a go.mod was loaded")
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a folder that does not exist was loaded")
	}
}
