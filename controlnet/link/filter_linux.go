package link

import (
	"fmt"

	"github.com/proactive-resilience/wormhole/controlnet"
	"golang.org/x/sys/unix"
)

// attachFilter lets the kernel drop what is not size bytes long behind the first skip
// bytes, or does not begin with the magic number and the network there. It cannot be taken
// off again. The filter comes before the socket hears anything, so nothing slips by.
func attachFilter(fd, skip, size int, network uint64) error {
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		length = unix.BPF_LD | unix.BPF_W | unix.BPF_LEN
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		give   = unix.BPF_RET | unix.BPF_K
	)
	at := uint32(skip + controlnet.NetworkAt)
	program := []unix.SockFilter{
		{Code: length},
		{Code: equal, Jf: 7, K: uint32(skip + size)},
		{Code: load, K: uint32(skip)},
		{Code: equal, Jf: 5, K: controlnet.Magic},
		{Code: load, K: at},
		{Code: equal, Jf: 3, K: uint32(network >> 32)},
		{Code: load, K: at + 4},
		{Code: equal, Jf: 1, K: uint32(network)},
		{Code: give, K: 1 << 18}, // all of it
		{Code: give, K: 0},
	}
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &fprog); err != nil {
		return fmt.Errorf("attach the filter: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_LOCK_FILTER, 1); err != nil {
		return fmt.Errorf("lock the filter: %w", err)
	}
	return nil
}
