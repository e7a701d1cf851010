package node_test

import (
	"context"
	"encoding/binary"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/link/linktest"
	"github.com/proactive-resilience/wormhole/controlnet/node"
)

// patience bounds how long a test waits for what must come.
const patience = 60 * time.Second

// fixed is a source of keys that do not change, until a test changes them.
type fixed struct {
	keys atomic.Pointer[[]controlnet.Key]
}

func (f *fixed) Keys() ([]controlnet.Key, error) { return *f.keys.Load(), nil }

// TestRealNetwork runs three hosts in namespaces over two paths, UDP and raw Ethernet, until
// they are in sync and payloads have come, both given in a tick and offered from outside, and
// a new key epoch is in use; then ends them. Nothing here depends on how fast the machine
// is: the bounds are wide, and hosts that stalled come back.
func TestRealNetwork(t *testing.T) {
	const hosts = 3
	// Each loop keeps one of Go's processors while it sleeps.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU() + hosts))
	net := linktest.New(t, hosts)
	keys := &fixed{}
	keys.keys.Store(&[]controlnet.Key{{Epoch: 1, Secret: [controlnet.KeySize]byte{1}}})
	var inTick, offered [hosts]atomic.Uint64 // payloads that came, by receiver
	var nodes [hosts]*node.Node
	for h := range hosts {
		cfg := controlnet.Config{
			Network: 77, Hosts: hosts, Self: controlnet.Host(h), Cycle: 600 * time.Millisecond,
			Delay: 40 * time.Millisecond, Process: 60 * time.Millisecond, Drift: 1e-4, Omissions: 3, Payload: 16,
		}
		n, err := node.New(node.Options{
			Config: cfg, Keys: keys, Links: realLinks(t, net, h, &cfg), Clock: clock.NewBoot(),
			Warn: func(m string) { t.Logf("host %d: %s", h, m) },
			Tick: func(tick *controlnet.Tick) []byte {
				for _, f := range tick.Frames {
					switch {
					case binary.BigEndian.Uint64(f.Payload) != f.Cycle:
						t.Errorf("host %d: a payload of cycle %d came in %d", h, binary.BigEndian.Uint64(f.Payload), f.Cycle)
					case f.Payload[8] == 'o':
						offered[h].Add(1)
					default:
						inTick[h].Add(1)
					}
				}
				if h == 0 { // leaves it to Offer
					if tick.InSync {
						go nodes[0].Offer(tick.Cycle, payload(tick.Cycle, 'o'))
					}
					return nil
				}
				return payload(tick.Cycle, 't')
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		nodes[h] = n
	}
	end := start(t, nodes[:])
	defer end()
	await(t, "all hosts in sync", func() bool {
		for _, n := range nodes {
			if st := n.Status(); st.Sync != controlnet.SyncKept || st.View.Len() != hosts {
				return false
			}
		}
		return true
	})
	await(t, "payloads of both sorts, on both paths", func() bool {
		for h, n := range nodes {
			if inTick[h].Load() < 3 || h > 0 && offered[h].Load() < 3 {
				return false
			}
			for p, peer := range n.Peers(nil) {
				if p != h && (peer.OnPath[0] == 0 || peer.OnPath[1] == 0) {
					return false
				}
			}
		}
		return true
	})
	next := append(*keys.keys.Load(), controlnet.Key{
		Epoch: 2, From: nodes[0].Status().Cycle + 5, Secret: [controlnet.KeySize]byte{2},
	})
	keys.keys.Store(&next)
	await(t, "the new keys in use", func() bool {
		for _, n := range nodes {
			if st := n.Status(); st.Epoch != 2 || st.Sync != controlnet.SyncKept {
				return false
			}
		}
		return true
	})
	var times node.Times
	nodes[1].Times(&times)
	if times.Frames == 0 || times.Wake.Count == 0 || times.Send.Count == 0 || times.Late.Count == 0 || times.SendErrors > 0 {
		t.Errorf("measured nothing: %+v", times.Counts)
	}
	t.Logf("wake-ups that were due: %d, late p50 %v, p99 %v, longest %v; sends p50 %v, longest %v",
		times.Due.Count, times.Due.Quantile(0.5), times.Due.Quantile(0.99), times.Due.Max, times.Send.Quantile(0.5), times.Send.Max)
}

// payload is one that names its cycle and who made it.
func payload(cycle uint64, sort byte) []byte {
	b := make([]byte, 16)
	binary.BigEndian.PutUint64(b, cycle)
	b[8] = sort
	return b
}

// realLinks opens both kinds of link for a host.
func realLinks(t *testing.T, net *linktest.Network, h int, cfg *controlnet.Config) []node.Link {
	t.Helper()
	o := link.Options{
		Interface: linktest.Interface, Network: cfg.Network, FrameSize: cfg.FrameSize(), Clock: clock.NewBoot(),
	}
	var udp, packet *link.Socket
	var errUDP, errPacket error
	net.In(h, func() {
		udp, errUDP = link.OpenUDP(link.UDPOptions{Options: o})
		packet, errPacket = link.OpenPacket(link.PacketOptions{Options: o})
	})
	if errUDP != nil || errPacket != nil {
		t.Fatal(errUDP, errPacket)
	}
	t.Cleanup(func() { udp.Close(); packet.Close() })
	return []node.Link{udp, packet}
}

// start runs the nodes, and returns what ends them.
func start(t *testing.T, nodes []*node.Node) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for h, n := range nodes {
		wg.Go(func() {
			if err := n.Run(ctx); err != nil {
				t.Errorf("host %d: %v", h, err)
			}
		})
	}
	return func() {
		cancel()
		wg.Wait()
		if err := nodes[0].Run(context.Background()); err == nil {
			t.Error("a node ran twice")
		}
	}
}

// await waits until good holds.
func await(t *testing.T, what string, good func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for start := time.Now(); !good(); <-tick.C {
		if time.Since(start) > patience {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
