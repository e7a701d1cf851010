package sim

import (
	"fmt"
	"io"
	"sort"
	"strings"
)

// Good reports whether every promise was kept.
func (r *Report) Good() bool {
	return len(r.Violations) == 0 && r.Trips.Early == 0 && r.Trips.Missed == 0
}

// WriteText writes the report for people.
func (r *Report) WriteText(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs from seed %d, %d rounds, %d rejuvenations.\n\n", r.Runs, r.Seed, r.Rounds, r.Rejuvenations)
	r.writePromises(&b)
	r.writeFaults(&b)
	fmt.Fprintf(&b, "\nDigest of everything that happened: %s\n", r.Digest)
	r.writeViolations(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

// promises are the invariants that the checkers look at, and how they read when
// they were kept.
var promises = []struct{ invariant, kept string }{
	{"at most k", "never more than k replicas were down for rejuvenation at once"},
	{"in time or said so", "every bound held, or every live local wormhole latched in time"},
	{"no false alarm", "no latch while every bound held"},
	{"only known code boots", "no replica booted from an image that differed"},
	{"nothing is forgotten", "rounds, incarnations, latches and alerts survived every crash"},
	{"fail-silent", "no local wormhole that was late, or had no clock, said anything"},
	{"control network", "who kept its bounds was in sync and a member; clocks were within theirs; no recording was taken"},
}

func (r *Report) writePromises(b *strings.Builder) {
	for _, p := range promises {
		if p.invariant == "control network" && !r.Control {
			continue
		}
		broken := 0
		for i := range r.Violations {
			if r.Violations[i].Invariant == p.invariant {
				broken++
			}
		}
		if broken == 0 {
			fmt.Fprintf(b, "  kept    %-22s %s\n", p.invariant, p.kept)
		} else {
			fmt.Fprintf(b, "  BROKEN  %-22s in %d of %d runs\n", p.invariant, broken, r.Runs)
		}
	}
	fmt.Fprintf(b, "\nMost replicas down for rejuvenation at once: %d\n", r.MaxDown)
	fmt.Fprintf(b, "Fail-safe: latched %d times when it was due, %d times too early, missing %d times\n", r.Trips.Due, r.Trips.Early, r.Trips.Missed)
	if r.Excepted > 0 {
		fmt.Fprintf(b, "The one exception of SPEC.md [W-2], a slow clock out of contact, was met %d times\n", r.Excepted)
	}
}

func (r *Report) writeFaults(b *strings.Builder) {
	fmt.Fprint(b, "\nWhat went wrong, and how often:\n")
	names := make([]string, 0, len(r.Faults))
	for name := range r.Faults {
		names = append(names, name)
	}
	sort.Strings(names)
	for i, name := range names {
		end := "\n"
		if i%3 != 2 && i != len(names)-1 {
			end = "  "
		}
		fmt.Fprintf(b, "  %-20s %8d%s", name, r.Faults[name], end)
	}
}

func (r *Report) writeViolations(b *strings.Builder) {
	for i := range r.Violations {
		v := &r.Violations[i]
		fmt.Fprintf(b, "\nVIOLATION of %q in the run of seed %d, at %s: %s\n", v.Invariant, v.Seed, v.AtText, v.Text)
		if len(v.Trace) == 0 {
			continue
		}
		fmt.Fprint(b, "The shortest run that still breaks it:\n")
		for _, line := range v.Plan {
			fmt.Fprintf(b, "    %s\n", line)
		}
		fmt.Fprint(b, "and what happens in it:\n")
		for _, line := range v.Trace {
			fmt.Fprintf(b, "    %s\n", line)
		}
	}
}
