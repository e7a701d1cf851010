package exposure

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteText writes the report for people. Its wording may change; what programs read is the JSON.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	r.writeHead(&b)
	r.writeExhaust(&b)
	r.writeOutcomes(&b)
	r.writePeriods(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) writeHead(b *strings.Builder) {
	fmt.Fprintf(b, "policy %s: n = %d, k' = %d, k = %d, T_p = %s, T_d = %s\n", r.Policy, r.N, r.KPrime, r.K, r.Period, r.Deadline)
	fmt.Fprintf(b, "adversary: %s attack, %s, %s replicas", r.Attack, plural(r.Attackers, "attacker"), r.Replicas)
	if r.Replicas == "similar" {
		fmt.Fprintf(b, " (similarity %v)", r.Similarity)
	}
	fmt.Fprintf(b, "\nmission: %s, target: %s\n\n", r.Mission, sci(r.Target))
}

func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

func (r *Report) writeExhaust(b *strings.Builder) {
	relation := "not below"
	if r.Exhaust.Holds {
		relation = "below"
	}
	fmt.Fprintf(b, "T_exhaust(%d) = %s; T_p + T_d = %s is %s it\n", r.Exhaust.Replicas, r.Exhaust.Time, r.Window, relation)
	if r.Exhaust.Certain {
		fmt.Fprintf(b, "  No adversary of this model is faster (%s).\n", r.Exhaust.Method)
	} else {
		fmt.Fprintf(b, "  This adversary can be lucky at any time. Before T_exhaust its chance is at most %s,\n", sci(r.Exhaust.Share))
		fmt.Fprintf(b, "  which is the target shared out over all groups of all rounds (%s).\n", r.Exhaust.Method)
	}
	fmt.Fprintf(b, "  From a clean start, more than k' are compromised within T_p + T_d with probability %s.\n\n", r.OneWindow)
}

func (r *Report) writeOutcomes(b *strings.Builder) {
	fmt.Fprintf(b, "probability that more than %d of %d replicas are compromised at once in the mission:\n", r.KPrime, r.N)
	fmt.Fprintf(b, "  %-22s %-16s %s\n", "", "computed", "simulated (95 %)")
	fmt.Fprintf(b, "  %-22s %-16s %s\n", "with rejuvenation", r.With.Computed, r.With.Simulated)
	fmt.Fprintf(b, "  %-22s %-16s %s\n", "without", r.Without.Computed, r.Without.Simulated)
	fmt.Fprintf(b, "  computed with: %s; without: %s\n", r.With.Computed.Method, r.Without.Computed.Method)
	fmt.Fprintf(b, "  simulated with: %s; without: %s; seed %d\n\n", r.With.Simulated.Method, r.Without.Simulated.Method, r.Seed)
}

func (r *Report) writePeriods(b *strings.Builder) {
	fmt.Fprintf(b, "%s\n", r.sentence())
	r.writeLimits(b)
	fmt.Fprintf(b, "\n  %-16s %s\n", "T_p", "probability")
	for _, p := range r.Curve {
		fmt.Fprintf(b, "  %-16s %s\n", p.Period.short(), Value{p.Probability, p.Exact, ""})
	}
}

// writeLimits tells two limits apart: that of the paper's condition, in which every replica may stay as long as T_p + T_d in
// every round, and that of a timetable in which each group keeps to its slot.
func (r *Report) writeLimits(b *strings.Builder) {
	switch {
	case r.Exhaust.PeriodBelow == nil:
		b.WriteString("T_p + T_d < T_exhaust holds for no period with this deadline.\n")
	default:
		fmt.Fprintf(b, "T_p + T_d < T_exhaust holds for periods below %s.\n", r.Exhaust.PeriodBelow)
	}
	switch {
	case r.GreatestPeriod == nil:
		b.WriteString("No period meets the target with this deadline: use more replicas, a larger k', or replicas that differ more.\n")
	default:
		fmt.Fprintf(b, "The longest period that meets the target, if every group keeps to its slot: %s.\n", r.GreatestPeriod)
	}
}

func (r *Report) sentence() string {
	switch r.Verdict {
	case Met:
		return "The target is met."
	case Missed:
		return "The target is missed."
	}
	return "It is open whether the target is met: what is computed is only an upper bound, and the simulation does not decide it."
}

func (v Value) String() string {
	if v.Exact {
		return sci(v.Probability)
	}
	return "at most " + sci(v.Probability)
}

func (e Estimate) String() string {
	if e.Hits == 0 {
		return fmt.Sprintf("at most %s (no hit)", sci(e.High))
	}
	return fmt.Sprintf("%s (%s to %s)", sci(e.Probability), sci(e.Low), sci(e.High))
}

// String is the duration as Go writes it.
func (s Span) String() string { return time.Duration(s).String() }

// short leaves out what nobody reads in a table.
func (s Span) short() string {
	d := time.Duration(s)
	switch {
	case d >= time.Hour:
		return d.Round(time.Minute).String()
	case d >= time.Minute:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

func sci(p float64) string { return fmt.Sprintf("%.3g", p) }
