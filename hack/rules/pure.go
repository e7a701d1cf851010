package rules

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// impure are the packages a core must not import: what they give (files, sockets, other
// goroutines, a clock, randomness, the state of the process) comes in as a value or not
// at all. Packages below them in the path are refused as well.
var impure = []string{
	"os", "net", "io/fs", "io/ioutil", "syscall", "golang.org/x/sys",
	"sync", "context", "runtime", "log", "crypto/rand", "unsafe", "C", "plugin", "testing",
}

// values are packages below an impure one that hold values and functions of them only.
var values = []string{"net/netip"}

// vouched are the packages of others that a core may import, because somebody has read them
// and found them to be functions of their arguments.
var vouched = []string{"go.yaml.in/yaml/v3", "github.com/robfig/cron/v3"}

// printing is what package fmt has that reads or writes the streams of the process.
var printing = []string{"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"}

// checkPure looks for what makes a core depend on more than its arguments.
func checkPure(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.pureFiles() {
		for _, spec := range f.AST.Imports {
			if why := t.refusePure(spec); why != "" {
				found = append(found, t.at(spec.Pos(), "%s", why))
			}
		}
		for _, sel := range selectors(f.AST, "fmt") {
			if slices.Contains(printing, sel.Sel.Name) {
				found = append(found, t.at(sel.Pos(), "a core does no input or output (fmt.%s)", sel.Sel.Name))
			}
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			if what := concurrent(n); what != "" {
				found = append(found, t.at(n.Pos(), "a core has no %s", what))
			}
			return true
		})
	}
	return found
}

// pureFiles are the non-test files of the packages held to purity.
func (t *Tree) pureFiles() []*GoFile {
	var files []*GoFile
	for _, f := range t.Go {
		if !f.Test && slices.Contains(pure, f.Dir) {
			files = append(files, f)
		}
	}
	return files
}

// refusePure says why a core may not import a package, or nothing.
func (t *Tree) refusePure(spec *ast.ImportSpec) string {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "" // the compiler says it
	}
	if name == "math/rand" {
		return "a core does not import math/rand: its seed is global; take a *rand.Rand of math/rand/v2"
	}
	if slices.Contains(values, name) {
		return ""
	}
	for _, bad := range impure {
		if name == bad || strings.HasPrefix(name, bad+"/") {
			return "a core does not import " + name
		}
	}
	if _, ours := t.ours(name); !ours && strings.Contains(top(name), ".") && !slices.Contains(vouched, name) {
		return "a core does not import " + name + ", for which nobody has vouched that it is pure"
	}
	if spec.Name != nil && spec.Name.Name == "." {
		return "a core does not import " + name + " into its own scope: these rules could not see what it uses"
	}
	return ""
}

// concurrent names the construct of concurrency that a node is, and init, which runs
// before anybody could pass it an argument.
func concurrent(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "goroutine"
	case *ast.ChanType:
		return "channel"
	case *ast.SendStmt:
		return "send on a channel"
	case *ast.SelectStmt:
		return "select"
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			return "receive from a channel"
		}
	case *ast.FuncDecl:
		if n.Recv == nil && n.Name.Name == "init" {
			return "init function"
		}
	}
	return ""
}
