package lab

import (
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

func init() { roles["intruder"] = runIntruder }

// intrusion is what an intruder starts from: somebody on the wire, without a key.
type intrusion struct {
	Config controlnet.Config
	Link   string
	Replay bool          // send one recorded frame, instead of garbage
	Every  time.Duration // the time between two frames; 0 for as fast as it goes
	Seed   uint64
}

// intruded is what an intruder says at the end.
type intruded struct {
	Sent uint64
	Over time.Duration
}

// intruder is the laboratory's hold on the process of one.
type intruder struct {
	*member
	result intruded
}

// Intrude adds a machine to the network that floods it between begin and end.
func (c *Cluster) intrude(in intrusion) (*intruder, error) {
	ns, err := c.net.Attach()
	if err != nil {
		return nil, err
	}
	m, err := c.run("intruder", ns, in)
	if err != nil {
		return nil, fmt.Errorf("start an intruder: %w", err)
	}
	return &intruder{member: m}, nil
}

// invite makes the intruder of an event.
func (p *player) invite(e *scenario.Event) error {
	in, err := p.intrude(intrusion{
		Config: p.Config, Link: p.Link, Replay: e.Kind == scenario.FloodReplay,
		Every: time.Duration(float64(p.Config.Cycle) / e.Rate), Seed: p.Seed,
	})
	p.floods = append(p.floods, in)
	return err
}

func (i *intruder) begin() error {
	if err := i.talk.enc.Encode(true); err != nil {
		return fmt.Errorf("let the intruder begin: %w", err)
	}
	return nil
}

// end stops the flood and waits until the process is gone.
func (i *intruder) end() error {
	if err := i.talk.enc.Encode(false); err != nil {
		return fmt.Errorf("stop the intruder: %w", err)
	}
	err := i.talk.dec.Decode(&i.result)
	if err2 := i.cmd.Wait(); err == nil {
		err = err2
	}
	i.talk.file.Close()
	if err != nil {
		return fmt.Errorf("stop the intruder: %w", err)
	}
	return nil
}

// flood is the intruder's process.
type flood struct {
	intrusion
	rng    *rand.Rand
	fd     int
	to     unix.Sockaddr
	frame  []byte // one of a host, as it was on the wire
	buf    []byte
	clock  *clock.Boot
	socket *link.Socket
}

// runIntruder is the role of an intruder: it records a frame, and floods when it is told to.
func runIntruder() error {
	t, err := inherited()
	if err != nil {
		return err
	}
	f := &flood{clock: clock.NewBoot()}
	if err := t.dec.Decode(&f.intrusion); err != nil {
		return fmt.Errorf("read what to do: %w", err)
	}
	if err := f.open(); err != nil {
		return err
	}
	var begin bool
	if err := t.dec.Decode(&begin); err != nil || !begin {
		return err
	}
	if err := f.record(); err != nil {
		return err
	}
	stop := make(chan error, 1)
	go func() { stop <- t.dec.Decode(&begin) }()
	began := f.clock.Now()
	result := intruded{}
	for next := began; ; next += f.Every {
		select {
		case err := <-stop:
			result.Over = f.clock.Now() - began
			if err != nil {
				return err
			}
			return t.enc.Encode(result)
		default:
		}
		// Behind its time it sends without waiting: a flood comes in bursts.
		if f.Every > 0 && next-f.clock.Now() > 100*time.Microsecond {
			f.clock.SleepUntil(next + 400*time.Microsecond)
		}
		if f.send() == nil {
			result.Sent++
		}
	}
}

// open makes the socket that the flood leaves by, which is not bound to frames of one length.
func (f *flood) open() (err error) {
	f.rng = rand.New(rand.NewPCG(f.Seed, 1))
	f.buf = make([]byte, f.Config.FrameSize()+200)
	dev, err := net.InterfaceByName(Interface(0))
	if err != nil {
		return err
	}
	if f.socket, err = openLink(f.Link, 0, &f.Config, f.clock); err != nil {
		return err
	}
	if f.Link == Packet {
		f.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		to := &unix.SockaddrLinklayer{Ifindex: dev.Index, Protocol: link.DefaultEtherType<<8&0xff00 | link.DefaultEtherType>>8, Halen: 6}
		copy(to.Addr[:], link.DefaultMAC[:])
		f.to = to
		return err
	}
	f.fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	f.to = &unix.SockaddrInet4{Addr: link.DefaultGroup.Addr().As4(), Port: int(link.DefaultGroup.Port())}
	return unix.SetsockoptIPMreqn(f.fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, &unix.IPMreqn{Ifindex: int32(dev.Index)})
}

// record waits for a frame of a host and keeps it.
func (f *flood) record() error {
	buf := make([]byte, controlnet.MaxFrameSize+1)
	for limit := f.clock.Now() + patience; f.clock.Now() < limit; f.clock.SleepUntil(f.clock.Now() + time.Millisecond) {
		n, _, err := f.socket.Receive(buf)
		if err != nil {
			return err
		}
		if n > 0 {
			f.frame = buf[:n]
			return f.socket.Close()
		}
	}
	return fmt.Errorf("no frame was heard in %v, so there is none to record", patience)
}

// send sends a frame of the flood: the recorded one, or one that differs from it behind the
// envelope, so that it costs as much as possible to refuse, or garbage of any length.
func (f *flood) send() error {
	out := f.frame
	if !f.Replay {
		out = f.buf[:len(f.frame)]
		envelope := copy(out, f.frame[:30])
		if f.rng.Uint32()&1 == 0 {
			out, envelope = f.buf[:1+f.rng.IntN(len(f.buf))], 0
		}
		for i := envelope; i < len(out); i++ {
			out[i] = byte(f.rng.Uint32())
		}
	}
	return unix.Sendto(f.fd, out, unix.MSG_DONTWAIT, f.to)
}
