package measure

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// plain is what the command line marks a metric with, off a terminal.
func plain(holds bool) string {
	if holds {
		return "holds"
	}
	return "FAILS"
}

// good are results of six hosts in which every bound holds, as one of them has them; bad are
// such with a slow network, a missing host, a host that stalls and a clock that runs away.
func good() *Results { return someResults(1) }

func bad() *Results {
	r := someResults(12)
	r.Delay.Unseen(40)
	r.Members[2].Record.Delay = r.Delay.Figures()
	r.Members[1] = Member{}
	r.Members[3].Record.Process.Max, r.Members[3].Record.Process.Beyond = 116*time.Millisecond, 1
	r.Members[4].Record.Losses = Losses{Expected: 1500, Lost: 30, Beyond: 2, Longest: 4, From: 3}
	r.Members[5].Record.Rate.Rate = 412e-6
	r.Members[5].Record.Unsynced = 17
	r.Unreadable = 3
	return r
}

func someResults(slower int64) *Results {
	c := NewCollector(ledger())
	r := rand.New(rand.NewPCG(5, 5))
	for range 1500 {
		d := 80*time.Microsecond + time.Duration(r.ExpFloat64()*float64(60*time.Microsecond))
		c.Delay.Add(d * time.Duration(slower) * 3 / 2)
		c.Likely.Add(d * time.Duration(slower))
	}
	for range 300 {
		c.Process.Add(time.Duration(r.ExpFloat64() * float64(40*time.Microsecond)))
		c.Clock.Add(500*time.Microsecond + time.Duration(r.Int64N(int64(200*time.Microsecond))))
	}
	c.cycles = 300
	res := c.Results()
	for h := range res.Members {
		m := &res.Members[h]
		m.Known = true
		m.Record = c.Own()
		m.Record.Losses = Losses{Expected: 1500, Lost: uint64(h), Longest: min(h, 1)}
		m.Record.RateKnown = true
		m.Record.Rate = Fit{Rate: float64(h-3) * 7e-6, Error: 2e-6, Worst: 30e-6, Over: time.Minute}
	}
	return &res
}

// golden compares with a file, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	is, was := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range is {
		if i >= len(was) || is[i] != was[i] {
			t.Errorf("line %d of %s is now %q (write it with -update and look at the difference)", i+1, file, is[i])
			return
		}
	}
	if len(is) < len(was) {
		t.Errorf("%s has %d lines more", file, len(was)-len(is))
	}
}

// settled fixes what the core computes from a policy: its formulas are not what is tested, and
// a change of them must not change the golden files.
func settled(rep *Report) *Report {
	rep.Metrics[4].Bound = durationOf(20 * time.Millisecond)
	r := rep.Recommended
	r.Cycle = durationOf(200 * time.Millisecond)
	r.Why[len(r.Why)-1] = "cycle 200ms: it must be 20ms or more, which leaves every host a slot of 100µs with these bounds"
	return rep
}

