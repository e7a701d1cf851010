package link

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// script is a link in memory: it gives the frames that it was given, each at its instant,
// and is the clock as well.
type script struct {
	now    time.Duration
	frames [][]byte
	at     []time.Duration
	err    error
	sent   int
}

func (s *script) Now() time.Duration { return s.now }

func (s *script) Send(frame []byte) error { s.sent++; return s.err }

func (s *script) Receive(buf []byte) (int, time.Duration, error) {
	if len(s.frames) == 0 || s.at[0] > s.now {
		return 0, 0, s.err
	}
	n, at := copy(buf, s.frames[0]), s.at[0]
	s.frames, s.at = s.frames[1:], s.at[1:]
	return n, at, nil
}

const (
	testSize = 120
	between  = 10 * time.Millisecond
)

// arrival is what came out of a Faulty.
type arrival struct {
	sender, number int
	at             time.Duration
	whole          bool // as it was sent
}

// testFrame says everything twice, so that one change in it shows.
func testFrame(sender, number int) []byte {
	f := make([]byte, testSize)
	f[senderAt], f[60] = byte(sender), byte(sender)
	binary.BigEndian.PutUint64(f[40:], uint64(number))
	binary.BigEndian.PutUint64(f[70:], uint64(number))
	return f
}

// play sends count frames of each sender, one every 10 ms, through f and returns what comes.
func play(t *testing.T, f *Faulty, s *script, hosts, count int) []arrival {
	t.Helper()
	start := s.now
	for i := range count {
		for h := range hosts {
			s.frames = append(s.frames, testFrame(h, i))
			s.at = append(s.at, start+time.Duration(i)*between+time.Duration(h)*time.Microsecond)
		}
	}
	var got []arrival
	buf := make([]byte, controlnet.MaxFrameSize)
	for end := start + time.Duration(count)*between + time.Second; s.now < end; s.now += time.Millisecond {
		for {
			n, at, err := f.Receive(buf)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			if at > s.now {
				t.Fatalf("a frame that arrives at %v was given out at %v", at, s.now)
			}
			a := arrival{int(buf[senderAt]), int(binary.BigEndian.Uint64(buf[40:])), at - start, false}
			a.whole = n == testSize && bytes.Equal(buf[:n], testFrame(a.sender, a.number))
			got = append(got, a)
		}
	}
	return got
}

func newFaulty(seed uint64, faults Faults) (*Faulty, *script) {
	s := &script{now: time.Hour}
	f := NewFaulty(s, s, seed)
	f.SetAll(faults)
	return f, s
}

// TestFaultless passes everything on as it is.
func TestFaultless(t *testing.T) {
	f, s := newFaulty(1, Faults{})
	got := play(t, f, s, 3, 200)
	if len(got) != 600 {
		t.Fatalf("%d of 600 frames came", len(got))
	}
	for i, a := range got {
		want := arrival{i % 3, i / 3, time.Duration(i/3)*between + time.Duration(i%3)*time.Microsecond, true}
		if a != want {
			t.Fatalf("frame %d came as %+v, want %+v", i, a, want)
		}
	}
	if inj := f.Injected(); inj != (Injected{Passed: 600}) {
		t.Errorf("%+v", inj)
	}
}

// TestSameSeed repeats a run with all faults, and then changes the seed.
func TestSameSeed(t *testing.T) {
	run := func(seed uint64) []arrival {
		f, s := newFaulty(seed, Faults{
			Loss: 0.1, Delay: time.Millisecond, Jitter: 5 * time.Millisecond, Late: 0.1, LateBy: 30 * time.Millisecond,
			Duplicate: 0.1, Reorder: 0.1, Corrupt: 0.1, Replay: 0.1,
		})
		return play(t, f, s, 3, 300)
	}
	first := run(7)
	if !reflect.DeepEqual(first, run(7)) {
		t.Error("the same seed gave two runs")
	}
	if reflect.DeepEqual(first, run(8)) {
		t.Error("two seeds gave the same run")
	}
}

// TestOneSender sees that the faults of one sender are its own: the others' frames come as
// ever, and what becomes of them does not depend on it.
func TestOneSender(t *testing.T) {
	f, s := newFaulty(3, Faults{})
	f.Set(1, Faults{Loss: 1})
	for _, a := range play(t, f, s, 3, 100) {
		if a.sender == 1 {
			t.Fatalf("%+v came", a)
		}
	}
	if inj := f.Injected(); inj.Lost != 100 || inj.Passed != 200 {
		t.Errorf("%+v", inj)
	}
	f.SetAll(Faults{})
	if got := play(t, f, s, 3, 10); len(got) != 30 {
		t.Errorf("%d of 30 frames came after the faults were taken back", len(got))
	}
}

// TestRatesChangeWhileRunning sees that the fate of a frame depends on how many came before,
// not on the rates at those.
func TestRatesChangeWhileRunning(t *testing.T) {
	fate := func(before Faults) []int {
		f, s := newFaulty(5, before)
		play(t, f, s, 1, 100)
		f.SetAll(Faults{Loss: 0.5})
		var came []int
		for _, a := range play(t, f, s, 1, 100) {
			came = append(came, a.number)
		}
		return came
	}
	a, b := fate(Faults{}), fate(Faults{Loss: 0.5, Corrupt: 0.5, Duplicate: 0.5, Jitter: time.Millisecond})
	if !reflect.DeepEqual(a, b) || len(a) < 20 || len(a) > 80 {
		t.Errorf("of 100 frames %d came in one run and %d in the other", len(a), len(b))
	}
}

