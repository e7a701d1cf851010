package link_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/link/linktest"
	"golang.org/x/sys/unix"
)

const (
	network = 0x0102_0304_a0b0_c0d0
	size    = 200
)

// patience bounds how long a test waits for what must come.
const patience = 20 * time.Second

// opener opens a link of one kind.
type opener func(link.Options) (*link.Socket, error)

func udp(o link.Options) (*link.Socket, error) { return link.OpenUDP(link.UDPOptions{Options: o}) }

func packet(o link.Options) (*link.Socket, error) {
	return link.OpenPacket(link.PacketOptions{Options: o})
}

var kinds = map[string]opener{"udp": udp, "packet": packet}

func options() link.Options {
	return link.Options{Interface: linktest.Interface, Network: network, FrameSize: size, Clock: clock.NewBoot()}
}

// openAt opens a link in a host's namespace, for as long as the test runs.
func openAt(t *testing.T, n *linktest.Network, host int, open opener, o link.Options) *link.Socket {
	t.Helper()
	var s *link.Socket
	var err error
	n.In(host, func() { s, err = open(o) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// frame makes a frame of this network with something in it that tells it from others.
func frame(number uint64) []byte {
	f := make([]byte, size)
	binary.BigEndian.PutUint32(f, controlnet.Magic)
	binary.BigEndian.PutUint64(f[controlnet.NetworkAt:], network)
	for i := 12; i+8 <= size; i += 8 {
		binary.BigEndian.PutUint64(f[i:], number)
	}
	return f
}

// receive waits for a frame.
func receive(t *testing.T, s *link.Socket, buf []byte) ([]byte, time.Duration) {
	t.Helper()
	for start := time.Now(); time.Since(start) < patience; {
		n, at, err := s.Receive(buf)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return buf[:n], at
		}
		runtime.Gosched()
	}
	t.Fatalf("no frame came on %v in %v", s, patience)
	return nil, 0
}

func send(t *testing.T, s *link.Socket, f []byte) {
	t.Helper()
	if err := s.Send(f); err != nil {
		t.Fatal(err)
	}
}

// TestBothWays carries frames between three hosts: whole, to all others and not to oneself,
// with an instant of arrival between sending and receiving.
func TestBothWays(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			n := linktest.New(t, 3)
			var links []*link.Socket
			for h := range 3 {
				links = append(links, openAt(t, n, h, open, options()))
			}
			clk := clock.NewBoot()
			buf := make([]byte, controlnet.MaxFrameSize)
			awaitStamps(t, links[0], links[1], links[2])
			var before [3]link.Stats
			for h, l := range links {
				before[h] = l.Stats()
			}
			for i := range 60 {
				from, f := i%3, frame(uint64(i))
				before := clk.Now()
				send(t, links[from], f)
				for h := range 3 {
					if h == from {
						continue
					}
					got, at := receive(t, links[h], buf)
					if !bytes.Equal(got, f) {
						t.Fatalf("frame %d came as another", i)
					}
					// The conversion of the stamp reads two clocks; a stall between
					// them can make it wrong by half of its length, hence a little room.
					if now := clk.Now(); at < before-time.Millisecond || at > now {
						t.Errorf("frame %d arrived at %v, sent at %v, received at %v", i, at, before, now)
					}
				}
				if k, _, _ := links[from].Receive(buf); k != 0 {
					t.Fatalf("a link heard its own frame %d", i)
				}
			}
			for h, l := range links {
				st := l.Stats()
				if st.Sent-before[h].Sent != 20 || st.Received-before[h].Received != 40 || st.Dropped+st.Odd+st.Failed > 0 {
					t.Errorf("host %d: %+v, before it was %+v", h, st, before[h])
				}
				if st.Unstamped-before[h].Unstamped > 2 { // stalled for a second, or the clock was set
					t.Errorf("host %d: %d of 40 frames had no stamp", h, st.Unstamped-before[h].Unstamped)
				}
				if w := l.Warnings(); len(w) > 0 {
					t.Errorf("host %d as root: %q", h, w)
				}
			}
		})
	}
}

// awaitStamps sends frames until the kernel stamps them. It begins to when the first socket
// asks for it, but in the background.
func awaitStamps(t *testing.T, from *link.Socket, to ...*link.Socket) {
	t.Helper()
	buf := make([]byte, controlnet.MaxFrameSize)
	for start := time.Now(); time.Since(start) < patience; {
		send(t, from, frame(0))
		stamped := true
		for _, l := range to {
			before := l.Stats().Unstamped
			receive(t, l, buf)
			stamped = stamped && l.Stats().Unstamped == before
		}
		if stamped {
			return
		}
	}
	t.Fatalf("no frame was stamped in %v", patience)
}

