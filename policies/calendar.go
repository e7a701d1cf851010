package policies

import (
	"math/bits"

	"github.com/robfig/cron/v3"
)

// The Gregorian calendar repeats after 400 years, which are 146097 days and a whole number of weeks. An era is such a span,
// counted from 1970-01-01.
const (
	eraDays       = 146097
	eraMonths     = 400 * 12
	minutesPerDay = 24 * 60
)

// month is one month of an era.
type month struct {
	first  uint32 // its first day, counted from the start of the era
	before uint32 // days with instants before it
	fires  uint32 // bit d: there are instants on day d, counted from 0
}

// fillEra works out on which days a schedule fires, and returns how many there are.
func fillEra(era *[eraMonths]month, spec *cron.SpecSchedule) uint64 {
	first, before := uint32(0), uint32(0)
	for i := range era {
		length := monthLength(1970+i/12, i%12+1)
		era[i] = month{first: first, before: before, fires: firesIn(spec, i%12+1, first, length)}
		before += uint32(bits.OnesCount32(era[i].fires))
		first += length
	}
	return uint64(before)
}

// starBit is how the cron library marks a field that was a star.
const starBit = 1 << 63

// firesIn is the set of days on which a month has instants. As in every cron, days of the month and days of the week are
// joined by "or" when both are restricted, and by "and" otherwise.
func firesIn(spec *cron.SpecSchedule, month int, first, length uint32) uint32 {
	if spec.Month>>month&1 == 0 {
		return 0
	}
	dom, dow := uint32(spec.Dom>>1), uint32(0)
	for d := range length {
		weekday := (first + d + 4) % 7 // 1970-01-01 was a Thursday
		dow |= uint32(spec.Dow>>weekday&1) << d
	}
	dom &= low32(uint64(length))
	if spec.Dom&starBit != 0 || spec.Dow&starBit != 0 {
		return dom & dow
	}
	return dom | dow
}

func monthLength(year, month int) uint32 {
	switch {
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// monthOf is the month of an era that a day of it lies in. It counts years from March, which puts the leap day at the end of a
// year, where it moves nothing (the usual civil-from-days arithmetic).
func monthOf(day uint64) int {
	const toMarch0 = 719468 - 4*eraDays // days from 1600-03-01 to 1970-01-01
	d := day + toMarch0
	d, wrapped := d%eraDays, d/eraDays
	year := (d - d/1460 + d/36524 - d/146096) / 365
	inYear := d - (365*year + year/4 - year/100)
	march := (5*inYear + 2) / 153
	months := (wrapped*400+year)*12 + march // since 1600-03
	return int(months - (370*12 - 2))
}
