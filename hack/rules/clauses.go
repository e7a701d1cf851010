package rules

import (
	"path"
	"regexp"
	"strings"
)

var (
	// clauseDefined is the one form of a definition.
	clauseDefined = regexp.MustCompile(`^\*\*\[([A-Z]{1,2}-[0-9]+)\]\*\*`)
	// clauseMalformed is what looks like a definition and is none: a heading, an item of a
	// list, or a bare name, unless that only came first because its paragraph was wrapped.
	clauseMalformed = regexp.MustCompile(`^(?:#+ *|[-*+] +|[0-9]+\. +)?(?:\*\*)?\[([A-Z]{1,2}-[0-9]+)\]`)
	// clauseNamed is a clause named anywhere. An index, as in votes[N-1], is none.
	clauseNamed = regexp.MustCompile(`(?:^|[^\w)])\[([A-Z]{1,2}-[0-9]+)\]`)
)

// A clause is where a clause of a SPEC.md is defined, or looks as if it should be.
type clause struct {
	name      string
	at        Finding
	malformed bool
}

// checkClauses ties specifications and tests together: every clause is named by a test or
// scenario of its own folder, and every clause that is named exists.
func checkClauses(t *Tree) []Finding {
	var found []Finding
	clauses := t.definitions()
	defined := map[string]bool{}
	named := map[string]bool{} // "folder name"
	for _, c := range clauses {
		switch {
		case c.malformed:
			c.at.Text = "a clause is defined as **[" + c.name + "]** at the start of a paragraph"
			found = append(found, c.at)
		case defined[c.name]:
			c.at.Text = "[" + c.name + "] is defined twice"
			found = append(found, c.at)
		}
		defined[c.name] = true
	}
	for _, p := range t.Paths {
		if !namesClauses(p) {
			continue
		}
		for i, line := range strings.Split(string(t.Text[p]), "\n") {
			for _, m := range clauseNamed.FindAllStringSubmatch(line, -1) {
				if !defined[m[1]] {
					found = append(found, Finding{Path: p, Line: i + 1, Text: "names [" + m[1] + "], which no SPEC.md defines"})
				}
				if isTest(p) {
					named[top(p)+" "+m[1]] = true
				}
			}
		}
	}
	for _, c := range clauses {
		if !c.malformed && !named[top(c.at.Path)+" "+c.name] {
			c.at.Text = "[" + c.name + "] is named by no test or scenario under " + top(c.at.Path) + "/"
			found = append(found, c.at)
		}
	}
	return found
}

// definitions reads the clauses of all SPEC.md files, those in a wrong form as well.
func (t *Tree) definitions() []clause {
	var clauses []clause
	for _, p := range t.Paths {
		if path.Base(p) != "SPEC.md" {
			continue
		}
		before := ""
		for i, line := range strings.Split(string(t.Text[p]), "\n") {
			fresh := strings.TrimSpace(before) == ""
			before = line
			at := Finding{Path: p, Line: i + 1}
			if m := clauseDefined.FindStringSubmatch(line); m != nil {
				clauses = append(clauses, clause{m[1], at, !fresh})
			} else if m := clauseMalformed.FindStringSubmatch(line); m != nil && (fresh || line[0] != '[') {
				clauses = append(clauses, clause{m[1], at, true})
			}
		}
	}
	return clauses
}

// namesClauses says of a file whether the clauses it names must exist: Go files, and the
// SPEC.md and scenarios. The rules' own sources and fixtures speak of clauses in general.
func namesClauses(p string) bool {
	if top(p) == "hack" {
		return false
	}
	return path.Ext(p) == ".go" || path.Base(p) == "SPEC.md" || underTestdata(p)
}

func isTest(p string) bool {
	return strings.HasSuffix(p, "_test.go") || underTestdata(p)
}
