package policies

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// edit replaces one piece of the ledger's file, which must be there.
func edit(t testing.TB, old, new string) string {
	t.Helper()
	src := string(ledgerFile(t))
	if !strings.Contains(src, old) {
		t.Fatalf("the ledger's file has no %q", old)
	}
	return strings.Replace(src, old, new, 1)
}

// problems parses what must not parse.
func problems(t testing.TB, src string) Problems {
	t.Helper()
	p, err := Parse("p.yaml", []byte(src))
	var found Problems
	if p != nil || !errors.As(err, &found) || len(found) == 0 {
		t.Fatalf("parsed as %+v, error %v", p, err)
	}
	return found
}

// [P-7] The period stands beside a schedule.
func TestParseReadsEveryField(t *testing.T) {
	src := edit(t, "period: 10m", "period: 10m\n  schedule: \"*/10 * * * *\"")
	p, err := Parse("p.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := Policy{
		Name: "ledger", Replicas: 6, KPrime: 1, K: 1, Engine: Hybrid,
		Period: 10 * time.Minute, Schedule: "*/10 * * * *", Deadline: 6 * time.Minute,
		Bounds:  Bounds{2 * time.Second, 2 * time.Second, 10 * time.Second, 15 * time.Second, 15 * time.Second},
		Exhaust: 20 * time.Minute,
		Control: Control{Cycle: 200 * time.Millisecond, Delay: 5 * time.Millisecond, Process: 5 * time.Millisecond,
			Drift: 200e-6, Omissions: 2},
		FailSafe: FailSafe{Shutdown, AtBudget},
		Alerts: []Alert{
			{Webhook: &Webhook{"http://127.0.0.1:9000/hook", "hook.key"}},
			{Alertmanager: &Alertmanager{"http://127.0.0.1:9093"}},
		},
	}
	if !reflect.DeepEqual(p, &want) {
		t.Errorf("got  %+v\nwant %+v", p, &want)
	}
}

func TestParseFillsInWhen(t *testing.T) {
	p, err := Parse("p.yaml", []byte(edit(t, ", when: budget", "")))
	if err != nil || p.FailSafe.When != AtBudget {
		t.Errorf("when is %v, error %v", p, err)
	}
}

