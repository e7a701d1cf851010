// Command wormhole is what the operator uses: it checks a policy before anything is
// promised, shows its timetable, and simulates the wormhole under faults.
//
// The commands are in internal/cli; this file only ties them to the process.
package main

import (
	"os"

	"github.com/proactive-resilience/wormhole/cmd/wormhole/internal/cli"
)

func main() {
	os.Exit(cli.Main())
}
