package wormhole

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// FrameSize is the length of an encoded frame in bytes. It is fixed, so that
// the control network's slots are all alike and a frame's length tells nothing.
const FrameSize = 160

// frameVersion is the first byte of every encoded frame.
const frameVersion = 1

// ErrFrame is the error of every frame that is not one that Encode makes.
var ErrFrame = errors.New("malformed frame")

// Encode writes f into dst, which must be FrameSize bytes long.
func (f *Frame) Encode(dst []byte) {
	w := writer{dst[:FrameSize]}
	w.u8(frameVersion)
	w.u8(flag(f.Fenced))
	w.u8(uint8(f.Turn))
	w.u8(uint8(f.Standing))
	w.u8(uint8(f.Phase))
	w.u8(uint8(f.LatchScope))
	w.u8(uint8(f.LatchReason))
	w.u8(uint8(f.Last))
	w.u8(uint8(f.NextLast))
	w.u8(uint8(f.AskTarget))
	w.u16(f.AskSeq)
	w.u16(f.Group)
	w.u32(f.Epoch)
	w.u32(f.LatchGen)
	w.u32(f.ClearedGen)
	w.u32(f.NextEpoch)
	w.u32(f.PauseVersion)
	for _, v := range [...]uint64{f.Boot, f.Round, uint64(f.Start), f.Incarnation, f.Checkpoint, uint64(f.PauseUntil)} {
		w.u64(v)
	}
	for _, s := range [...]Set{f.Heard, f.Held, f.Ready} {
		w.u64(s[0])
		w.u64(s[1])
	}
	clear(w.rest)
}

// Decode reads f from src. It refuses, with ErrFrame and what was wrong, every
// input that Encode cannot have written: another length or version, a value
// outside its enumeration, a byte set in the reserve.
func (f *Frame) Decode(src []byte) error {
	if len(src) != FrameSize {
		return fmt.Errorf("%w: %d bytes, not %d", ErrFrame, len(src), FrameSize)
	}
	r := reader{src}
	if v := r.u8(); v != frameVersion {
		return fmt.Errorf("%w: version %d, not %d", ErrFrame, v, frameVersion)
	}
	fenced := r.u8()
	f.Fenced = fenced == 1
	f.Turn, f.Standing, f.Phase = Turn(r.u8()), Standing(r.u8()), Phase(r.u8())
	f.LatchScope, f.LatchReason = Scope(r.u8()), Reason(r.u8())
	f.Last, f.NextLast, f.AskTarget = Host(r.u8()), Host(r.u8()), Host(r.u8())
	f.AskSeq, f.Group = r.u16(), r.u16()
	f.Epoch, f.LatchGen, f.ClearedGen, f.NextEpoch, f.PauseVersion = r.u32(), r.u32(), r.u32(), r.u32(), r.u32()
	f.Boot, f.Round, f.Start = r.u64(), r.u64(), Cycle(r.u64())
	f.Incarnation, f.Checkpoint, f.PauseUntil = r.u64(), r.u64(), Cycle(r.u64())
	f.Heard, f.Held, f.Ready = r.set(), r.set(), r.set()
	if fenced > 1 {
		return fmt.Errorf("%w: flag %d", ErrFrame, fenced)
	}
	return f.check(r.rest)
}

// check refuses values that are no value of their field.
func (f *Frame) check(reserve []byte) error {
	for _, b := range reserve {
		if b != 0 {
			return fmt.Errorf("%w: reserve is not zero", ErrFrame)
		}
	}
	switch {
	case f.Turn >= numTurns, f.Standing > Running, f.Phase >= numPhases:
		return fmt.Errorf("%w: turn %d, standing %d, phase %d", ErrFrame, f.Turn, f.Standing, f.Phase)
	case f.LatchScope >= numScopes, f.LatchReason >= numReasons, (f.LatchGen == 0) != (f.LatchScope == ScopeNone):
		return fmt.Errorf("%w: latch %d of scope %d for reason %d", ErrFrame, f.LatchGen, f.LatchScope, f.LatchReason)
	case !hostOrNone(f.Last), !hostOrNone(f.NextLast), !hostOrNone(f.AskTarget):
		return fmt.Errorf("%w: host %d, %d or %d", ErrFrame, f.Last, f.NextLast, f.AskTarget)
	}
	return nil
}

func hostOrNone(h Host) bool { return h < MaxHosts || h == NoHost }

func flag(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// writer and reader walk a buffer whose length was checked before.
type writer struct{ rest []byte }

func (w *writer) u8(v uint8)   { w.rest[0] = v; w.rest = w.rest[1:] }
func (w *writer) u16(v uint16) { binary.LittleEndian.PutUint16(w.rest, v); w.rest = w.rest[2:] }
func (w *writer) u32(v uint32) { binary.LittleEndian.PutUint32(w.rest, v); w.rest = w.rest[4:] }
func (w *writer) u64(v uint64) { binary.LittleEndian.PutUint64(w.rest, v); w.rest = w.rest[8:] }

type reader struct{ rest []byte }

func (r *reader) take(n int) []byte {
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) u8() uint8   { return r.take(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *reader) set() Set    { return Set{r.u64(), r.u64()} }
