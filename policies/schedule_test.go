package policies

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

// [P-8]
func TestParseScheduleRefuses(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"", "is empty"},
		{"  ", "is empty"},
		{"TZ=UTC * * * * *", "names a time zone"},
		{"CRON_TZ=Asia/Tokyo * * * * *", "schedules are in UTC"},
		{"TZ=", "names a time zone"},
		{" TZ=x", "names a time zone"},
		{"@every 10m", "leave schedule out: period is exactly that"},
		{"@fortnightly", "is not a cron expression"},
		{"* * * *", "is not a cron expression"},
		{"0 * * * * *", "is not a cron expression"},
		{"60 * * * *", "is not a cron expression"},
		{"*/0 * * * *", "is not a cron expression"},
		{"5-1 * * * *", "is not a cron expression"},
		{"* * 0 * *", "is not a cron expression"},
		{", * * * *", "never comes true"},
		{"0 0 31 2 *", "never comes true"},
		{"0 0 30 2,2 *", "never comes true"},
		{strings.Repeat("1,", 600) + "1 * * * *", "is too long"},
	} {
		_, err := ParseSchedule(c.expr)
		var p Problem
		if !errors.As(err, &p) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.expr, err, c.want)
		}
	}
}

// someExpressions are of every shape that cron has.
var someExpressions = []string{
	"* * * * *", "*/10 * * * *", "*/7 * * * *", "3 4 * * *", "0 0 * * 1", "0 0 29 2 *", "15,45 6-18/3 1,15 * *",
	"0 0 13 * 5", "0 12 */2 * *", "59 23 31 12 *", "@hourly", "@daily", "@weekly", "@monthly", "@yearly", "0 0 ? jan-mar SUN",
	"*/10 * * * */2", "1-5 0 31 * *",
}

// [P-54] Fast against naive: from random instants, the arithmetic and the library's walk come to the same next instant.
func TestScheduleNextIsTheLibrarys(t *testing.T) {
	seeded := rand.New(rand.NewPCG(1, 2))
	for _, expr := range someExpressions {
		s, err := ParseSchedule(expr)
		if err != nil {
			t.Fatal(expr, err)
		}
		naive, err := cron.ParseStandard("TZ=UTC " + expr)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			at := time.Unix(seeded.Int64N(80*365*86400), seeded.Int64N(1e9)).UTC()
			for range 5 {
				got, want := s.Next(at), naive.Next(at)
				if !got.Equal(want) {
					t.Fatalf("%s after %v: %v, the library says %v", expr, at, got, want)
				}
				at = got
			}
		}
	}
}

// [P-54] The library gives up after five years; the turn of a century that is no leap year is eight years without a leap day.
func TestScheduleOverTheTurnOfACentury(t *testing.T) {
	s, _ := ParseSchedule("0 0 29 2 *")
	at := time.Date(2096, 2, 29, 0, 0, 0, 0, time.UTC)
	if got := s.Next(at); got.Year() != 2104 {
		t.Errorf("after %v comes %v", at, got)
	}
}

// [P-51] Numbers and instants are each other's inverse, and numbers have no holes.
func TestScheduleNumbersHaveNoHoles(t *testing.T) {
	seeded := rand.New(rand.NewPCG(3, 4))
	for _, expr := range someExpressions {
		s, _ := ParseSchedule(expr)
		for range 2000 {
			number := seeded.Uint64N(1 << uint(1+seeded.IntN(40)))
			minute := s.instant(number)
			if s.until(minute) != number+1 || minute > 0 && s.until(minute-1) != number {
				t.Fatalf("%s: instant %d is minute %d, until which there are %d", expr, number, minute, s.until(minute))
			}
		}
	}
}

// The calendar agrees with that of package time, on every day of one era and the first days of the next.
func TestCalendarIsGregorian(t *testing.T) {
	s, _ := ParseSchedule("0 0 1 * *")
	day := time.Unix(0, 0).UTC()
	for d := range uint64(eraDays + 400) {
		if first := s.firesOn(d); first != (day.Day() == 1) {
			t.Fatalf("%v: first of a month is %v", day, first)
		}
		if m := monthOf(d % eraDays); m%12 != int(day.Month())-1 || (1970+m/12-day.Year())%400 != 0 {
			t.Fatalf("%v is in month %d of the era", day, m)
		}
		day = day.AddDate(0, 0, 1)
	}
}

