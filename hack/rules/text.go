package rules

import (
	"bytes"
	"go/ast"
	"go/format"
	"path"
	"regexp"
	"slices"
	"strings"
)

// minComment is the least number of lines of a package comment: one line only repeats the
// package's name.
const minComment = 2

// checkComment wants a package comment of some substance in every package.
func checkComment(t *Tree) []Finding {
	lines := map[string]int{}
	var dirs []string
	for _, f := range t.Go {
		if f.Test || underTestdata(f.Path) {
			continue
		}
		if !slices.Contains(dirs, f.Dir) {
			dirs = append(dirs, f.Dir)
		}
		lines[f.Dir] = max(lines[f.Dir], docLines(f.AST))
	}
	var found []Finding
	for _, dir := range dirs {
		if lines[dir] < minComment {
			found = append(found, Finding{Path: dir, Text: "has no package comment of two lines or more"})
		}
	}
	return found
}

func docLines(f *ast.File) int {
	text := strings.TrimSpace(f.Doc.Text())
	if text == "" {
		return 0
	}
	return 1 + strings.Count(text, "\n")
}

func underTestdata(p string) bool {
	return strings.HasPrefix(p, "testdata/") || strings.Contains(p, "/testdata/")
}

// checkGofmt wants every Go file to parse and to be as gofmt leaves it.
func checkGofmt(t *Tree) []Finding {
	found := slices.Clone(t.Broken)
	for _, f := range t.Go {
		if out, err := format.Source(f.Src); err != nil || !bytes.Equal(out, f.Src) {
			found = append(found, Finding{Path: f.Path, Text: "is not formatted: run gofmt -w"})
		}
	}
	return found
}

// unfinished are the markers of unfinished work. They are put together here so that this
// file does not hold them itself.
var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|\b[Nn]ot ` + `implemented\b`)

// checkWords finds those markers in Go files and in scripts.
func checkWords(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Paths {
		if path.Ext(p) != ".go" && !isScript(t.Text[p]) {
			continue
		}
		for i, line := range strings.Split(string(t.Text[p]), "\n") {
			if word := unfinished.FindString(line); word != "" {
				found = append(found, Finding{Path: p, Line: i + 1, Text: "says " + word + ": finish it, or file an issue"})
			}
		}
	}
	return found
}

func isScript(src []byte) bool { return bytes.HasPrefix(src, []byte("#!")) }
