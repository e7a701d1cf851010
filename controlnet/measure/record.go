package measure

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Record is what a host has measured, in the form in which it tells the others: the payload
// of its frames while a check runs. Every member's report then covers all members.
type Record struct {
	// Done says that the host has measured for as long as it wanted to.
	Done bool
	// Cycles is how many cycles it has measured, Unsynced in how many of them it was not in
	// sync.
	Cycles, Unsynced uint64
	// Delay is that of the frames that reached it, Process its own lateness, Clock the bound
	// on its clock's error.
	Delay, Process, Clock Figures
	Losses                Losses
	// Rate is how its local clock runs; valid with RateKnown.
	Rate      Fit
	RateKnown bool
}

// Losses are the frames that a host expected and did not hear, over all links to it.
type Losses struct {
	Expected, Lost uint64
	// Beyond is how many of the lost ones came after as many as the policy allows in a row.
	Beyond uint64
	// Longest is the most that were lost of one link in a row, From whose they were.
	Longest int
	From    controlnet.Host
}

// The layout of a record, big endian:
//
//	 0  magic and version   4       100  expected, lost, beyond   4 each
//	 4  cycles, unsynced    4 each  112  longest                  2
//	12  flags               1       114  from                     1
//	13  reserve             3       115  reserve                  1
//	16  delay              28       116  rate, in 1e-9            4, signed
//	44  process            28       120  error, worst, in 1e-9    4 each
//	72  clock              28       128  over, in milliseconds    4
//	                                132  reserve                 28
//
// Figures are samples and beyond, then the least, p50, p99, p99.9 and the largest, each 4
// bytes; times in units of 100 ns, all but the least rounded up.
const (
	// RecordSize is the length of an encoded record in bytes, that of a wormhole's frame: so
	// that a check puts as much on the network as the wormhole will.
	RecordSize = 160

	recordMagic uint32 = 'N'<<24 | 'R'<<16 | 1

	timeUnit = 100 * time.Nanosecond
	rateUnit = 1e-9

	recordDone          = 1
	recordRate          = 2
	recordUnseenDelay   = 4
	recordUnseenProcess = 8
	recordUnseenClock   = 16
	recordFlags         = 31
)

// ErrRecord is the error of a payload that is not a record.
var ErrRecord = errors.New("not a record of a network check")

// Encode writes r into dst. A number that is too large for its place is cut to the largest.
func (r *Record) Encode(dst *[RecordSize]byte) {
	be := binary.BigEndian
	clear(dst[:])
	be.PutUint32(dst[0:], recordMagic)
	be.PutUint32(dst[4:], cut(r.Cycles))
	be.PutUint32(dst[8:], min(cut(r.Unsynced), cut(r.Cycles)))
	dst[12] = r.flags()
	putFigures(dst[16:], &r.Delay)
	putFigures(dst[44:], &r.Process)
	putFigures(dst[72:], &r.Clock)
	be.PutUint32(dst[100:], cut(r.Losses.Expected))
	be.PutUint32(dst[104:], cut(r.Losses.Lost))
	be.PutUint32(dst[108:], cut(r.Losses.Beyond))
	be.PutUint16(dst[112:], uint16(min(max(r.Losses.Longest, 0), math.MaxUint16)))
	dst[114] = byte(r.Losses.From)
	if r.RateKnown {
		be.PutUint32(dst[116:], uint32(int32(min(max(math.Round(r.Rate.Rate/rateUnit), math.MinInt32), math.MaxInt32))))
		be.PutUint32(dst[120:], upwards(r.Rate.Error/rateUnit))
		be.PutUint32(dst[124:], upwards(r.Rate.Worst/rateUnit))
		be.PutUint32(dst[128:], cut(uint64(max(r.Rate.Over, 0)/time.Millisecond)))
	}
}

func (r *Record) flags() byte {
	flags := byte(0)
	for _, f := range [...]struct {
		set  bool
		flag byte
	}{
		{r.Done, recordDone}, {r.RateKnown, recordRate}, {r.Delay.Unseen, recordUnseenDelay},
		{r.Process.Unseen, recordUnseenProcess}, {r.Clock.Unseen, recordUnseenClock},
	} {
		if f.set {
			flags |= f.flag
		}
	}
	return flags
}

