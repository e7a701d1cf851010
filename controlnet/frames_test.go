package controlnet

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"
)

// heardFrame lets a lan of five settle, and gives a host of it and the frame that another
// sends to it next, before anybody has received it.
func heardFrame(t *testing.T) (*lan, *Core, []byte) {
	t.Helper()
	l := newLAN(t, testConfig(5)).settled()
	l.cycles(2)
	var frame []byte
	l.sent = func(from int, f []byte) {
		if from == 3 {
			frame = slices.Clone(f)
		}
	}
	l.drop = func(from, to int, _ uint64) bool { return from == 3 && to == 0 }
	l.runUntil(2*l.cfg.Cycle, func() bool { return frame != nil })
	l.run(300 * time.Microsecond)
	return l, l.hosts[0].core, frame
}

// give hands the frame to host 0 of the lan at this instant and tells what became of it.
func (l *lan) give(frame []byte) (why Refusal, accepted bool) {
	c := l.hosts[0].core
	before := c.count
	l.step(0, Input{Frame: frame, At: l.hosts[0].local(l.now)})
	if c.count.Accepted > before.Accepted || c.count.Redundant > before.Redundant {
		return 0, true
	}
	for r := range NumRefusals {
		if c.count.Refused[r] > before.Refused[r] {
			return r, false
		}
	}
	l.t.Fatal("a frame was neither accepted nor counted")
	return 0, false
}

// reseal changes a frame and authenticates it again: what a host with the key could send.
func reseal(c *Core, frame []byte, change func(f *Frame)) []byte {
	f := Frame{Acks: make([]Ack, c.Hosts)}
	if err := c.decode(frame, &f); err != nil {
		panic(err)
	}
	f.Payload = slices.Clone(f.Payload)
	change(&f)
	out := make([]byte, c.size)
	c.encode(out, &f)
	key := c.keys.find(f.Epoch)
	c.keys.seal(max(key, 0), out)
	return out
}

// TestRefusals: each reason to refuse a frame, and that the frame itself would have been
// accepted ([C-4], [C-5], [C-6]).
func TestRefusals(t *testing.T) {
	raw := func(change func(f []byte)) func(*Core, []byte) []byte {
		return func(_ *Core, f []byte) []byte { f = slices.Clone(f); change(f); return f }
	}
	sealed := func(change func(f []byte)) func(*Core, []byte) []byte {
		return func(c *Core, f []byte) []byte { f = slices.Clone(f); change(f); c.keys.seal(0, f); return f }
	}
	field := func(change func(f *Frame)) func(*Core, []byte) []byte {
		return func(c *Core, f []byte) []byte { return reseal(c, f, change) }
	}
	for _, tc := range []struct {
		name string
		make func(*Core, []byte) []byte
		want Refusal
	}{
		{"empty", raw(func([]byte) {}), RefusedLength}, // cut below
		{"a byte short", func(_ *Core, f []byte) []byte { return f[:len(f)-1] }, RefusedLength},
		{"a byte long", func(_ *Core, f []byte) []byte { return append(slices.Clone(f), 0) }, RefusedLength},
		{"other magic", raw(func(f []byte) { f[0] ^= 1 }), RefusedFormat},
		{"other version", raw(func(f []byte) { f[3]++ }), RefusedFormat},
		{"other network", raw(func(f []byte) { f[5] ^= 1 }), RefusedForeign},
		{"other config", raw(func(f []byte) { f[12] ^= 1 }), RefusedConfig},
		{"no such sender", raw(func(f []byte) { f[28] = 5 }), RefusedSender},
		{"this host itself", raw(func(f []byte) { f[28] = 0 }), RefusedSender},
		{"unknown epoch", raw(func(f []byte) { f[19] = 9 }), RefusedEpoch},
		{"altered payload", raw(func(f []byte) { f[headerSize] ^= 1 }), RefusedMAC},
		{"altered authenticator", raw(func(f []byte) { f[len(f)-1] ^= 1 }), RefusedMAC},
		{"unknown flag", sealed(func(f []byte) { f[29] |= 4 }), RefusedFormat},
		{"reserve", sealed(func(f []byte) { f[30] = 1 }), RefusedFormat},
		{"offset past the cycle", field(func(f *Frame) { f.Offset = 200 * time.Millisecond }), RefusedFormat},
		{"negative offset", field(func(f *Frame) { f.Offset = -1 }), RefusedFormat},
		{"far cycle", field(func(f *Frame) { f.Cycle = 1 << 62 }), RefusedFormat},
		{"view of nobody", field(func(f *Frame) { f.View.Add(77) }), RefusedFormat},
		{"members that are none", field(func(f *Frame) { f.Members.Add(5) }), RefusedFormat},
		{"view without sync", field(func(f *Frame) { f.Synced = false }), RefusedFormat},
		{"payload that is said to be none", func(c *Core, f []byte) []byte {
			return sealed(func(f []byte) { f[29] &^= flagPayload; f[headerSize] = 1 })(c, f)
		}, RefusedFormat},
		{"earlier cycle", field(func(f *Frame) { f.Cycle-- }), RefusedOld},
		{"later cycle", field(func(f *Frame) { f.Cycle++ }), RefusedFuture},
		{"earlier number", field(func(f *Frame) { f.Seq -= 2 }), RefusedOld},
		{"before its slot", field(func(f *Frame) { f.Offset -= 2 * time.Millisecond }), RefusedEarly},
		{"after its slot", field(func(f *Frame) { f.Offset += 6 * time.Millisecond }), RefusedLate},
		{"another life", field(func(f *Frame) { f.Life++; f.Acks[0].Tag ^= 1 }), RefusedStale},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, c, frame := heardFrame(t)
			bad := tc.make(c, frame)
			if tc.name == "empty" {
				bad = []byte{}
			}
			before := c.peers[3].read
			if why, ok := l.give(bad); ok || why != tc.want {
				t.Errorf("accepted %v, refused as %v, want %v", ok, why, tc.want)
			}
			if c.peers[3].read != before {
				t.Error("a refused frame changed the reading of the clock")
			}
			if tc.want == RefusedOld || tc.want == RefusedFuture || tc.want == RefusedEarly || tc.want == RefusedLate {
				return // it was that host's, and has used its number
			}
			if why, ok := l.give(frame); !ok {
				t.Errorf("the good frame was refused as %v", why)
			}
		})
	}
}

