package lab

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
)

// origin is the clock that all hosts have in common. It keeps its first reading, which is
// where a skewed clock above it begins, so that the skew can be undone here without asking
// the code that made it.
type origin struct {
	clock.Clock
	first atomic.Int64
}

// Now returns the present instant by the common clock.
func (o *origin) Now() time.Duration {
	now := o.Clock.Now()
	if o.first.Load() == 0 {
		o.first.Store(int64(now))
	}
	return now
}

// common is the instant by the common clock at which one with this skew shows local.
func (o *origin) common(local time.Duration, s clock.Skew) time.Duration {
	first := time.Duration(o.first.Load())
	passed := float64(local-first-s.Offset) / (1 + s.PPM/1e6)
	return first + time.Duration(math.Round(passed))
}

const (
	// reportRoom is how many records wait for their way to the laboratory: what a host says
	// in minutes, so that a laboratory that is late loses none.
	reportRoom = 4096
	// reportBatch is how many go together at most.
	reportBatch = 256
)

// reporter takes what the node says of each cycle out of the node's thread, without waiting
// and without allocation, and sends it to the laboratory from another goroutine.
type reporter struct {
	*host
	records  chan judge.Record
	warnings chan string
	sent     chan error
	dropped  atomic.Uint64
	payload  []byte
	expected []byte
}

func (r *reporter) init(h *host) {
	r.host = h
	r.records = make(chan judge.Record, reportRoom)
	r.warnings = make(chan string, reportRoom)
	r.sent = make(chan error, 1)
	r.payload, r.expected = make([]byte, h.Config.Payload), make([]byte, h.Config.Payload)
}

// tick is called by the node at the beginning of each cycle. It returns a payload by which
// whoever gets it can tell whose it is and of which cycle.
func (r *reporter) tick(t *controlnet.Tick) []byte {
	status := r.node.Status()
	record := judge.Record{
		Host: r.Config.Self, Life: r.Life, Cycle: t.Cycle,
		Boundary: r.origin.common(t.Boundary, r.Skew), Begun: r.origin.Now(),
		Late: t.Late, Bound: t.Bound, InSync: t.InSync,
		Heard: t.Heard, View: t.View, Members: t.Members,
		Broken: judge.Broken(&status.Counters),
	}
	for i := range t.Frames {
		f := &t.Frames[i]
		stamp(r.expected, f.Sender, f.Cycle)
		if f.Cycle+1 != t.Cycle || !t.Heard.Has(f.Sender) || string(f.Payload) != string(r.expected) {
			record.Forged++
		}
	}
	select {
	case r.records <- record:
	default:
		r.dropped.Add(1)
	}
	stamp(r.payload, r.Config.Self, t.Cycle)
	return r.payload
}

// stamp fills a payload with what only this host in this cycle would send.
func stamp(payload []byte, h controlnet.Host, cycle uint64) {
	x := cycle<<8 | uint64(h)
	for i := 0; i+8 <= len(payload); i += 8 {
		binary.BigEndian.PutUint64(payload[i:], x)
		x = x*6364136223846793005 + 1442695040888963407
	}
}

// warn passes on a warning of the node.
func (r *reporter) warn(message string) {
	select {
	case r.warnings <- message:
	default:
		r.dropped.Add(1)
	}
}

// send passes records on until finish closes the channel, as many at once as there are.
func (r *reporter) send() {
	for first := range r.records {
		out := report{Records: []judge.Record{first}}
		for more := true; more && len(out.Records) < reportBatch; {
			select {
			case record, ok := <-r.records:
				if more = ok; ok {
					out.Records = append(out.Records, record)
				}
			case w := <-r.warnings:
				out.Warnings = append(out.Warnings, w)
			default:
				more = false
			}
		}
		if err := r.talk.enc.Encode(&out); err != nil {
			r.sent <- err
			return
		}
	}
	r.sent <- nil
}

// finish waits until all records have been sent, and sends the rest. The node has ended.
func (r *reporter) finish(f *Final) error {
	close(r.records)
	if err := <-r.sent; err != nil {
		return fmt.Errorf("send records: %w", err)
	}
	out := report{Final: f}
	for len(r.warnings) > 0 {
		out.Warnings = append(out.Warnings, <-r.warnings)
	}
	if err := r.talk.enc.Encode(&out); err != nil {
		return fmt.Errorf("send what was counted: %w", err)
	}
	return nil
}
