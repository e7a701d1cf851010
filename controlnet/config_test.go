package controlnet

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestConfig: what cannot work is refused with what would; the bounds of the example policies
// do work ([C-3]).
func TestConfig(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no hosts":         func(c *Config) { c.Hosts = 0 },
		"too many hosts":   func(c *Config) { c.Hosts = 129 },
		"not one of them":  func(c *Config) { c.Self = 7 },
		"payload":          func(c *Config) { c.Payload = 161 },
		"negative payload": func(c *Config) { c.Payload = -1 },
		"no cycle":         func(c *Config) { c.Cycle = 0 },
		"long cycle":       func(c *Config) { c.Cycle = time.Hour },
		"no delay":         func(c *Config) { c.Delay = 0 },
		"long delay":       func(c *Config) { c.Delay = time.Second },
		"no process":       func(c *Config) { c.Process = 0 },
		"no drift":         func(c *Config) { c.Drift = 0 },
		"drift":            func(c *Config) { c.Drift = 0.02 },
		"negative loss":    func(c *Config) { c.Omissions = -1 },
		"losses":           func(c *Config) { c.Omissions = 14 },
		"wrong clocks":     func(c *Config) { c.ClockFaults = 3 },
		"short cycle":      func(c *Config) { c.Cycle = 30 * time.Millisecond },
	} {
		c := testConfig(7)
		change(&c)
		if err := c.Check(); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := New(c, Start{Keys: []Key{testKey(1, 0)}}, new(Output)); err == nil {
			t.Errorf("%s: New takes it", name)
		}
	}
	for _, c := range []Config{
		testConfig(1), testConfig(6), testConfig(14),
		{Hosts: 7, Cycle: 500 * time.Millisecond, Delay: 20 * time.Millisecond, Process: 20 * time.Millisecond, Drift: 200e-6, Omissions: 3, ClockFaults: 1},
		{Hosts: 6, Cycle: time.Second, Delay: 50 * time.Millisecond, Process: 50 * time.Millisecond, Drift: 200e-6, Omissions: 4, ClockFaults: 1},
		{Hosts: 128, Cycle: 200 * time.Millisecond, Delay: 5 * time.Millisecond, Process: 5 * time.Millisecond, Drift: 200e-6, Omissions: 2, ClockFaults: 4},
	} {
		if err := c.Check(); err != nil {
			t.Errorf("%d hosts, cycle %v: %v", c.Hosts, c.Cycle, err)
		}
	}
}

// TestShortestCycle: the cycle that a refusal names works, and one a little shorter does not ([C-3]).
func TestShortestCycle(t *testing.T) {
	for _, delay := range []time.Duration{time.Millisecond, 5 * time.Millisecond, 50 * time.Millisecond} {
		for _, n := range []int{2, 7, 128} {
			c := testConfig(n)
			c.Delay, c.Process = delay, delay
			c.Cycle = delay + time.Millisecond
			err := c.Check()
			if err == nil || !strings.Contains(err.Error(), "would do") {
				t.Fatalf("n = %d, delay %v: %v", n, delay, err)
			}
			c.Cycle = c.shortestCycle()
			if err := c.Check(); err != nil {
				t.Errorf("n = %d, delay %v: %v", n, delay, err)
			}
			c.Cycle -= 2 * time.Millisecond
			if c.Cycle > delay && c.Check() == nil {
				t.Errorf("n = %d, delay %v: %v would have done as well", n, delay, c.Cycle)
			}
		}
	}
}

// TestNoCycle: bounds for which no cycle is long enough are refused in those words ([C-3]).
func TestNoCycle(t *testing.T) {
	c := testConfig(6)
	c.Delay, c.Process, c.Drift, c.Omissions = 2*time.Millisecond, 2*time.Millisecond, 0.01, 13
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "no cycle up to") {
		t.Errorf("refused with %v", err)
	}
}

