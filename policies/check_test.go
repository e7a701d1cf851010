package policies

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each condition exactly at its boundary, and one step to each side.
func TestConditionsAtTheirBoundary(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name, condition string
		change          func(*Policy)
		holds           bool
		left, right     string
	}{
		{"[P-20] hybrid, equal", "replicas", sized(Hybrid, 6, 1, 1), true, "6", "6"},
		{"[P-20] hybrid, one less", "replicas", sized(Hybrid, 5, 1, 1), false, "5", "6"},
		{"[P-20] hybrid, k counts twice", "replicas", sized(Hybrid, 8, 1, 2), true, "8", "8"},
		{"[P-20] hybrid, k' counts thrice", "replicas", sized(Hybrid, 9, 2, 1), true, "9", "9"},
		{"[P-20] hybrid, one less than 9", "replicas", sized(Hybrid, 8, 2, 1), false, "8", "9"},
		{"[P-20] hybrid, 14", "replicas", sized(Hybrid, 14, 3, 2), true, "14", "14"},
		{"[P-20] classic, equal", "replicas", sized(Classic, 7, 1, 1), true, "7", "7"},
		{"[P-20] classic, one less", "replicas", sized(Classic, 6, 1, 1), false, "6", "7"},
		{"[P-20] classic, k counts thrice", "replicas", sized(Classic, 10, 1, 2), true, "10", "10"},
		{"[P-20] crash, equal", "replicas", sized(Crash, 5, 1, 1), true, "5", "5"},
		{"[P-20] crash, one less", "replicas", sized(Crash, 4, 1, 1), false, "4", "5"},

		{"[P-21] all positive", "parameters", func(p *Policy) {}, true, "k = 1, k' = 1, shortest bound 5ms", "0"},
		{"[P-21] k", "parameters", func(p *Policy) { p.K = 0 }, false, "spec.faults.k = 0", "0"},
		{"[P-21] k'", "parameters", func(p *Policy) { p.KPrime = 0 }, false, "spec.faults.kPrime = 0", "0"},
		{"[P-21] a bound", "parameters", func(p *Policy) { p.Bounds.CheckCode = 0 }, false, "spec.bounds.checkCode = 0s", "0"},
		{"[P-21] shortest", "parameters", func(p *Policy) { p.Bounds.CheckCode = 1 }, true, "k = 1, k' = 1, shortest bound 1ns", "0"},
		{"[P-21] cycle", "parameters", func(p *Policy) { p.Control.Cycle = 0 }, false, "spec.control.cycle = 0s", "0"},
		{"[P-21] process", "parameters", func(p *Policy) { p.Control.Process = 0 }, false, "spec.control.process = 0s", "0"},
		{"[P-21] drift", "parameters", func(p *Policy) { p.Control.Drift = 0 }, false, "spec.control.drift = 0", "0"},
		{"[P-21] no omissions", "parameters", func(p *Policy) { p.Control.Omissions = 0 }, true, "k = 1, k' = 1, shortest bound 5ms", "0"},

		{"[P-23] equal", "deadline", func(p *Policy) { p.Deadline = 340800 * ms }, true, "5m40.8s", "5m40.8s"},
		{"[P-23] a nanosecond less", "deadline", func(p *Policy) { p.Deadline = 340800*ms - 1 }, false, "5m40.799999999s", "5m40.8s"},
		{"[P-23] omissions", "deadline", func(p *Policy) { p.Control.Omissions = 0 }, true, "6m0s", "5m38.4s"},
		{"[P-23] groups", "deadline", func(p *Policy) { p.K = 4 }, true, "6m0s", "1m53.6s"},

		{"[P-24] equal", "period", func(p *Policy) { p.Period = 6 * time.Minute }, false, "6m0s", "6m0s"},
		{"[P-24] a nanosecond more", "period", func(p *Policy) { p.Period = 6*time.Minute + 1 }, true, "6m0.000000001s", "6m0s"},

		{"[P-25] equal", "exhaustion", func(p *Policy) { p.Exhaust = 16 * time.Minute }, false, "16m0s", "16m0s"},
		{"[P-25] a nanosecond more", "exhaustion", func(p *Policy) { p.Exhaust = 16*time.Minute + 1 }, true, "16m0s", "16m0.000000001s"},

		{"[P-26] fixed", "schedule", func(p *Policy) {}, true, "10m0s", "(6m0s, 10m0s]"},
		{"[P-26] fixed, rounded to T_d", "schedule", func(p *Policy) { p.Period = 6*time.Minute + 199*ms }, false, "6m0s", "(6m0s, 6m0.199s]"},
		{"[P-26] fixed, a cycle more", "schedule", func(p *Policy) { p.Period = 6*time.Minute + 200*ms }, true, "6m0.2s", "(6m0s, 6m0.2s]"},
		{"[P-26] equal to T_p", "schedule", cronOf("*/10 * * * *", 6*time.Minute, 10*time.Minute), true,
			"10m0s from 2026-11-21T00:00:00Z to 2026-11-21T00:10:00Z", "(6m0s, 10m0s]"},
		{"[P-26] longer than T_p", "schedule", cronOf("*/10 * * * *", 6*time.Minute, 10*time.Minute-1), false,
			"10m0s from 2026-11-21T00:00:00Z to 2026-11-21T00:10:00Z", "(6m0s, 9m59.999999999s]"},
		{"[P-26] equal to T_d", "schedule", cronOf("*/10 * * * *", 10*time.Minute, 12*time.Minute), false,
			"10m0s from 2026-11-21T00:00:00Z to 2026-11-21T00:10:00Z", "(10m0s, 12m0s]"},
		{"[P-26] longer than T_d", "schedule", cronOf("*/10 * * * *", 10*time.Minute-1, 12*time.Minute), true,
			"10m0s from 2026-11-21T00:00:00Z to 2026-11-21T00:10:00Z", "(9m59.999999999s, 12m0s]"},
		{"[P-26] once a leap year", "schedule", cronOf("0 0 1 2,3 *", time.Hour, 29*24*time.Hour), false,
			"8088h0m0s from 2026-03-01T00:00:00Z to 2027-02-01T00:00:00Z", "(1h0m0s, 696h0m0s]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := condition(t, with(t, c.change), c.condition)
			if got.Holds != c.holds || got.Left != c.left || got.Right != c.right {
				t.Errorf("%s %s %s is %v, want %s, %s and %v", got.Left, got.Relation, got.Right, got.Holds, c.left, c.right, c.holds)
			}
			if got.Holds != (got.Fix == "") {
				t.Errorf("holds is %v and the fix %q", got.Holds, got.Fix)
			}
		})
	}
}

