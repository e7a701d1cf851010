package measure

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestRaw sends results through JSON, as the hosts of one machine do: nothing is lost, and
// the size stays below what the reader takes.
func TestRaw(t *testing.T) {
	c := NewCollector(ledger())
	r := rand.New(rand.NewPCG(4, 4))
	for range 100_000 {
		d := time.Duration(math.Exp(r.Float64() * math.Log(float64(time.Minute))))
		c.Delay.Add(d)
		c.Likely.Add(d / 2)
		c.Process.Add(d * 2)
	}
	c.Delay.Unseen(3)
	c.Woke(time.Second)
	want := c.Results()
	src, err := json.Marshal(&want)
	if err != nil {
		t.Fatal(err)
	}
	if len(src) > MaxRaw {
		t.Errorf("the results have %d bytes, and %d is the bound", len(src), MaxRaw)
	}
	var got Results
	if err := json.Unmarshal(src, &got); err != nil {
		t.Fatal(err)
	}
	if got.Delay != want.Delay || got.Likely != want.Likely || got.Process != want.Process || got.Config != want.Config {
		t.Error("the results changed on the way")
	}
	for h := range want.Members {
		if got.Members[h] != want.Members[h] {
			t.Errorf("member %d: %+v became %+v", h, want.Members[h], got.Members[h])
		}
	}
}

// TestRawRefused has histograms that nothing was counted into.
func TestRawRefused(t *testing.T) {
	for _, src := range []string{
		`{"Min":0,"Max":1}`, `{"Min":1,"Max":1,"Counts":[[1,0]]}`, `{"Min":1,"Max":2,"Counts":[[2,1],[1,1]]}`,
		`{"Min":1,"Max":1,"Counts":[[4000,1]]}`, `{"Min":1,"Max":9,"Counts":[[1,1]]}`, `{"Min":2,"Max":1,"Counts":[[1,1],[2,1]]}`,
		`{"Min":-5,"Max":0,"Counts":[[0,1]]}`, `{"Min":1,"Max":2,"Counts":[[1,18446744073709551615],[2,1]]}`, `[]`, `{"Counts":[[1]]}`,
	} {
		var h Histogram
		if err := json.Unmarshal([]byte(src), &h); err == nil {
			t.Errorf("%s is taken for %d samples", src, h.Count())
		}
	}
	for _, src := range []string{`{}`, `{"Seen":{},"Beyond":0}`, `{"Seen":{"Min":1,"Max":1,"Counts":[[1,3]]},"Beyond":4}`} {
		var s Series
		if err := json.Unmarshal([]byte(src), &s); err != nil != (src[len(src)-2] == '4') {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// FuzzHistogram feeds the reader anything: what it takes has as many samples as its counts,
// and quantiles between its extremes.
func FuzzHistogram(f *testing.F) {
	f.Add([]byte(`{"Min":1,"Max":300,"Counts":[[1,3],[278,1]]}`))
	f.Add([]byte(`{"Min":0,"Max":0,"Counts":[]}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		var h Histogram
		if json.Unmarshal(src, &h) != nil {
			return
		}
		sum := uint64(0)
		for _, n := range h.counts {
			sum += n
		}
		if q := h.Quantile(0.5); sum != h.Count() || q < h.Min() || q > h.Max() {
			t.Errorf("%d samples, %d counted, %v between %v and %v", h.Count(), sum, q, h.Min(), h.Max())
		}
	})
}
