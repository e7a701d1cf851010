package rules

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
)

// durations is all that a timeless core may use of package time: time itself comes in as
// a Duration since an epoch that the driver chose.
var durations = []string{
	"Duration", "Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour",
}

// ambient is what package policies may not use of package time: the clock, timers, and
// the zone of the machine. Time values that came in as arguments are fine.
var ambient = []string{
	"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker",
	"Tick", "Timer", "Ticker", "Local", "LoadLocation",
}

// seeded is what a core may use of math/rand/v2. Its functions at package level draw from
// a source that nobody can seed, so a run could not be repeated.
var seeded = []string{
	"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "PCG", "ChaCha8", "Zipf", "Source",
}

// checkClock holds the cores to durations, policies to given times, and all to seeds.
func checkClock(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.pureFiles() {
		core := slices.Contains(timeless, f.Dir)
		for _, sel := range selectors(f.AST, "time") {
			switch name := sel.Sel.Name; {
			case core && !slices.Contains(durations, name):
				found = append(found, t.at(sel.Pos(), "a core uses only Duration of package time, not time.%s", name))
			case !core && slices.Contains(ambient, name):
				found = append(found, t.at(sel.Pos(), "time.%s reads the machine's clock or zone: take a time as an argument", name))
			}
		}
		found = append(found, t.localTimes(f)...)
		for _, sel := range selectors(f.AST, "math/rand/v2") {
			if !slices.Contains(seeded, sel.Sel.Name) {
				found = append(found, t.at(sel.Pos(), "rand.%s has no seed: use a *rand.Rand that was made from one", sel.Sel.Name))
			}
		}
	}
	return found
}

// localTimes finds calls of the method Local, which turns a time into the machine's zone.
func (t *Tree) localTimes(f *GoFile) []Finding {
	var found []Finding
	ast.Inspect(f.AST, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 0 {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Local" {
				found = append(found, t.at(n.Pos(), "Local() reads the machine's zone: use UTC()"))
			}
		}
		return true
	})
	return found
}

// sleepers are the test files that may call time.Sleep, each with its reason. A test waits
// for a condition, on a fake clock or a channel; sleeping makes it slow and flaky at once.
var sleepers = map[string]string{}

// checkSleep finds time.Sleep in tests, and reasons that are no longer needed.
func checkSleep(t *Tree) []Finding {
	var found []Finding
	used := map[string]bool{}
	for _, f := range t.Go {
		if !f.Test {
			continue
		}
		for _, sel := range selectors(f.AST, "time") {
			if sel.Sel.Name != "Sleep" {
				continue
			}
			used[f.Path] = true
			if sleepers[f.Path] == "" {
				found = append(found, t.at(sel.Pos(), "a test waits for a condition and does not sleep"))
			}
		}
	}
	for _, f := range t.Go {
		if sleepers[f.Path] != "" && !used[f.Path] {
			found = append(found, Finding{Path: f.Path, Text: "does not sleep any more: take it off the list of sleepers"})
		}
	}
	return found
}

// selectors lists the uses of names of an imported package in a file.
func selectors(file *ast.File, importPath string) []*ast.SelectorExpr {
	name := localName(file, importPath)
	var found []*ast.SelectorExpr
	if name == "" {
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == name {
				found = append(found, sel)
			}
		}
		return true
	})
	return found
}

// localName is the name under which a file imports a package, or nothing.
func localName(file *ast.File, importPath string) string {
	for _, spec := range file.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err != nil || p != importPath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		if base := path.Base(importPath); base != "v2" {
			return base
		}
		return path.Base(path.Dir(importPath))
	}
	return ""
}