// Before 1970 there are no instants; the first of all comes next.
func TestScheduleBegins1970(t *testing.T) {
	s, _ := ParseSchedule("0 0 * * *")
	if got := s.Next(time.Date(1900, 5, 5, 0, 0, 0, 0, time.UTC)); got.Unix() != 0 {
		t.Error(got)
	}
	if s.String() != "0 0 * * *" {
		t.Error(s)
	}
}

// naiveGaps walks from instant to instant with the library.
func naiveGaps(expr string, cycle time.Duration, from time.Time, years int) (shortest, longest time.Duration) {
	s, _ := cron.ParseStandard("TZ=UTC " + expr)
	step := uint64(cycle)
	start := func(at time.Time) uint64 { return (uint64(at.UnixNano()) + step - 1) / step * step }
	begin := from.AddDate(-9, 0, 0)
	for next := s.Next(begin); !next.After(from); next = s.Next(begin) {
		begin = next
	}
	for end := from.AddDate(years, 0, 0); !begin.After(end); {
		next := s.Next(begin)
		length := time.Duration(start(next) - start(begin))
		if shortest == 0 || length < shortest {
			shortest = length
		}
		longest = max(longest, length)
		begin = next
	}
	return shortest, longest
}

// [P-26] Fast against naive: the gaps of ten years are those of a walk with the library, for cycles that divide a minute and
// for those that do not.
func TestGapsAreThoseOfAWalk(t *testing.T) {
	for _, expr := range []string{"*/10 3 * * 1", "*/7 12 * * *", "0 0 29 2 *", "0 0 13 * 5", "15,45 6-18/3 1,15 * *", "@weekly", "59 23 31 12 *"} {
		for _, cycle := range []time.Duration{200 * time.Millisecond, 7 * time.Millisecond, 7 * time.Second} {
			s, _ := ParseSchedule(expr)
			got := s.gaps(cycle, from)
			short, long := naiveGaps(expr, cycle, from, HorizonYears)
			if got.shortest.length != short || got.longest.length != long {
				t.Errorf("%s in cycles of %v: %v to %v, a walk finds %v to %v", expr, cycle, got.shortest, got.longest, short, long)
			}
			for _, g := range []gap{got.shortest, got.longest} {
				if g.to.Sub(g.from) != g.length || !g.to.After(from) {
					t.Errorf("%s: gap %v", expr, g)
				}
			}
		}
	}
}

// [P-26] One bad gap in ten years is found: the leap day is the only one on which this schedule has a third instant.
func TestGapsFindTheOne(t *testing.T) {
	s, _ := ParseSchedule("0 0 28,29 2 *")
	if got := s.gaps(time.Second, from).shortest; got.length != 24*time.Hour || got.from.Year() != 2028 {
		t.Errorf("%v", got)
	}
}

// A From that is far off is held to the years that 64 bits of nanoseconds can name.
func TestGapsOfAnyFrom(t *testing.T) {
	s, _ := ParseSchedule("@daily")
	for _, at := range []time.Time{{}, time.Unix(1<<60, 0), time.Unix(-1<<60, 0), year(2500), year(9999)} {
		if got := s.gaps(time.Second, at); got.shortest.length != 24*time.Hour || got.longest.length != 24*time.Hour {
			t.Errorf("from %v: %v", at, got)
		}
	}
}

func BenchmarkGaps(b *testing.B) {
	for _, cycle := range []time.Duration{200 * time.Millisecond, 7 * time.Millisecond} {
		b.Run(fmt.Sprint(cycle), func(b *testing.B) {
			s, _ := ParseSchedule("* * * * *")
			for b.Loop() {
				s.gaps(cycle, from)
			}
		})
	}
}

func BenchmarkParseSchedule(b *testing.B) {
	for b.Loop() {
		ParseSchedule("*/10 * * * *")
	}
}
