package policies

import "time"

// gap is the time between the starts of two rounds that follow each other.
type gap struct {
	from, to time.Time
	length   time.Duration
}

// gaps are the shortest and the longest of a schedule in some span of time.
type gaps struct{ shortest, longest gap }

// gaps looks at every gap between the starts of rounds that ends after from and begins within HorizonYears. Starts and not
// instants of the expression count, because a start waits for the next control cycle. The instants of one day are listed once
// and walked for each day on which the schedule fires, so ten years of every minute are 5 million additions.
func (s *Schedule) gaps(cycle time.Duration, from time.Time) gaps {
	cycles := uint64(max(cycle, 1))
	from = between(from, year(1970), year(2500))
	begin := s.latest(from)
	end := uint64(max(from.AddDate(HorizonYears, 0, 0).Unix(), 0)) / 60
	list := s.dayList()
	widest := extremes{cycles: cycles, last: startOf(begin, cycles)}
	for day := begin / minutesPerDay; day*minutesPerDay <= end; day++ {
		if s.firesOn(day) {
			widest.day(day*minutesPerDay, list, begin, end)
		}
	}
	widest.next(startOf(s.instant(s.until(end)), cycles))
	return widest.gaps()
}

// latest is the instant at or before t, or the first of all.
func (s *Schedule) latest(t time.Time) uint64 {
	if count := s.after(t); count > 0 {
		return s.instant(count - 1)
	}
	return s.instant(0)
}

// firesOn says whether there are instants on a day since the epoch.
func (s *Schedule) firesOn(day uint64) bool {
	inEra := day % eraDays
	m := &s.eras[monthOf(inEra)]
	return m.fires>>(inEra-uint64(m.first))&1 == 1
}

// dayList lists the minutes of a day at which the schedule fires.
func (s *Schedule) dayList() []uint64 {
	list := make([]uint64, s.perDay)
	for i := range list {
		n := uint64(i)
		list[i] = nthBit(s.hour, n/s.minutes)*60 + nthBit(s.minute, n%s.minutes)
	}
	return list
}

func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

// between keeps t where nanoseconds since the epoch fit into 64 bits, some decades to spare.
func between(t, first, last time.Time) time.Time {
	if t.Before(first) {
		return first
	}
	if t.After(last) {
		return last
	}
	return t
}

// startOf is the begin, in nanoseconds since the epoch, of the first cycle at or after a minute.
func startOf(minute, cycle uint64) uint64 {
	ns := minute * uint64(time.Minute)
	return (ns + cycle - 1) / cycle * cycle
}

// extremes finds the shortest and the longest gap of starts that come in order.
type extremes struct {
	cycles         uint64
	last           uint64 // the latest start, in nanoseconds since the epoch
	short, long    uint64
	shortTo, endTo uint64
	some           bool
}

func (e *extremes) day(midnight uint64, list []uint64, begin, end uint64) {
	for _, m := range list {
		if minute := midnight + m; minute > begin && minute <= end {
			e.next(startOf(minute, e.cycles))
		}
	}
}

func (e *extremes) next(start uint64) {
	length := start - e.last
	if !e.some || length < e.short {
		e.short, e.shortTo = length, start
	}
	if !e.some || length > e.long {
		e.long, e.endTo = length, start
	}
	e.some, e.last = true, start
}

func (e *extremes) gaps() gaps {
	return gaps{shortest: gapTo(e.shortTo, e.short), longest: gapTo(e.endTo, e.long)}
}

func gapTo(to, length uint64) gap {
	return gap{from: nanoTime(to - length), to: nanoTime(to), length: time.Duration(length)}
}

func nanoTime(ns uint64) time.Time {
	return time.Unix(int64(ns/uint64(time.Second)), int64(ns%uint64(time.Second))).UTC()
}
