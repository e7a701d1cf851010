package node_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/link/linktest"
)

// BenchmarkForgedFrame is what one frame of a flood costs the loop: to take it from a socket,
// bring its stamp to the local clock, and see the core refuse its authenticator. It is the
// figure behind the bound on a drain (see the package comment).
func BenchmarkForgedFrame(b *testing.B) {
	for _, kind := range []string{"udp", "packet"} {
		b.Run(kind, func(b *testing.B) { benchmarkForged(b, kind) })
	}
}

func benchmarkForged(b *testing.B, kind string) {
	net := linktest.New(b, 2)
	cfg := controlnet.Config{
		Network: 1, Hosts: 60, Cycle: 2 * time.Second, Delay: 5 * time.Millisecond, Process: 10 * time.Millisecond,
		Drift: 1e-4, Omissions: 2, Payload: controlnet.MaxPayload,
	}
	clk := clock.NewBoot()
	open := func(host int) *link.Socket {
		o := link.Options{Interface: linktest.Interface, Network: cfg.Network, FrameSize: cfg.FrameSize(), Clock: clk}
		var s *link.Socket
		var err error
		net.In(host, func() {
			if kind == "udp" {
				s, err = link.OpenUDP(link.UDPOptions{Options: o})
			} else {
				s, err = link.OpenPacket(link.PacketOptions{Options: o})
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	in, attacker := open(0), open(1)
	defer in.Close()
	defer attacker.Close()
	var out controlnet.Output
	core, err := controlnet.New(cfg, controlnet.Start{
		Now: clk.Now(), UTC: clk.UTC(), Life: 1, Keys: []controlnet.Key{{Epoch: 1, Secret: [controlnet.KeySize]byte{1}}},
	}, &out)
	if err != nil {
		b.Fatal(err)
	}
	forged := forge(b, cfg, clk)
	buf := make([]byte, controlnet.MaxFrameSize+1)
	const batch = 500
	took, done := 0, 0
	b.ReportAllocs()
	for b.ResetTimer(); done < b.N; done += took {
		b.StopTimer()
		for range batch {
			if err := attacker.Send(forged); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		for took = 0; took < batch; took++ {
			n, at, err := in.Receive(buf)
			if err != nil || n == 0 {
				b.Fatalf("frame %d of %d: %d bytes, %v", took, batch, n, err)
			}
			core.Step(&controlnet.Input{Now: clk.Now(), At: at, Frame: buf[:n]}, &out)
		}
	}
	if got := core.Status().Counters.Refused[controlnet.RefusedMAC]; got != uint64(done) {
		b.Fatalf("%d of %d were refused for their authenticator", got, done)
	}
}

// forge makes a frame that another host could have sent, if it held another key.
func forge(b *testing.B, cfg controlnet.Config, clk *clock.Boot) []byte {
	b.Helper()
	var out controlnet.Output
	cfg.Self = 1
	now := clk.Now()
	core, err := controlnet.New(cfg, controlnet.Start{
		Now: now, UTC: clk.UTC(), Life: 2, Keys: []controlnet.Key{{Epoch: 1, Secret: [controlnet.KeySize]byte{2}}},
	}, &out)
	if err != nil {
		b.Fatal(err)
	}
	for out.Send == nil {
		core.Step(&controlnet.Input{Now: out.Wake}, &out)
	}
	if binary.BigEndian.Uint32(out.Send) != controlnet.Magic {
		b.Fatal("no frame")
	}
	return append([]byte(nil), out.Send...)
}
