package node

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/link"
)

// TestNetworkComesUp starts hosts whose clocks differ by minutes and drift apart, and sees
// them agree on cycle and boundary within the bound that they state, and carry payloads.
func TestNetworkComesUp(t *testing.T) {
	const hosts = 4
	b := newLab(t, hosts)
	type begin struct {
		at    time.Duration
		bound time.Duration
	}
	begins := map[uint64][]begin{}
	payloads := 0
	b.onTick = func(h int, tick *controlnet.Tick) []byte {
		if !tick.InSync {
			return nil
		}
		// Boundary is by the local clock: turn it into how long ago it was.
		ago := b.clocks[h].Now() - tick.Boundary
		begins[tick.Cycle] = append(begins[tick.Cycle], begin{b.time.now - ago, tick.Bound})
		for _, f := range tick.Frames {
			if got := binary.BigEndian.Uint64(f.Payload); got != f.Cycle<<8|uint64(f.Sender) || f.Cycle != tick.Cycle-1 {
				t.Errorf("host %d in cycle %d: payload %#x of host %d in cycle %d", h, tick.Cycle, got, f.Sender, f.Cycle)
			}
			payloads++
		}
		p := make([]byte, 16)
		binary.BigEndian.PutUint64(p, tick.Cycle<<8|uint64(h))
		return p
	}
	b.run(20 * time.Second)
	whole := 0
	for cycle, all := range begins {
		for _, x := range all {
			for _, y := range all {
				if d := (x.at - y.at).Abs(); d > x.bound {
					t.Errorf("cycle %d begins %v apart, the bound is %v", cycle, d, x.bound)
				}
			}
		}
		if len(all) == hosts {
			whole++
		}
	}
	if whole < 150 || payloads < 150*hosts*(hosts-1) {
		t.Errorf("in 200 cycles all hosts were in sync in %d, and %d payloads came", whole, payloads)
	}
	for h, n := range b.nodes {
		st := n.Status()
		if st.Sync != controlnet.SyncKept || st.View.Len() != hosts || st.Counters.LateTicks != 0 {
			t.Errorf("host %d ends %v with a view of %d and %d late ticks", h, st.Sync, st.View.Len(), st.Counters.LateTicks)
		}
		for p, peer := range n.Peers(nil) {
			if p != h && !peer.Contact {
				t.Errorf("host %d has no contact with %d", h, p)
			}
		}
	}
}

// TestFaultyLinks keeps losses within the omission degree and delays within Delay, and
// doubles and replays frames: sync must hold all the while.
func TestFaultyLinks(t *testing.T) {
	b := newLab(t, 4)
	b.run(5 * time.Second)
	for _, f := range b.faulty {
		f.SetAll(link.Faults{
			Loss: 0.2, MaxLost: 2, Jitter: time.Millisecond, Duplicate: 0.2, Replay: 0.2,
		})
	}
	before := append([]int(nil), b.ticks...)
	b.run(30 * time.Second)
	for h, n := range b.nodes {
		st := n.Status()
		got := b.ticks[h] - before[h]
		if inj := b.faulty[h].Injected(); inj.Lost == 0 || inj.Duplicated == 0 || inj.Replayed == 0 {
			t.Errorf("host %d: not all faults were injected: %+v", h, inj)
		}
		if got < 295 || st.Counters.SyncLost > 0 {
			t.Errorf("host %d was in sync in %d of 300 cycles and lost sync %d times: %+v", h, got, st.Counters.SyncLost, st.Counters)
		}
	}
}

