package link

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/proactive-resilience/wormhole/controlnet"
	"golang.org/x/sys/unix"
)

const (
	// minFrame is the shortest frame of a control network (header, one acknowledgement and
	// MAC). It is above the 46 bytes to which Ethernet pads, so a length is exact.
	minFrame = 120
	maxFrame = controlnet.MaxFrameSize
)

// Socket is a link on one interface.
type Socket struct {
	name  string // for messages: kind and interface
	index int32  // of the interface
	size  int
	clk   Clock

	// What the system calls point to is part of the Socket, so that nothing is allocated.
	fd       int
	to       unix.RawSockaddrLinklayer // or a shorter one, of UDP
	toLen    uintptr
	header   unix.Msghdr
	vec      unix.Iovec
	control  controlBuffer
	warnings []string

	received, sent, unstamped, odd, failed atomic.Uint64

	mu     sync.Mutex // of closed and, for those who are not the user, of fd
	closed bool
}

// Stats count what a link did since it was opened.
type Stats struct {
	Sent     uint64
	Failed   uint64 // frames that the kernel did not take
	Received uint64
	// Unstamped are those received whose kernel stamp was missing or could not be relied
	// on: they bear the instant at which they were asked for.
	Unstamped uint64
	// Odd are frames that the filter should not have let through.
	Odd uint64
	// Dropped are frames for which the receive queue had no room. On UDP the kernel counts
	// with them what was sent to the group and refused by the filter.
	Dropped uint64
}

// newSocket makes a socket of the kind, with all options that both kinds have, and hands it
// to finish, which binds it. On an error nothing stays open.
func newSocket(name string, o Options, index, domain, skip int, finish func(s *Socket) error) (*Socket, error) {
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, hint(os.NewSyscallError("socket", err), "CAP_NET_RAW")
	}
	s := &Socket{name: name, index: int32(index), size: o.FrameSize, clk: o.Clock, fd: fd}
	if err = s.prepare(o, skip); err == nil {
		err = finish(s)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return s, nil
}

// prepare sets what has to be in place before the first frame arrives.
func (s *Socket) prepare(o Options, skip int) error {
	if err := attachFilter(s.fd, skip, s.size, o.Network); err != nil {
		return err
	}
	stamps := unix.SOF_TIMESTAMPING_RX_SOFTWARE | unix.SOF_TIMESTAMPING_SOFTWARE
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, stamps); err != nil {
		return fmt.Errorf("ask for receive stamps: %w", err)
	}
	s.growBuffer(o.ReceiveBuffer)
	return nil
}

// growBuffer asks for a receive buffer, beyond the system's limit if it may.
func (s *Socket) growBuffer(size int) {
	if unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) == nil {
		return
	}
	err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, size)
	got, err2 := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	got /= 2 // the kernel doubles what is asked for
	if err = errors.Join(err, err2); err != nil || got < size {
		s.warn("receive buffer of %d bytes instead of %d: a long stall loses frames; give the program CAP_NET_ADMIN or raise net.core.rmem_max", got, size)
	}
}

// prioritize sets the priority of what is sent, or warns.
func (s *Socket) prioritize(priority int) {
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_PRIORITY, priority); err != nil {
		s.warn("frames leave without priority %d (above 6 needs CAP_NET_ADMIN): %v", priority, err)
	}
}

func (s *Socket) warn(format string, args ...any) {
	s.warnings = append(s.warnings, s.name+": "+fmt.Sprintf(format, args...))
}

// Warnings say what of the options could not be had, and what that means.
func (s *Socket) Warnings() []string { return s.warnings }

// String names the link: its kind and its interface.
func (s *Socket) String() string { return s.name }

// Send gives a frame to the kernel. It does not wait for room: a frame that does not leave
// now would leave late.
func (s *Socket) Send(frame []byte) error {
	if len(frame) != s.size {
		return fmt.Errorf("send on %s: a frame of %d bytes, not %d", s.name, len(frame), s.size)
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&frame[0])),
		uintptr(len(frame)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&s.to)), s.toLen)
	if errno != 0 {
		s.failed.Add(1)
		return fmt.Errorf("send on %s: %w", s.name, errno)
	}
	s.sent.Add(1)
	return nil
}

// Receive takes one frame into buf, which must have room for one. It returns the frame's
// length and when it arrived by the link's clock, or length 0 if no frame waits.
func (s *Socket) Receive(buf []byte) (n int, at time.Duration, err error) {
	if len(buf) < s.size {
		return 0, 0, fmt.Errorf("receive on %s: room for %d bytes, a frame has %d", s.name, len(buf), s.size)
	}
	s.vec.Base = &buf[0]
	s.vec.SetLen(len(buf))
	s.header.Iov, s.header.Iovlen = &s.vec, 1
	s.header.Control = &s.control.bytes[0]
	s.header.SetControllen(controlSize)
	got, _, errno := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.header)), unix.MSG_DONTWAIT)
	s.vec.Base = nil
	switch {
	case errno == unix.EAGAIN:
		return 0, 0, nil
	case errno != 0:
		return 0, 0, fmt.Errorf("receive on %s: %w", s.name, errno)
	case int(got) != s.size || s.header.Flags&unix.MSG_TRUNC != 0:
		s.odd.Add(1)
		return 0, 0, fmt.Errorf("receive on %s: a frame of %d bytes, not %d", s.name, got, s.size)
	}
	s.received.Add(1)
	return s.size, s.arrival(), nil
}

// arrival is when the frame that was just received arrived.
func (s *Socket) arrival() time.Duration {
	if stamp, ok := softwareStamp(s.control.bytes[:s.header.Controllen]); ok {
		at, ok := s.clk.Arrival(stamp)
		if !ok {
			s.unstamped.Add(1)
		}
		return at
	}
	s.unstamped.Add(1)
	return s.clk.Now()
}

// Stats returns the counts. It may be called by any goroutine.
func (s *Socket) Stats() Stats {
	st := Stats{
		Sent: s.sent.Load(), Failed: s.failed.Load(),
		Received: s.received.Load(), Unstamped: s.unstamped.Load(), Odd: s.odd.Load(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		st.Dropped = dropped(s.fd)
	}
	return st
}

// dropped reads how many frames the kernel dropped for this socket.
func dropped(fd int) uint64 {
	const drops = 8 // SK_MEMINFO_DROPS
	var info [drops + 1]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 || size < uint32(unsafe.Sizeof(info)) {
		return 0
	}
	return uint64(info[drops])
}

// Close closes the link. Nobody may be in Send or Receive.
func (s *Socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return os.NewSyscallError("close "+s.name, unix.Close(s.fd))
}
