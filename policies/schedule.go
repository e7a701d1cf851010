package policies

import (
	"math/bits"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a cron expression in UTC. A cron expression is a set of minutes of the day, the same on every day, and a set of
// days; both are bit sets here, and the calendar repeats itself after 400 years. So "how many instants until t" and "the i-th
// instant" are arithmetic, where the usual way is to walk from one instant to the next. Every host thus finds the number of a
// round by itself, without walking from 1970.
//
// A Schedule is never changed after ParseSchedule made it and may be used by many at once.
type Schedule struct {
	expr   string
	minute uint64 // bit m: fires at minute m of the hour
	hour   uint64 // bit h: fires in hour h
	minutes,
	perDay uint64 // instants an hour and a day
	eras [eraMonths]month
	days uint64 // days with instants in one era
}

// fields are the five of a crontab and the names such as @daily. No seconds: MaxCycle and Starts build on whole minutes.
const fields = cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor

// ParseSchedule reads a cron expression of five fields, or one of @yearly, @monthly, @weekly, @daily and @hourly. The error is
// a Problem without a place.
func ParseSchedule(expr string) (*Schedule, error) {
	if p := foreign(expr); p != nil {
		return nil, *p
	}
	parsed, err := cron.NewParser(fields).Parse(strings.TrimSpace(expr))
	if err != nil {
		return nil, Problem{Message: "is not a cron expression: " + clip(err.Error()),
			Fix: "use five fields: minute, hour, day of month, month, day of week"}
	}
	spec := parsed.(*cron.SpecSchedule)
	s := &Schedule{expr: expr, minute: spec.Minute & (1<<60 - 1), hour: spec.Hour & (1<<24 - 1)}
	s.minutes = uint64(bits.OnesCount64(s.minute))
	s.perDay = s.minutes * uint64(bits.OnesCount64(s.hour))
	s.days = fillEra(&s.eras, spec)
	if s.perDay == 0 || s.days == 0 {
		return nil, Problem{Message: "never comes true", Fix: "name minutes, hours and days that exist together"}
	}
	return s, nil
}

// foreign refuses what the cron library knows and a policy may not say: the rounds of all hosts must start at the same instants
// whatever their time zone, and from the file alone, while @every counts from when a process was started.
func foreign(expr string) *Problem {
	text := strings.TrimSpace(expr)
	switch {
	case text == "":
		return &Problem{Message: "is empty", Fix: "write a cron expression, or leave schedule out to use the period"}
	case len(text) > maxExpr:
		return &Problem{Message: "is too long for a cron expression", Fix: "use ranges and steps"}
	case strings.Contains(text, "TZ="):
		return &Problem{Message: "names a time zone", Fix: "schedules are in UTC: leave the zone out and convert the hours"}
	case strings.HasPrefix(text, "@every"):
		return &Problem{Message: "uses @every, which has no fixed instants", Fix: "leave schedule out: period is exactly that"}
	}
	return nil
}

// maxExpr holds every minute, hour and day written out one by one.
const maxExpr = 512

// String is the expression as it was written.
func (s *Schedule) String() string { return s.expr }

// Next is the first instant of the schedule after t, in UTC. Instants are counted from 1970; before that there are none.
func (s *Schedule) Next(t time.Time) time.Time {
	return minuteTime(s.instant(s.after(t)))
}

// after is the number of the first instant after t.
func (s *Schedule) after(t time.Time) uint64 {
	if t.Unix() < 0 {
		return 0
	}
	return s.until(uint64(t.Unix()) / 60)
}

// until is the number of instants from 1970 to the given minute, counting that minute.
func (s *Schedule) until(minute uint64) uint64 {
	day, rest := minute/minutesPerDay, minute%minutesPerDay
	era, inEra := day/eraDays, day%eraDays
	m := &s.eras[monthOf(inEra)]
	before := era*s.days + uint64(m.before) + uint64(bits.OnesCount32(m.fires&low32(inEra-uint64(m.first))))
	count := before * s.perDay
	if m.fires>>(inEra-uint64(m.first))&1 == 1 {
		count += s.inDay(rest)
	}
	return count
}

// inDay is the number of instants of a day until the given minute of it, counting that minute.
func (s *Schedule) inDay(minute uint64) uint64 {
	h, m := minute/60, minute%60
	count := uint64(bits.OnesCount64(s.hour&(1<<h-1))) * s.minutes
	if s.hour>>h&1 == 1 {
		count += uint64(bits.OnesCount64(s.minute & (1<<(m+1) - 1)))
	}
	return count
}

// instant is the minute since 1970 of the instant with the given number: the inverse of until.
func (s *Schedule) instant(number uint64) uint64 {
	day, rest := number/s.perDay, number%s.perDay
	era, inEra := day/s.days, day%s.days
	m := &s.eras[s.monthHolding(inEra)]
	date := era*eraDays + uint64(m.first) + nthBit(uint64(m.fires), inEra-uint64(m.before))
	return date*minutesPerDay + nthBit(s.hour, rest/s.minutes)*60 + nthBit(s.minute, rest%s.minutes)
}

// monthHolding is the month of an era in which its day-th day with instants lies.
func (s *Schedule) monthHolding(day uint64) int {
	low, high := 0, eraMonths-1
	for low < high {
		if middle := (low + high + 1) / 2; uint64(s.eras[middle].before) <= day {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// nthBit is the place of the n-th bit that is set, both counted from 0.
func nthBit(set, n uint64) uint64 {
	for ; n > 0; n-- {
		set &= set - 1
	}
	return uint64(bits.TrailingZeros64(set))
}

func low32(n uint64) uint32 { return 1<<n - 1 }

func minuteTime(minute uint64) time.Time { return time.Unix(int64(minute)*60, 0).UTC() }
