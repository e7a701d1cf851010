package link

import (
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// defaultBuffer is the receive buffer asked for. The kernel charges 0.8 to 2.3 KB for a
	// frame of ours, so that this is some 2000 of them: 128 hosts for 150 ms at the
	// shortest cycles, while the worst stall of a virtual machine that was seen took 116.
	defaultBuffer = 4 << 20

	// defaultPriority is the highest SO_PRIORITY that needs no CAP_NET_ADMIN.
	defaultPriority = 6

	// defaultDSCP is CS6, which is for the control of networks.
	defaultDSCP = 48
)

// Clock brings the kernel's receive stamps to the clock that the frames' user lives by.
type Clock interface {
	// Arrival returns the instant of a stamp by CLOCK_REALTIME, or the present one and
	// false if the stamp cannot be relied on.
	Arrival(stamp time.Duration) (at time.Duration, ok bool)
	// Now returns the present instant.
	Now() time.Duration
}

// Options are what both kinds of link need to know. The zero value of a field that is not
// said to be needed stands for its default.
type Options struct {
	// Interface is the name of the network interface. Needed.
	Interface string
	// Network and FrameSize tell the frames of this network: controlnet.Config's Network
	// and FrameSize(). Needed.
	Network   uint64
	FrameSize int
	// Clock is needed.
	Clock Clock
	// Priority is the SO_PRIORITY of the frames sent; 0 is 6. 7 needs CAP_NET_ADMIN.
	Priority int
	// ReceiveBuffer is the size asked for the receive buffer in bytes; 0 is 4 MiB.
	ReceiveBuffer int
}

// withDefaults fills in the defaults and refuses what cannot work.
func (o Options) withDefaults() (Options, error) {
	if o.Priority == 0 {
		o.Priority = defaultPriority
	}
	if o.ReceiveBuffer == 0 {
		o.ReceiveBuffer = defaultBuffer
	}
	switch {
	case o.Interface == "":
		return o, errors.New("no interface: name the one that belongs to the control network")
	case o.Clock == nil:
		return o, errors.New("no clock to stamp frames with")
	case o.FrameSize < minFrame || o.FrameSize > maxFrame:
		return o, fmt.Errorf("frames of %d bytes, not %d to %d", o.FrameSize, minFrame, maxFrame)
	case o.Priority < 0 || o.ReceiveBuffer < 0:
		return o, fmt.Errorf("priority of %d and receive buffer of %d must not be negative", o.Priority, o.ReceiveBuffer)
	}
	return o, nil
}

// lookUp finds the interface and refuses one that cannot carry frames of size bytes.
func lookUp(name string, size int) (*net.Interface, error) {
	ifc, err := net.InterfaceByName(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("no interface of this name (`ip link` lists those there are): %w", err)
	case ifc.MTU < size:
		return nil, fmt.Errorf("MTU of %d is too small for frames of %d bytes: raise it, or shorten the payload", ifc.MTU, size)
	}
	return ifc, nil
}

// hint adds to an error what the operator can do about it.
func hint(err error, right string) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return fmt.Errorf("%w: run as root or give the program %s", err, right)
	}
	return err
}
