package wormhole_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// fullFrame has another value in every field.
func fullFrame() wormhole.Frame {
	return wormhole.Frame{
		Epoch: 0x01020304, Boot: 0x1112131415161718, Round: 0x2122232425262728, Turn: wormhole.TurnLate, Group: 0x3132,
		Standing: wormhole.Running, Start: 0x4142434445464748, Phase: wormhole.PhaseBoot, Fenced: true,
		Incarnation: 0x5152535455565758, Checkpoint: 0x6162636465666768,
		Heard: wormhole.Set{0x71, 0x72}, Held: wormhole.Set{0x73, 0x74},
		LatchGen: 0x81828384, LatchScope: wormhole.ScopeAll, LatchReason: wormhole.ReasonPeriod, ClearedGen: 0x85868788,
		Last: 0x11, NextLast: 0x12, NextEpoch: 0x91929394, Ready: wormhole.Set{0x75, 0x76},
		PauseVersion: 0xa1a2a3a4, PauseUntil: 0xb1b2b3b4b5b6b7b8, AskTarget: 0x13, AskSeq: 0xc1c2,
	}
}

// golden is fullFrame on the wire.
const golden = "01" + "01" + "02" + "02" + "06" + "02" + "04" + "11" + "12" + "13" +
	"c2c1" + "3231" +
	"04030201" + "84838281" + "88878685" + "94939291" + "a4a3a2a1" +
	"1817161514131211" + "2827262524232221" + "4847464544434241" +
	"5857565554535251" + "6867666564636261" + "b8b7b6b5b4b3b2b1" +
	"7100000000000000" + "7200000000000000" + "7300000000000000" + "7400000000000000" + "7500000000000000" + "7600000000000000" +
	"000000000000000000000000000000000000000000000000000000000000"

// [W-34] The wire format does not change unnoticed.
func TestGoldenFrame(t *testing.T) {
	f := fullFrame()
	buf := bytes.Repeat([]byte{0xee}, wormhole.FrameSize)
	f.Encode(buf)
	if got := hex.EncodeToString(buf); got != golden || wormhole.FrameSize != 160 {
		t.Errorf("%d bytes\n%s, want\n%s", wormhole.FrameSize, got, golden)
	}
	var back wormhole.Frame
	if err := back.Decode(buf); err != nil || back != f {
		t.Errorf("decoded: %+v, %v", back, err)
	}
}

// [W-34] What is encoded is decoded to the same.
func TestFrameRoundTrip(t *testing.T) {
	none := wormhole.Frame{Last: wormhole.NoHost, NextLast: wormhole.NoHost, AskTarget: wormhole.NoHost}
	frames := []wormhole.Frame{{}, none, fullFrame()}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		frames = append(frames, anyFrame(r))
	}
	var buf [wormhole.FrameSize]byte
	for _, f := range frames {
		f.Encode(buf[:])
		back := fullFrame() // what was in it before does not shine through
		if err := back.Decode(buf[:]); err != nil || back != f {
			t.Fatalf("%+v\nbecame %+v, %v", f, back, err)
		}
	}
}

// anyFrame draws a frame, each field from all of its values.
func anyFrame(r *rand.Rand) wormhole.Frame {
	host := func() wormhole.Host {
		if h := wormhole.Host(r.IntN(wormhole.MaxHosts + 1)); h < wormhole.MaxHosts {
			return h
		}
		return wormhole.NoHost
	}
	set := func() wormhole.Set { return wormhole.Set{r.Uint64(), r.Uint64()} }
	f := wormhole.Frame{
		Epoch: r.Uint32(), Boot: r.Uint64(), Round: r.Uint64(), Turn: wormhole.Turn(r.IntN(5)), Group: uint16(r.Uint32()),
		Standing: wormhole.Standing(r.IntN(3)), Start: wormhole.Cycle(r.Uint64()), Phase: wormhole.Phase(r.IntN(8)), Fenced: r.IntN(2) == 1,
		Incarnation: r.Uint64(), Checkpoint: r.Uint64(), Heard: set(), Held: set(), LatchReason: wormhole.Reason(r.IntN(7)),
		ClearedGen: r.Uint32(), Last: host(), NextLast: host(), NextEpoch: r.Uint32(), Ready: set(),
		PauseVersion: r.Uint32(), PauseUntil: wormhole.Cycle(r.Uint64()), AskTarget: host(), AskSeq: uint16(r.Uint32()),
	}
	if r.IntN(2) == 1 {
		f.LatchGen, f.LatchScope = r.Uint32()|1, wormhole.Scope(1+r.IntN(2))
	}
	return f
}

// [W-34] Every input that the encoder cannot have written is refused.
func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		at   int
		to   byte
		want string
	}{
		{"version", 0, 2, "version 2, not 1"},
		{"flag", 1, 2, "flag 2"},
		{"turn", 2, 5, "turn 5, standing 2, phase 6"},
		{"standing", 3, 3, "turn 2, standing 3, phase 6"},
		{"phase", 4, 8, "turn 2, standing 2, phase 8"},
		{"scope", 5, 3, "latch 2172814212 of scope 3 for reason 4"},
		{"a latch without scope", 5, 0, "latch 2172814212 of scope 0 for reason 4"},
		{"reason", 6, 7, "latch 2172814212 of scope 2 for reason 7"},
		{"last", 7, 128, "host 128, 18 or 19"},
		{"next last", 8, 254, "host 17, 254 or 19"},
		{"target", 9, 200, "host 17, 18 or 200"},
		{"first of the reserve", 130, 1, "reserve is not zero"},
		{"last of the reserve", 159, 128, "reserve is not zero"},
	} {
		buf, _ := hex.DecodeString(golden)
		buf[c.at] = c.to
		refusesFrame(t, c.name, buf, c.want)
	}
	buf, _ := hex.DecodeString(golden)
	refusesFrame(t, "empty", nil, "0 bytes, not 160")
	refusesFrame(t, "short", buf[:159], "159 bytes, not 160")
	refusesFrame(t, "long", append(buf, 0), "161 bytes, not 160")
	binary.LittleEndian.PutUint32(buf[18:], 0)
	refusesFrame(t, "a scope without latch", buf, "latch 0 of scope 2 for reason 4")
}

func refusesFrame(t *testing.T, name string, buf []byte, want string) {
	t.Helper()
	var f wormhole.Frame
	err := f.Decode(buf)
	if !errors.Is(err, wormhole.ErrFrame) || !strings.HasSuffix(err.Error(), ": "+want) {
		t.Errorf("%s: %v, want %q", name, err, want)
	}
}

// FuzzFrameDecode: whatever decodes is encoded to the same bytes again, and all
// else is an ErrFrame.
func FuzzFrameDecode(f *testing.F) {
	whole, _ := hex.DecodeString(golden)
	var zero wormhole.Frame
	empty := make([]byte, wormhole.FrameSize)
	zero.Encode(empty)
	f.Add(whole)
	f.Add(empty)
	f.Add(whole[:wormhole.FrameSize/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		var frame wormhole.Frame
		if err := frame.Decode(data); err != nil {
			if !errors.Is(err, wormhole.ErrFrame) {
				t.Errorf("error %v is no ErrFrame", err)
			}
			return
		}
		var again [wormhole.FrameSize]byte
		frame.Encode(again[:])
		if !bytes.Equal(again[:], data) {
			t.Errorf("%x became %x", data, again)
		}
	})
}