func putFigures(dst []byte, f *Figures) {
	be := binary.BigEndian
	samples := cut(f.Samples)
	be.PutUint32(dst, samples)
	be.PutUint32(dst[4:], min(cut(f.Beyond), samples))
	be.PutUint32(dst[8:], cut(uint64(max(f.Min, 0)/timeUnit)))
	for i, d := range [...]time.Duration{f.P50, f.P99, f.P999, f.Max} {
		be.PutUint32(dst[12+4*i:], upwards(math.Ceil(float64(d)/float64(timeUnit))))
	}
}

func cut(n uint64) uint32 { return uint32(min(n, math.MaxUint32)) }

// upwards rounds up and cuts. What is no number at all becomes the largest: it must not look
// like a good figure.
func upwards(v float64) uint32 {
	if !(v < math.MaxUint32) {
		return math.MaxUint32
	}
	return uint32(max(math.Ceil(v), 0))
}

// DecodeRecord reads a record. It refuses, with ErrRecord and what was wrong, everything
// that Encode cannot have written.
func DecodeRecord(src []byte) (Record, error) {
	be := binary.BigEndian
	if len(src) != RecordSize || be.Uint32(src) != recordMagic {
		return Record{}, fmt.Errorf("%w: %d bytes, or another magic or version", ErrRecord, len(src))
	}
	flags := src[12]
	r := Record{
		Done: flags&recordDone != 0, RateKnown: flags&recordRate != 0,
		Cycles: uint64(be.Uint32(src[4:])), Unsynced: uint64(be.Uint32(src[8:])),
		Losses: Losses{
			Expected: uint64(be.Uint32(src[100:])), Lost: uint64(be.Uint32(src[104:])), Beyond: uint64(be.Uint32(src[108:])),
			Longest: int(be.Uint16(src[112:])), From: controlnet.Host(src[114]),
		},
		Rate: Fit{
			Rate:  float64(int32(be.Uint32(src[116:]))) * rateUnit,
			Error: float64(be.Uint32(src[120:])) * rateUnit,
			Worst: float64(be.Uint32(src[124:])) * rateUnit,
			Over:  time.Duration(be.Uint32(src[128:])) * time.Millisecond,
		},
		Delay:   figures(src[16:], flags&recordUnseenDelay != 0),
		Process: figures(src[44:], flags&recordUnseenProcess != 0),
		Clock:   figures(src[72:], flags&recordUnseenClock != 0),
	}
	reserve := src[13] | src[14] | src[15] | src[115]
	for _, b := range src[132:] {
		reserve |= b
	}
	if flags&^recordFlags != 0 || reserve != 0 {
		return Record{}, fmt.Errorf("%w: an unknown flag, or reserve that is not zero", ErrRecord)
	}
	return r, r.check()
}

func figures(src []byte, unseen bool) Figures {
	be := binary.BigEndian
	at := func(i int) time.Duration { return time.Duration(be.Uint32(src[4*i:])) * timeUnit }
	return Figures{
		Samples: uint64(be.Uint32(src)), Beyond: uint64(be.Uint32(src[4:])), Unseen: unseen,
		Min: at(2), P50: at(3), P99: at(4), P999: at(5), Max: at(6),
	}
}

// check refuses figures that contradict one another.
func (r *Record) check() error {
	for _, f := range [...]*Figures{&r.Delay, &r.Process, &r.Clock} {
		if f.Beyond > f.Samples || f.Min > f.P50 || f.P50 > f.P99 || f.P99 > f.P999 || f.P999 > f.Max ||
			f.Samples == 0 && f.Max != 0 || f.Unseen && f.Beyond == 0 {
			return fmt.Errorf("%w: figures that no samples have", ErrRecord)
		}
	}
	l := &r.Losses
	switch {
	case r.Unsynced > r.Cycles:
		return fmt.Errorf("%w: %d of %d cycles out of sync", ErrRecord, r.Unsynced, r.Cycles)
	case l.Lost > l.Expected || l.Beyond > l.Lost || uint64(l.Longest) > l.Lost:
		return fmt.Errorf("%w: %d frames in a row of %d lost of %d", ErrRecord, l.Longest, l.Lost, l.Expected)
	case !r.RateKnown && r.Rate != Fit{}:
		return fmt.Errorf("%w: a rate that is said to be unknown", ErrRecord)
	}
	return nil
}
