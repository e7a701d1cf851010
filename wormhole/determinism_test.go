package wormhole_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

// [W-3] A core is a function of state and event: what every host of a bench was
// given in two rounds of trouble, given again, gives the same outputs.
func TestSameInputsSameOutputs(t *testing.T) {
	b := newBench(t, small(7, 2, 1, 2))
	b.keep = true
	b.lost = func(from, to wormhole.Host, at wormhole.Cycle) bool { return (at+wormhole.Cycle(from*5+to*3))%4 == 0 }
	b.ends(3, boot, wormhole.Refused, 0)
	b.ends(2, checkOS, wormhole.Differs, cycleLength)
	b.to(firstStart - 30)
	b.report(1, wormhole.Report{Leads: true, Checkpoint: 7})
	b.order(4, wormhole.Order{Kind: wormhole.OrderPause, For: cycleLength})
	b.run(100)
	b.report(5, wormhole.Report{Died: true})
	b.nodes[6].late = 2 * procBound
	b.run(250)
	if again := b.nodes[0].disk.Round; again < 2 {
		t.Fatalf("the trouble ended in round %d", again)
	}
	for _, n := range b.nodes {
		var out wormhole.Output
		start := wormhole.Start{Now: time.Duration(n.id+1) * time.Hour}
		core, err := wormhole.New(b.cfg, n.id, start, &out)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range n.steps {
			core.Step(&s.in, &out)
			if got := cloneOutput(&out); !reflect.DeepEqual(got, s.out) {
				t.Fatalf("host %d, step %d: got %+v, then %+v", n.id, i, s.out, got)
			}
		}
		if !reflect.DeepEqual(core.Status(), n.core.Status()) {
			t.Errorf("host %d ends as %+v, then as %+v", n.id, n.core.Status(), core.Status())
		}
	}
}
