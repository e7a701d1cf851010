package policies

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func plan(t testing.TB, p *Policy, at time.Time, rounds int) *Timetable {
	t.Helper()
	table, err := Plan(p, at, rounds)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// [P-55] Each replica is in one group of each round, in order, and no group has more than k.
func TestPlanHasEveryReplica(t *testing.T) {
	for _, c := range []struct{ n, k, groups int }{{6, 1, 6}, {8, 2, 4}, {9, 2, 5}, {14, 3, 5}, {5, 5, 1}, {3, 5, 1}} {
		p := with(t, func(p *Policy) { p.Replicas, p.K = c.n, c.k })
		for _, r := range plan(t, p, from, 2).Rounds {
			var order []int
			for i, g := range r.Groups {
				if g.Group != i || len(g.Replicas) > c.k || len(g.Replicas) == 0 {
					t.Errorf("%+v: group %+v", c, g)
				}
				order = append(order, g.Replicas...)
			}
			if len(order) != c.n || !slices.IsSorted(order) || order[0] != 0 || len(r.Groups) != c.groups {
				t.Errorf("%+v: order %v", c, order)
			}
		}
	}
}

// [P-56] The instants of the ledger by hand: 56 s a group, and from one to the next 0.4 s, or 0.8 s when two frames are lost.
func TestPlanOfTheLedger(t *testing.T) {
	table := plan(t, ledger(t), from, 1)
	r := table.Rounds[0]
	clock := func(at time.Time) string { return at.Format("15:04:05.0") }
	if clock(r.Start) != "00:10:00.0" || clock(r.LatestEnd) != "00:15:40.8" || clock(r.Deadline) != "00:16:00.0" {
		t.Errorf("round %v to %v, deadline %v", r.Start, r.LatestEnd, r.Deadline)
	}
	last := r.Groups[5]
	if clock(last.Start) != "00:14:42.0" || clock(last.LatestStart) != "00:14:44.0" || clock(last.LatestEnd) != "00:15:40.0" {
		t.Errorf("last group %+v", last)
	}
	if table.Slack != "19.2s" || table.Kept != "10m0s" || table.TExec != "5m36s" || table.TLocalExec != "56s" {
		t.Errorf("%+v", table)
	}
}

// [P-56] The last group ends, with its handover, at the end of the round, and that is at T_d when T_d is just enough.
func TestPlanEndsInTime(t *testing.T) {
	p := with(t, func(p *Policy) { p.Deadline = p.roundBound() })
	for _, r := range plan(t, p, from, 3).Rounds {
		last := r.Groups[len(r.Groups)-1]
		if !r.LatestEnd.Equal(r.Deadline) || !last.LatestEnd.Add(p.handover()).Equal(r.Deadline) {
			t.Errorf("last group ends %v, the round %v, deadline %v", last.LatestEnd, r.LatestEnd, r.Deadline)
		}
	}
}

// [P-50] [P-52] Rounds are those of Starts, one after the other, the first not before from.
func TestPlanIsThatOfStarts(t *testing.T) {
	for _, expr := range []string{"", "*/10 * * * *", "0 4 * * 1"} {
		p := scheduled(t, expr, 7*time.Second)
		s := starts(t, p)
		table := plan(t, p, from, 20)
		for i, r := range table.Rounds {
			round, start, ok := s.At(s.Cycle(r.Start))
			if round != r.Round || !s.Begin(start).Equal(r.Start) || !ok || r.Round != table.Rounds[0].Round+uint64(i) {
				t.Errorf("%q: round %d at %v, starts say %d at %v", expr, r.Round, r.Start, round, s.Begin(start))
			}
		}
		if table.Rounds[0].Start.Before(from) {
			t.Errorf("%q: the first round is at %v", expr, table.Rounds[0].Start)
		}
		again := plan(t, p, table.Rounds[3].Start, 1).Rounds[0]
		if again.Round != table.Rounds[3].Round {
			t.Errorf("%q: from the start of round %d the plan begins with %d", expr, table.Rounds[3].Round, again.Round)
		}
	}
}

// [P-50] A period that is not whole cycles is kept rounded down, and the timetable says so.
func TestPlanShowsTheKeptPeriod(t *testing.T) {
	p := with(t, func(p *Policy) { p.Control.Cycle = 7 * time.Second })
	table := plan(t, p, from, 2)
	if got := table.Rounds[1].Start.Sub(table.Rounds[0].Start); table.Period != "10m0s" || table.Kept != "9m55s" || got != 595*time.Second {
		t.Errorf("period %s, kept %s, rounds %v apart", table.Period, table.Kept, got)
	}
}

func TestPlanRefuses(t *testing.T) {
	for _, rounds := range []int{-1, 0, MaxRounds + 1} {
		if _, err := Plan(ledger(t), from, rounds); err == nil || !strings.Contains(err.Error(), "use 1 to 10000") {
			t.Errorf("%d rounds: %v", rounds, err)
		}
	}
	if _, err := Plan(with(t, func(p *Policy) { p.Control.Cycle = 0 }), from, 1); err == nil {
		t.Error("no error without a cycle")
	}
}

// The timetable's JSON is an interface to programs.
func TestTimetableJSON(t *testing.T) {
	text, err := json.Marshal(plan(t, ledger(t), from, 1))
	want := `{"apiVersion":"wormhole/v1","kind":"Timetable","policy":"ledger","n":6,"k":1,"period":"10m0s","keptPeriod":"10m0s",` +
		`"deadline":"6m0s","cycle":"200ms","tLocalExec":"56s","tExec":"5m36s","slack":"19.2s","rounds":[{"round":2992033,` +
		`"start":"2026-11-21T00:10:00Z","latestEnd":"2026-11-21T00:15:40.8Z","deadline":"2026-11-21T00:16:00Z","groups":[` +
		`{"group":0,"replicas":[0],"start":"2026-11-21T00:10:00Z","latestStart":"2026-11-21T00:10:00Z","latestEnd":"2026-11-21T00:10:56Z"},`
	if err != nil || !strings.HasPrefix(string(text), want) {
		t.Errorf("%s\n%v", text, err)
	}
}
