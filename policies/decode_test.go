package policies

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// every has one field of each kind that the decoder knows.
type every struct {
	Text  string   `yaml:"text,optional"`
	Truth bool     `yaml:"truth,optional"`
	List  []string `yaml:"list,optional"`
	Part  *struct {
		Share float64 `yaml:"share"`
	} `yaml:"part,optional"`
	own int
}

func decodeEvery(t *testing.T, src string) (every, Problems) {
	t.Helper()
	root, p := readTree("e.yaml", []byte(src))
	if p != nil {
		t.Fatal(p)
	}
	var into every
	d := &decoder{file: "e.yaml", places: map[string]place{}}
	d.decode(root, reflect.ValueOf(&into).Elem(), "")
	return into, d.problems
}

func TestDecodeEveryKind(t *testing.T) {
	got, found := decodeEvery(t, "text: x\ntruth: true\nlist: [a, b]\npart: {share: .5}")
	if len(found) > 0 || got.Text != "x" || !got.Truth || len(got.List) != 2 || got.Part.Share != .5 || got.own != 0 {
		t.Errorf("%+v %v", got, found)
	}
}

// [P-3] [P-4]
func TestDecodeRefuses(t *testing.T) {
	for src, want := range map[string]string{
		"truth: yes":             `e.yaml:1:8: truth: is "yes" and must be true or false`,
		"list: [[a]]":            "e.yaml:1:8: list[0]: is a list and must be a single value",
		"list: a":                "e.yaml:1:7: list: is a single value and must be a list",
		"list:":                  "list: is empty and must be a list",
		"part:":                  "part: is empty and must be a mapping",
		"part: {}":               "part.share: is missing (add share to part)",
		"part: {share: 1_0}":     `is "1_0" and must be a finite number`,
		"part: {share: 0x1p-2}":  `is "0x1p-2" and must be a finite number`,
		"part: {share: \"0.5\"}": `is "0.5" and must be a finite number`,
		"own: 1":                 "own: is not a key",
		"list: [" + strings.Repeat("a,", MaxReplicas) + "a]": "has 129 entries, more than 128",
		"\"a\\nb\\e[31m\": 1":                                "a?b?[31m: is not a key",
	} {
		if _, found := decodeEvery(t, src); len(found) != 1 || !strings.Contains(found.Error(), want) {
			t.Errorf("%q: %v, want %s", src, found, want)
		}
	}
}

// [P-5] More receivers than an outbox has room for.
func TestParseLimitsAlerts(t *testing.T) {
	more := strings.Repeat("    - alertmanager: {url: \"http://h\"}\n", MaxAlerts-1)
	if got := problems(t, operatorsPage+more); len(got) != 1 || !strings.Contains(got.Error(), "spec.alerts: has 17 entries, more than 16") {
		t.Error(got)
	}
}

// [P-3] A slip of the keyboard finds its word, and what is no slip lists all of them.
func TestMeant(t *testing.T) {
	words := []string{"period", "deadline", "bounds"}
	for got, want := range map[string]string{
		"perod": "did you mean period?", "Deadline": "did you mean deadline?", "bound": "did you mean bounds?",
		"x": "use period, deadline or bounds", strings.Repeat("period", 9): "use period, deadline or bounds", "": "use period, deadline or bounds",
	} {
		if advice := meant(got, words); advice != want {
			t.Errorf("%q: %s, want %s", got, advice, want)
		}
	}
	if d := fmt.Sprint(distance("", "abc"), distance("abc", ""), distance("kitten", "sitting"), distance("a", "a")); d != "3 3 3 0" {
		t.Error(d)
	}
}