// TestFilter sends what is no frame of this network, between frames that are, and sees the
// frames alone. The garbage is sent by links that are set up for it, so that it is right in
// every other respect.
func TestFilter(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			n := linktest.New(t, 2)
			in := openAt(t, n, 0, open, options())
			buf := make([]byte, controlnet.MaxFrameSize)
			for i, garbage := range [][]byte{
				frame(1)[:size-1], append(frame(2), 0), frame(3)[:120], make([]byte, size), bytes.Repeat([]byte{0xff}, size),
				flip(0), flip(3), flip(4), flip(11), make([]byte, controlnet.MaxFrameSize),
			} {
				o := options()
				o.FrameSize = len(garbage)
				out := openAt(t, n, 1, open, o)
				for range 3 {
					send(t, out, garbage)
				}
				out.Close()
				good := openAt(t, n, 1, open, options())
				f := frame(uint64(100 + i))
				send(t, good, f)
				good.Close()
				// One wire carries them in order: with this one the garbage is past.
				if got, _ := receive(t, in, buf); !bytes.Equal(got, f) {
					t.Fatalf("garbage %d was let through, %d bytes of it", i, len(got))
				}
			}
			if st := in.Stats(); st.Odd != 0 || st.Received != 10 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// flip returns a frame with one bit of a byte changed.
func flip(at int) []byte {
	f := frame(7)
	f[at] ^= 1 << rand.IntN(8)
	return f
}

// TestOverflow sends more than the receive queue holds and sees the loss counted.
func TestOverflow(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			n := linktest.New(t, 2)
			o := options()
			o.ReceiveBuffer = 20000
			in, out := openAt(t, n, 0, open, o), openAt(t, n, 1, open, options())
			const sent = 500
			for i := range sent {
				send(t, out, frame(uint64(i)))
			}
			got, buf := 0, make([]byte, size)
			for start := time.Now(); uint64(got)+in.Stats().Dropped < sent && time.Since(start) < patience; {
				if k, _, _ := in.Receive(buf); k > 0 {
					got++
				}
			}
			if st := in.Stats(); got == 0 || st.Dropped == 0 || uint64(got)+st.Dropped != sent {
				t.Errorf("of %d frames %d came and %d were dropped", sent, got, st.Dropped)
			}
		})
	}
}

// TestNoAllocation sends and receives real frames and sees no garbage made.
func TestNoAllocation(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			n := linktest.New(t, 2)
			in, out := openAt(t, n, 0, open, options()), openAt(t, n, 1, open, options())
			f, buf := frame(1), make([]byte, controlnet.MaxFrameSize)
			faulty := link.NewFaulty(in, clock.NewBoot(), 1)
			faulty.SetAll(link.Faults{Duplicate: 0.5})
			came := 0
			round := func() {
				if out.Send(f) != nil {
					return
				}
				for start := time.Now(); time.Since(start) < patience; {
					if k, _, _ := faulty.Receive(buf); k > 0 {
						came++
						return
					}
				}
			}
			for range 100 {
				round()
			}
			if a := testing.AllocsPerRun(1000, round); a != 0 || came < 1000 {
				t.Errorf("%v allocations a frame, %d frames came", a, came)
			}
		})
	}
}

// TestOnTheWire looks at UDP packets as they leave: time to live, mark and no fragments.
func TestOnTheWire(t *testing.T) {
	n := linktest.New(t, 2)
	out := openAt(t, n, 0, udp, options())
	fd := -1
	var err error
	n.In(1, func() {
		all := binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL}) // in network order
		fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK, int(all))
	})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	send(t, out, frame(1))
	buf := make([]byte, 2000)
	for start := time.Now(); ; {
		k, err := unix.Read(fd, buf)
		if err == nil && k == size+28 && buf[0] == 0x45 && buf[9] == unix.IPPROTO_UDP {
			break
		}
		if time.Since(start) > patience {
			t.Fatal("the packet did not come")
		}
	}
	if tos, ttl, flags := buf[1], buf[8], buf[6]; tos != 48<<2 || ttl != 1 || flags != 0x40 {
		t.Errorf("TOS %#x, TTL %d, flags %#x; want CS6, 1, do not fragment", tos, ttl, flags)
	}
	if got := netip.AddrFrom4([4]byte(buf[16:20])); got != link.DefaultGroup.Addr() {
		t.Errorf("went to %v", got)
	}
}

// TestOtherGroup sees that a link hears neither another group nor the host's own address.
func TestOtherGroup(t *testing.T) {
	n := linktest.New(t, 2)
	in := openAt(t, n, 0, udp, options())
	good := openAt(t, n, 1, udp, options())
	for _, group := range []string{"239.1.2.3:8755", "239.87.67.78:8756"} {
		g := netip.MustParseAddrPort(group)
		other := func(o link.Options) (*link.Socket, error) {
			return link.OpenUDP(link.UDPOptions{Options: o, Group: g})
		}
		openAt(t, n, 0, other, options()) // so that the host joins that group too
		send(t, openAt(t, n, 1, other, options()), frame(1))
	}
	var err error
	n.In(1, func() { err = sendTo("10.99.0.1:8755", frame(2)) })
	if err != nil {
		t.Fatal(err)
	}
	send(t, good, frame(3))
	if got, _ := receive(t, in, make([]byte, size)); !bytes.Equal(got, frame(3)) {
		t.Error("a frame of another group, port or address was heard")
	}
}