// A case is a change of the ledger's file and the one problem that it must cause.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"[P-2] anchor", "period: 10m", "period: &p 10m", "8:11: anchor &p is refused (write the value out where it is used)"},
		{"[P-2] alias", "period: 10m\n  deadline: 6m", "period: &p 10m\n  deadline: *p", "9:13: alias *p is refused"},
		{"[P-2] merge key", "metadata: {name", "metadata: {<<: {}, name", "3:12: merge key << is refused"},
		{"[P-2] tag", "period: 10m", "period: !!str 10m", "8:11: tag !!str is refused"},
		{"[P-2] own tag", "spec:", "spec: !mine", "4:7: tag !mine is refused"},
		{"[P-2] depth", "name: ledger", "name: " + strings.Repeat("[", 20) + strings.Repeat("]", 20), "is nested deeper than 12"},
		{"[P-1] second document", "apiVersion", "---\na: 1\n---\napiVersion", "3:1: is a second document (one policy a file)"},
		{"[P-1] not YAML", "spec:", "spec: [", "is not YAML: did not find expected"},
		{"[P-3] unknown", "deadline: 6m", "deadlin: 6m", "9:3: spec.deadlin: is not a key of a policy (did you mean deadline?)"},
		{"[P-3] unknown, far off", "metadata: {", "metadata: {zzz: 1, ", "3:12: metadata.zzz: is not a key of a policy (use name)"},
		{"[P-3] case", "failSafe:", "failsafe:", "13:3: spec.failsafe: is not a key of a policy (did you mean failSafe?)"},
		{"[P-3] duplicate", "engine: hybrid", "engine: hybrid\n  engine: crash", "8:3: spec.engine: is given twice, first at 7:3"},
		{"[P-3] missing", "  replicas: 6\n", "", "5:3: spec.replicas: is missing (add replicas to spec)"},
		{"[P-3] missing inside", "k: 1}", "}", "6:11: spec.faults.k: is missing"},
		{"[P-3] key of another kind", "metadata: {", "metadata: {[a]: 1, ", "3:12: metadata: has a list as a key"},
		{"[P-3] spec is a word", "kind: Policy", "kind: Policy\nspec: 1", "5:1: spec: is given twice, first at 3:1"},
		{"[P-3] list for mapping", "{kPrime: 1, k: 1}", "[1, 1]", "6:11: spec.faults: is a list and must be a mapping (give kPrime or k)"},
		{"[P-3] mapping for list", "alerts:\n", "alerts: {}\n  x:\n", "14:11: spec.alerts: is a mapping and must be a list"},
		{"[P-3] mapping for value", "period: 10m", "period: {}", "8:11: spec.period: is a mapping and must be a single value"},
		{"[P-3] empty value", "period: 10m", "period:", "spec.period: has no value"},
		{"[P-4] no unit", "period: 10m", "period: 10", "8:11: spec.period: is 10 without a unit (write for example 10s or 10m)"},
		{"[P-4] zero, no unit", "period: 10m", "period: 0", "is 0 without a unit"},
		{"[P-4] not a duration", "period: 10m", "period: soon", `is "soon" and must be a duration`},
		{"[P-4] beyond 64 bits", "period: 10m", "period: 3000000h", `is "3000000h" and must be a duration`},
		{"[P-4] negative duration", "period: 10m", "period: -10m", "is -10m, which is negative"},
		{"[P-4] quoted count", "replicas: 6", `replicas: "6"`, "and must be a whole number"},
		{"[P-4] fraction", "replicas: 6", "replicas: 6.0", "and must be a whole number"},
		{"[P-4] hexadecimal", "replicas: 6", "replicas: 0x6", "and must be a whole number"},
		{"[P-4] negative count", "replicas: 6", "replicas: -6", "is -6, which is negative"},
		{"[P-4] beyond int", "replicas: 6", "replicas: 99999999999999999999", "and must be a whole number"},
		{"[P-4] drift NaN", "200e-6", ".nan", "and must be a finite number"},
		{"[P-4] drift infinite", "200e-6", ".inf", "and must be a finite number"},
		{"[P-4] drift 1e999", "200e-6", "1e999", "and must be a finite number"},
		{"[P-4] drift as Go has it", "200e-6", "NaN", "and must be a finite number"},
		{"[P-4] drift of 1", "200e-6", "1", "a clock could stand still"},
		{"[P-4] negative drift", "200e-6", "-200e-6", "which is negative"},
		{"[P-4] number for text", "secretFile: hook.key", "secretFile: 7", "is 7 and must be text (put it into quotes)"},
		{"[P-4] engine", "engine: hybrid", "engine: hybrit", `7:11: spec.engine: is "hybrit" (did you mean hybrid?)`},
		{"[P-4] action", "action: shutdown", "action: reboot", "(use shutdown, isolate or alert)"},
		{"[P-4] version", "wormhole/v1", "wormhole/v2", `1:13: apiVersion: is "wormhole/v2" (this version reads wormhole/v1)`},
		{"[P-4] kind", "kind: Policy", "kind: Lab", "2:7: kind: is"},
		{"[P-4] name", "name: ledger", "name: Ledger of ours", "3:18: metadata.name: is"},
		{"[P-5] replicas", "replicas: 6", "replicas: 129", "is 129, more than 128"},
		{"[P-5] k", " k: 1}", " k: 129}", "6:26: spec.faults.k: is 129, more than 128"},
		{"[P-5] period", "period: 10m", "period: 8785h", "is 8785h0m0s, more than 8784h0m0s"},
		{"[P-5] bound", "boot: 15s", "boot: 169h", "spec.bounds.boot: is 169h0m0s, more than 168h0m0s"},
		{"[P-5] exhaust", "exhaust: 20m", "exhaust: 876001h", "spec.exhaust: is 876001h0m0s"},
		{"[P-5] cycle", "cycle: 200ms", "cycle: 61s", "spec.control.cycle: is 1m1s, more than 1m0s"},
		{"[P-5] omissions", "omissions: 2", "omissions: 65", "spec.control.omissions: is 65, more than 64"},
		{"[P-6] neither", "  exhaust: 20m\n", "", "spec.exhaust: is missing (state T_exhaust(k'+1) as exhaust, or give adversary"},
		{"[P-6] both", "exhaust: 20m", "exhaust: 20m\n  adversary: " + adversary, "12:14: spec.adversary: is given and exhaust too"},
		{"[P-7] schedule alone", "period: 10m", `schedule: "*/10 * * * *"`, "spec.period: is missing"},
		{"[P-8] not cron", "period: 10m", "period: 10m\n  schedule: often", "9:13: spec.schedule: is not a cron expression"},
		{"[P-9] scheme", `"http://127.0.0.1:9093"`, "ftp://h", `16:27: spec.alerts[1].alertmanager.url: has the scheme "ftp"`},
		{"[P-9] no host", `"http://127.0.0.1:9093"`, "http:///x", "names no host"},
		{"[P-9] port", `"http://127.0.0.1:9093"`, "http://h:99999", `has the port "99999"`},
		{"[P-9] password", `"http://127.0.0.1:9093"`, "http://u:p@h", "holds a user or a password"},
		{"[P-9] fragment", `"http://127.0.0.1:9093"`, `"http://h/#x"`, "has a fragment"},
		{"[P-9] no URL", `"http://127.0.0.1:9093"`, `"http://h:%"`, "is not a URL"},
		{"[P-9] empty secret", "secretFile: hook.key", `secretFile: ""`, `spec.alerts[0].webhook.secretFile: is ""`},
		{"[P-9] no receiver", `webhook: {url: "http://127.0.0.1:9000/hook", secretFile: hook.key}`, "{}", "has no receiver"},
		{"[P-9] two receivers", "    - alertmanager", "      alertmanager", "15:7: spec.alerts[0]: has two receivers"},
		{"[P-9] long URL", `"http://127.0.0.1:9093"`, "http://h/" + strings.Repeat("x", MaxURLBytes), "more than 2048"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := problems(t, edit(t, c.old, c.new))
			if !strings.Contains(found.Error(), c.want) {
				t.Errorf("got\n%v\nwant %s", found, c.want)
			}
		})
	}
}

