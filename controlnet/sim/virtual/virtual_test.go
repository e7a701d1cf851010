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

// TestEach: every number is run once, and progress ends with all.
func TestEach(t *testing.T) {
	for _, workers := range []int{0, 1, 3} {
		ran := make([]int, 500)
		last, total := 0, 0
		Each(len(ran), workers, func(done, of int) { last, total = done, of }, func(i int) { ran[i]++ })
		for i, n := range ran {
			if n != 1 {
				t.Fatalf("%d workers: %d was run %d times", workers, i, n)
			}
		}
		if last != 500 || total != 500 {
			t.Errorf("%d workers: progress ended with %d of %d", workers, last, total)
		}
	}
}

// TestFewer: what remains is what it takes to fail, in its order.
func TestFewer(t *testing.T) {
	items := []int{9, 1, 8, 2, 7, 3, 6, 4, 5}
	got := Fewer(items, func(s []int) bool { return slices.Contains(s, 2) && slices.Contains(s, 5) })
	if !slices.Equal(got, []int{2, 5}) {
		t.Errorf("%v remain", got)
	}
	if got := Fewer(items, func([]int) bool { return false }); !slices.Equal(got, items) {
		t.Errorf("nothing fails with fewer, and %v remain", got)
	}
}

// TestDigest: it depends on every part of every event, on their order, and not on when it was
// asked for.
func TestDigest(t *testing.T) {
	of := func(add func(d *Digest)) [32]byte {
		d := NewDigest()
		for i := range uint64(300) { // more than is hashed at once
			d.Add(1, 2, 3, i, 4)
		}
		add(&d)
		return d.Sum()
	}
	seen := map[[32]byte]int{}
	for i, add := range []func(d *Digest){
		func(*Digest) {},
		func(d *Digest) { d.Add(1, 0, 0, 0, 0) },
		func(d *Digest) { d.Add(0, 1, 0, 0, 0) },
		func(d *Digest) { d.Add(0, 0, 1, 0, 0) },
		func(d *Digest) { d.Add(0, 0, 0, 1, 0) },
		func(d *Digest) { d.Add(0, 0, 0, 0, 1) },
		func(d *Digest) { d.Add(0, 0, 0, 0, 1); d.Add(1, 0, 0, 0, 0) },
		func(d *Digest) { d.Add(1, 0, 0, 0, 0); d.Add(0, 0, 0, 0, 1) },
		func(d *Digest) { d.Write([]byte("other")) },
	} {
		sum := of(add)
		if other, ok := seen[sum]; ok {
			t.Errorf("runs %d and %d have the same digest", i, other)
		}
		seen[sum] = i
	}
	if of(func(d *Digest) { d.Sum() }) != of(func(*Digest) {}) {
		t.Error("asking for it changes it")
	}
}
