package exposure

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

func analysed(t testing.TB, p *policies.Policy, seed uint64) *Report {
	t.Helper()
	r, err := Analyse(p, Options{Seed: seed, Runs: 200})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// everything is all that a report can be written as.
func everything(t testing.TB, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(r); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.WriteText(&b), r.WriteSVG(&b)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func month() *policies.Policy {
	return sixReplicas(adversary(policies.Parallel, policies.Different, memoryless(720*time.Hour)))
}

// [E-16] The same seed gives the same bytes, another seed other simulated values only.
func TestReportIsDeterministic(t *testing.T) {
	first, second := analysed(t, month(), 1), analysed(t, month(), 1)
	if everything(t, first) != everything(t, second) {
		t.Error("two reports of one seed differ")
	}
	other := analysed(t, month(), 2)
	if other.With.Simulated == first.With.Simulated || other.With.Computed != first.With.Computed {
		t.Errorf("another seed: %v and %v", other.With, first.With)
	}
}

func TestReportJSON(t *testing.T) {
	var got map[string]any
	b, err := json.Marshal(analysed(t, month(), 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"apiVersion": "wormhole/v1", "kind": "ExposureReport", "policy": "six", "n": 6.0, "kPrime": 1.0, "k": 1.0,
		"period": "10m0s", "window": "16m0s", "mission": "8760h0m0s", "verdict": "missed", "greatestPeriod": nil,
	} {
		if value, ok := got[key]; !ok || value != want {
			t.Errorf("%s is %v, want %v", key, value, want)
		}
	}
	var back Report
	if err := json.Unmarshal(b, &back); err != nil || back.With != analysed(t, month(), 1).With || len(back.Curve) != curvePoints {
		t.Errorf("read back: %v", err)
	}
}

func TestTextSaysWhatMatters(t *testing.T) {
	safe := sixReplicas(adversary(policies.Parallel, policies.Different, policies.Compromise{
		Least: 20 * time.Minute, Exponential: &policies.Exponential{Mean: 720 * time.Hour}}))
	cases := map[string]*policies.Policy{
		"T_exhaust(2) = 20m0s; T_p + T_d = 16m0s is below it": safe,
		"The target is met.": safe,
		"The longest period that meets the target, if every":   safe,
		"T_p + T_d < T_exhaust holds for periods below 14m0s.": safe,
		"T_p + T_d < T_exhaust holds for no period":            month(),
		"The target is missed.":                                month(),
		"No period meets the target with this deadline":        month(),
		"adversary: parallel attack, 6 attackers, different":   month(),
		"more than 1 of 6 replicas are compromised at once":    month(),
		"This adversary can be lucky at any time.":             month(),
		"probability that more than 1 of 6 replicas are compr": month(),
	}
	for want, p := range cases {
		var b strings.Builder
		if err := analysed(t, p, 1).WriteText(&b); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s (%v)", want, b.String(), err)
		}
	}
}

func TestVerdicts(t *testing.T) {
	cases := []struct {
		o    Outcome
		want Verdict
	}{
		{Outcome{Computed: exact(1e-7, "")}, Met},
		{Outcome{Computed: bound(1e-7, "")}, Met},
		{Outcome{Computed: exact(1e-5, "")}, Missed},
		{Outcome{Computed: bound(1e-5, ""), Simulated: Estimate{Low: 2e-6, High: 1e-5}}, Missed},
		{Outcome{Computed: bound(1e-5, ""), Simulated: Estimate{High: 1e-5}}, Open},
	}
	for _, c := range cases {
		if got := c.o.against(1e-6); got != c.want {
			t.Errorf("%+v: %s, want %s", c.o, got, c.want)
		}
	}
}

// The picture is well-formed, whatever the name, and stays within its frame.
func TestSVGIsWellFormed(t *testing.T) {
	p := month()
	p.Name = `a<b&"c"`
	var b bytes.Buffer
	if err := analysed(t, p, 1).WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"T_p = 10m0s", "target 1e-06", "period T_p", "<polyline"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in the picture", want)
		}
	}
	d := xml.NewDecoder(&b)
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestProgressEndsAtItsTotal(t *testing.T) {
	done, total, calls := 0, 0, 0
	_, err := Analyse(month(), Options{Runs: 50, Progress: func(d, n int) {
		if d != done+1 {
			t.Errorf("step %d after %d", d, done)
		}
		done, total = d, n
		calls++
	}})
	if err != nil || done != total || calls == 0 {
		t.Errorf("%d of %d in %d calls, %v", done, total, calls, err)
	}
}

func TestAnalyseRefuses(t *testing.T) {
	broken := map[string]func(p *policies.Policy){
		"describe one under spec.adversary": func(p *policies.Policy) { p.Adversary = nil },
		"kPrime below":                      func(p *policies.Policy) { p.KPrime = 6 },
		"longer than the deadline":          func(p *policies.Policy) { p.Period = p.Deadline },
		"adversary.target":                  func(p *policies.Policy) { p.Adversary.Target = 0 },
		"adversary.each has 2 entries for 6": func(p *policies.Policy) {
			p.Adversary.Compromise, p.Adversary.Each = nil, minutes(1, 2)
		},
		"use at least 1": func(p *policies.Policy) { p.K = 0 },
		"use 1 to 128":   func(p *policies.Policy) { p.Replicas = 129 },
	}
	for want, breakIt := range broken {
		p := month()
		breakIt(p)
		if _, err := Analyse(p, Options{Runs: 1}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := Analyse(month(), Options{Runs: MaxRuns + 1}); err == nil {
		t.Error("too many runs are not refused")
	}
}
