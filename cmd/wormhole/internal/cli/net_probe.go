package cli

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/measure"
)

// netMember is the node that a check runs, as far as the check asks it.
type netMember interface {
	Status() controlnet.Status
	Peers(dst []controlnet.Peer) []controlnet.Peer
}

// snapshots is how many ticks may wait for the probe: it looks at each within a fraction of
// a cycle, but on a busy machine it may have to wait for its turn.
const snapshots = 16

// A probe is the client of a node that measures. The node's thread only leaves a copy of the
// tick and takes the payload that lies ready; all else is done by watch.
type probe struct {
	collector *measure.Collector
	config    controlnet.Config
	free      chan *snapshot
	ticks     chan *snapshot
	payload   atomic.Pointer[[measure.RecordSize]byte]
	dropped   atomic.Uint64
}

// snapshot is a copy of a tick, with memory of its own.
type snapshot struct {
	controlnet.Tick
	frames   []controlnet.Received
	payloads []byte
}

func newProbe(policy controlnet.Config) *probe {
	p := &probe{
		collector: measure.NewCollector(policy), config: policy,
		free: make(chan *snapshot, snapshots), ticks: make(chan *snapshot, snapshots),
	}
	for range snapshots {
		p.free <- &snapshot{
			frames:   make([]controlnet.Received, 0, policy.Hosts),
			payloads: make([]byte, 0, policy.Hosts*policy.Payload),
		}
	}
	p.tell()
	return p
}

// tick is called in the node's thread: it neither waits nor allocates.
func (p *probe) tick(t *controlnet.Tick) []byte {
	select {
	case s := <-p.free:
		s.copy(t)
		p.ticks <- s // there is room: there are no more of them than it holds
	default:
		p.dropped.Add(1)
	}
	return p.payload.Load()[:]
}

func (s *snapshot) copy(t *controlnet.Tick) {
	s.Tick, s.frames, s.payloads = *t, s.frames[:0], s.payloads[:0]
	for _, f := range t.Frames {
		at := len(s.payloads)
		s.payloads = append(s.payloads, f.Payload...)
		f.Payload = s.payloads[at:len(s.payloads):len(s.payloads)]
		s.frames = append(s.frames, f)
	}
	s.Frames = s.frames
}

// tell lays this host's figures ready for its next frame.
func (p *probe) tell() {
	own, payload := p.collector.Own(), &[measure.RecordSize]byte{}
	own.Encode(payload)
	p.payload.Store(payload)
}

// settling is for how many cycles after the wait for other hosts a check waits for the clocks.
// They need 32 and a window; who loses sync meanwhile begins again.
const settling = 80

// The parts of a check: waiting for the hosts, measuring, and staying until all the others
// have measured and everybody knows it.
type netPhase int

const (
	waiting netPhase = iota
	measuring
	parting
)

// watcher takes a check through its parts, a cycle at a time.
type watcher struct {
	*probe
	member     netMember
	woke       func() time.Duration // how late the node came at most to what was due; may be nil
	phase      netPhase
	began      time.Duration // the first boundary, and then the one where the phase began
	started    bool
	quiet      int // cycles for which all have been done
	wait, long time.Duration
	stage      func(label string) (show func(done, total int))
	show       func(done, total int) // of the present phase
	peers      []controlnet.Peer
}

var (
	errNobody      = errors.New("no other host was heard")
	errNotSync     = errors.New("the hosts that were heard did not come into sync")
	errInterrupted = errors.New("interrupted before there were results")
)

// watch measures until there is a result. When ctx ends it makes do with what there is.
func (w *watcher) watch(ctx context.Context) (*measure.Results, error) {
	for {
		select {
		case <-ctx.Done():
			if w.phase == waiting {
				return nil, errInterrupted
			}
			return w.results()
		case s := <-w.ticks:
			done, err := w.cycle(&s.Tick)
			w.free <- s
			switch {
			case err != nil:
				return nil, err
			case done:
				return w.results()
			}
		}
	}
}

func (w *watcher) results() (*measure.Results, error) {
	res := w.collector.Results()
	if res.Members[w.config.Self].Record.Cycles == 0 {
		return nil, errInterrupted
	}
	return &res, nil
}

// cycle takes in a tick, and says whether the check is over.
func (w *watcher) cycle(t *controlnet.Tick) (done bool, err error) {
	status := w.member.Status()
	w.peers = w.member.Peers(w.peers[:0])
	if w.woke != nil {
		w.collector.Woke(w.woke())
	}
	w.collector.Observe(t, &status, w.peers)
	if !w.started {
		w.started, w.began = true, t.Boundary
		w.show = w.stage("waiting for hosts")
	}
	passed := t.Boundary - w.began
	switch w.phase {
	case waiting:
		err = w.join(t, &status, passed)
	case measuring:
		w.show(int(passed/w.config.Cycle), int(w.long/w.config.Cycle))
		if passed >= w.long {
			w.collector.End()
			w.phase, w.began = parting, t.Boundary
			w.show = w.stage("waiting for the others to end")
		}
	case parting:
		done = w.part(t, passed)
	}
	w.tell()
	return done, err
}

// join begins the measurement once all hosts are there, or when there is no point in waiting
// for them any longer; and then not before the clocks have settled, which takes some cycles.
func (w *watcher) join(t *controlnet.Tick, s *controlnet.Status, passed time.Duration) error {
	there := t.View.Len()
	late, tooLate := passed >= w.wait, passed >= w.wait+settling*w.config.Cycle
	settled := s.RateOver > 0
	switch {
	case t.InSync && there > 1 && (settled && (there == w.config.Hosts || late) || tooLate):
		w.collector.Begin()
		w.phase, w.began = measuring, t.Boundary
		w.show = w.stage("measuring cycles")
	case !tooLate && (!late || t.InSync && there > 1):
		w.show(max(there, 1), w.config.Hosts)
	default:
		return w.notJoined(s)
	}
	return nil
}

// notJoined says why the host is alone, as far as what it refused tells.
func (w *watcher) notJoined(s *controlnet.Status) error {
	n := &s.Counters
	after := w.wait.Round(time.Second)
	alone := func(err error, hint string) error {
		return withHint(fmt.Errorf("measure the control network: %w in %v", err, after), "%s", hint)
	}
	switch {
	case n.Refused[controlnet.RefusedConfig] > 0:
		return alone(errNobody, "others run with another policy, --stretch or build: use the same on all hosts")
	case n.Refused[controlnet.RefusedMAC]+n.Refused[controlnet.RefusedEpoch] > 0:
		return alone(errNobody, "others have other keys: use the same key file on all hosts")
	case n.Refused[controlnet.RefusedSender] > 0:
		return alone(errNobody, fmt.Sprintf("another host says that it is host %d, too: give each its own --self", w.config.Self))
	case n.Accepted == 0:
		return alone(errNobody, "start the check on all hosts within --wait, with the same policy, --network, --link and --group; then look at cables, VLANs and the switch's handling of multicast")
	}
	return alone(errNotSync, "a majority must be there, and keep the policy's bounds roughly: try --stretch 4 on all hosts, and --wait 2m")
}

// part stays until everybody in view has measured, and then until all have heard that. A host
// that left at once would look like losses to those that measure on. There is an end to it.
func (w *watcher) part(t *controlnet.Tick, passed time.Duration) bool {
	w.quiet++
	if !w.collector.AllDone(t) {
		w.quiet = 0
	}
	return w.quiet > 2*(w.config.Omissions+1) || passed >= w.wait+time.Duration(2*(w.config.Omissions+1)+2)*w.config.Cycle
}
