package measure

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// WriteText writes the report for people, in lines of at most 80 columns. mark says in a
// word of five columns whether something holds.
func (rep *Report) WriteText(out io.Writer, mark func(holds bool) string) error {
	var b strings.Builder
	answer := "the bounds of the policy hold"
	if !rep.Holds {
		answer = "the bounds of the policy do NOT hold"
	}
	fmt.Fprintf(&b, "control network of policy %s: %s\n", rep.Policy, answer)
	who := "all of them on this machine"
	if rep.Self != nil {
		who = fmt.Sprintf("this is host %d", *rep.Self)
	}
	fmt.Fprintf(&b, "%d hosts, %s; cycle %s, measured for %s\n\n", rep.Hosts, who, rep.Cycle, rep.Took)
	rep.writeMetrics(&b, mark)
	rep.writeMembers(&b)
	if rep.results != nil {
		rep.writeHistograms(&b)
	}
	rep.writeAdvice(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

func (rep *Report) writeMetrics(b *strings.Builder, mark func(bool) string) {
	fmt.Fprintf(b, "%-5s %-9s %8s %8s %6s %7s %7s %7s %8s\n", "", "", "bound", "samples", "beyond", "p50", "p99", "p99.9", "max")
	for i := range rep.Metrics {
		m := &rep.Metrics[i]
		largest := m.Max.String()
		if m.MaxUnseen {
			largest = ">" + largest
		}
		fmt.Fprintf(b, "%s %-9s %8s %8d %6d %7s %7s %7s %8s\n", mark(m.Holds), m.Name, m.Bound, m.Samples, m.Beyond, m.P50, m.P99, m.P999, largest)
		if m.Samples > 0 && m.Name != driftName { // hosts have no long run
			fmt.Fprintf(b, "%11s %s within; in the long run at most %s beyond (95 %% sure)\n", "",
				percent(m.Coverage, math.Floor), percent(m.BeyondAtMost, math.Ceil))
		}
	}
}

// percent writes a share with three digits behind the point, rounded to the side that does
// not flatter.
func percent(share float64, round func(float64) float64) string {
	return strconv.FormatFloat(round(share*1e5)/1e3, 'f', -1, 64) + " %"
}

func (rep *Report) writeMembers(b *strings.Builder) {
	fmt.Fprintf(b, "\n%-8s %7s %9s %9s %9s %16s %6s %8s\n", "worst of", "cycles", "delay", "process", "clock", "drift in ppm", "lost", "in a row")
	for i := range rep.Members {
		m := &rep.Members[i]
		name := fmt.Sprintf("host %d", m.Host)
		if !m.Heard {
			fmt.Fprintf(b, "%-8s never heard\n", name)
			continue
		}
		drift := "unknown"
		if m.Drift != nil {
			drift = millionths(m.Drift.value) + "+-" + millionths(m.DriftError.value)
		}
		fmt.Fprintf(b, "%-8s %7d %9s %9s %9s %16s %6d %8d\n", name, m.Cycles, m.Delay, m.Process, m.Clock, drift, m.Lost, m.LostInARow)
	}
	for _, note := range rep.Notes {
		b.WriteString(wrap("note: "+note, "      "))
	}
}

func (rep *Report) writeHistograms(b *strings.Builder) {
	r := rep.results
	to, of := "to this host", "of this host"
	if r.Everyone {
		to, of = "between all hosts", "of all hosts"
	}
	fmt.Fprintf(b, "\ndelay of frames %s at most, by readings of both clocks\n", to)
	r.Delay.writeText(b)
	fmt.Fprintf(b, "\nlateness at the beginning of a cycle %s\n", of)
	r.Process.writeText(b)
	b.WriteString("\nEach row has the samples up to its time; a bar is the logarithm of their number.\n")
}

func (rep *Report) writeAdvice(b *strings.Builder) {
	r := rep.Recommended
	if r == nil {
		return
	}
	fmt.Fprintf(b, "\nAfter this measurement a policy may state\n  control: {cycle: %s, delay: %s, process: %s,\n            drift: %s, omissions: %s}\n",
		time.Duration(r.Cycle.value), time.Duration(r.Delay.value), time.Duration(r.Process.value), asStated(r.Drift.value), r.Omissions)
	for _, line := range r.Why {
		b.WriteString(wrap("  "+line, "    "))
	}
}

// maxEdge ends the rows: nothing that is measured takes eleven days.
const maxEdge = 1_000_000 * time.Second

// barCells is the width of the bars of a histogram in text.
const barCells = 50

// writeText draws the series in rows that end at 1, 2 and 5 times the powers of ten, with a
// line where the bound is.
func (s *Series) writeText(b *strings.Builder) {
	if s.Samples() == 0 {
		b.WriteString("  no samples\n")
		return
	}
	edges := s.edges()
	rows := make([]uint64, len(edges))
	most := s.unseen
	for i, edge := range edges {
		low := time.Duration(-1)
		if i > 0 {
			low = edges[i-1]
		}
		rows[i] = s.Seen.between(low, edge)
		most = max(most, rows[i])
	}
	drawn := false
	for i, n := range rows {
		if !drawn && edges[i] > s.Bound {
			drawn = true
			fmt.Fprintf(b, "  %7s %s the bound of the policy\n", short(s.Bound), strings.Repeat("-", barCells-24))
		}
		fmt.Fprintf(b, "  %7s %-*s %9d\n", short(edges[i]), barCells, bar(n, most), n)
	}
	if !drawn {
		fmt.Fprintf(b, "  %7s %s the bound of the policy\n", short(s.Bound), strings.Repeat("-", barCells-24))
	}
	if s.unseen > 0 {
		fmt.Fprintf(b, "  %7s %-*s %9d\n", "beyond", barCells, bar(s.unseen, most), s.unseen)
	}
}

// edges are the ends of the rows: the buckets' own ends next below 1, 2 and 5 times the powers
// of ten are exact enough, and rows with nothing on both sides are left out.
func (s *Series) edges() []time.Duration {
	var list []time.Duration
	for power := time.Nanosecond; power <= maxEdge; power *= 10 {
		for _, step := range [...]time.Duration{1, 2, 5} {
			edge := step * power
			if edge >= s.Seen.Min() && (len(list) == 0 || list[len(list)-1] < s.Seen.Max()) {
				list = append(list, edge)
			}
		}
	}
	return list
}

func bar(n, most uint64) string {
	if n == 0 {
		return ""
	}
	cells := 1 + int(math.Log(float64(n))/math.Log(float64(most)+1)*(barCells-1))
	return strings.Repeat("#", min(cells, barCells))
}

// wrap breaks a line at spaces so that it fits 80 columns; the rest of it is indented.
func wrap(text, indent string) string {
	var b strings.Builder
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	width := len(lead)
	b.WriteString(lead)
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case width+1+len(word) > 80:
			b.WriteString("\n" + indent)
			width = len(indent)
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String() + "\n"
}
