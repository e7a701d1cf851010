package sim

import (
	"os"
	"strings"
	"testing"

	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// TestScenarios carries out every scenario, with delays of every kind, and holds what happens
// to what the scenario expects and to all that always holds.
func TestScenarios(t *testing.T) {
	for _, s := range scenario.Table() {
		t.Run(strings.ReplaceAll(s.Name, " ", "-"), func(t *testing.T) {
			seeds := uint64(6)
			if e := s.Events; len(e) > 0 && (e[0].Kind == scenario.Flood || e[0].Kind == scenario.FloodReplay) {
				seeds = 1 // a flood is a hundred thousand frames
			}
			for seed := uint64(0); seed < seeds; seed++ {
				for d := Light; d < numDelays; d++ {
					runScenario(t, &s, FromScenario(&s, seed, d))
				}
			}
		})
	}
}

// runScenario runs one and shows its last events if it fails.
func runScenario(t *testing.T, s *scenario.Scenario, p Plan) {
	t.Helper()
	for _, trace := range []*Trace{nil, {Ticks: true}} {
		w := NewWorld(p, trace)
		w.Expect(s.Expect)
		w.Run()
		v := w.chk.violation
		if v == nil {
			return
		}
		if trace == nil {
			continue
		}
		t.Errorf("%s\n%s: %s", strings.Join(p.Lines(), "\n"), v.Promise, v.Text)
		if testing.Verbose() {
			if _, err := trace.WriteTo(os.Stdout); err != nil {
				t.Fatal(err)
			}
		}
		t.FailNow()
	}
}
