package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/node"
	"github.com/proactive-resilience/wormhole/controlnet/realtime"
)

// The kinds of link that a cluster can have.
const (
	UDP    = "udp"    // UDP multicast
	Packet = "packet" // raw Ethernet
)

func init() { roles["host"] = runHost }

// host is a process that runs one node.
type host struct {
	settings
	talk   *talk
	clock  *clock.Skewed
	origin *origin
	node   *node.Node
	links  []node.Link
	socket []*link.Socket
	faulty []*link.Faulty
	keys   heldKeys
	report reporter
	began  time.Duration
	usage  unix.Rusage // when the loop began
}

// heldKeys is a source of keys that the laboratory feeds.
type heldKeys struct {
	keys atomic.Pointer[[]controlnet.Key]
}

// Keys returns the keys that were given last.
func (k *heldKeys) Keys() ([]controlnet.Key, error) { return *k.keys.Load(), nil }

// runHost is the role of a host.
func runHost() error {
	t, err := inherited()
	if err != nil {
		return err
	}
	h := &host{talk: t}
	if err := t.dec.Decode(&h.settings); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if err := h.open(); err != nil {
		return err
	}
	return h.run()
}

// open makes everything that the node needs, and the node.
func (h *host) open() error {
	h.report.init(h)
	thread := func() {}
	if h.Realtime {
		r := realtime.Enter(realtime.Options{})
		thread = func() {
			if err := realtime.Loop(); err != nil {
				h.report.warn(err.Error())
			}
		}
		for _, w := range r.Warnings {
			h.report.warn(w)
		}
	}
	h.origin = &origin{Clock: clock.NewBoot()}
	h.clock = clock.NewSkewed(h.origin, h.Skew)
	h.keys.keys.Store(&h.settings.Keys)
	for path := range h.Paths {
		s, err := openLink(h.Link, path, &h.Config, h.clock)
		if err != nil {
			return err
		}
		h.socket = append(h.socket, s)
		if !h.Faulty {
			h.links = append(h.links, s)
			continue
		}
		f := link.NewFaulty(s, h.clock, h.Seed<<16|uint64(h.Config.Self)<<8|uint64(path))
		h.faulty, h.links = append(h.faulty, f), append(h.links, f)
	}
	var err error
	h.node, err = node.New(node.Options{
		Config: h.Config, Keys: &h.keys, Links: h.links, Clock: h.clock, Floor: h.Floor,
		Thread: thread, Tick: h.report.tick, Warn: h.report.warn,
	})
	return err
}

// openLink opens a link of the kind on the interface of a path.
func openLink(kind string, path int, c *controlnet.Config, clk clock.Clock) (*link.Socket, error) {
	o := link.Options{Interface: Interface(path), Network: c.Network, FrameSize: c.FrameSize(), Clock: clk}
	switch kind {
	case UDP:
		return link.OpenUDP(link.UDPOptions{Options: o})
	case Packet:
		return link.OpenPacket(link.PacketOptions{Options: o})
	}
	return nil, fmt.Errorf("no kind of link is called %q: use %s or %s", kind, UDP, Packet)
}

// run runs the node until the laboratory has it finish, or is gone.
func (h *host) run() error {
	ctx, cancel := context.WithCancel(context.Background())
	orders := make(chan error, 1)
	go func() {
		orders <- h.obey()
		cancel()
	}()
	h.began = h.origin.Now()
	unix.Getrusage(unix.RUSAGE_SELF, &h.usage)
	go h.report.send()
	if err := h.node.Run(ctx); err != nil {
		return err
	}
	if err := <-orders; err != nil {
		return err
	}
	return h.report.finish(h.final())
}

// obey carries out orders until the one to finish.
func (h *host) obey() error {
	for {
		var o order
		switch err := h.talk.dec.Decode(&o); {
		case errors.Is(err, io.EOF):
			os.Exit(0) // the laboratory is gone, and nobody reads what would be said
		case err != nil:
			return fmt.Errorf("read an order: %w", err)
		case o.Finish:
			return nil
		}
		for _, f := range o.Faults {
			h.faulty[f.Path].SetAll(f.Faults)
		}
		if o.Keys != nil {
			h.keys.keys.Store(&o.Keys)
		}
	}
}

// final puts together what was counted.
func (h *host) final() *Final {
	var times node.Times
	h.node.Times(&times)
	f := &Final{
		Host: h.Config.Self, Life: h.Life, Status: h.node.Status(), Peers: h.node.Peers(nil),
		Wake: quantiles(&times.Wake), Send: quantiles(&times.Send), Counts: times.Counts,
		Dropped: h.report.dropped.Load(), Over: h.origin.Now() - h.began,
	}
	var now unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &now)
	f.CPU = cpu(&now) - cpu(&h.usage)
	f.Switches = now.Nivcsw - h.usage.Nivcsw
	for _, faulty := range h.faulty {
		f.Injected = append(f.Injected, faulty.Injected())
	}
	for _, s := range h.socket {
		f.Links = append(f.Links, s.Stats())
	}
	return f
}

func cpu(u *unix.Rusage) time.Duration {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
