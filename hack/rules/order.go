package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// orderFree is the mark that excuses a walk over a map; its reason follows.
const orderFree = "order-free:"

// checkOrder finds walks over a map in the cores, whose order differs from run to run and
// would make the same events give different commands, and assignments to variables of
// package level, which would let one run leave something behind for the next.
func checkOrder(t *Tree) []Finding {
	var found []Finding
	house := newChecker(t)
	for _, dir := range pure {
		c := house.check(dir)
		if c == nil {
			continue
		}
		if len(c.errs) > 0 { // the compiler says the rest
			found = append(found, Finding{Path: dir, Text: "does not type-check: " + c.errs[0].Error()})
		}
		for _, f := range c.files {
			if slices.Contains(timeless, dir) {
				found = append(found, t.mapWalks(f, c.info)...)
			}
			found = append(found, t.globalWrites(f, c)...)
		}
	}
	return found
}

// mapWalks reports the walks over maps in a file that carry no reason.
func (t *Tree) mapWalks(f *GoFile, info *types.Info) []Finding {
	var found []Finding
	excused := t.excusedLines(f)
	sorted := sortedCalls(f.AST, info)
	report := func(pos token.Pos, what string) {
		if !excused[t.Fset.Position(pos).Line] {
			found = append(found, t.at(pos, "%s: sort the keys, or say why with %q", what, orderFree))
		}
	}
	ast.Inspect(f.AST, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			if what := walks(info.TypeOf(n.X)); what != "" {
				report(n.Pos(), what)
			}
		case *ast.CallExpr:
			if isFrom(n, info, "maps", "Keys", "Values", "All") && !sorted[n] {
				report(n.Pos(), "walks a map in no order")
			}
		}
		return true
	})
	return found
}

// walks says what is wrong with ranging over a value of this type, if anything is. A type
// that is not known may be a map and is reported as well.
func walks(typ types.Type) string {
	if typ == nil {
		return "ranges over something of unknown type"
	}
	switch u := typ.Underlying().(type) {
	case *types.Map:
		return "ranges over a map"
	case *types.Interface: // a type parameter: look at what its constraint allows
		return walksConstraint(u)
	case *types.Basic:
		if u.Kind() == types.Invalid {
			return "ranges over something of unknown type"
		}
	}
	return ""
}

func walksConstraint(constraint *types.Interface) string {
	for e := range constraint.EmbeddedTypes() {
		union, ok := e.(*types.Union)
		if !ok {
			if what := walks(e); what != "" {
				return what
			}
			continue
		}
		for term := range union.Terms() {
			if what := walks(term.Type()); what != "" {
				return what
			}
		}
	}
	return ""
}

// excusedLines are the lines of a file that carry the mark and a reason, or follow a
// comment that does.
func (t *Tree) excusedLines(f *GoFile) map[int]bool {
	lines := map[int]bool{}
	for _, group := range f.AST.Comments {
		_, reason, ok := strings.Cut(group.Text(), orderFree)
		if ok && strings.TrimSpace(reason) != "" {
			end := t.Fset.Position(group.End()).Line
			lines[end], lines[end+1] = true, true
		}
	}
	return lines
}

// sortedCalls are the calls whose result goes straight into a sort, and so into an order.
func sortedCalls(file *ast.File, info *types.Info) map[ast.Expr]bool {
	calls := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 &&
			isFrom(call, info, "slices", "Sorted", "SortedFunc") {
			calls[ast.Unparen(call.Args[0])] = true
		}
		return true
	})
	return calls
}

// isFrom says whether a call is to one of the named functions of a package.
func isFrom(call *ast.CallExpr, info *types.Info, pkg string, names ...string) bool {
	fun := ast.Unparen(call.Fun)
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	fn, ok := info.Uses[sel.Sel].(*types.Func)
	return ok && fn.Pkg() != nil && fn.Pkg().Path() == pkg && slices.Contains(names, fn.Name())
}

// globalWrites reports assignments to variables of package level.
func (t *Tree) globalWrites(f *GoFile, c *checked) []Finding {
	var found []Finding
	write := func(e ast.Expr) {
		if id := root(e); id != nil {
			if v, ok := c.info.Uses[id].(*types.Var); ok && v.Parent() == c.pkg.Scope() {
				found = append(found, t.at(e.Pos(), "a core keeps no state in a variable of package level (%s)", id.Name))
			}
		}
	}
	ast.Inspect(f.AST, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				write(e)
			}
		case *ast.IncDecStmt:
			write(n.X)
		}
		return true
	})
	return found
}

// root is the variable at the bottom of what is assigned to: v in v.field[i].
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}