// TestEachFault looks at what each fault does to 2000 frames, alone.
func TestEachFault(t *testing.T) {
	const count = 2000
	about := func(got uint64, rate float64) bool { // five sigma and more of 2000 draws
		return float64(got) > count*(rate-0.06) && float64(got) < count*(rate+0.06)
	}
	rows := map[string]struct {
		faults Faults
		check  func(got []arrival, inj Injected) bool
	}{
		"loss": {Faults{Loss: 0.3}, func(got []arrival, inj Injected) bool {
			return about(inj.Lost, 0.3) && len(got) == count-int(inj.Lost) && ordered(got) && longest(got) > 2
		}},
		"loss in short runs": {Faults{Loss: 0.6, MaxLost: 2}, func(got []arrival, inj Injected) bool {
			return inj.Lost > count/4 && len(got) == count-int(inj.Lost) && longest(got) == 2
		}},
		"delay": {Faults{Delay: 3 * time.Millisecond, Jitter: 4 * time.Millisecond}, func(got []arrival, inj Injected) bool {
			low, high := delays(got)
			return len(got) == count && ordered(got) && low >= 3*time.Millisecond && low < 3100*time.Microsecond &&
				high <= 7*time.Millisecond && high > 6900*time.Microsecond
		}},
		"late": {Faults{Late: 0.2, LateBy: 35 * time.Millisecond}, func(got []arrival, inj Injected) bool {
			low, high := delays(got)
			return len(got) == count && about(inj.Late, 0.2) && low == 0 && high == 35*time.Millisecond && !ordered(got)
		}},
		"duplicates": {Faults{Duplicate: 0.2, Jitter: time.Millisecond}, func(got []arrival, inj Injected) bool {
			return about(inj.Duplicated, 0.2) && len(got) == count+int(inj.Duplicated)
		}},
		"reordered": {Faults{Reorder: 0.2}, func(got []arrival, inj Injected) bool {
			low, high := delays(got)
			return about(inj.Reordered, 0.2) && len(got) >= count-1 && !ordered(got) && low == 0 && high >= between
		}},
		"corrupted": {Faults{Corrupt: 0.2}, func(got []arrival, inj Injected) bool {
			broken := uint64(0)
			for _, a := range got {
				if !a.whole {
					broken++
				}
			}
			return about(inj.Corrupted, 0.2) && len(got) == count && broken == inj.Corrupted
		}},
		"replayed": {Faults{Replay: 0.2}, func(got []arrival, inj Injected) bool {
			old, newest := uint64(0), -1
			for _, a := range got {
				if a.number <= newest {
					old++
				}
				newest = max(newest, a.number)
			}
			return about(inj.Replayed, 0.2) && len(got) == count+int(inj.Replayed) && old == inj.Replayed
		}},
	}
	for name, row := range rows {
		f, s := newFaulty(11, row.faults)
		if got := play(t, f, s, 1, count); !row.check(got, f.Injected()) {
			low, high := delays(got)
			t.Errorf("%s: %d frames, %+v, delays %v to %v, in order %v, longest gap %d",
				name, len(got), f.Injected(), low, high, ordered(got), longest(got))
		}
	}
}

func ordered(got []arrival) bool {
	for i := 1; i < len(got); i++ {
		if got[i].number < got[i-1].number {
			return false
		}
	}
	return true
}

// longest is the longest run of frames that did not come.
func longest(got []arrival) int {
	gap := 0
	for i := 1; i < len(got); i++ {
		gap = max(gap, got[i].number-got[i-1].number-1)
	}
	return gap
}

func delays(got []arrival) (low, high time.Duration) {
	low = never
	for _, a := range got {
		d := a.at - time.Duration(a.number)*between
		low, high = min(low, d), max(high, d)
	}
	return low, high
}

// TestFullOfDelays gives more frames than can be delayed at once: the rest wait below, and
// none is lost.
func TestFullOfDelays(t *testing.T) {
	f, s := newFaulty(1, Faults{Delay: 500 * time.Millisecond})
	if got := play(t, f, s, 40, 50); len(got) != 2000 {
		t.Errorf("%d of 2000 frames came", len(got))
	}
}

// TestErrorsPass hands on what the link below says, and frames that are too short to name a
// sender.
func TestErrorsPass(t *testing.T) {
	f, s := newFaulty(1, Faults{})
	s.err = errors.New("cable cut")
	if _, _, err := f.Receive(make([]byte, 100)); err != s.err {
		t.Errorf("receive: %v", err)
	}
	if err := f.Send(nil); err != s.err || s.sent != 1 {
		t.Errorf("send: %v", err)
	}
	s.frames, s.at = [][]byte{{1, 2, 3}}, []time.Duration{0}
	if n, _, _ := f.Receive(make([]byte, 100)); n != 3 {
		t.Errorf("a frame of 3 bytes came as %d", n)
	}
}
