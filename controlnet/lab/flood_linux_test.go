package lab

import (
	"fmt"
	"testing"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// TestFullRateFlood has a machine on the bridge send as fast as it can. That may cost frames,
// and with them contact: a network that carries more than it can is not synchronous. But no
// host believes anything false, what is refused is counted, and all are back when it is over.
func TestFullRateFlood(t *testing.T) {
	need(t, Layout{Hosts: 1, Paths: 1})
	for _, c := range []struct {
		kind scenario.Kind
		link string
		want controlnet.Refusal
	}{
		{scenario.Flood, Packet, controlnet.RefusedMAC},
		{scenario.FloodReplay, UDP, controlnet.RefusedOld},
	} {
		t.Run(fmt.Sprintf("%v/%s", c.kind, c.link), func(t *testing.T) {
			floodWith(t, c.kind, c.link, c.want)
		})
	}
}

// asFastAsItGoes is more frames a cycle than any machine can send.
const asFastAsItGoes = 1e12

func floodWith(t *testing.T, kind scenario.Kind, link string, want controlnet.Refusal) {
	const hosts, from, lasts = 7, 3, 10
	s := scenario.Scenario{
		Name: kind.String(), Hosts: hosts, Omissions: 2, Paths: 1, Cycles: from + lasts + 22,
		Events: []scenario.Event{{Kind: kind, At: from, For: lasts, Rate: asFastAsItGoes}},
	}
	setup := Setup{Config: bounds(), Link: link, Skews: skews(hosts), Realtime: true}
	setup.Prepare(&s)
	for try := range tries {
		c, err := Start(setup)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		trial, err := c.Play(&s)
		if err != nil {
			t.Fatal(err)
		}
		v := judge.Judge(trial)
		sayFlood(t, c, trial, from, lasts)
		for _, f := range v.Faults() {
			t.Errorf("%s: cycle %d: %s", f.Check, f.Cycle, f.Text)
		}
		refusing := 0
		for h := range trial.Counters {
			if trial.Counters[h].Refused[want] > 0 {
				refusing++
			}
		}
		if refusing < hosts-1 { // the frame that was recorded is somebody's own
			t.Errorf("%d hosts refused frames as %v, not %d", refusing, want, hosts-1)
		}
		if t.Failed() || len(v.Excused()) == 0 {
			return
		}
		t.Logf("try %d: a bound was broken after the flood", try)
	}
	t.Errorf("the machine broke its bounds after %d floods", tries)
}

// sayFlood logs how much was sent, and what the hosts could still do meanwhile.
func sayFlood(t *testing.T, c *Cluster, trial *judge.Trial, from, lasts uint64) {
	t.Helper()
	inSync, all := 0, 0
	for i := range trial.Records {
		r := &trial.Records[i]
		if r.Cycle >= trial.From+from && r.Cycle < trial.From+from+lasts {
			if all++; r.InSync {
				inSync++
			}
		}
	}
	for _, f := range c.floods {
		t.Logf("%s: flooded with %.0f frames/s; meanwhile %d of %d cycles were in sync", c.Link,
			float64(f.result.Sent)/f.result.Over.Seconds(), inSync, all)
	}
	for _, f := range c.Finals() {
		t.Logf("host %d: refused %v; links %+v; full drains %d; late ticks %d",
			f.Host, f.Status.Counters.Refused, f.Links, f.Counts.FullDrains, f.Status.Counters.LateTicks)
	}
}
