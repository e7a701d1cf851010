package rules

import (
	"slices"
	"strings"
)

// folders are the top-level folders; there are no others.
var folders = []string{"wormhole", "agent", "replica", "controlnet", "images", "policies", "cmd", "hack"}

// rootFiles are the files of the top level, besides those that begin with a dot.
var rootFiles = []string{"go.mod", "go.sum", "LICENSE", "README.md"}

// checkLayout holds the top level to the fixed list.
func checkLayout(t *Tree) []Finding {
	var found []Finding
	seen := map[string]bool{}
	for _, p := range t.Paths {
		name := top(p)
		if seen[name] {
			continue
		}
		seen[name] = true
		isFile := name == p
		switch {
		case !isFile && !slices.Contains(folders, name):
			found = append(found, Finding{Path: name, Text: "is not one of the top-level folders " + strings.Join(folders, ", ")})
		case isFile && !strings.HasPrefix(p, ".") && !slices.Contains(rootFiles, p):
			found = append(found, Finding{Path: p, Text: "does not belong at the top level, which has only " + strings.Join(rootFiles, ", ")})
		}
	}
	return found
}