// TestLateOnTheWay: a frame that is longer on the way than Delay and Limit is refused, and one
// that arrives before it can have left ([C-6]).
func TestLateOnTheWay(t *testing.T) {
	l, _, frame := heardFrame(t)
	l.run(l.cfg.Delay + l.cfg.Limit() + time.Millisecond)
	if why, ok := l.give(frame); ok || why != RefusedLate {
		t.Errorf("accepted %v, refused as %v", ok, why)
	}
	l, _, frame = heardFrame(t)
	l.hosts[0].origin -= l.cfg.Limit() + time.Millisecond // the receiver's clock goes back
	if why, ok := l.give(frame); ok || why != RefusedEarly {
		t.Errorf("accepted %v, refused as %v", ok, why)
	}
}

// TestRepeated: a frame once more, on its path and on another ([C-8], [C-17]).
func TestRepeated(t *testing.T) {
	l, c, frame := heardFrame(t)
	if why, ok := l.give(frame); !ok {
		t.Fatalf("refused as %v", why)
	}
	base := c.peers[3].read.base
	if why, ok := l.give(frame); ok || why != RefusedRepeated {
		t.Errorf("the same again: accepted %v, refused as %v", ok, why)
	}
	l.step(0, Input{Frame: frame, At: l.hosts[0].local(l.now) - 100*time.Microsecond, Path: 1})
	if c.count.Redundant != 1 {
		t.Error("the copy of the second path was not taken for one")
	}
	if got := base - c.peers[3].read.base; got < 99*time.Microsecond || got > 101*time.Microsecond {
		t.Errorf("the copy came 100us earlier on the second path, and the reading got %v shorter", got)
	}
	l.step(0, Input{Frame: frame, At: l.hosts[0].local(l.now), Path: 1})
	if c.count.Refused[RefusedRepeated] != 2 {
		t.Error("a second copy on the second path was not refused")
	}
	l.step(0, Input{Frame: frame, At: l.hosts[0].local(l.now), Path: -7}) // a driver's fault is no panic
}