func sized(e Engine, n, kPrime, k int) func(*Policy) {
	return func(p *Policy) { p.Engine, p.Replicas, p.KPrime, p.K = e, n, kPrime, k }
}

func cronOf(expr string, deadline, period time.Duration) func(*Policy) {
	return func(p *Policy) { p.Schedule, p.Deadline, p.Period = expr, deadline, period }
}

// [P-27] The shape of a report is an interface to programs: names, order, relations and keys.
func TestReport(t *testing.T) {
	r := check(ledger(t))
	if !r.Feasible {
		t.Error("the ledger is not feasible")
	}
	var names, relations []string
	for _, c := range r.Conditions {
		names, relations = append(names, c.Name), append(relations, c.Relation)
		if c.Formula == "" || !strings.HasPrefix(c.Source, "TR-05-17 ") {
			t.Errorf("%s: formula %q, source %q", c.Name, c.Formula, c.Source)
		}
	}
	if want := []string{"replicas", "parameters", "deadline", "period", "exhaustion", "schedule"}; !slices.Equal(names, want) {
		t.Error(names)
	}
	if want := []string{">=", ">", ">=", ">", "<", "in"}; !slices.Equal(relations, want) {
		t.Error(relations)
	}
	text, err := json.Marshal(r)
	want := `{"apiVersion":"wormhole/v1","kind":"PolicyReport","feasible":true,"n":6,"k":1,"kPrime":1,"groups":6,` +
		`"tLocalExec":"56s","tExec":"5m36s","conditions":[{"name":"replicas","holds":true,"left":"6","right":"6",` +
		`"relation":"\u003e=","source":"TR-05-17 section 3.3","fix":""},`
	if err != nil || !strings.HasPrefix(string(text), want) {
		t.Errorf("%s\n%v", text, err)
	}
}

// [P-27] One condition that does not hold makes the policy infeasible.
func TestReportIsFeasibleWhenAllHold(t *testing.T) {
	for _, change := range []func(*Policy){
		func(p *Policy) { p.Replicas = 5 }, func(p *Policy) { p.Bounds.Boot = 0 }, func(p *Policy) { p.Deadline = time.Minute },
		func(p *Policy) { p.Exhaust = 0 }, cronOf("0 * * * *", 6*time.Minute, 10*time.Minute),
	} {
		failing := 0
		r := check(with(t, change))
		for _, c := range r.Conditions {
			if !c.Holds {
				failing++
			}
		}
		if failing != 1 || r.Feasible {
			t.Errorf("%d conditions fail, feasible is %v", failing, r.Feasible)
		}
	}
}

// [P-11] [P-26] A policy that a program made with an expression that is none is infeasible, and nothing worse.
func TestCheckOfABadSchedule(t *testing.T) {
	c := condition(t, with(t, func(p *Policy) { p.Schedule = "often" }), "schedule")
	if c.Holds || c.Left != "no schedule" || !strings.Contains(c.Fix, `"*/10 * * * *"`) {
		t.Errorf("%+v", c)
	}
}

// [P-26] The slowest schedule to check is also checked within an instant: ten years of every minute.
func BenchmarkCheckEveryMinute(b *testing.B) {
	p := with(b, cronOf("* * * * *", time.Second, time.Minute))
	for b.Loop() {
		check(p)
	}
}

// BenchmarkCheckHopeless is the search that finds nothing, the longest there is.
func BenchmarkCheckHopeless(b *testing.B) {
	p := with(b, func(p *Policy) { p.Exhaust, p.Replicas, p.Deadline = time.Second, 5, time.Second })
	for b.Loop() {
		check(p)
	}
}
