package policies

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func starts(t testing.TB, p *Policy) *Starts {
	t.Helper()
	s, err := p.Starts()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// scheduled is the ledger with a schedule and a cycle.
func scheduled(t testing.TB, expr string, cycle time.Duration) *Policy {
	return with(t, func(p *Policy) { p.Schedule, p.Control.Cycle = expr, cycle })
}

// [P-50]
func TestStartsOfAFixedPeriod(t *testing.T) {
	s := starts(t, with(t, func(p *Policy) { p.Period, p.Control.Cycle = 10*time.Minute, 7*time.Second }))
	const period = 85 // whole cycles of 7s in 10m
	for _, c := range []struct{ cycle, round, start, nextRound, nextStart uint64 }{
		{0, 0, 0, 1, period},
		{period - 1, 0, 0, 1, period},
		{period, 1, period, 2, 2 * period},
		{period + 1, 1, period, 2, 2 * period},
		{1e9*period + 3, 1e9, 1e9 * period, 1e9 + 1, (1e9 + 1) * period},
	} {
		round, start, ok := s.At(c.cycle)
		nextRound, nextStart := s.Next(c.cycle)
		if round != c.round || start != c.start || !ok || nextRound != c.nextRound || nextStart != c.nextStart {
			t.Errorf("at %d: round %d at %d, %v, then %d at %d", c.cycle, round, start, ok, nextRound, nextStart)
		}
	}
}

// [P-51] An instant that lies in the middle of a cycle starts its round with the next one.
func TestStartsOfASchedule(t *testing.T) {
	s := starts(t, scheduled(t, "1 0 * * *", 7*time.Second)) // 60s is 8.57 cycles
	if _, _, ok := s.At(8); ok {
		t.Error("a round started before the first instant")
	}
	if round, start, ok := s.At(9); round != 0 || start != 9 || !ok {
		t.Errorf("round %d at %d, %v", round, start, ok)
	}
	if round, start := s.Next(0); round != 0 || start != 9 {
		t.Errorf("next is round %d at %d", round, start)
	}
	if round, start := s.Next(9); round != 1 || start != (86460+6)/7 {
		t.Errorf("next is round %d at %d", round, start)
	}
}

// [P-51] An instant that is the begin of a cycle starts its round with that cycle and not the next.
func TestStartsOnTheCycle(t *testing.T) {
	s := starts(t, scheduled(t, "*/10 * * * *", 200*time.Millisecond))
	for _, c := range []struct{ cycle, round uint64 }{{0, 0}, {2999, 0}, {3000, 1}, {5999, 1}, {6000, 2}} {
		if round, start, ok := s.At(c.cycle); round != c.round || start != c.round*3000 || !ok {
			t.Errorf("at %d: round %d at %d", c.cycle, round, start)
		}
	}
}

// [P-52] Fast against naive: walking from round to round and asking for any cycle give the same rounds, and the walk is that of
// Schedule.Next.
func TestStartsAgreeWithAWalk(t *testing.T) {
	seeded := rand.New(rand.NewPCG(5, 6))
	for _, expr := range append([]string{""}, someExpressions...) {
		for _, cycle := range []time.Duration{200 * time.Millisecond, 7 * time.Millisecond, time.Minute} {
			walk(t, scheduled(t, expr, cycle), seeded)
		}
	}
}

func walk(t *testing.T, p *Policy, seeded *rand.Rand) {
	s := starts(t, p)
	cycle := s.Cycle(time.Unix(seeded.Int64N(80*365*86400), 0))
	round, start := s.Next(cycle)
	for range 50 {
		next, nextStart := s.Next(start)
		if next != round+1 || nextStart <= start {
			t.Fatalf("%q: after round %d at %d comes %d at %d", p.Schedule, round, start, next, nextStart)
		}
		within := start + seeded.Uint64N(nextStart-start)
		if r, at, ok := s.At(within); r != round || at != start || !ok {
			t.Fatalf("%q: cycle %d lies in round %d at %d, a walk says %d at %d", p.Schedule, within, r, at, round, start)
		}
		if r, at := s.Next(within); r != next || at != nextStart {
			t.Fatalf("%q: after cycle %d comes round %d at %d, a walk says %d at %d", p.Schedule, within, r, at, next, nextStart)
		}
		if p.Schedule != "" {
			inWalk(t, p, s, start, nextStart)
		}
		round, start = next, nextStart
	}
}

// inWalk holds two starts that follow each other against the instants of the schedule.
func inWalk(t *testing.T, p *Policy, s *Starts, start, next uint64) {
	schedule, err := ParseSchedule(p.Schedule)
	if err != nil {
		t.Fatal(err)
	}
	instant := schedule.Next(s.Begin(start))
	if want := uint64((instant.UnixNano() + int64(p.Control.Cycle) - 1) / int64(p.Control.Cycle)); want != next {
		t.Fatalf("%q: the instant %v is in cycle %d, the round starts with %d", p.Schedule, instant, want, next)
	}
}

// [P-53] Every cycle has an answer, up to the last.
func TestStartsOfEveryCycle(t *testing.T) {
	for _, expr := range []string{"", "* * * * *", "0 0 29 2 *"} {
		for _, cycle := range []time.Duration{1, 200 * time.Millisecond, time.Minute} {
			s := starts(t, scheduled(t, expr, cycle))
			for _, at := range []uint64{0, 1, 1 << 40, 1 << 62, math.MaxUint64 - 1, math.MaxUint64} {
				round, start, ok := s.At(at)
				next, nextStart := s.Next(at)
				if ok && (start > at || next != round+1) || nextStart <= at && nextStart != math.MaxUint64 && at < 1<<62 {
					t.Errorf("%q, cycle of %v, at %d: round %d at %d, then %d at %d", expr, cycle, at, round, start, next, nextStart)
				}
				s.Begin(at)
			}
		}
	}
}

// [P-53]
func TestStartsAllocateNothing(t *testing.T) {
	for _, expr := range []string{"", "*/10 * * * *", "0 0 29 2 *"} {
		s := starts(t, scheduled(t, expr, 200*time.Millisecond))
		cycle := s.Cycle(from)
		got := testing.AllocsPerRun(1000, func() {
			s.At(cycle)
			s.Next(cycle)
			cycle++
		})
		if got != 0 {
			t.Errorf("%q: %v allocations", expr, got)
		}
	}
}

func TestStartsRefuses(t *testing.T) {
	for name, change := range map[string]func(*Policy){
		"no cycle":     func(p *Policy) { p.Control.Cycle = 0 },
		"long cycle":   func(p *Policy) { p.Control.Cycle = MaxCycle + 1 },
		"short period": func(p *Policy) { p.Period = p.Control.Cycle - 1 },
		"no schedule":  func(p *Policy) { p.Schedule = "often" },
	} {
		if _, err := with(t, change).Starts(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCycleIsTheInverseOfBegin(t *testing.T) {
	s := starts(t, with(t, func(p *Policy) { p.Control.Cycle = 7 * time.Millisecond }))
	for _, cycle := range []uint64{0, 1, 253961714285, 1 << 38} {
		if got := s.Cycle(s.Begin(cycle)); got != cycle {
			t.Errorf("cycle %d begins at %v, which is in cycle %d", cycle, s.Begin(cycle), got)
		}
		if got := s.Cycle(s.Begin(cycle + 1).Add(-1)); got != cycle {
			t.Errorf("the last instant of cycle %d is in cycle %d", cycle, got)
		}
	}
	if s.Cycle(time.Unix(-5, 0)) != 0 || s.Cycle(time.Unix(math.MaxInt64, 0)) == 0 {
		t.Error("times that no cycle reaches are not held to the first and the last")
	}
}

func BenchmarkStarts(b *testing.B) {
	s := starts(b, scheduled(b, "*/10 * * * *", 200*time.Millisecond))
	cycle := s.Cycle(from)
	b.ReportAllocs()
	for b.Loop() {
		s.At(cycle)
		s.Next(cycle)
		cycle++
	}
}
