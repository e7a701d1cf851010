package lab

import (
	"fmt"
	"os"
)

// roleVariable tells a process of this program that it is to be something else: the same
// executable plays all parts of a lab, so that there is none to install.
const roleVariable = "WORMHOLE_LAB_ROLE"

// roles are the parts that this package plays.
var roles = map[string]func() error{}

// Main plays the part that this process was started for by a lab, and then ends it. In
// every other process it returns at once. A program that uses Cluster calls it first.
func Main() {
	name, ok := os.LookupEnv(roleVariable)
	if !ok {
		return
	}
	play, ok := roles[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "lab: this program has no role %q\n", name)
		os.Exit(2)
	}
	if err := play(); err != nil {
		fmt.Fprintf(os.Stderr, "lab: %s: %v\n", name, err)
		os.Exit(1)
	}
	os.Exit(0)
}
