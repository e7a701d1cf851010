package wormhole_test

import (
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-3] [W-4] A sender that can be no host is counted and ignored, also when the
// word of the others on somebody is asked for.
func TestSenderThatIsNoHost(t *testing.T) {
	for _, s := range []wormhole.Host{128, 255} {
		o := settledSolo(t, six())
		o.says = silent(5)
		o.run(6)
		before := o.core.Status().Refused
		o.more = func(last wormhole.Cycle) []wormhole.Received {
			f := o.polite()
			return []wormhole.Received{{Sender: s, Cycle: last, Frame: &f}}
		}
		o.pass()
		if got := o.core.Status().Refused - before; got != 1 {
			t.Errorf("sender %d: %d counted, want 1", s, got)
		}
	}
}

// [W-4] The second frame of a sender in a cycle is counted and ignored.
func TestSecondFrameIsCounted(t *testing.T) {
	o := settledSolo(t, six())
	o.more = func(last wormhole.Cycle) []wormhole.Received {
		f := o.polite()
		return []wormhole.Received{{Sender: 1, Cycle: last, Frame: &f}}
	}
	before := o.core.Status().Refused
	o.pass()
	if got := o.core.Status().Refused - before; got != 1 {
		t.Errorf("%d counted, want 1", got)
	}
}

// [W-23] A state that no core can have stored counts as one that is missing.
func TestStateThatNobodyStored(t *testing.T) {
	good := wormhole.State{Counter: 1, Last: wormhole.NoHost}
	for name, spoil := range map[string]func(*wormhole.State){
		"more alerts than there is room for": func(s *wormhole.State) { s.AlertCount = wormhole.MaxPendingAlerts + 1 },
		"no such replica state":              func(s *wormhole.State) { s.Replica = 200 },
		"no such turn":                       func(s *wormhole.State) { s.Turn = 200 },
		"no such host":                       func(s *wormhole.State) { s.Last = 200 },
		"no such reason":                     func(s *wormhole.State) { s.Latch.Reason = 200 },
	} {
		bad := good
		spoil(&bad)
		o := soloFrom(t, six(), wormhole.Start{Now: time.Hour, State: &bad, Counter: 1})
		if s := o.core.Status(); !s.Latched || s.Latch.Reason != wormhole.ReasonRollback {
			t.Errorf("%s: latch %+v", name, s.Latch)
		}
	}
	if s := soloFrom(t, six(), wormhole.Start{Now: time.Hour, State: &good, Counter: 1}).core.Status(); s.Latched {
		t.Errorf("a good state latches: %+v", s.Latch)
	}
}
