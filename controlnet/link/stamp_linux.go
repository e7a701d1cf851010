package link

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// stampSize is the length of the control message with the stamps: three pairs of
	// seconds and nanoseconds in 64 bits each, of which the first is the software stamp.
	stampSize = 3 * 16

	// controlSize has room for that message and one more.
	controlSize = 2 * (unix.SizeofCmsghdr + stampSize + 8)
)

// controlBuffer takes control messages, which the kernel aligns to 8 bytes.
type controlBuffer struct {
	_     [0]uint64
	bytes [controlSize]byte
}

// softwareStamp finds the software stamp among control messages. The messages come from
// the kernel, but a length that cannot be is an end all the same.
func softwareStamp(control []byte) (stamp time.Duration, ok bool) {
	for len(control) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
		if uint64(h.Len) < unix.SizeofCmsghdr || uint64(h.Len) > uint64(len(control)) {
			return 0, false
		}
		data := control[unix.CmsgLen(0):h.Len]
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SO_TIMESTAMPING_NEW && len(data) >= stampSize {
			sec := *(*int64)(unsafe.Pointer(&data[0]))
			nsec := *(*int64)(unsafe.Pointer(&data[8]))
			return time.Duration(sec)*time.Second + time.Duration(nsec), sec != 0
		}
		control = control[min(unix.CmsgSpace(len(data)), len(control)):]
	}
	return 0, false
}
