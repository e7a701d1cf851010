package judge

import (
	"fmt"
	"strings"
	"time"
)

// Story tells what all hosts said of some cycles, a line for each host and cycle: what a
// person needs who wants to know why something failed.
func (t *Trial) Story(from, until uint64) string {
	var b strings.Builder
	for cycle := from; cycle <= until; cycle++ {
		first := time.Duration(0)
		for i := range t.Records {
			r := &t.Records[i]
			if r.Cycle != cycle {
				continue
			}
			if first == 0 {
				first = r.Boundary
			}
			sync := "in sync"
			if !r.InSync {
				sync = "-"
			}
			fmt.Fprintf(&b, "cycle %d host %d/%d %-7s at %+.3f ms, late %.3f ms, bound %.3f ms, heard %v view %v members %v broken %d\n",
				cycle, r.Host, r.Life, sync, ms(r.Boundary-first), ms(r.Late), ms(r.Bound),
				members(r.Heard), members(r.View), members(r.Members), r.Broken)
		}
	}
	for _, a := range t.Absences {
		fmt.Fprintf(&b, "%v were away from %v to %v\n", members(a.Hosts), a.From, a.To)
	}
	return b.String()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Around is where to begin and end a story about a failure.
func (t *Trial) Around(f Failure) (from, until uint64) {
	before := uint64(t.Config.Omissions) + 4
	return max(f.Cycle, before) - before, min(f.Cycle+3, t.last())
}

func (t *Trial) last() uint64 {
	last := uint64(0)
	for i := range t.Records {
		last = max(last, t.Records[i].Cycle)
	}
	return last
}
