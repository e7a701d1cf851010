package lab

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// TestEveryFaultIsInjected wants each kind of fault on links to become one of package link's,
// at the hosts and on the path that it is meant for, and no others.
func TestEveryFaultIsInjected(t *testing.T) {
	var hit controlnet.Set
	hit.Add(2)
	for _, kind := range scenario.Kinds() {
		if kind > scenario.Replay {
			continue
		}
		e := &scenario.Event{Kind: kind, For: 1, Hosts: hit, Path: 2, Rate: 0.5, Share: 0.5, Age: 1}
		setup := Setup{Config: bounds(), Paths: 2}
		p := &player{Cluster: &Cluster{Setup: setup}, s: &scenario.Scenario{Omissions: 3}, active: []*scenario.Event{e}}
		if p.faults(2, 1) == (link.Faults{}) {
			t.Errorf("%v does nothing", kind)
		}
		if p.faults(1, 1) != (link.Faults{}) || p.faults(2, 0) != (link.Faults{}) {
			t.Errorf("%v also hits another host or path", kind)
		}
	}
}

// TestFaultsAddUp puts two kinds of fault on one link.
func TestFaultsAddUp(t *testing.T) {
	loss := &scenario.Event{Kind: scenario.Loss, For: 1, Rate: 0.01}
	late := &scenario.Event{Kind: scenario.Reorder, For: 1, Rate: 0.2, Share: 0.6}
	p := &player{Cluster: &Cluster{Setup: Setup{Config: bounds(), Paths: 1}},
		s: &scenario.Scenario{Omissions: 3}, active: []*scenario.Event{loss, late}}
	want := link.Faults{Loss: 0.01, MaxLost: 3, Late: 0.2, LateBy: p.Config.Delay * 6 / 10}
	if got := p.faults(0, 0); got != want {
		t.Errorf("faults %+v, want %+v", got, want)
	}
	loss.Rate = 1
	if got := p.faults(0, 0); got.MaxLost != 0 {
		t.Error("a link on which everything is lost is held to the omission bound")
	}
}

// TestPrepare takes from a scenario what a cluster has to be like from the start.
func TestPrepare(t *testing.T) {
	s, ok := scenario.Find("cold start with wrong UTC")
	if !ok {
		t.Fatal("there is no such scenario")
	}
	setup := Setup{Config: bounds(), Skews: []clock.Skew{{UTC: time.Second}}}
	setup.Prepare(&s)
	if err := setup.Config.Check(); err != nil {
		t.Error(err)
	}
	wrong := 0
	for _, k := range setup.Skews {
		if k.UTC > time.Hour || k.UTC < -time.Hour {
			wrong++
		}
	}
	if setup.Config.Hosts != s.Hosts || len(setup.Skews) != s.Hosts || wrong != 2 || setup.Faulty || setup.Skews[0].UTC != time.Second {
		t.Errorf("made %+v", setup)
	}
	loss, _ := scenario.Find("loss")
	if setup.Prepare(&loss); !setup.Faulty {
		t.Error("frames are to be lost on links that cannot lose any")
	}
}

// steady is a clock that a test sets.
type steady struct {
	clock.Clock
	now time.Duration
}

func (s *steady) Now() time.Duration { return s.now }

// TestCommonClock undoes skews, and gets the clock below them back.
func TestCommonClock(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		base := &steady{now: time.Duration(rng.Int64N(int64(1000 * time.Hour)))}
		o := &origin{Clock: base}
		skew := clock.Skew{Offset: time.Duration(rng.Int64N(int64(time.Hour))), PPM: rng.Float64()*2000 - 1000}
		skewed := clock.NewSkewed(o, skew)
		base.now += time.Duration(rng.Int64N(int64(time.Hour)))
		if got := o.common(skewed.Now(), skew); (got - base.now).Abs() > time.Microsecond {
			t.Fatalf("with skew %+v the common clock is said to show %v at %v", skew, got, base.now)
		}
	}
}

// TestKeysAreBounded gives a cluster more epochs than a host may hold.
func TestKeysAreBounded(t *testing.T) {
	c := &Cluster{keys: []controlnet.Key{labKey(1, 0)}}
	for from := range uint64(controlnet.MaxKeys + 3) {
		if err := c.AddKey(10 + from); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.keys) != controlnet.MaxKeys || c.keys[len(c.keys)-1].Epoch != controlnet.MaxKeys+4 {
		t.Errorf("held: %+v", c.keys)
	}
}

// TestPayloadsTellWhose wants payloads of different hosts and cycles to differ in every word.
func TestPayloadsTellWhose(t *testing.T) {
	a, b := make([]byte, 24), make([]byte, 24)
	for _, other := range []struct {
		host  controlnet.Host
		cycle uint64
	}{{2, 1000}, {1, 1001}, {1, 1000 + 1<<40}} {
		stamp(a, 1, 1000)
		stamp(b, other.host, other.cycle)
		for i := 0; i < len(a); i += 8 {
			if string(a[i:i+8]) == string(b[i:i+8]) {
				t.Errorf("word %d of host %d's payload in cycle %d is host 1's of 1000", i/8, other.host, other.cycle)
			}
		}
	}
}

// TestHostThatEnds wants the laboratory to say so when a host's process ends by itself, and
// not to wait for it.
func TestHostThatEnds(t *testing.T) {
	need(t, Layout{Hosts: 1, Paths: 1})
	setup := Setup{Config: bounds(), Paths: 1, Link: "smoke"}
	setup.Config.Hosts = 1
	c, err := Start(setup)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.AwaitSync(time.Minute); err == nil || !strings.Contains(err.Error(), "host 0 ended by itself") {
		t.Errorf("error %v", err)
	}
}
