package measure

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// ledger is the control network of the example policy.
func ledger() controlnet.Config {
	return controlnet.Config{
		Network: 1, Hosts: 6, Self: 2, Cycle: 200 * time.Millisecond, Delay: 5 * time.Millisecond,
		Process: 5 * time.Millisecond, Drift: 200e-6, Omissions: 2, ClockFaults: 1, Payload: RecordSize,
	}
}

func worst(delay, process time.Duration, drift float64, longest int) Worst {
	return Worst{
		Delay: Figures{Samples: 1000, Max: delay}, Process: Figures{Samples: 1000, Max: process},
		Drift: drift, DriftOver: time.Minute, Longest: longest, Expected: 1000,
	}
}

// TestAdvise has what is recommended after some measurements.
func TestAdvise(t *testing.T) {
	for _, row := range []struct {
		name      string
		worst     Worst
		delay     time.Duration
		process   time.Duration
		drift     float64
		omissions int
	}{
		{"quiet", worst(120*time.Microsecond, 80*time.Microsecond, 3e-6, 0), time.Millisecond, time.Millisecond, 100e-6, 1},
		{"usual", worst(740*time.Microsecond, 1100*time.Microsecond, 60e-6, 1), 1500 * time.Microsecond, 2500 * time.Microsecond, 120e-6, 2},
		{"stalls", worst(48*time.Millisecond, 116*time.Millisecond, 5e-6, 3), 100 * time.Millisecond, 250 * time.Millisecond, 100e-6, 4},
		{"at the limit", worst(time.Millisecond, time.Millisecond, 300e-6, controlnet.MaxOmissions), 2 * time.Millisecond, 2 * time.Millisecond, 600e-6, controlnet.MaxOmissions},
	} {
		a, err := Advise(ledger(), row.worst)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if a.Delay != row.delay || a.Process != row.process || a.Drift != row.drift || a.Omissions != row.omissions {
			t.Errorf("%s: delay %v, process %v, drift %g, omissions %d", row.name, a.Delay, a.Process, a.Drift, a.Omissions)
		}
		if len(a.Why) != 5 {
			t.Errorf("%s: the reasons are %q", row.name, a.Why)
		}
	}
}

// TestAdviceFits sees, for any measurement, that the bounds leave what was seen its factor,
// and that the control network works with the cycle and with none that is shorter.
func TestAdviceFits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		c := ledger()
		c.Hosts = 4 + r.IntN(60)
		w := worst(time.Duration(r.Int64N(int64(100*time.Millisecond))), time.Duration(r.Int64N(int64(100*time.Millisecond))), r.Float64()*1e-3, r.IntN(5))
		a, err := Advise(c, w)
		if err != nil {
			t.Errorf("%d hosts, %+v: %v", c.Hosts, w, err)
			continue
		}
		if a.Delay < SafetyFactor*w.Delay.Max || a.Process < SafetyFactor*w.Process.Max || a.Drift < SafetyFactor*w.Drift || a.Omissions <= w.Longest {
			t.Errorf("%+v is too tight for %+v", a, w)
		}
		c.Delay, c.Process, c.Drift, c.Omissions, c.Cycle = a.Delay, a.Process, a.Drift, a.Omissions, a.Shortest
		if err := c.Check(); err != nil {
			t.Errorf("%+v does not work: %v", a, err)
		}
		if a.Cycle < a.Shortest || c.Cycle < a.Shortest {
			t.Errorf("%+v recommends less than the shortest", a)
		}
		if c.Cycle -= time.Millisecond; c.Check() == nil {
			t.Errorf("%+v: %v would do as well", a, c.Cycle)
		}
	}
}

// TestNoAdvice has measurements that no policy can state.
func TestNoAdvice(t *testing.T) {
	for want, w := range map[string]Worst{
		"a clock that drifts by 10100e-6":  worst(1, 1, 0.0101, 0),
		"14 frames lost in a row":          worst(1, 1, 0, 14),
		"bounds that no cycle up to 1m0s ": worst(time.Minute, time.Minute, 0, 0),
	} {
		if _, err := Advise(ledger(), w); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("the error is %v, and not %q", err, want)
		}
	}
}

// TestNice has numbers and what people would write for them.
func TestNice(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		0: 0, 1: 1, 7: 8, 9: 10, 1000: 1000, 1001: 1200, 999_999: time.Millisecond, 81 * time.Millisecond: 100 * time.Millisecond,
		2 * time.Second: 2 * time.Second, 2*time.Second + 1: 2500 * time.Millisecond,
	} {
		if got := nice(d); got != want {
			t.Errorf("%v becomes %v, and not %v", d, got, want)
		}
	}
}

// TestShort has times as they are printed: three digits, never less than the time.
func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-1: "0", 0: "0", 1: "1ns", 999: "999ns", 1000: "1us", 1001: "1.01us", 243_711: "244us", 5 * time.Millisecond: "5ms",
		5_000_001: "5.01ms", 12_340_001: "12.4ms", 999_999: "1000us", 90 * time.Second: "90s", 123456 * time.Second: "123456s",
	} {
		if got := short(d); got != want {
			t.Errorf("%d is printed as %s, and not %s", d, got, want)
		}
	}
}