// TestOfferFromOutside offers between the boundary and the slot, too late, and for a wrong
// cycle, and sees what the others get.
func TestOfferFromOutside(t *testing.T) {
	b := newLab(t, 3)
	var cycle uint64
	got := map[uint64]string{}
	b.onTick = func(h int, tick *controlnet.Tick) []byte {
		switch h {
		case 0:
			cycle = tick.Cycle
		case 1:
			for _, f := range tick.Frames {
				got[f.Cycle] = string(f.Payload)
			}
		}
		return nil
	}
	b.run(5 * time.Second)
	payload := func(s string) []byte { return []byte(s + strings.Repeat(".", 16-len(s))) }
	next := func() {
		for before := cycle; cycle == before; {
			b.turn()
		}
	}
	next()
	first := cycle
	b.nodes[0].Offer(cycle, payload("first"))
	second := payload("second")
	b.nodes[0].Offer(cycle, second)
	second[0] = 'x' // it was copied
	next()
	b.nodes[0].Offer(cycle-1, payload("late"))
	next()
	b.nodes[0].Offer(cycle, []byte("short"))
	next()
	next()
	if want := string(payload("second")); got[first] != want {
		t.Errorf("cycle %d carried %q, not %q", first, got[first], want)
	}
	if len(got) != 1 {
		t.Errorf("payloads that were refused were sent: %q", got)
	}
	var times Times
	if b.nodes[0].Times(&times); times.RefusedOffers != 2 {
		t.Errorf("%d offers were refused, not 2", times.RefusedOffers)
	}
}

// TestFloodKeepsTheSlot fills a host's queue at every turn with forged frames that only the
// authenticator tells from the real, and sees that host send in its slot, no drain take more
// than its bound, and the flood not much more than a fourth of the time.
func TestFloodKeepsTheSlot(t *testing.T) {
	b := newLab(t, 3)
	b.run(5 * time.Second)
	n, q := b.nodes[0], &b.wire.queues[0]
	n.opt.Links[0] = b.ports[0]
	forged := make([]byte, n.opt.Config.FrameSize())
	binary.BigEndian.PutUint32(forged, controlnet.Magic)
	binary.BigEndian.PutUint64(forged[controlnet.NetworkAt:], n.opt.Config.Network)
	sent := n.Status().Counters.Sent
	b.ports[0].cost = 100 * time.Microsecond // a slow machine: a drain takes 2.2 ms
	frames := n.times.frames.Load()
	for end := b.time.now + 10*time.Second; b.time.now < end; {
		for q.tail-q.head < len(q.frames) {
			q.put(forged, b.time.now)
		}
		before := n.times.frames.Load()
		b.turn()
		if took := n.times.frames.Load() - before; took > uint64(n.loop.limit) {
			t.Fatalf("a drain took %d frames, more than %d", took, n.loop.limit)
		}
	}
	st := n.Status()
	if got := st.Counters.Sent - sent; got < 95 || st.Counters.LateSlots+st.Counters.LateTicks > 0 {
		t.Errorf("sent %d frames in 100 cycles, missed %d slots", got, st.Counters.LateSlots)
	}
	var times Times
	n.Times(&times)
	if busy := float64(times.Frames-frames) * 100e-6 / 10; busy > 0.3 || busy < 0.2 { // boundaries and slots drain too
		t.Errorf("the flood took %.3f of the time", busy)
	}
	if times.Drain.Max < 2200*time.Microsecond || times.Drain.Max > 2500*time.Microsecond {
		t.Errorf("the longest drain took %v", times.Drain.Max)
	}
	if times.FullDrains < 1000 || q.dropped < 100 {
		t.Errorf("only %d drains were full and %d frames dropped: that was no flood", times.FullDrains, q.dropped)
	}
}

// TestDrainBeforeTick has a frame wait in a host's queue at each boundary, at which no drain
// is due, and sees it taken before the tick.
func TestDrainBeforeTick(t *testing.T) {
	b := newLab(t, 3)
	b.run(5 * time.Second)
	n, q := b.nodes[0], &b.wire.queues[0]
	n.opt.Links[0] = b.ports[0]
	ticks := 0
	b.onTick = func(h int, tick *controlnet.Tick) []byte {
		if h == 0 {
			ticks++
			if q.head != q.tail {
				t.Errorf("%d frames wait at the tick of cycle %d", q.tail-q.head, tick.Cycle)
			}
		}
		return nil
	}
	for ticks < 20 {
		n.loop.drain = n.loop.wake + time.Millisecond
		q.put([]byte("garbage"), b.time.now)
		for b.turn() != 0 {
		}
	}
}

