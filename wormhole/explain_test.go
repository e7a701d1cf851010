package wormhole_test

import (
	"strings"
	"testing"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// TestExplain holds that every state has a sentence of its own, which names the
// replica and the reason.
func TestExplain(t *testing.T) {
	for _, c := range []struct {
		status wormhole.Status
		want   string
	}{
		{wormhole.Status{Self: 3, InSync: true, Replica: wormhole.Up, Why: wormhole.WhyGroup}, "Replica 3 is up and is not being rejuvenated because the groups before its own are not finished."},
		{wormhole.Status{Self: 3, InSync: true, Replica: wormhole.Rejuvenating, Incarnation: 7, Phase: wormhole.PhaseBoot}, "as incarnation 7, in phase boot."},
		{wormhole.Status{Self: 3, Replica: wormhole.Rejuvenating}, "waits for the control network's clock."},
		{wormhole.Status{Self: 3, Replica: wormhole.Up}, "has no clock from the control network."},
		{wormhole.Status{Self: 3, InSync: true, Replica: wormhole.Stopped, Latched: true, Latch: wormhole.Latch{Reason: wormhole.ReasonBudget}}, "Replica 3 is stopped and is not rejuvenated because the fail-safe is latched (budget)."},
	} {
		if got := c.status.Explain(); !strings.HasSuffix(got, c.want) {
			t.Errorf("got %q, want it to end with %q", got, c.want)
		}
	}
}

// TestWhys holds that every reason reads differently.
func TestWhys(t *testing.T) {
	seen := map[string]bool{}
	w := wormhole.Why(0)
	for ; w.String() != "unknown"; w++ {
		if text := w.String(); text == "" || seen[text] {
			t.Errorf("reason %d reads %q", w, text)
		}
		seen[w.String()] = true
	}
	if w != wormhole.WhyStarting+1 {
		t.Errorf("%d reasons have words", w)
	}
}
