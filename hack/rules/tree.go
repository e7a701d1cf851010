package rules

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Tree is a source tree in memory: all files as text, and the Go files parsed.
type Tree struct {
	Dir    string            // where it lies, for the rules that run the go command
	Module string            // module path from go.mod
	Text   map[string][]byte // every file by its slash-separated path
	Paths  []string          // the keys of Text, sorted
	Go     []*GoFile         // the Go files, in the order of Paths
	Broken []Finding         // Go files that do not parse; they are not in Go
	Fset   *token.FileSet
}

// A GoFile is one parsed Go file.
type GoFile struct {
	Path string // slash-separated, from the root
	Dir  string // folder of the package, "." for the root
	Test bool   // a _test.go file
	Src  []byte
	AST  *ast.File
}

// A Finding is one breach of a rule.
type Finding struct {
	Path string
	Line int // 0 when it concerns the whole file or folder
	Text string
}

func (f Finding) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Text)
}

// fixtures are trees that break the rules on purpose; Load leaves them out.
const fixtures = "hack/rules/testdata"

// maxFile bounds what Load reads of one file; a larger one is data, not source.
const maxFile = 1 << 20

// Load reads the tree under dir. It leaves out what git is told to ignore (bin/ and test
// leavings), folders whose name begins with a dot, and the fixtures of this package.
func Load(dir string) (*Tree, error) {
	t := &Tree{Dir: dir, Text: map[string][]byte{}, Fset: token.NewFileSet()}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		return t.visit(name, filepath.ToSlash(rel), d)
	})
	if err != nil {
		return nil, fmt.Errorf("read source tree %s: %w", dir, err)
	}
	t.Module = modulePath(t.Text["go.mod"])
	if t.Module == "" {
		return nil, fmt.Errorf("read source tree %s: go.mod names no module", dir)
	}
	slices.Sort(t.Paths)
	for _, p := range t.Paths {
		t.parse(p)
	}
	return t, nil
}

// visit takes one entry of the walk into the tree.
func (t *Tree) visit(name, rel string, d fs.DirEntry) error {
	if d.IsDir() {
		hidden := rel != "." && strings.HasPrefix(d.Name(), ".")
		if hidden || rel == "bin" || rel == fixtures {
			return fs.SkipDir
		}
		return nil
	}
	if ignored(rel) || !d.Type().IsRegular() {
		return nil
	}
	info, err := d.Info()
	if err != nil {
		return err
	}
	var src []byte
	if info.Size() <= maxFile {
		if src, err = os.ReadFile(name); err != nil {
			return err
		}
	}
	t.Text[rel] = src
	t.Paths = append(t.Paths, rel)
	return nil
}

// ignored says of a file whether .gitignore has its kind.
func ignored(rel string) bool {
	switch path.Ext(rel) {
	case ".test", ".prof", ".out":
		return true
	}
	return false
}

func (t *Tree) parse(p string) {
	if path.Ext(p) != ".go" {
		return
	}
	f, err := parser.ParseFile(t.Fset, p, t.Text[p], parser.ParseComments)
	if err != nil {
		t.Broken = append(t.Broken, Finding{Path: p, Text: "does not parse: " + err.Error()})
		return
	}
	t.Go = append(t.Go, &GoFile{
		Path: p,
		Dir:  path.Dir(p),
		Test: strings.HasSuffix(p, "_test.go"),
		Src:  t.Text[p],
		AST:  f,
	})
}

// at makes a finding at a position in a Go file.
func (t *Tree) at(pos token.Pos, format string, args ...any) Finding {
	p := t.Fset.Position(pos)
	return Finding{Path: p.Filename, Line: p.Line, Text: fmt.Sprintf(format, args...)}
}

// ours gives the folder of an import path that lies in this module.
func (t *Tree) ours(importPath string) (dir string, ok bool) {
	if importPath == t.Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, t.Module+"/")
}

// top is the first element of a path: the top-level folder it lies in.
func top(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}

func modulePath(gomod []byte) string {
	for line := range bytes.Lines(gomod) {
		if rest, ok := strings.CutPrefix(string(line), "module "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
