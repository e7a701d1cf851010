package controlnet

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"
)

// busyLAN is a network of n hosts that is in sync, and the frames that host 0 hears in its
// next cycles.
func busyLAN(tb testing.TB, n int) (*lan, []parcel) {
	tb.Helper()
	cfg := testConfig(n)
	cfg.Payload, cfg.Cycle = 160, time.Second
	t, ok := tb.(*testing.T)
	if !ok {
		t = new(testing.T)
	}
	l := newLAN(t, cfg).settled()
	var heard []parcel
	l.sent = func(from int, f []byte) {
		if from != 0 {
			heard = append(heard, parcel{due: l.now + 200*time.Microsecond, from: from, frame: slices.Clone(f)})
		}
	}
	return l, heard
}

// BenchmarkReceive is the cost of one frame received, of n hosts, with all that a cycle costs
// beside it: its share of the boundary and of the own frame. Nothing is allocated.
func BenchmarkReceive(b *testing.B) {
	for _, n := range []int{4, 7, 16, 64, 128} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			l, _ := busyLAN(b, n)
			c := l.hosts[0].core
			frames := make([]Frame, n)
			for h := range frames {
				frames[h] = Frame{Acks: make([]Ack, n), View: SetOf(n), Members: SetOf(n), Epoch: 1, Next: 1, Synced: true,
					Sender: Host(h), Life: c.peers[h].life, Payload: make([]byte, c.Payload), UTC: UTCUnknown, Seq: c.peers[h].seq}
			}
			// One cycle of n-1 frames is made outside of the clock, and then taken in.
			in, out := Input{}, Output{}
			wire := make([][]byte, n)
			for h := range wire {
				wire[h] = make([]byte, c.size)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; {
				b.StopTimer()
				begin := c.boundary(c.cycle + 1)
				cycle := c.cycle + 1
				last := c.own[c.seq%ownRing]
				for h := 1; h < n; h++ {
					f := &frames[h]
					f.Cycle, f.Offset, f.Seq = cycle, c.SlotStart(Host(h)), f.Seq+1
					f.Acks[0] = Ack{Tag: last.tag, Reading: 200_000}
					c.encode(wire[h], f)
					c.keys.seal(0, wire[h])
				}
				b.StartTimer()
				in = Input{Now: begin}
				c.Step(&in, &out)
				in = Input{Now: c.slot()}
				c.Step(&in, &out)
				for h := 1; h < n && i < b.N; h++ {
					at := c.boundary(cycle) + c.SlotStart(Host(h)) + 200*time.Microsecond
					in = Input{Now: at, At: at, Frame: wire[h]}
					c.Step(&in, &out)
					i++
				}
			}
			b.StopTimer()
			if c.count.Refused != l.hosts[0].core.count.Refused || c.count.Accepted == 0 || c.sync != SyncKept {
				b.Fatalf("the frames were not all accepted: %+v", c.Status())
			}
		})
	}
}

// TestNoAllocation: whole cycles, with frames heard, refused and sent, allocate nothing ([C-2]).
func TestNoAllocation(t *testing.T) {
	var tape []Input
	record := newLAN(t, testConfig(7)).settled()
	payload := bytes.Repeat([]byte{7}, 16)
	record.hosts[0].payload = func(uint64) []byte { return payload }
	record.given = func(h int, in Input) {
		if h == 0 {
			tape = append(tape, in)
			if in.Frame != nil {
				in.Frame = in.Frame[:40]
				tape = append(tape, in)
			}
		}
	}
	record.cycles(40)
	c := newLAN(t, testConfig(7)).settled().hosts[0].core // the same to the byte, some cycles ago
	var out Output
	i := 0
	allocs := testing.AllocsPerRun(len(tape)-1, func() {
		c.Step(&tape[i], &out)
		if out.Tick != nil {
			c.Offer(out.Tick.Cycle, payload)
		}
		i++
	})
	if allocs != 0 {
		t.Errorf("%v allocations an event", allocs)
	}
	if c.count.Accepted < 200 || c.count.Refused[RefusedLength] < 200 || c.sync != SyncKept || c.count.Sent < 40 {
		t.Errorf("the tape was not taken in: %+v", c.count)
	}
}
