package virtual

import (
	"slices"
	"testing"
	"time"
)

// TestQueue: events come by their instants, and those of one instant as they were pushed.
func TestQueue(t *testing.T) {
	type entry struct {
		at time.Duration
		n  int
	}
	var q Queue[int]
	var want []entry
	d := NewDice(1)
	for n := range 2000 {
		at := time.Duration(d.Below(50, 0, uint64(n), 0, 0))
		q.Push(at, n)
		want = append(want, entry{at, n})
	}
	slices.SortStableFunc(want, func(a, b entry) int { return int(a.at - b.at) })
	for _, w := range want {
		if next := q.Next(); next != w.at {
			t.Fatalf("next is at %v, not %v", next, w.at)
		}
		if at, n := q.Pop(); at != w.at || n != w.n {
			t.Fatalf("event %d at %v, not %d at %v", n, at, w.n, w.at)
		}
	}
	if q.Len() != 0 {
		t.Errorf("%d events are left", q.Len())
	}
}

// TestClock: When is the inverse of At, and a clock that is turned goes on from where it was.
func TestClock(t *testing.T) {
	c := Clock{Local: time.Hour, Rate: 1 + 1e-4}
	for real := time.Duration(0); real < time.Minute; real += 777777 * time.Nanosecond {
		if real == 30*777777*time.Nanosecond {
			before := c.At(real)
			c.Turn(real, 1-2e-4, time.Millisecond)
			if got := c.At(real) - before; got != time.Millisecond {
				t.Fatalf("turned by 1ms, it jumped by %v", got)
			}
		}
		local := c.At(real)
		if at := c.When(local); c.At(at) < local || at-real > 4 {
			t.Fatalf("it shows %v at %v, and is said to at %v", local, real, at)
		}
	}
}

// TestDice: a draw depends on the seed and on what it is for, and on nothing else; chances and
// ranges are what they say.
func TestDice(t *testing.T) {
	d := NewDice(7)
	if d.Of(1, 2, 3, 4) != NewDice(7).Of(1, 2, 3, 4) {
		t.Error("two draws for the same use differ")
	}
	seen := map[uint64]bool{}
	hits := 0
	for i := range uint64(10000) {
		seen[d.Of(1, i, 0, 0)] = true
		seen[d.Of(1, 0, i+1, 0)] = true
		if d.Chance(0.25, 2, i, 0, 0) {
			hits++
		}
		if got := d.Between(time.Second, 2*time.Second, 3, i, 0, 0); got < time.Second || got > 2*time.Second {
			t.Fatalf("%v is not between 1s and 2s", got)
		}
	}
	if len(seen) != 20000 || hits < 2300 || hits > 2700 {
		t.Errorf("%d of 20000 draws are different, %d of 10000 hits of a quarter", len(seen), hits)
	}
	if d.Chance(0, 1, 1, 1, 1) || d.Between(5, 5, 0, 0, 0, 0) != 5 {
		t.Error("what cannot happen happens")
	}
}
