package rules

// A Rule is one named check of a source tree.
type Rule struct {
	Name  string
	Check func(*Tree) []Finding
}

// All lists the rules, the cheap ones first.
func All() []Rule {
	return []Rule{
		{"layout", checkLayout},
		{"imports", checkImports},
		{"pure", checkPure},
		{"clock", checkClock},
		{"sleep", checkSleep},
		{"clauses", checkClauses},
		{"comment", checkComment},
		{"size", checkSize},
		{"words", checkWords},
		{"gofmt", checkGofmt},
		{"order", checkOrder},
		{"vet", checkVet},
	}
}

// cores are the root packages that are pure state machines or functions, by folder.
var cores = []string{"wormhole", "controlnet", "replica", "policies"}

// timeless are the cores that know durations only; policies reads calendars as well.
var timeless = []string{"wormhole", "controlnet", "replica"}

// pure are all packages that are held to purity. A core may import of ours only these,
// so a package that a core needs is first added here, and then kept pure as well.
var pure = append([]string{"policies/exposure"}, cores...)
