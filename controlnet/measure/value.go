package measure

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Value is a figure in the form that a policy has it: a duration with its unit, a rate or a
// count as a number.
type Value struct {
	unit  unit
	value float64 // a duration in nanoseconds, which is exact up to 104 days
}

type unit uint8

const (
	unitDuration unit = iota
	unitRate
	unitCount
)

func durationOf(d time.Duration) Value { return Value{unitDuration, float64(d)} }
func rateOf(r float64) Value           { return Value{unitRate, r} }
func countOf(n int) Value              { return Value{unitCount, float64(n)} }

// MarshalJSON writes a duration as a string such as "5ms", and anything else as a number.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.unit {
	case unitRate:
		return json.Marshal(significant(v.value))
	case unitCount:
		return json.Marshal(int64(v.value))
	}
	return json.Marshal(time.Duration(v.value).String())
}

// String is the value for people: three digits.
func (v Value) String() string {
	switch v.unit {
	case unitRate:
		return millionths(v.value) + "ppm"
	case unitCount:
		return strconv.FormatInt(int64(v.value), 10)
	}
	return short(time.Duration(v.value))
}

// millionths is a rate in parts per million, with three digits.
func millionths(rate float64) string {
	return strconv.FormatFloat(significant(significant(rate)*1e6), 'f', -1, 64)
}

// asStated is a rate as people write it into a policy: 200e-6.
func asStated(rate float64) string { return millionths(rate) + "e-6" }

// significant keeps three digits of a rate: no reading has more.
func significant(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	if err != nil {
		return v
	}
	return rounded
}

// short writes a duration with three digits, rounded up: what is beyond a bound must not
// look as if it were within. It has "us", since not every terminal has the other.
func short(d time.Duration) string {
	if d <= 0 {
		return "0"
	}
	unit, name := time.Nanosecond, "ns"
	switch {
	case d >= time.Second:
		unit, name = time.Second, "s"
	case d >= time.Millisecond:
		unit, name = time.Millisecond, "ms"
	case d >= time.Microsecond:
		unit, name = time.Microsecond, "us"
	}
	v := float64(d) / float64(unit)
	digits := max(0, 2-int(math.Log10(v)))
	scale := math.Pow10(digits)
	return strconv.FormatFloat(math.Ceil(v*scale-1e-9)/scale, 'f', -1, 64) + name
}
