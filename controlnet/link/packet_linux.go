package link

import (
	"encoding/binary"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

const (
	// DefaultEtherType is the first of the two that IEEE 802 leaves to experiments on a
	// network of one's own.
	DefaultEtherType = 0x88b5

	// minEtherType is the least that is not a length.
	minEtherType = 0x0600
)

// DefaultMAC is the address that frames are sent to where none is given: a locally
// administered multicast address.
var DefaultMAC = [6]byte{0x03, 'W', 'C', 'N', 0, 1}

// PacketOptions are the options of a link by raw Ethernet frames.
type PacketOptions struct {
	Options
	// EtherType tells the frames from those of other protocols; 0 is DefaultEtherType.
	EtherType int
	// Group is the address that frames are sent to, a multicast or the broadcast address;
	// the zero value is DefaultMAC.
	Group [6]byte
}

// OpenPacket opens a link by raw Ethernet frames. It needs CAP_NET_RAW. No IP is involved:
// the interface needs no address, and none of IP's rules applies.
func OpenPacket(o PacketOptions) (*Socket, error) {
	s, err := openPacket(o)
	if err != nil {
		return nil, fmt.Errorf("open the control link by raw Ethernet on %s: %w", o.Interface, err)
	}
	return s, nil
}

func openPacket(o PacketOptions) (*Socket, error) {
	var err error
	if o.Options, err = o.withDefaults(); err != nil {
		return nil, err
	}
	if o.EtherType == 0 {
		o.EtherType = DefaultEtherType
	}
	if o.Group == ([6]byte{}) {
		o.Group = DefaultMAC
	}
	switch {
	case o.EtherType < minEtherType || o.EtherType > 0xffff:
		return nil, fmt.Errorf("EtherType %#x, not %#x to 0xffff", o.EtherType, minEtherType)
	case o.Group[0]&1 == 0:
		return nil, fmt.Errorf("%v is the address of one host, not a multicast address", net.HardwareAddr(o.Group[:]))
	}
	ifc, err := lookUp(o.Interface, o.FrameSize)
	if err != nil {
		return nil, err
	}
	return newSocket("packet "+o.Interface, o.Options, ifc.Index, unix.AF_PACKET, 0, func(s *Socket) error {
		return s.joinPacket(&o)
	})
}

// joinPacket ties the socket to the interface, the group and the EtherType. The kernel puts
// the Ethernet header before what is sent and takes it off what is received (SOCK_DGRAM). It
// shows outgoing frames only to sockets for all EtherTypes, so a link does not hear itself.
func (s *Socket) joinPacket(o *PacketOptions) error {
	protocol := networkOrder(uint16(o.EtherType))
	where := unix.PacketMreq{Ifindex: s.index, Type: unix.PACKET_MR_MULTICAST, Alen: uint16(len(o.Group))}
	copy(where.Address[:], o.Group[:])
	if err := unix.SetsockoptPacketMreq(s.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &where); err != nil {
		return fmt.Errorf("join the group: %w", err)
	}
	if err := unix.Bind(s.fd, &unix.SockaddrLinklayer{Protocol: protocol, Ifindex: int(s.index)}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	s.prioritize(o.Priority)
	to := &s.to
	to.Family, to.Protocol, to.Ifindex, to.Halen = unix.AF_PACKET, protocol, s.index, uint8(len(o.Group))
	copy(to.Addr[:], o.Group[:])
	s.toLen = unix.SizeofSockaddrLinklayer
	return nil
}

// networkOrder returns the number whose bytes in memory are v's, big end first.
func networkOrder(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}