// TestSlowAndFailingSends sees both counted, and warned of once, not each time.
func TestSlowAndFailingSends(t *testing.T) {
	b := newLab(t, 3)
	n := b.nodes[1]
	b.ports[1].slow = n.opt.Config.Process + time.Millisecond
	b.ports[1].err = errors.New("cable cut")
	b.run(5 * time.Second)
	var times Times
	n.Times(&times)
	if times.SlowSends < 40 || times.SendErrors != times.SlowSends || int64(times.SlowSends) != times.Send.Count {
		t.Errorf("of %d frames, %d were slow and %d failed", times.Send.Count, times.SlowSends, times.SendErrors)
	}
	var said []string
	for len(n.warns) > 0 {
		said = append(said, <-n.warns)
	}
	if all := strings.Join(said, "\n"); len(said) != 2 || !strings.Contains(all, "cable cut") || !strings.Contains(all, "does not keep its bounds") {
		t.Errorf("warned %d times: %q", len(said), said)
	}
}

// TestNewKeys hands the next epoch to all hosts while they run, and bad keys to one.
func TestNewKeys(t *testing.T) {
	b := newLab(t, 3)
	b.run(5 * time.Second)
	two := append(someKeys(), controlnet.Key{
		Epoch: 2, From: b.nodes[0].Status().Cycle + 20, Secret: [controlnet.KeySize]byte{9},
	})
	for _, n := range b.nodes {
		n.fresh.Store(&two)
	}
	b.run(time.Second)
	bad := []controlnet.Key{{}}
	b.nodes[2].fresh.Store(&bad)
	b.run(5 * time.Second)
	for h, n := range b.nodes {
		st := n.Status()
		if st.Epoch != 2 || st.Sync != controlnet.SyncKept || st.Counters.SyncLost > 0 {
			t.Errorf("host %d ends in epoch %d, %v", h, st.Epoch, st.Sync)
		}
	}
	if len(b.nodes[2].warns) != 1 || !strings.Contains(<-b.nodes[2].warns, "keys in use stay") {
		t.Error("nobody was warned of the bad keys")
	}
}

// TestNoAllocation lets a network in sync run and sees that its loops leave no garbage.
func TestNoAllocation(t *testing.T) {
	b := newLab(t, 4)
	payload := make([]byte, 16)
	b.onTick = func(int, *controlnet.Tick) []byte { return payload }
	for _, f := range b.faulty {
		f.SetAll(link.Faults{Loss: 0.1, MaxLost: 1, Duplicate: 0.1, Replay: 0.1})
	}
	b.run(20 * time.Second) // so that everything has come to its size
	if n := testing.AllocsPerRun(50, func() { b.run(time.Second) }); n != 0 {
		t.Errorf("%v allocations in a second of 4 hosts", n)
	}
}

// TestOptions refuses what cannot work, in words that say what.
func TestOptions(t *testing.T) {
	v := &virtual{now: time.Hour}
	good := func() Options {
		return Options{
			Config: config(3), Keys: &fixedKeys{keys: someKeys()}, Links: []Link{&port{}}, Clock: v,
			Tick: func(*controlnet.Tick) []byte { return nil },
		}
	}
	for want, spoil := range map[string]func(o *Options){
		"":                       func(o *Options) {},
		"keys, clock and tick":   func(o *Options) { o.Tick = nil },
		"0 links":                func(o *Options) { o.Links = nil },
		"3 links, not 1 to 2":    func(o *Options) { o.Links = make([]Link, 3) },
		"not 1 to 128":           func(o *Options) { o.Config.Hosts = 0 },
		"read the keys: no disk": func(o *Options) { o.Keys = &fixedKeys{err: errors.New("no disk")} },
		"unfit keys: 0 of them":  func(o *Options) { o.Keys = &fixedKeys{} },
	} {
		o := good()
		spoil(&o)
		n, err := New(o)
		switch {
		case want == "" && (err != nil || n.opt.Life == 0):
			t.Errorf("good options: %v", err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
