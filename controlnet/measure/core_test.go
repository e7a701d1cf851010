package measure

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// A world runs real cores in virtual time, each with a collector as its client, so that what
// is measured can be held against what is true.
type world struct {
	t     *testing.T
	hosts []*worldHost
	air   []flight
	now   time.Duration // real time
	r     *rand.Rand
	lose  func(from, to int, cycle uint64) bool
	delay func(from, to int) time.Duration
}

type worldHost struct {
	core *controlnet.Core
	*Collector
	out   controlnet.Output
	rate  float64       // of its local clock, less one
	ahead time.Duration // of it at the beginning
	late  func() time.Duration
	wake  time.Duration // by the local clock
	peers []controlnet.Peer
	slow  time.Duration // longest delay of a frame to it while it measured
	lost  uint64
	begun bool
}

// flight is a frame on its way.
type flight struct {
	at    time.Duration
	to    int
	frame []byte
}

func (h *worldHost) local(real time.Duration) time.Duration {
	return real + h.ahead + time.Duration(h.rate*float64(real))
}

func (h *worldHost) real(local time.Duration) time.Duration {
	return time.Duration(float64(local-h.ahead) / (1 + h.rate))
}

const worldUTC = 1_700_000_000 * time.Second

func newWorld(t *testing.T, cfg controlnet.Config, rates []float64) *world {
	t.Helper()
	w := &world{t: t, r: rand.New(rand.NewPCG(11, 12)), lose: func(int, int, uint64) bool { return false }}
	w.delay = func(int, int) time.Duration {
		return 100*time.Microsecond + time.Duration(w.r.Int64N(int64(300*time.Microsecond)))
	}
	for i, rate := range rates {
		h := &worldHost{rate: rate, ahead: time.Duration(w.r.Int64N(int64(time.Hour))), peers: make([]controlnet.Peer, cfg.Hosts)}
		h.late = func() time.Duration { return time.Duration(w.r.Int64N(int64(200 * time.Microsecond))) }
		cfg.Self = controlnet.Host(i)
		h.Collector = NewCollector(cfg)
		key := controlnet.Key{Epoch: 1}
		key.Secret[0] = 1
		core, err := controlnet.New(cfg, controlnet.Start{Now: h.local(0), UTC: worldUTC, Life: uint64(i + 1), Keys: []controlnet.Key{key}}, &h.out)
		if err != nil {
			t.Fatal(err)
		}
		h.core, h.wake = core, h.out.Wake
		w.hosts = append(w.hosts, h)
	}
	return w
}

// run goes on until real time has come to until, event by event.
func (w *world) run(until time.Duration) {
	for {
		next, who := until, -1
		for i, h := range w.hosts {
			if at := h.real(h.wake) + 1; at < next {
				next, who = at, i
			}
		}
		flying := -1
		for i := range w.air {
			if w.air[i].at < next {
				next, flying = w.air[i].at, i
			}
		}
		if next >= until {
			w.now = until
			return
		}
		w.now = max(w.now, next)
		if flying >= 0 {
			f := w.air[flying]
			w.air[flying] = w.air[len(w.air)-1]
			w.air = w.air[:len(w.air)-1]
			h := w.hosts[f.to]
			w.step(f.to, controlnet.Input{Now: h.local(w.now), Frame: f.frame, At: h.local(w.now)})
			continue
		}
		h := w.hosts[who]
		w.step(who, controlnet.Input{Now: h.wake + h.late(), UTC: worldUTC + w.now})
	}
}

// step steps a host's core and does what it asks for.
func (w *world) step(i int, in controlnet.Input) {
	h := w.hosts[i]
	h.core.Step(&in, &h.out)
	h.wake = h.out.Wake
	if h.out.Send != nil {
		w.send(i, h.out.Send)
	}
	if t := h.out.Tick; t != nil {
		for p := range h.peers {
			h.peers[p] = h.core.Peer(controlnet.Host(p))
		}
		status := h.core.Status()
		h.Observe(t, &status, h.peers)
		own := h.Own()
		var payload [RecordSize]byte
		own.Encode(&payload)
		h.core.Offer(t.Cycle, payload[:])
	}
}

