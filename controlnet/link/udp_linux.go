package link

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// udpHeader is what a filter on a UDP socket sees before the frame, and ipHeader what
// stands before that on the wire.
const (
	udpHeader = 8
	ipHeader  = 20
)

// DefaultGroup is the multicast group of the control network where none is given: of those
// that are for use inside one organization (RFC 2365), with a port that is not registered.
var DefaultGroup = netip.MustParseAddrPort("239.87.67.78:8755")

// UDPOptions are the options of a link over UDP.
type UDPOptions struct {
	Options
	// Group is the multicast address and the port; the zero value is DefaultGroup.
	Group netip.AddrPort
	// DSCP marks what is sent for the switches on the way; 0 is CS6 (48).
	DSCP int
}

// OpenUDP opens a link over UDP multicast. The interface needs an IPv4 address: receivers
// refuse packets that come from none. Frames do not leave the network segment (TTL 1).
func OpenUDP(o UDPOptions) (*Socket, error) {
	s, err := openUDP(o)
	if err != nil {
		return nil, fmt.Errorf("open the control link by UDP on %s: %w", o.Interface, err)
	}
	return s, nil
}

func openUDP(o UDPOptions) (*Socket, error) {
	var err error
	if o.Options, err = o.withDefaults(); err != nil {
		return nil, err
	}
	if o.Group == (netip.AddrPort{}) {
		o.Group = DefaultGroup
	}
	if o.DSCP == 0 {
		o.DSCP = defaultDSCP
	}
	switch a := o.Group.Addr(); {
	case !a.Is4() || !a.IsMulticast() || o.Group.Port() == 0:
		return nil, fmt.Errorf("%v is no IPv4 multicast address (224.0.0.0/4) with a port", o.Group)
	case o.DSCP < 0 || o.DSCP > 63:
		return nil, fmt.Errorf("DSCP of %d, not 0 to 63", o.DSCP)
	}
	ifc, err := lookUp(o.Interface, o.FrameSize+udpHeader+ipHeader)
	if err != nil {
		return nil, err
	}
	if err := wantAddress(ifc); err != nil {
		return nil, err
	}
	return newSocket("udp "+o.Interface, o.Options, ifc.Index, unix.AF_INET, udpHeader, func(s *Socket) error {
		return s.joinUDP(ifc.Name, &o)
	})
}

// wantAddress refuses an interface that UDP cannot work on.
func wantAddress(ifc *net.Interface) error {
	addrs, err := ifc.Addrs()
	if err != nil {
		return fmt.Errorf("read its addresses: %w", err)
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
			return nil
		}
	}
	return fmt.Errorf("it has no IPv4 address: give it one (`ip address add`), or use the link by raw Ethernet, which needs none")
}

// joinUDP ties the socket to the interface and the group, in both directions. The group is
// bound to as well, so that neither packets to the host's own address are heard nor those to
// groups that other programs have joined.
func (s *Socket) joinUDP(device string, o *UDPOptions) error {
	group := o.Group.Addr().As4()
	where := unix.IPMreqn{Multiaddr: group, Ifindex: s.index}
	ip := func(option, value int) func() error {
		return func() error { return unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, option, value) }
	}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"tie it to the interface", func() error {
			return unix.SetsockoptString(s.fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, device)
		}},
		{"not hear itself", ip(unix.IP_MULTICAST_LOOP, 0)},
		{"stay on the segment", ip(unix.IP_MULTICAST_TTL, 1)},
		{"not be fragmented", ip(unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)},
		{"mark what is sent", ip(unix.IP_TOS, o.DSCP<<2)},
		{"send on the interface", func() error {
			return unix.SetsockoptIPMreqn(s.fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, &unix.IPMreqn{Ifindex: where.Ifindex})
		}},
		{"join the group", func() error {
			return unix.SetsockoptIPMreqn(s.fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, &where)
		}},
		{"bind (is another process on this group and port?)", func() error {
			return unix.Bind(s.fd, &unix.SockaddrInet4{Port: int(o.Group.Port()), Addr: group})
		}},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, hint(err, "CAP_NET_RAW"))
		}
	}
	s.prioritize(o.Priority) // after IP_TOS, which sets a priority of its own
	to := (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.to))
	to.Family, to.Addr = unix.AF_INET, group
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&to.Port))[:], o.Group.Port())
	s.toLen = unix.SizeofSockaddrInet4
	return nil
}
