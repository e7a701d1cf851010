package rules

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A checker type-checks packages of the tree. Packages of ours are checked from their
// source in the tree; for all others it reads the export data that the go command keeps
// in its build cache, which takes milliseconds where their source would take seconds.
type checker struct {
	tree    *Tree
	done    map[string]*checked
	foreign types.Importer
}

// A checked package is one that the type checker has been through, errors or not.
type checked struct {
	files []*GoFile
	pkg   *types.Package
	info  *types.Info
	errs  []error
}

func newChecker(t *Tree) *checker {
	return &checker{
		tree:    t,
		done:    map[string]*checked{},
		foreign: importer.ForCompiler(token.NewFileSet(), "gc", exportData(t.Dir)),
	}
}

// check type-checks the non-test files of a folder; nil when there are none.
func (c *checker) check(dir string) *checked {
	if p, ok := c.done[dir]; ok {
		return p
	}
	p := &checked{info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Uses:  map[*ast.Ident]types.Object{},
		Defs:  map[*ast.Ident]types.Object{},
	}}
	c.done[dir] = nil // a cycle of imports ends here
	var files []*ast.File
	for _, f := range c.tree.Go {
		if f.Dir == dir && !f.Test && c.builds(f) {
			p.files = append(p.files, f)
			files = append(files, f.AST)
		}
	}
	if files == nil {
		return nil
	}
	conf := types.Config{Importer: c, Error: func(err error) { p.errs = append(p.errs, err) }}
	p.pkg, _ = conf.Check(c.tree.Module+"/"+dir, c.tree.Fset, files, p.info) // errs has all
	c.done[dir] = p
	return p
}

// builds says whether a file belongs to the build on this machine.
func (c *checker) builds(f *GoFile) bool {
	ok, err := build.Default.MatchFile(filepath.Join(c.tree.Dir, filepath.FromSlash(f.Dir)), filepath.Base(f.Path))
	return err == nil && ok
}

// Import implements types.Importer.
func (c *checker) Import(importPath string) (*types.Package, error) {
	dir, ok := c.tree.ours(importPath)
	if !ok {
		return c.foreign.Import(importPath)
	}
	if p := c.check(dir); p != nil {
		return p.pkg, nil
	}
	return nil, fmt.Errorf("no package in %s", strconv.Quote(dir))
}

// exportData finds the export data of a package by asking the go command in dir.
func exportData(dir string) importer.Lookup {
	return func(importPath string) (io.ReadCloser, error) {
		cmd := exec.Command("go", "list", "-export", "-f", "{{.Export}}", "--", importPath)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("find export data of %s: %w", importPath, err)
		}
		return os.Open(strings.TrimSpace(string(out)))
	}
}