func (w *world) send(from int, frame []byte) {
	cycle := w.hosts[from].core.Status().Cycle
	for to, h := range w.hosts {
		if to == from {
			continue
		}
		if w.lose(from, to, cycle) {
			if h.begun {
				h.lost++
			}
			continue
		}
		d := w.delay(from, to)
		if h.begun {
			h.slow = max(h.slow, d)
		}
		w.air = append(w.air, flight{w.now + d, to, append([]byte(nil), frame...)})
	}
}

func (w *world) begin() {
	for _, h := range w.hosts {
		h.Begin()
		h.begun = true
	}
}

// TestAgainstTheTruth runs five cores, whose clocks differ by up to 150 ppm, over links that
// lose frames, and holds what is measured against what happened.
func TestAgainstTheTruth(t *testing.T) {
	cfg := controlnet.Config{
		Network: 1, Hosts: 5, Cycle: 100 * time.Millisecond, Delay: 2 * time.Millisecond, Process: 2 * time.Millisecond,
		Drift: 200e-6, Omissions: 2, ClockFaults: 1, Payload: RecordSize,
	}
	rates := []float64{0, 40e-6, -90e-6, 150e-6, 10e-6} // the middle one is the last
	w := newWorld(t, cfg, rates)
	w.run(20 * time.Second)
	w.begin()
	w.lose = func(from, to int, cycle uint64) bool { return from == 3 && to == 1 && cycle%50/2 == 5 }
	w.run(80 * time.Second)
	w.lose = func(int, int, uint64) bool { return false }
	w.run(81 * time.Second)
	for i, h := range w.hosts {
		rec := h.Own()
		want := rates[i] - rates[4]
		if off := math.Abs(rec.Rate.Rate - want); !rec.RateKnown || off > rec.Rate.Error || off > 15e-6 {
			t.Errorf("host %d: a rate of %.3g is measured as %.3g +- %.2g", i, want, rec.Rate.Rate, rec.Rate.Error)
		}
		if rec.Losses.Lost != h.lost || i == 1 && (h.lost < 20 || rec.Losses.Longest != 2 || rec.Losses.From != 3) {
			t.Errorf("host %d: %d frames were lost, and the losses are %+v", i, h.lost, rec.Losses)
		}
		if rec.Delay.Max < h.slow || rec.Delay.Max > 2*h.slow+300*time.Microsecond || rec.Delay.Samples < 4*590 {
			t.Errorf("host %d: the longest delay of %v is told as %+v", i, h.slow, rec.Delay)
		}
		// A tick's lateness is by the boundary as it is after the clock's correction.
		if rec.Process.Max > 500*time.Microsecond || rec.Process.Beyond > 0 || rec.Clock.Beyond > 0 || rec.Unsynced > 0 {
			t.Errorf("host %d: %+v", i, rec)
		}
		res := h.Results()
		for m := range res.Members {
			if !res.Members[m].Known || res.Members[m].Record.Cycles < 600 {
				t.Errorf("host %d knows of host %d: %+v", i, m, res.Members[m])
			}
		}
	}
}

// TestAgainstSlowFrames has frames from one host to another that are slower than the bound:
// both hosts of the link see that it does not hold, and nobody else.
func TestAgainstSlowFrames(t *testing.T) {
	cfg := controlnet.Config{
		Network: 1, Hosts: 4, Cycle: 100 * time.Millisecond, Delay: 2 * time.Millisecond, Process: 2 * time.Millisecond,
		Drift: 200e-6, Omissions: 2, ClockFaults: 1, Payload: RecordSize,
	}
	w := newWorld(t, cfg, []float64{0, 0, 0, 0})
	w.run(10 * time.Second)
	w.begin()
	quick := w.delay
	w.delay = func(from, to int) time.Duration {
		if from == 1 && to == 2 && w.r.IntN(10) == 0 {
			return 7 * time.Millisecond
		}
		return quick(from, to)
	}
	w.run(40 * time.Second)
	for i, h := range w.hosts {
		if f := h.Own().Delay; f.Beyond > 0 != (i == 1 || i == 2) {
			t.Errorf("host %d: %+v", i, f)
		}
	}
}
