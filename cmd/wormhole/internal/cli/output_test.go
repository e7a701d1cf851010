package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// tricky has what goes wrong between JSON and YAML: strings that look like something else,
// markup, numbers at their limits, empty lists and nothing.
var tricky = map[string]any{
	"looksLikeNumber": "10", "looksLikeBool": "yes", "looksLikeNull": "~", "looksLikeTime": "2030-01-01",
	"hex": "0x10", "octal": "010", "exponent": "1e3", "empty": "",
	"markup": "a <= b & c > d", "lines": "one\ntwo\n", "tab": "a\tb", "colon": "key: value # no comment",
	"dash": "- item", "quote": `"it's"`, "unicode": "\u00e9\u2028\U0001f600", "control": "\x00\x1b",
	"large": float64(1 << 53), "small": 1e-9, "negative": -1.5, "maximum": math.MaxFloat64,
	"list": []any{}, "map": map[string]any{}, "nothing": nil, "true": true,
	"nested": []any{map[string]any{"on": "off"}, []any{"1", 2.0}},
}

// TestYAMLIsJSON reads back both forms of a value and wants the same.
func TestYAMLIsJSON(t *testing.T) {
	var asJSON, asYAML bytes.Buffer
	if err := writeJSON(&asJSON, tricky); err != nil {
		t.Fatal(err)
	}
	if err := writeYAML(&asYAML, tricky); err != nil {
		t.Fatal(err)
	}
	var fromJSON, fromYAML map[string]any
	if err := json.Unmarshal(asJSON.Bytes(), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(asYAML.Bytes(), &fromYAML); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(fromYAML) // so that 2 and 2.0 are the same number
	if err != nil {
		t.Fatal(err)
	}
	fromYAML = nil
	if err := json.Unmarshal(again, &fromYAML); err != nil {
		t.Fatal(err)
	}
	for key, want := range fromJSON {
		if got := fromYAML[key]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %#v in YAML and %#v in JSON", key, got, want)
		}
	}
	if len(fromYAML) != len(fromJSON) {
		t.Errorf("YAML has %d keys and JSON %d", len(fromYAML), len(fromJSON))
	}
	if strings.Contains(asJSON.String(), `\u003c`) {
		t.Error("JSON escapes < as a web page would")
	}
}

// TestPrintWhole sees that a result which fails half-way leaves nothing behind.
func TestPrintWhole(t *testing.T) {
	e, stdout, _ := fakeEnv()
	broken := errors.New("broken")
	err := e.print(nil, func(w io.Writer) error {
		if _, err := io.WriteString(w, "the first half"); err != nil {
			t.Fatal(err)
		}
		return broken
	})
	if !errors.Is(err, broken) || stdout.Len() > 0 {
		t.Errorf("error %v, and standard output has %q", err, stdout)
	}
	e.output = jsonForm
	if err := e.print(math.Inf(1), nil); err == nil || stdout.Len() > 0 {
		t.Errorf("error %v for a value that JSON has not, and standard output has %q", err, stdout)
	}
}

// TestProgress sees the bar on a terminal only, drawn once a percent, and gone at the end.
func TestProgress(t *testing.T) {
	e, stdout, stderr := fakeEnv()
	show, end := e.progress("simulating")
	show(1, 2)
	end()
	if stderr.Len() > 0 {
		t.Errorf("without a terminal standard error has %q", stderr)
	}

	e.showProgress = true
	show, end = e.progress("simulating")
	for i := range 1000 {
		show(i+1, 1000)
	}
	drawn := stderr.String()
	if n := strings.Count(drawn, "\r"); n != 101 {
		t.Errorf("drew %d times for 0 to 100 %%", n)
	}
	if want := "\rsimulating [###############...............]  50% of 1000"; !strings.Contains(drawn, want) {
		t.Errorf("never drew %q", want)
	}
	end()
	if !strings.HasSuffix(stderr.String(), "\r\x1b[K") {
		t.Error("the bar is still there at the end")
	}
	if stdout.Len() > 0 {
		t.Errorf("progress wrote %q to standard output", stdout)
	}

	stderr.Reset()
	show, end = e.progress("idle")
	show(0, 0)
	end()
	if stderr.Len() > 0 {
		t.Errorf("no work, and standard error has %q", stderr)
	}
}
