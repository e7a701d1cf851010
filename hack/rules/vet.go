package rules

import (
	"os/exec"
	"strings"
)

// checkVet runs go vet over all packages and reports each line it prints.
func checkVet(t *Tree) []Finding {
	cmd := exec.Command("go", "vet", "./...")
	cmd.Dir = t.Dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	var found []Finding
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if !strings.HasPrefix(line, "#") {
			found = append(found, Finding{Path: "go vet", Text: line})
		}
	}
	if found == nil {
		return []Finding{{Path: "go vet", Text: err.Error()}}
	}
	return found
}
