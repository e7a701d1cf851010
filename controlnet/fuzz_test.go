package controlnet

import (
	"bytes"
	"testing"
	"time"
)

// FuzzDecode: no bytes make the codec panic, and what it accepts is encoded to the same bytes
// again, so that a frame has one encoding ([C-2], [C-4]).
func FuzzDecode(f *testing.F) {
	cfg := testConfig(5)
	cfg.Self = 4
	c := newCodec(cfg)
	good := Frame{
		Epoch: 1, Cycle: 8_500_000_000, Sender: 3, Synced: true, Offset: 71 * time.Millisecond, Life: 99, Seq: 7,
		View: SetOf(5), Members: SetOf(4), UTC: -5, Next: 2, Payload: bytes.Repeat([]byte{3}, cfg.Payload), Acks: make([]Ack, 5),
	}
	good.Acks[4] = Ack{Tag: 0xdeadbeef, Reading: 217_000}
	b := make([]byte, c.size)
	c.encode(b, &good)
	f.Add(b)
	good.Synced, good.Payload, good.View, good.Members, good.UTC = false, nil, Set{}, Set{}, UTCUnknown
	c.encode(b, &good)
	f.Add(bytes.Clone(b))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, c.size))
	read := Frame{Acks: make([]Ack, 5)}
	again := make([]byte, c.size)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, ok := c.envelope(b); !ok || c.decode(b, &read) != nil {
			return
		}
		c.encode(again, &read)
		if body := len(again) - macSize; !bytes.Equal(again[:body], b[:body]) {
			t.Errorf("accepted\n%x\nwhich is encoded as\n%x", b[:body], again[:body])
		}
	})
}

// FuzzCore: any sequence of frames that a host with the key could make, however wrong, at any
// instants, makes no core panic, and neither time nor cycle of a host in sync go back ([C-2]).
func FuzzCore(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	f.Add(bytes.Repeat([]byte{0x12, 0x80, 0x01, 0xff, 0x7f, 0x44}, 40))
	f.Add(bytes.Repeat([]byte{0xf1, 3, 0, 9, 200, 17, 90}, 30))
	f.Fuzz(func(t *testing.T, script []byte) {
		l := newLAN(t, testConfig(4)).settled()
		c, s := l.hosts[0].core, l.hosts[0]
		last := uint64(0)
		l.ticked = func(h int, tick *Tick) {
			if h == 0 && tick.InSync {
				if tick.Cycle <= last {
					t.Fatalf("cycle %d after %d", tick.Cycle, last)
				}
				last = tick.Cycle
			}
		}
		for ; len(script) >= 8; script = script[8:] {
			b := script[:8]
			frame := Frame{
				Epoch: 1, Cycle: c.cycle + uint64(int64(int8(b[1]))), Sender: Host(1 + b[0]&1), Synced: b[0]&2 != 0,
				Offset: c.SlotStart(Host(1+b[0]&1)) + time.Duration(int8(b[2]))*time.Millisecond,
				Life:   c.peers[1+b[0]&1].life + uint64(b[3]&1), Seq: c.peers[1+b[0]&1].seq + uint32(b[4]), UTC: time.Duration(int8(b[5])) << 50,
				Next: 1, Acks: make([]Ack, 4),
			}
			if frame.Synced {
				frame.View, frame.Members = Set{uint64(b[6] & 15)}, Set{uint64(b[7] & 15)}
			}
			if b[0]&4 != 0 {
				frame.Cycle = uint64(b[1]) << 54
			}
			frame.Acks[0] = Ack{Tag: c.own[uint32(b[6])%ownRing].tag, Reading: int32(int8(b[7])) << (b[3] >> 3 & 31)}
			out := make([]byte, c.size)
			c.encode(out, &frame)
			c.keys.seal(0, out)
			l.step(0, Input{Frame: out, At: s.local(l.now) - time.Duration(b[5])*time.Millisecond, Path: int(int8(b[4]))})
			l.run(time.Duration(b[2]) * time.Millisecond)
		}
		l.cycles(3)
	})
}
