package rules

import (
	"slices"
	"strconv"
)

// mayImport says of each top-level folder which others it may import. A folder's own
// packages may always import one another, but for a core, which imports none of the
// drivers beside it. An entry with a slash allows that one package only.
//
// replica and wormhole share nothing but the wire format of the agent: either of them
// must be replaceable without the other, and a fault in one must not be linked into both.
var mayImport = map[string][]string{
	"policies":   nil,
	"controlnet": nil,
	"images":     nil,
	"agent":      {"images"},
	"replica":    {"agent/wire"},
	"wormhole":   {"policies", "controlnet", "images", "agent"},
	"cmd":        {"policies", "controlnet", "images", "agent", "replica", "wormhole"},
	"hack":       nil,
}

// checkImports holds every import of ours, tests included, to mayImport.
func checkImports(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Go {
		for _, spec := range f.AST.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the compiler says it
			}
			if dir, ok := t.ours(name); ok {
				if why := refuseImport(f, dir); why != "" {
					found = append(found, t.at(spec.Pos(), "%s", why))
				}
			}
		}
	}
	return found
}

// refuseImport says why the file may not import the package in dir, or nothing.
func refuseImport(f *GoFile, dir string) string {
	from, to := top(f.Dir), top(dir)
	if from != to {
		if !slices.Contains(mayImport[from], to) && !slices.Contains(mayImport[from], dir) {
			return from + "/ may not import " + dir
		}
	}
	if !f.Test && slices.Contains(cores, f.Dir) && !slices.Contains(pure, dir) {
		return "the core " + f.Dir + " may not import " + dir + ", which is no core"
	}
	if !f.Test && slices.Contains(cores, f.Dir) && from == to && dir != f.Dir {
		return "the core " + f.Dir + " may not import its own sub-package " + dir
	}
	return ""
}