// TestLateOnOnePath: a copy that comes too late on one path does not spoil the one that came in
// time on the other, if a driver hands it over first ([C-17]).
func TestLateOnOnePath(t *testing.T) {
	l, c, frame := heardFrame(t)
	inTime := l.hosts[0].local(l.now)
	l.run(l.cfg.Delay + l.cfg.Limit() + time.Millisecond)
	if why, ok := l.give(frame); ok || why != RefusedLate {
		t.Fatalf("accepted %v, refused as %v", ok, why)
	}
	before := c.count.Accepted
	l.step(0, Input{Frame: frame, At: inTime, Path: 1})
	if c.count.Accepted != before+1 || c.peers[3].heard != c.cycle {
		t.Errorf("the copy that came in time was not accepted: %+v", c.count)
	}
}

// TestReplay: whatever was ever recorded, sent again at any time, is never accepted: not in
// the same life, not after a restart of the sender or the receiver, not in a later key
// epoch, not by a host that starts ([C-8]).
func TestReplay(t *testing.T) {
	l := newLAN(t, testConfig(5))
	var tape [][]byte
	l.sent = func(_ int, f []byte) { tape = append(tape, f) }
	l.settled().cycles(20)
	l.sent = nil
	told := l.watchClocks()
	replay := func(what string) {
		t.Helper()
		c := l.hosts[0].core
		accepted := c.count.Accepted
		for _, f := range tape {
			if f[28] != 0 {
				l.step(0, Input{Frame: f, At: l.hosts[0].local(l.now)})
			}
		}
		if c.count.Accepted != accepted {
			t.Errorf("%s: %d recorded frames were accepted", what, c.count.Accepted-accepted)
		}
	}
	replay("same life")
	l.hosts[3].dead = true
	l.cycles(10)
	replay("a host that died")
	l.start(3)
	l.cycles(3)
	replay("a host that has restarted")
	l.settled()
	from := l.hosts[0].core.cycle + 10
	for _, s := range l.hosts {
		s.keys = []Key{testKey(1, 0), testKey(2, from)}
		if err := s.core.SetKeys(s.keys); err != nil {
			t.Fatal(err)
		}
	}
	l.cycles(15)
	replay("the next epoch, with the old key still held")
	for _, s := range l.hosts {
		s.keys = s.keys[1:]
		if err := s.core.SetKeys(s.keys); err != nil {
			t.Fatal(err)
		}
	}
	l.cycles(2)
	old := l.hosts[0].core.count.Refused[RefusedEpoch]
	replay("the next epoch")
	if l.hosts[0].core.count.Refused[RefusedEpoch] == old {
		t.Error("no frame was refused for its epoch")
	}
	l.settled()
	told()
}

// TestEarlierLife: a frame of the life before, recorded a moment ago, does not turn a host that has
// restarted at once back into what it was ([C-8]).
func TestEarlierLife(t *testing.T) {
	l := newLAN(t, testConfig(5)).settled()
	var tape [][]byte
	l.sent = func(from int, f []byte) {
		if from == 3 {
			tape = append(tape, slices.Clone(f))
		}
	}
	l.cycles(1)
	l.drop = func(from, to int, _ uint64) bool { return from == 3 && to == 0 } // withheld
	l.cycles(2)
	l.sent, l.drop = nil, nil
	l.hosts[3].dead = true
	l.start(3)
	c := l.hosts[0].core
	life := l.lives << 8
	if !l.runUntil(3*l.cfg.Cycle, func() bool { return c.peers[3].life == life && c.peers[3].vouched }) {
		t.Fatal("the new life was not vouched for within three cycles")
	}
	for _, f := range tape {
		if why, ok := l.give(f); ok || why != RefusedStale {
			t.Errorf("a frame of the earlier life: accepted %v, refused as %v", ok, why)
		}
	}
	if c.peers[3].life != life {
		t.Error("it is taken for its earlier life again")
	}
	l.settled()
}

