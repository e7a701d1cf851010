package link

import (
	"encoding/binary"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// message encodes a control message.
func message(level, kind int, length uint64, data []byte) []byte {
	b := make([]byte, unix.CmsgSpace(len(data)))
	binary.NativeEndian.PutUint64(b, length)
	binary.NativeEndian.PutUint32(b[8:], uint32(level))
	binary.NativeEndian.PutUint32(b[12:], uint32(kind))
	copy(b[unix.CmsgLen(0):], data)
	return b
}

// TestSoftwareStamp finds the stamp behind another message, and none in what is broken.
func TestSoftwareStamp(t *testing.T) {
	stamp := make([]byte, stampSize)
	binary.NativeEndian.PutUint64(stamp, 1234)
	binary.NativeEndian.PutUint64(stamp[8:], 567)
	whole := uint64(unix.CmsgLen(stampSize))
	good := message(unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, whole, stamp)
	other := message(unix.SOL_SOCKET, unix.SO_RXQ_OVFL, uint64(unix.CmsgLen(4)), []byte{1, 2, 3, 4})
	for name, row := range map[string]struct {
		control []byte
		ok      bool
	}{
		"alone":           {good, true},
		"behind another":  {append(append([]byte{}, other...), good...), true},
		"none":            {nil, false},
		"another only":    {other, false},
		"cut off":         {good[:40], false},
		"length of zero":  {message(unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, 0, stamp), false},
		"length too long": {message(unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, whole+1, stamp), false},
		"length huge":     {message(unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, 1<<63, stamp), false},
		"short data":      {message(unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, uint64(unix.CmsgLen(16)), stamp[:16]), false},
		"stamp of zero":   {message(unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, whole, make([]byte, stampSize)), false},
	} {
		var b controlBuffer // aligned like the real one
		got, ok := softwareStamp(b.bytes[:copy(b.bytes[:], row.control)])
		want := 1234*time.Second + 567
		if ok != row.ok || ok && got != want {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
}
