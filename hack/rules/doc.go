// Package rules holds the rules of this house as tests: who may import what, that the
// cores are pure, that every clause of a specification is named by a test, how long a
// file may be. `go test ./...` runs them, so a change that breaks one does not land.
//
// A rule is a function from a source tree to findings, and so can be seen to fail: every
// rule has fixtures under testdata/, small trees in txtar form that break it on purpose.
// TestRulesCatch unpacks them and compares the findings with those the fixture expects;
// TestHouse runs the same functions over the repository and expects none.
//
//	layout    the top level holds the eight folders and nothing new
//	imports   the table of who may import what (see imports.go)
//	pure      a core has no goroutine, channel, clock, file, socket or random source
//	clock     what a core may take from package time, and from math/rand/v2
//	order     a core walks no map in the map's own order, and keeps no state in globals
//	sleep     no test waits for time to pass in the hope that something has happened
//	clauses   every clause of a SPEC.md is named by a test, and every one named exists
//	comment   every package says what it is, in two lines at least
//	size      no file over 600 lines; at most 3 functions in 100 over 70 lines
//	words     no marker of unfinished work
//	gofmt     every file parses and is formatted
//	vet       go vet has nothing to say
//
// # Clauses
//
// A clause is defined in a SPEC.md by its name, in bold, at the start of a paragraph:
//
//	**[W-12]** A local wormhole that has no fresh evidence waits.
//
// and named elsewhere as [X-n], in a comment, a test's name for a case, or a scenario. One
// letter or two stand for the document, and each name is defined once in the repository.
//
// # Order
//
// Where a core ranges over a map and the order truly does not matter, the line, or the
// comment right above it, says why: `// order-free: it only sums`.
package rules
