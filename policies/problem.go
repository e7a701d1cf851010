package policies

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one error of a policy file, at the place where the operator has to change something. Line and Column count from 1;
// they are 0 when the file as a whole is wrong.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Path    string `json:"path"`    // the value's place, such as spec.bounds.boot
	Message string `json:"message"` // what is wrong
	Fix     string `json:"fix"`     // what to do
}

// Error is "file:line:column: path: message (fix)", which editors can jump to.
func (p Problem) Error() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", p.Line, p.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	if p.Fix != "" {
		b.WriteString(" (" + p.Fix + ")")
	}
	return b.String()
}

// Problems is everything that Parse found, in the order of the file.
type Problems []Problem

// Error has one line a problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a single Problem.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}

// sorted puts problems into the order of the file and ends a list that nobody would read to its end.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	if len(ps) <= MaxProblems {
		return ps
	}
	rest := Problem{File: ps[0].File, Message: fmt.Sprintf("%d more problems are not shown", len(ps)-MaxProblems)}
	return append(ps[:MaxProblems:MaxProblems], rest)
}

// Finding is a Problem seen by a part of a policy that knows its own fields but not the file. Path is relative to that part,
// such as "compromise.mean"; Parse finds its line and column.
type Finding struct{ Path, Message, Fix string }
