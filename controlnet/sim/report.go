package sim

import (
	"fmt"
	"io"
	"strings"
)

// promises are what the checkers look at, and how they read when they were kept.
var promises = []struct{ name, kept string }{
	{"in sync", "who was fit came into sync in time, and stayed there"},
	{"members", "who was fit was a member for all who were; memberships agreed"},
	{"departure", "who was not heard was gone in time"},
	{"views", "views held those who were heard inside the window, and no other"},
	{"clock bound", "no clocks of hosts in contact differed by more than both had stated"},
	{"readings", "no clock was outside of what another host had read"},
	{"corrections", "no host in sync set its clock by more than it may"},
	{"time", "every tick said by how much it was late"},
	{"one clique", "no two hosts in sync were in cycles that do not fit"},
	{"forward only", "no host in sync was in a cycle twice, in any life"},
	{"silence", "no host that was late or without a majority said that it is in sync"},
	{"replay", "no frame was accepted that its sender did not just send"},
	{"frames", "no frame in its bounds was refused between hosts that were fit"},
	{"keys", "no frame in sync was accepted that was made with another key than its cycle's"},
	{"payloads", "every payload was delivered once, to whom accepted it, as it was offered"},
	{"counters", "every packet was counted once, and under its reason"},
}

// Good reports whether every promise was kept.
func (r *Report) Good() bool { return len(r.Violations) == 0 }

// WriteText writes the report for people.
func (r *Report) WriteText(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs of %d cycles from seed %d, %d ticks, %d of them in sync.\n\n", r.Options.Runs, r.Options.Cycles, r.Options.Seed, r.Figures.Ticks, r.Figures.TicksInSync)
	for _, p := range promises {
		broken := 0
		for i := range r.Violations {
			if r.Violations[i].Promise == p.name {
				broken++
			}
		}
		if broken == 0 {
			fmt.Fprintf(&b, "  kept    %-14s %s\n", p.name, p.kept)
		} else {
			fmt.Fprintf(&b, "  BROKEN  %-14s in %d of %d runs\n", p.name, broken, r.Options.Runs)
		}
	}
	r.writeFigures(&b)
	r.writeFaults(&b)
	fmt.Fprintf(&b, "\nDigest of everything that happened: %s\n", r.Digest)
	r.writeViolations(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

func (r *Report) writeFigures(b *strings.Builder) {
	f := &r.Figures
	fmt.Fprint(b, "\nFigures:\n")
	for i, name := range returnNames {
		fmt.Fprintf(b, "  %-46s %v\n", "cycles until in sync, "+name, f.Returns[i])
	}
	for _, row := range []struct {
		name string
		s    Spread
	}{
		{"cycles without a frame of a dead host, View", f.Unseen},
		{"the same, Members", f.Gone},
		{"cycles in sync after the majority was lost", f.Silent},
		{"cycles in sync with a clock that is wrong", f.Drifting},
		{"cycles by which an accepted frame was late", f.Withheld},
		{"difference of clocks, per mille of the bound", f.Clock},
		{"the same of Precision", f.Precise},
		{"round trips, per mille of twice Delay", f.Reading},
	} {
		fmt.Fprintf(b, "  %-46s %v\n", row.name, row.s)
	}
	fmt.Fprintf(b, "  %-46s %8d times\n", "looks at which memberships had to be equal", f.Same)
}

func (r *Report) writeFaults(b *strings.Builder) {
	fmt.Fprint(b, "\nWhat went wrong, and how often:\n")
	for k := Kind(0); k < NumKinds; k++ {
		fmt.Fprintf(b, "  %-14v %7d", k, r.Faults[k])
		if k%3 == 2 || k == NumKinds-1 {
			fmt.Fprint(b, "\n")
		}
	}
	for k, name := range netNames {
		fmt.Fprintf(b, "  %-32s %10d\n", name, r.Net[k])
	}
	fmt.Fprint(b, "\nWhat became of packets:\n")
	for c, name := range classNames {
		for o, n := range r.Outcome[c] {
			if n > 0 {
				fmt.Fprintf(b, "  %-10s %-22s %10d\n", name, outcomeName(o), n)
			}
		}
	}
}

func (r *Report) writeViolations(b *strings.Builder) {
	for i := range r.Violations {
		v := &r.Violations[i]
		fmt.Fprintf(b, "\nBROKEN %q in the run of seed %d, at %v: %s\n", v.Promise, v.Seed, v.At, v.Text)
		for _, line := range v.Plan {
			fmt.Fprintf(b, "    %s\n", line)
		}
		for _, line := range v.Trace {
			fmt.Fprintf(b, "    %s\n", line)
		}
	}
}