// TestStartAmongRecordings: a host that starts with a wrong UTC, hears nobody alive, and is
// given all that was said at the time that it believes in, does not come into sync; and
// when the others are there again, it follows them ([C-8]).
func TestStartAmongRecordings(t *testing.T) {
	l := newLAN(t, testConfig(5))
	type heard struct {
		frame []byte
		at    time.Duration
	}
	var tape []heard
	l.sent = func(_ int, f []byte) { tape = append(tape, heard{f, l.now}) }
	l.settled().cycles(100)
	l.sent = nil
	l.run(time.Hour)
	for _, s := range l.hosts {
		s.dead = true
	}
	began := l.now
	l.hosts[0].utcOff = -began // it believes that it is when the tape begins
	l.start(0)
	for _, h := range tape {
		l.run(max(0, h.at+began-l.now))
		if h.frame[28] != 0 {
			l.step(0, Input{Frame: h.frame, At: l.hosts[0].local(l.now)})
		}
		if s := l.hosts[0].core.Status(); s.Sync == SyncKept {
			t.Fatalf("in sync by recordings: %+v", s)
		}
	}
	if n := l.hosts[0].core.count.Refused[RefusedStale]; n == 0 {
		t.Error("no frame was refused as stale")
	}
	for h := 1; h < 5; h++ {
		l.start(h)
	}
	l.settled()
	want := uint64((epochStart + l.now) / l.cfg.Cycle)
	if got := l.hosts[0].last.Cycle; got+20 < want || got > want+20 {
		t.Errorf("it is in cycle %d, the others began in %d", got, want)
	}
}

// TestKeyChange: all change to the next key in the same cycle and no frame is lost; one that
// does not have it is known before, and is out after ([C-7]).
func TestKeyChange(t *testing.T) {
	l := newLAN(t, testConfig(6)).settled()
	told := l.watchClocks()
	from := l.hosts[0].core.cycle + 12
	for h, s := range l.hosts[:5] {
		if err := s.core.SetKeys([]Key{testKey(1, 0), testKey(2, from)}); err != nil {
			t.Fatal(err)
		}
		_ = h
	}
	l.cycles(4)
	if r := l.hosts[0].core.Status().Ready; r != SetOf(5) {
		t.Errorf("ready are %b, not all but the sixth", r[0])
	}
	epochs := map[uint64]uint32{}
	l.sent = func(from int, f []byte) {
		c := l.hosts[from].core
		if from < 5 {
			if e, ok := epochs[c.cycle]; ok && e != c.tx.Epoch {
				t.Errorf("cycle %d: two epochs", c.cycle)
			}
			epochs[c.cycle] = c.tx.Epoch
		}
	}
	missed := l.hosts[0].core.peers[2].missed
	l.cycles(20)
	if epochs[from-1] != 1 || epochs[from] != 2 {
		t.Errorf("epochs around cycle %d: %v", from, epochs)
	}
	if got := l.hosts[0].core.peers[2].missed; got != missed {
		t.Errorf("%d frames of a host that changed over were lost", got-missed)
	}
	for h, s := range l.hosts {
		if in := s.last.InSync; in != (h < 5) {
			t.Errorf("host %d in sync: %v", h, in)
		}
	}
	if l.hosts[5].core.count.Refused[RefusedEpoch] == 0 {
		t.Error("the host without the key does not know why")
	}
	told()
	var frame []byte
	l.drop = func(from, to int, _ uint64) bool { return from == 3 && to == 0 }
	l.sent = func(from int, f []byte) {
		if from == 3 {
			frame = slices.Clone(f)
		}
	}
	l.runUntil(2*l.cfg.Cycle, func() bool { return frame != nil })
	old := reseal(l.hosts[0].core, frame, func(f *Frame) { f.Epoch = 1 })
	if why, ok := l.give(old); ok || why != RefusedEpoch {
		t.Errorf("a frame of this cycle, made with the old key: accepted %v, refused as %v", ok, why)
	}
	if why, ok := l.give(frame); !ok {
		t.Errorf("the same made with the right key was refused as %v", why)
	}
}

