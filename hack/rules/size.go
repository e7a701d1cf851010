package rules

import (
	"bytes"
	"fmt"
	"go/ast"
)

const (
	// maxFileLines keeps a file to one idea; most are near a hundred.
	maxFileLines = 600
	// maxFuncLines is what can be seen at once on a tall screen.
	maxFuncLines = 70
	// longPerHundred is the share of functions that may be longer: tables, mostly.
	longPerHundred = 3
)

// checkSize bounds the length of files, and the share of long functions. Tests are counted
// apart from the rest, so that neither makes room for the other.
func checkSize(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Go {
		if n := bytes.Count(f.Src, []byte("\n")); n > maxFileLines {
			found = append(found, Finding{Path: f.Path, Text: fmt.Sprintf("has %d lines, more than %d", n, maxFileLines)})
		}
	}
	found = append(found, t.longFunctions(false)...)
	return append(found, t.longFunctions(true)...)
}

// longFunctions reports all functions that are too long, if they are too many.
func (t *Tree) longFunctions(tests bool) []Finding {
	var long []Finding
	total := 0
	for _, f := range t.Go {
		if f.Test != tests {
			continue
		}
		for _, d := range f.AST.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			total++
			n := t.Fset.Position(fn.End()).Line - t.Fset.Position(fn.Pos()).Line + 1
			if n > maxFuncLines {
				long = append(long, t.at(fn.Pos(), "%s has %d lines, more than %d", fn.Name.Name, n, maxFuncLines))
			}
		}
	}
	if len(long)*100 <= total*longPerHundred {
		return nil
	}
	return long
}