// TestSlots: slots lie apart from each other and from the boundaries by what may go wrong ([C-3]).
func TestSlots(t *testing.T) {
	c := testConfig(14)
	if first := c.SlotStart(0); first < c.Limit()+c.Process {
		t.Errorf("the first slot begins at %v", first)
	}
	if last := c.SlotStart(13); last+c.Process+c.Delay+c.Limit() > c.Cycle {
		t.Errorf("the last slot begins at %v of %v", last, c.Cycle)
	}
	if c.FrameSize() != headerSize+16+8*14+16 {
		t.Errorf("frames of %d bytes", c.FrameSize())
	}
	if MaxFrameSize > 1472 {
		t.Errorf("the longest frame has %d bytes and does not fit a UDP datagram on Ethernet", MaxFrameSize)
	}
}

// TestFingerprint: every field but Self counts ([C-4]).
func TestFingerprint(t *testing.T) {
	base := testConfig(7)
	same := base
	same.Self = 3
	if base.fingerprint() != same.fingerprint() {
		t.Error("hosts of one network differ")
	}
	seen := []uint32{base.fingerprint()}
	for _, change := range []func(*Config){
		func(c *Config) { c.Network++ }, func(c *Config) { c.Hosts++ }, func(c *Config) { c.Cycle++ },
		func(c *Config) { c.Delay++ }, func(c *Config) { c.Process++ }, func(c *Config) { c.Drift *= 2 },
		func(c *Config) { c.Omissions++ }, func(c *Config) { c.ClockFaults++ }, func(c *Config) { c.Payload++ },
	} {
		c := base
		change(&c)
		if slices.Contains(seen, c.fingerprint()) {
			t.Errorf("%+v has the fingerprint of another", c)
		}
		seen = append(seen, c.fingerprint())
	}
}

// TestDeterminism: the same events give the same outputs to the byte ([C-2]).
func TestDeterminism(t *testing.T) {
	tape := func() (sent [][]byte) {
		l := makeLAN(t, testConfig(5))
		l.sent = func(_ int, f []byte) { sent = append(sent, slices.Clone(f)) }
		for h := range l.hosts {
			l.start(h)
		}
		l.settled().cycles(50)
		return sent
	}
	if a, b := tape(), tape(); len(a) < 200 || !slices.EqualFunc(a, b, slices.Equal) {
		t.Errorf("two runs differ, or are too short: %d and %d frames", len(a), len(b))
	}
}

// TestNames: every value that an operator may see has a name.
func TestNames(t *testing.T) {
	seen := map[string]bool{"unknown": true, "": true}
	for r := range NumRefusals {
		if seen[r.String()] {
			t.Errorf("refusal %d is called %q", r, r)
		}
		seen[r.String()] = true
	}
	for s := range numSync {
		if seen[s.String()] {
			t.Errorf("state %d is called %q", s, s)
		}
		seen[s.String()] = true
	}
	if NumRefusals.String() != "unknown" || numSync.String() != "unknown" {
		t.Error("a value that does not exist has a name")
	}
}

// TestPeer: what is told of hosts that are none is nothing.
func TestPeer(t *testing.T) {
	l := newLAN(t, testConfig(3)).settled()
	c := l.hosts[0].core
	if (c.Peer(0) != Peer{}) || (c.Peer(3) != Peer{}) || (c.Peer(NoHost) != Peer{}) {
		t.Error("something is told of this host itself, or of one that does not exist")
	}
	p := c.Peer(1)
	if !p.InView || !p.Contact || p.Lo > p.Hi || p.RoundTrip < 300*time.Microsecond || p.RoundTrip > 700*time.Microsecond {
		t.Errorf("the round trip takes 400us, and it says %+v", p)
	}
}

// TestRate: the rate of the local clock is told, after the clocks have settled.
func TestRate(t *testing.T) {
	l := newLAN(t, testConfig(5)).settled()
	if got := l.hosts[0].core.Status(); got.RateOver != 0 || got.Rate != 0 {
		t.Errorf("%v over %v is told at once", got.Rate, got.RateOver)
	}
	l.cycles(settle + 400)
	for h, s := range l.hosts {
		want := s.rate - l.hosts[2].rate
		if got := s.core.Status().Rate - l.hosts[2].core.Status().Rate; got-want > 20e-6 || want-got > 20e-6 || got == 0 && h != 2 {
			t.Errorf("host %d: %.1f ppm, and %.1f are told", h, want*1e6, got*1e6)
		}
	}
}