// TestUnfitKeys: each reason to refuse keys; the old ones stay ([C-7]).
func TestUnfitKeys(t *testing.T) {
	k := testKey
	twin := k(2, 5)
	twin.Secret = k(1, 0).Secret
	for name, keys := range map[string][]Key{
		"none":        nil,
		"too many":    {k(1, 0), k(2, 1), k(3, 2), k(4, 3), k(5, 4)},
		"epoch 0":     {k(0, 0)},
		"no secret":   {{Epoch: 1}},
		"descending":  {k(2, 0), k(1, 5)},
		"same cycle":  {k(1, 5), k(2, 5)},
		"same secret": {k(1, 0), twin},
	} {
		if err := checkKeys(keys); !errors.Is(err, ErrKeys) {
			t.Errorf("%s: %v", name, err)
		}
		l := newLAN(t, testConfig(2))
		c := l.hosts[0].core
		if c.SetKeys(keys) == nil || len(c.keys.keys) != 1 {
			t.Errorf("%s: not refused, or the old ones are gone", name)
		}
	}
}

// TestPayload: what is offered for a cycle is delivered once, at the next tick, to hosts in sync,
// and what is not offered in time never ([C-20]).
func TestPayload(t *testing.T) {
	l := newLAN(t, testConfig(4)).settled()
	for h, s := range l.hosts {
		s.payload = func(cycle uint64) []byte {
			if h == 2 && cycle%2 == 0 {
				return nil
			}
			return bytes.Repeat([]byte{byte(h), byte(cycle)}, 8)
		}
	}
	l.cycles(2)
	l.ticked = func(h int, tick *Tick) {
		want := 0
		for from := range l.hosts {
			if from != h && (from != 2 || tick.Cycle%2 == 0) {
				want++
			}
		}
		if len(tick.Frames) != want {
			t.Errorf("host %d, cycle %d: %d payloads, not %d", h, tick.Cycle, len(tick.Frames), want)
		}
		for _, r := range tick.Frames {
			if r.Cycle != tick.Cycle-1 || !bytes.Equal(r.Payload, bytes.Repeat([]byte{byte(r.Sender), byte(r.Cycle)}, 8)) {
				t.Errorf("host %d, cycle %d: %+v", h, tick.Cycle, r)
			}
		}
	}
	l.cycles(20)
	c := l.hosts[0].core
	l.runUntil(l.cfg.Cycle, func() bool { return !c.sent })
	if c.Offer(c.cycle+1, make([]byte, 16)) || c.Offer(c.cycle, make([]byte, 15)) || c.Offer(c.cycle-1, make([]byte, 16)) {
		t.Error("a payload of another cycle or length was taken")
	}
	l.runUntil(l.cfg.Cycle, func() bool { return c.sent })
	if c.Offer(c.cycle, make([]byte, 16)) {
		t.Error("a payload was taken after the slot")
	}
}

// TestLate: a host that begins a cycle late, or comes late to its slot, is silent in that cycle
// and counts it; the tick says how late it was ([C-9]).
func TestLate(t *testing.T) {
	for _, late := range []string{"tick", "slot"} {
		l := newLAN(t, testConfig(5)).settled()
		s := l.hosts[1]
		c := s.core
		l.runUntil(2*l.cfg.Cycle, func() bool { return c.sent })
		if late == "slot" {
			l.runUntil(2*l.cfg.Cycle, func() bool { return !c.sent })
		}
		s.stopped = true
		due := s.real(s.wake)
		l.run(due - l.now + l.cfg.Process + time.Millisecond)
		sent := c.count.Sent
		var told time.Duration
		l.ticked = func(h int, tick *Tick) {
			if h == 1 && told == 0 {
				told = tick.Late
			}
		}
		before := c.count.Refused
		l.resume(1)
		l.step(1, Input{})
		l.runUntil(l.cfg.Cycle, func() bool { return c.sent })
		if c.count.Refused != before {
			t.Errorf("%s: what came in time was refused: %v", late, c.count.Refused)
		}
		if c.count.Sent != sent {
			t.Errorf("%s: it spoke in that cycle", late)
		}
		if late == "tick" && (told < l.cfg.Process || c.count.LateTicks != 1) || late == "slot" && c.count.LateSlots != 1 {
			t.Errorf("%s: the tick said %v, counters %+v", late, told, c.count)
		}
		l.cycles(2)
		if !s.last.InSync || c.count.Sent == sent {
			t.Errorf("%s: it did not speak again: %+v", late, c.Status())
		}
	}
}
