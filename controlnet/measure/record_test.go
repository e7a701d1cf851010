package measure

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// someRecord is a record that a host could make: its figures are of samples.
func someRecord(r *rand.Rand) Record {
	series := func() Figures {
		s := Series{Bound: time.Millisecond}
		for range r.IntN(50) {
			s.Add(time.Duration(r.Int64N(int64(time.Second))) >> r.IntN(20))
		}
		s.Unseen(uint64(r.IntN(2)))
		return s.Figures()
	}
	rec := Record{
		Done: r.IntN(2) == 0, Cycles: 1000, Unsynced: uint64(r.IntN(1000)),
		Delay: series(), Process: series(), Clock: series(),
		Losses: Losses{Expected: 5000, Lost: 40, Beyond: 7, Longest: r.IntN(40), From: controlnet.Host(r.IntN(128))},
	}
	if rec.RateKnown = r.IntN(2) == 0; rec.RateKnown {
		rec.Rate = Fit{Rate: r.NormFloat64() * 1e-4, Error: r.Float64() * 1e-5, Worst: r.Float64() * 1e-3, Over: time.Duration(r.Int64N(1e13))}
	}
	return rec
}

// TestRecord sees that a record is told as it is, but for what its units cut off, and that
// nothing is cut to the side that flatters.
func TestRecord(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		want := someRecord(r)
		var frame [RecordSize]byte
		want.Encode(&frame)
		got, err := DecodeRecord(frame[:])
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		for _, p := range [][2]*Figures{{&got.Delay, &want.Delay}, {&got.Process, &want.Process}, {&got.Clock, &want.Clock}} {
			g, w := p[0], p[1]
			for _, d := range [][2]time.Duration{{g.P50, w.P50}, {g.P99, w.P99}, {g.P999, w.P999}, {g.Max, w.Max}} {
				if d[0] < d[1] || d[0] >= d[1]+timeUnit {
					t.Errorf("%v is told as %v", d[1], d[0])
				}
			}
			if g.Samples != w.Samples || g.Beyond != w.Beyond || g.Unseen != w.Unseen || g.Min > w.Min || g.Min <= w.Min-timeUnit {
				t.Errorf("%+v is told as %+v", w, g)
			}
		}
		if math.Abs(got.Rate.Rate-want.Rate.Rate) > rateUnit || got.Rate.Error < want.Rate.Error-rateUnit/1e3 || got.Rate.Worst < want.Rate.Worst-rateUnit/1e3 {
			t.Errorf("the rate %+v is told as %+v", want.Rate, got.Rate)
		}
		if got.Done != want.Done || got.RateKnown != want.RateKnown || got.Losses != want.Losses || got.Cycles != want.Cycles || got.Unsynced != want.Unsynced {
			t.Errorf("%+v is told as %+v", want, got)
		}
	}
}

// TestRecordTooLarge has numbers that do not fit: they become the largest that do, and never
// a small one.
func TestRecordTooLarge(t *testing.T) {
	huge := Figures{Samples: 1 << 40, Beyond: 1 << 40, Unseen: true, Min: math.MaxInt64, P50: math.MaxInt64, P99: math.MaxInt64, P999: math.MaxInt64, Max: math.MaxInt64}
	want := Record{
		Cycles: 1 << 50, Unsynced: 1 << 49, Delay: huge, Process: huge, Clock: huge, RateKnown: true,
		Losses: Losses{Expected: 1 << 60, Lost: 1 << 50, Beyond: 1 << 50, Longest: 1 << 30},
		Rate:   Fit{Rate: -1e9, Error: math.NaN(), Worst: math.Inf(1), Over: math.MaxInt64},
	}
	var frame [RecordSize]byte
	want.Encode(&frame)
	got, err := DecodeRecord(frame[:])
	if err != nil {
		t.Fatal(err)
	}
	if got.Delay.Max < 400*time.Second || got.Delay.Samples != math.MaxUint32 || got.Losses.Longest != math.MaxUint16 ||
		got.Rate.Rate > -2 || got.Rate.Error < 4 || got.Rate.Worst < 4 || got.Cycles != math.MaxUint32 {
		t.Errorf("told as %+v", got)
	}
}

// TestRecordRefused has what no host can have said.
func TestRecordRefused(t *testing.T) {
	var good [RecordSize]byte
	rec := Record{Cycles: 9, Delay: Figures{Samples: 3, P50: 10, P99: 2000, P999: 3000, Max: 4000}}
	rec.Encode(&good)
	if _, err := DecodeRecord(good[:]); err != nil {
		t.Fatal(err)
	}
	change := func(at int, to ...byte) []byte {
		src := good
		copy(src[at:], to)
		return src[:]
	}
	for name, src := range map[string][]byte{
		"nothing":             nil,
		"short":               good[:RecordSize-1],
		"long":                append(good[:], 0),
		"magic":               change(0, 'X'),
		"a later version":     change(3, 2),
		"flag":                change(12, 32),
		"reserve":             change(13, 1),
		"reserve by losses":   change(115, 1),
		"reserve at the end":  change(RecordSize-1, 1),
		"beyond":              change(20, 0, 0, 0, 4),
		"quantiles":           change(28, 0, 0, 2, 0),
		"largest of nothing":  change(44+24, 0, 0, 0, 1),
		"unseen of none":      change(12, recordUnseenDelay),
		"unsynced":            change(8, 0, 0, 0, 10),
		"lost":                change(104, 0, 0, 0, 1),
		"rate that is hidden": change(119, 1),
	} {
		if got, err := DecodeRecord(src); !errors.Is(err, ErrRecord) {
			t.Errorf("%s: %v, as %+v", name, err, got)
		}
	}
}

// FuzzRecord feeds the decoder anything: it takes only what encodes to the same bytes.
func FuzzRecord(f *testing.F) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 10 {
		rec := someRecord(r)
		var frame [RecordSize]byte
		rec.Encode(&frame)
		f.Add(frame[:])
	}
	f.Add([]byte("NR"))
	f.Fuzz(func(t *testing.T, src []byte) {
		rec, err := DecodeRecord(src)
		if err != nil {
			return
		}
		var again [RecordSize]byte
		rec.Encode(&again)
		if got, err := DecodeRecord(again[:]); err != nil || got != rec {
			t.Errorf("%+v becomes %+v: %v", rec, got, err)
		}
		if string(again[:]) != string(src) {
			t.Errorf("takes %x for %x", src, again)
		}
	})
}