func sendTo(to string, data []byte) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	a := netip.MustParseAddrPort(to)
	return unix.Sendto(fd, data, 0, &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()})
}

// TestInterfaceDownAndUp takes a host's interface down and up again under its link.
func TestInterfaceDownAndUp(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			n := linktest.New(t, 2)
			a, b := openAt(t, n, 0, open, options()), openAt(t, n, 1, open, options())
			buf := make([]byte, size)
			n.Must(0, "ip link set cn0 down")
			if err := a.Send(frame(1)); err == nil {
				t.Error("sent on an interface that is down")
			}
			for range 3 { // says so once or never, and goes on
				a.Receive(buf)
			}
			n.Must(0, "ip link set cn0 up")
			// The bridge takes a moment to forward again, so both ways are tried until one
			// frame has come on each.
			exchange(t, a, b, buf)
			exchange(t, b, a, buf)
		})
	}
}

// exchange sends until a frame comes.
func exchange(t *testing.T, from, to *link.Socket, buf []byte) {
	t.Helper()
	for start := time.Now(); time.Since(start) < patience; {
		from.Send(frame(9))
		if n, _, _ := to.Receive(buf); n > 0 {
			return
		}
	}
	t.Errorf("nothing comes from %v any more", from)
}

// TestRefusedOptions sees each mistake refused in words that help.
func TestRefusedOptions(t *testing.T) {
	n := linktest.New(t, 1)
	n.Must(0, "ip link add bare type veth peer name other", "ip link set bare up", "ip link set other mtu 180")
	rows := []struct {
		want  string
		open  opener
		spoil func(o *link.Options)
	}{
		{"no interface:", udp, func(o *link.Options) { o.Interface = "" }},
		{"`ip link` lists", udp, func(o *link.Options) { o.Interface = "nic9" }},
		{"`ip link` lists", packet, func(o *link.Options) { o.Interface = "nic9" }},
		{"no IPv4 address", udp, func(o *link.Options) { o.Interface = "bare" }},
		{"MTU of 180 is too small for frames of 200", packet, func(o *link.Options) { o.Interface = "other" }},
		{"frames of 20 bytes", packet, func(o *link.Options) { o.FrameSize = 20 }},
		{"no clock", packet, func(o *link.Options) { o.Clock = nil }},
		{"must not be negative", packet, func(o *link.Options) { o.Priority = -1 }},
		{"is another process", udp, func(o *link.Options) {}},
		{"no IPv4 multicast address", func(o link.Options) (*link.Socket, error) {
			return link.OpenUDP(link.UDPOptions{Options: o, Group: netip.MustParseAddrPort("10.0.0.1:80")})
		}, func(o *link.Options) {}},
		{"DSCP of 64", func(o link.Options) (*link.Socket, error) {
			return link.OpenUDP(link.UDPOptions{Options: o, DSCP: 64})
		}, func(o *link.Options) {}},
		{"not a multicast address", func(o link.Options) (*link.Socket, error) {
			return link.OpenPacket(link.PacketOptions{Options: o, Group: [6]byte{2, 1, 1, 1, 1, 1}})
		}, func(o *link.Options) {}},
		{"EtherType 0x100", func(o link.Options) (*link.Socket, error) {
			return link.OpenPacket(link.PacketOptions{Options: o, EtherType: 0x100})
		}, func(o *link.Options) {}},
	}
	openAt(t, n, 0, udp, options())
	for _, row := range rows {
		o := options()
		row.spoil(&o)
		var err error
		n.In(0, func() { _, err = row.open(o) })
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v does not say %q", err, row.want)
		}
	}
}

// TestWithoutRights takes the rights from a thread and sees errors and warnings that name them.
func TestWithoutRights(t *testing.T) {
	n := linktest.New(t, 1)
	var errPacket, errUDP error
	var warnings []string
	n.In(0, func() {
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			errPacket = err
			return
		}
		_, errPacket = packet(options())
		o := options()
		o.Priority, o.ReceiveBuffer = 7, 1<<30
		var s *link.Socket
		if s, errUDP = udp(o); errUDP == nil {
			warnings = s.Warnings()
			s.Close()
		}
	})
	if errPacket == nil || !strings.Contains(errPacket.Error(), "CAP_NET_RAW") {
		t.Errorf("raw Ethernet without rights: %v", errPacket)
	}
	// Since Linux 5.7 a socket may be tied to a device without rights.
	if errUDP != nil && !strings.Contains(errUDP.Error(), "CAP_NET_RAW") {
		t.Errorf("UDP without rights: %v", errUDP)
	}
	if all := strings.Join(warnings, "\n"); errUDP == nil && (!strings.Contains(all, "net.core.rmem_max") || !strings.Contains(all, "without priority 7")) {
		t.Errorf("UDP without rights warns: %q", warnings)
	}
}
