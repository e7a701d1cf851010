package controlnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// The layout of a frame, big endian:
//
//	 0  magic and version   4     40  life         8
//	 4  network             8     48  view        16
//	12  fingerprint         4     64  UTC          8
//	16  epoch               4     72  next epoch   4
//	20  cycle               8     76  reserve      4
//	28  sender              1     80  payload      Config.Payload
//	29  flags               1         acks         8 each, one a host
//	30  reserve             2         MAC         16
//	32  offset              8
const (
	headerSize = 96
	ackSize    = 8
	macSize    = 16

	// Magic begins every frame: two letters, the protocol's number and its version. With
	// Network behind it, it is what a packet filter can know a frame by.
	Magic uint32 = 'W'<<24 | 'C'<<16 | 0x4e<<8 | 1

	// NetworkAt is where Network stands in a frame.
	NetworkAt = 4

	flagSynced  = 1
	flagPayload = 2

	// lastInstant bounds the time that cycle and offset stand for, so that sums of a few
	// such times do not overflow: the year 2116.
	lastInstant time.Duration = 1 << 62
)

// ErrFrame is the error of every frame that is not one that a host could have encoded.
var ErrFrame = errors.New("malformed frame")

// codec writes and reads the frames of one Config. What the Config computes, and every frame
// needs, is kept.
type codec struct {
	Config
	print uint32 // fingerprint
	size  int    // FrameSize
	limit time.Duration
	first time.Duration // SlotStart of host 0
	every time.Duration // Slot
	all   Set           // the hosts that there are
}

func newCodec(c Config) codec {
	return codec{
		Config: c, print: c.fingerprint(), size: c.FrameSize(),
		limit: c.Limit(), first: c.SlotStart(0), every: c.Slot(), all: SetOf(c.Hosts),
	}
}

// Limit is Config.Limit.
func (c *codec) Limit() time.Duration { return c.limit }

// SlotStart is Config.SlotStart.
func (c *codec) SlotStart(h Host) time.Duration { return c.first + time.Duration(h)*c.every }

// encode writes f into dst, which is Config.FrameSize long, all but the MAC.
func (c *codec) encode(dst []byte, f *Frame) {
	be := binary.BigEndian
	be.PutUint32(dst, Magic)
	be.PutUint64(dst[4:], c.Network)
	be.PutUint32(dst[12:], c.print)
	be.PutUint32(dst[16:], f.Epoch)
	be.PutUint64(dst[20:], f.Cycle)
	dst[28], dst[29] = byte(f.Sender), 0
	if f.Synced {
		dst[29] |= flagSynced
	}
	if f.Payload != nil {
		dst[29] |= flagPayload
	}
	be.PutUint16(dst[30:], 0)
	be.PutUint64(dst[32:], uint64(f.Offset))
	be.PutUint64(dst[40:], f.Life)
	be.PutUint64(dst[48:], f.View[0])
	be.PutUint64(dst[56:], f.View[1])
	be.PutUint64(dst[64:], f.Members[0])
	be.PutUint64(dst[72:], f.Members[1])
	be.PutUint64(dst[80:], uint64(f.UTC))
	be.PutUint32(dst[88:], f.Next)
	be.PutUint32(dst[92:], f.Seq)
	body := dst[headerSize:]
	clear(body[copy(body[:c.Payload], f.Payload):c.Payload])
	acks := body[c.Payload:]
	for i, a := range f.Acks[:c.Hosts] {
		be.PutUint32(acks[ackSize*i:], a.Tag)
		be.PutUint32(acks[ackSize*i+4:], uint32(a.Reading))
	}
}

// envelope looks at what stands in the clear before anything is computed, and refuses what
// cannot be a frame of this network. It does not look behind the sender.
func (c *codec) envelope(src []byte) (Refusal, bool) {
	be := binary.BigEndian
	switch {
	case len(src) != c.size:
		return RefusedLength, false
	case be.Uint32(src) != Magic:
		return RefusedFormat, false
	case be.Uint64(src[NetworkAt:]) != c.Network:
		return RefusedForeign, false
	case be.Uint32(src[12:]) != c.print:
		return RefusedConfig, false
	case int(src[28]) >= c.Hosts || Host(src[28]) == c.Self:
		return RefusedSender, false
	}
	return 0, true
}

// decode reads a frame whose envelope was good into f. It refuses, with ErrFrame and what
// was wrong, what encode cannot have written. f.Payload points into src; f.Acks is reused.
func (c *codec) decode(src []byte, f *Frame) error {
	be := binary.BigEndian
	flags := src[29]
	f.Epoch, f.Cycle, f.Sender = be.Uint32(src[16:]), be.Uint64(src[20:]), Host(src[28])
	f.Synced = flags&flagSynced != 0
	f.Offset = time.Duration(be.Uint64(src[32:]))
	f.Life = be.Uint64(src[40:])
	f.View = Set{be.Uint64(src[48:]), be.Uint64(src[56:])}
	f.Members = Set{be.Uint64(src[64:]), be.Uint64(src[72:])}
	f.UTC = time.Duration(be.Uint64(src[80:]))
	f.Next, f.Seq = be.Uint32(src[88:]), be.Uint32(src[92:])
	payload := src[headerSize : headerSize+c.Payload]
	f.Payload = nil
	if flags&flagPayload != 0 {
		f.Payload = payload
	}
	acks := src[headerSize+c.Payload:]
	f.Acks = f.Acks[:c.Hosts]
	for i := range f.Acks {
		f.Acks[i] = Ack{be.Uint32(acks[ackSize*i:]), int32(be.Uint32(acks[ackSize*i+4:]))}
	}
	switch {
	case flags > flagSynced|flagPayload || be.Uint16(src[30:]) != 0:
		return fmt.Errorf("%w: unknown flag, or reserve that is not zero", ErrFrame)
	case f.Offset < 0 || f.Offset >= c.Cycle:
		return fmt.Errorf("%w: offset %v outside of the cycle", ErrFrame, f.Offset)
	case f.Cycle >= uint64(lastInstant/c.Cycle):
		return fmt.Errorf("%w: cycle %d is centuries away", ErrFrame, f.Cycle)
	case f.View.minus(c.all) != Set{} || f.Members.minus(c.all) != Set{}:
		return fmt.Errorf("%w: view or membership with a host that does not exist", ErrFrame)
	case !f.Synced && (f.View != Set{} || f.Members != Set{}):
		return fmt.Errorf("%w: view of a host that is not in sync", ErrFrame)
	case !f.Synced && f.Payload != nil:
		return fmt.Errorf("%w: payload of a host that is not in sync", ErrFrame)
	case f.Payload == nil && !zero(payload):
		return fmt.Errorf("%w: payload that is said to be none", ErrFrame)
	}
	return nil
}

func zero(b []byte) bool {
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}