// TestReport compares all three forms of a good and of a bad report with those that somebody
// has looked at.
func TestReport(t *testing.T) {
	everyone := good()
	everyone.Everyone = true
	for name, r := range map[string]*Results{"good": good(), "bad": bad(), "everyone": everyone} {
		rep := settled(NewReport("ledger", r))
		if rep.Holds != (name != "bad") {
			t.Errorf("%s: holds is %v", name, rep.Holds)
		}
		var text, svg bytes.Buffer
		if err := rep.WriteText(&text, plain); err != nil {
			t.Fatal(err)
		}
		if err := rep.WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		form, err := json.MarshalIndent(rep, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", text.Bytes())
		golden(t, name+".svg", svg.Bytes())
		golden(t, name+".json", append(form, '\n'))
		for i, line := range strings.Split(text.String(), "\n") {
			if len(line) > 80 {
				t.Errorf("%s: line %d has %d columns: %s", name, i+1, len(line), line)
			}
		}
	}
}

// TestMetrics holds the metrics of the bad report to what was put in.
func TestMetrics(t *testing.T) {
	rep := NewReport("ledger", bad())
	for i, want := range []struct {
		name    string
		samples uint64
		beyond  uint64
		holds   bool
	}{
		{"delay", 5*1500 + 40, 0, false}, {"process", 5 * 300, 1, false}, {"drift", 5, 1, false}, {"omissions", 5 * 1500, 2, false}, {"clock", 5 * 300, 0, true},
	} {
		m := &rep.Metrics[i]
		if m.Name != want.name || m.Samples != want.samples || m.Holds != want.holds || want.beyond > 0 && m.Beyond != want.beyond {
			t.Errorf("%s has %d samples, %d beyond, holds: %v; want %+v", m.Name, m.Samples, m.Beyond, m.Holds, want)
		}
		if m.Holds != (m.Beyond == 0) {
			t.Errorf("%s holds: %v, with %d samples beyond its bound", m.Name, m.Holds, m.Beyond)
		}
	}
	if len(rep.Missing) != 1 || rep.Missing[0] != 1 {
		t.Errorf("missing are %v", rep.Missing)
	}
}

// TestReportOfNothing sees that what was not measured does not hold, and can be printed.
func TestReportOfNothing(t *testing.T) {
	res := NewCollector(ledger()).Results()
	rep := NewReport("ledger", &res)
	if rep.Holds || rep.Recommended == nil {
		t.Errorf("holds: %v, recommended: %v", rep.Holds, rep.Recommended)
	}
	for i := range rep.Metrics {
		if rep.Metrics[i].Holds {
			t.Errorf("%s holds without a sample", rep.Metrics[i].Name)
		}
	}
	if err := errors.Join(rep.WriteText(io.Discard, plain), wellFormed(rep)); err != nil {
		t.Error(err)
	}
}

// wellFormed reads the drawing of a report as XML.
func wellFormed(rep *Report) error {
	var svg bytes.Buffer
	if err := rep.WriteSVG(&svg); err != nil {
		return err
	}
	for dec := xml.NewDecoder(&svg); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// TestSVGOfAnything draws samples of every size, with a policy's name that is markup: the
// drawing stays XML, every place in it a number inside of it.
func TestSVGOfAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for name, shape := range shapes {
		c := NewCollector(ledger())
		for range 1 + r.IntN(2000) {
			c.Delay.Add(shape(r))
			c.Process.Add(shape(r) << r.IntN(10))
		}
		res := c.Results()
		rep := NewReport(`<"&'>`+name, &res)
		if err := wellFormed(rep); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var svg bytes.Buffer
		if err := rep.WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{"NaN", "Inf", "e+", "M-", "V-", "H-"} {
			if strings.Contains(svg.String(), wrong) {
				t.Errorf("%s: the drawing has %q", name, wrong)
			}
		}
	}
}

// TestJoin makes one report of those of all hosts.
func TestJoin(t *testing.T) {
	all := make([]Results, 6)
	for h := range all {
		cfg := ledger()
		cfg.Self = 0
		all[h] = *good()
		all[h].Members[h].Record.Cycles = uint64(100 + h)
	}
	sum := Join(all)
	if !sum.Everyone || sum.Delay.Samples() != 6*1500 || sum.Process.Samples() != 6*300 {
		t.Errorf("%d and %d samples", sum.Delay.Samples(), sum.Process.Samples())
	}
	for h := range sum.Members {
		if sum.Members[h].Record.Cycles != uint64(100+h) {
			t.Errorf("host %d has the record of another", h)
		}
	}
	if rep := NewReport("ledger", &sum); rep.Self != nil || rep.Took != "20s" {
		t.Errorf("self %v, took %s", rep.Self, rep.Took)
	}
	if none := Join(nil); none.Everyone {
		t.Error("results of nobody")
	}
}