const adversary = "{attack: sequential, replicas: different, compromise: {least: 30m}, mission: 8760h, target: 1e-6}"

// [P-9] An action that only alerts needs somebody to alert.
func TestParseRefusesAlertToNobody(t *testing.T) {
	src := edit(t, "action: shutdown", "action: alert")
	src = src[:strings.Index(src, "  alerts:")]
	if got := problems(t, src); len(got) != 1 || !strings.Contains(got.Error(), "spec.failSafe.action: is alert, and there is nobody to alert") {
		t.Error(got)
	}
}

// [P-1] What is no text at all is refused as a whole.
func TestParseRefusesWholeFiles(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"empty", "", "p.yaml: holds no policy"},
		{"only a comment", "# soon\n", "p.yaml: holds no policy"},
		{"only a marker", "---\n", "is empty and must be a mapping"},
		{"a word", "policy", "1:1: is a single value and must be a mapping (give apiVersion, kind, metadata or spec)"},
		{"latin-1", "apiVersion: wormhole/v1\nkind: \"P\xf6licy\"", "2:9: is not UTF-8"},
		{"UTF-16", "\xff\xfea\x00", "1:1: is not UTF-8"},
		{"too long", "# " + strings.Repeat("x", MaxFileBytes), "is 65538 bytes long, more than 65536"},
		{"control character", "kind: \x01", "is not YAML: control characters are not allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := problems(t, c.src); !strings.Contains(got.Error(), c.want) {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

// [P-10] All problems come at once, in the order of the file, and none is a consequence of another.
func TestParseReturnsAllProblems(t *testing.T) {
	src := edit(t, "deadline: 6m", "deadline: 6")
	src = strings.Replace(src, "wormhole/v1", "v0", 1)
	src = strings.Replace(src, "boot: 15s, ", "boots: 15s, ", 1)
	src = strings.Replace(src, "omissions: 2", "omissions: many", 1)
	want := []string{"1:13: apiVersion", "9:13: spec.deadline", "10:11: spec.bounds.boot: is missing",
		"10:59: spec.bounds.boots", "12:79: spec.control.omissions"}
	found := problems(t, src)
	if len(found) != len(want) {
		t.Fatalf("got\n%v", found)
	}
	for i, w := range want {
		if !strings.HasPrefix(found[i].Error(), "p.yaml:"+w) {
			t.Errorf("problem %d is %v, want %s", i, found[i], w)
		}
	}
}

// [P-10] A file of nothing but errors makes a list that ends.
func TestParseEndsTheList(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "a%d: 1\n", i)
	}
	if found := problems(t, b.String()); len(found) > MaxProblems+1 {
		t.Errorf("%d problems", len(found))
	}
}

// [P-10] A problem can be found by its type, and is one line.
func TestProblemIsAnError(t *testing.T) {
	_, err := Parse("p.yaml", []byte(edit(t, "10m", "ten")))
	var p Problem
	if !errors.As(err, &p) || p.Line != 8 || p.Column != 11 || p.Path != "spec.period" {
		t.Errorf("%+v", p)
	}
	long := problems(t, edit(t, "10m", `"`+strings.Repeat("x\\n", 999)+`"`))
	if strings.Contains(long.Error(), "\n") || len(long.Error()) > 300 {
		t.Errorf("%q", long)
	}
}

// The adversary is decoded by its own tags, and its findings get their places.
func TestParseAdversary(t *testing.T) {
	p, err := Parse("p.yaml", []byte(edit(t, "exhaust: 20m", "adversary: "+adversary)))
	if err != nil {
		t.Fatal(err)
	}
	if p.Exhaust != 0 || p.Adversary == nil || p.Adversary.Compromise.Least != 30*time.Minute || p.Adversary.Target != 1e-6 {
		t.Errorf("%+v", p.Adversary)
	}
	for _, c := range []struct{ old, new, want string }{
		{"target: 1e-6", "target: 2", "11:106: spec.adversary.target: is 2"},
		{"attack: sequential, ", "", "11:14: spec.adversary.attack: is missing"},
		{"least: 30m", "least: 0s", "spec.adversary.compromise.least: is missing, and so is a distribution"},
		{"compromise: {least: 30m}", "each: [{least: 30m}, {least: 30}]", "spec.adversary.each[1].least: is 30 without a unit"},
		{"compromise: {least: 30m}", "each: [{least: 30m}]", "spec.adversary.each: has 1 entries for 6 replicas"},
		{"compromise: {least: 30m}", "each: [{least: 30m}, {least: 0s}, {least: 1m}, {least: 1m}, {least: 1m}, {least: 1m}]",
			"11:85: spec.adversary.each[1].least"},
	} {
		src := edit(t, "exhaust: 20m", "adversary: "+strings.Replace(adversary, c.old, c.new, 1))
		if got := problems(t, src); len(got) != 1 || !strings.Contains(got.Error(), c.want) {
			t.Errorf("got  %v\nwant %s", got, c.want)
		}
	}
}
