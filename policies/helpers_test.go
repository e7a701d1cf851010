package policies

import (
	"strconv"
	"testing"
	"time"
)

// from is the instant at which tests look ahead; any would do.
var from = time.Date(2026, 11, 21, 0, 0, 3, 0, time.UTC)

// ledger is the policy of the operator's page, which is feasible.
func ledger(t testing.TB) *Policy {
	t.Helper()
	p, err := Parse("ledger.yaml", ledgerFile(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ledgerFile(testing.TB) []byte { return []byte(operatorsPage) }

// operatorsPage is the policy file of the operator's page, without its remarks. The tests of places count its lines.
const operatorsPage = `apiVersion: wormhole/v1
kind: Policy
metadata: {name: ledger}
spec:
  replicas: 6
  faults: {kPrime: 1, k: 1}
  engine: hybrid
  period: 10m
  deadline: 6m
  bounds: {shutdown: 2s, checkCode: 2s, restoreCode: 10s, boot: 15s, transfer: 15s}
  exhaust: 20m
  control: {cycle: 200ms, delay: 5ms, process: 5ms, drift: 200e-6, omissions: 2}
  failSafe: {action: shutdown, when: budget}
  alerts:
    - webhook: {url: "http://127.0.0.1:9000/hook", secretFile: hook.key}
    - alertmanager: {url: "http://127.0.0.1:9093"}
`

// with is the ledger's policy with a change.
func with(t testing.TB, change func(*Policy)) *Policy {
	p := ledger(t)
	change(p)
	return p
}

func check(p *Policy) *Report { return Check(p, Inputs{From: from, Exhaust: p.Exhaust}) }

// condition finds one condition of the report on p.
func condition(t testing.TB, p *Policy, name string) Condition {
	t.Helper()
	for _, c := range check(p).Conditions {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no condition %s", name)
	return Condition{}
}

// applied is p after the changes of a fix, read from their text as an operator would read them.
func applied(t testing.TB, p *Policy, changes []Change) *Policy {
	t.Helper()
	after := *p
	for _, change := range changes {
		apply(t, &after, change)
	}
	return &after
}

func apply(t testing.TB, p *Policy, change Change) {
	t.Helper()
	if change.Path == "spec.schedule" {
		p.Schedule = change.To
		return
	}
	for _, q := range parameters {
		if q.path != change.Path {
			continue
		}
		if now := q.text(p); now != change.From {
			t.Errorf("%s: the change is from %s, the policy has %s", q.path, change.From, now)
		}
		if err := read(q.field(p), change.To); err != nil {
			t.Error(err)
		}
		return
	}
	t.Errorf("change of an unknown value %s", change.Path)
}

func read(field any, text string) (err error) {
	switch f := field.(type) {
	case *int:
		*f, err = strconv.Atoi(text)
	case *time.Duration:
		*f, err = time.ParseDuration(text)
	case *float64:
		*f, err = strconv.ParseFloat(text, 64)
	}
	return err
}
