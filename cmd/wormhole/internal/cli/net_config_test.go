package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/measure"
	"github.com/proactive-resilience/wormhole/policies"
	"github.com/proactive-resilience/wormhole/wormhole"
)

// TestNetConfigOfExamples makes the control network of every example policy: a policy that is
// feasible, and can be simulated, must have one. Its frames carry what the wormhole's do.
func TestNetConfigOfExamples(t *testing.T) {
	examples, err := filepath.Glob("../../../../policies/examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("found no examples: %v", err)
	}
	numbers := map[uint64]string{}
	for _, file := range examples {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := policies.Parse(file, src)
		if err != nil {
			t.Fatal(err)
		}
		c, err := netConfig(p, 0, p.Replicas, p.Replicas-1)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if c.Hosts != p.Replicas || int(c.Self) != p.Replicas-1 || c.Payload != wormhole.FrameSize || c.Cycle != p.Control.Cycle ||
			c.Delay != p.Control.Delay || c.Process != p.Control.Process || c.Drift != p.Control.Drift || c.Omissions != p.Control.Omissions {
			t.Errorf("%s: %+v of %+v", file, c, p.Control)
		}
		if c.ClockFaults > p.KPrime || 3*c.ClockFaults >= c.Hosts || c.ClockFaults < p.KPrime && 3*(c.ClockFaults+1) < c.Hosts {
			t.Errorf("%s: %d wrong clocks of %d hosts with k' = %d", file, c.ClockFaults, c.Hosts, p.KPrime)
		}
		if other := numbers[c.Network]; other != "" && other != p.Name {
			t.Errorf("%s has the number of %s", p.Name, other)
		}
		numbers[c.Network] = p.Name
	}
}

// TestStretched sees that a check is foreign to the network it checks, with any bounds.
func TestStretched(t *testing.T) {
	policy := probedConfig
	policy.Cycle = 200 * time.Millisecond
	for n := 1; n <= 2; n++ {
		c, err := stretched(policy, n)
		if err != nil || c.Network == policy.Network || c.Delay != time.Duration(n)*policy.Delay || c.Process != time.Duration(n)*policy.Process {
			t.Errorf("%d times: %+v, %v", n, c, err)
		}
	}
	if c, err := stretched(policy, 10); err == nil {
		t.Errorf("bounds that no cycle of 200 ms can hold are taken: %+v", c)
	}
}

// TestNetReportForms prints the results of a check in all forms, and the drawing.
func TestNetReportForms(t *testing.T) {
	p := newProbe(probedConfig)
	res := p.collector.Results()
	o := &netCheck{policy: &policies.Policy{Name: "probed"}}
	for form, want := range map[format]string{
		text:     "FAILS delay ",
		jsonForm: `"kind": "NetReport"`,
		yamlForm: "kind: NetReport\n",
	} {
		e, stdout, _ := fakeEnv()
		e.output = form
		file := filepath.Join(t.TempDir(), "net.svg")
		d, err := newDrawing(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.netReport(o, &res, d); err != errNo {
			t.Errorf("%s: nothing was measured, and the error is %v", form, err)
		}
		d.discard() // which no longer has anything to remove
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("%s lacks %q: %s", form, want, stdout)
		}
		svg, err := os.ReadFile(file)
		if err != nil || !bytes.HasPrefix(svg, []byte("<svg")) {
			t.Errorf("the drawing begins with %.20q: %v", svg, err)
		}
	}
	if measure.RecordSize != wormhole.FrameSize {
		t.Error("a check does not load the network as the wormhole does")
	}
}
