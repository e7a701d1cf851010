package policies

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"time"
)

// Parse reads one policy file. It asks for the right form only; whether the policy is feasible is Check's answer. The error is
// of type Problems and holds everything that is wrong, in the order of the file; file stands in its messages and is not opened.
func Parse(file string, src []byte) (*Policy, error) {
	root, problem := readTree(file, src)
	if problem != nil {
		return nil, Problems{*problem}
	}
	if found := refused(file, root); len(found) > 0 {
		return nil, found.sorted()
	}
	var doc document
	d := &decoder{file: file, places: map[string]place{}}
	d.decode(root, reflect.ValueOf(&doc).Elem(), "")
	d.validate(&doc)
	if len(d.problems) > 0 {
		return nil, d.problems.sorted()
	}
	return doc.policy(), nil
}

// validate finds what no single value shows. A value that is missing or did not decode is zero here and has its problem
// already, so that every rule below lets zero pass, or looks whether the value is in the file.
func (d *decoder) validate(doc *document) {
	d.validateHead(doc)
	d.validateLimits(&doc.Spec)
	d.validateExhaust(&doc.Spec)
	d.validateSchedule(&doc.Spec)
	d.validateAlerts(&doc.Spec)
}

// given says whether the file holds a value at path that decoded well.
func (d *decoder) given(path string) bool {
	_, there := d.places[path]
	for _, p := range d.problems {
		there = there && p.Path != path
	}
	return there
}

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

func (d *decoder) validateHead(doc *document) {
	if d.given("apiVersion") && doc.APIVersion != APIVersion {
		d.report("apiVersion", fmt.Sprintf("is %q", clip(doc.APIVersion)), "this version reads "+APIVersion)
	}
	if d.given("kind") && doc.Kind != "Policy" {
		d.report("kind", fmt.Sprintf("is %q", clip(doc.Kind)), "use Policy")
	}
	name := doc.Metadata.Name
	if d.given("metadata.name") && (len(name) > MaxNameBytes || !label.MatchString(name)) {
		d.report("metadata.name", fmt.Sprintf("is %q", clip(name)),
			fmt.Sprintf("use at most %d of a-z, 0-9 and -, not - at an end", MaxNameBytes))
	}
}

// validateLimits holds every number against limits.go.
func (d *decoder) validateLimits(s *spec) {
	d.atMost("spec.replicas", s.Replicas, MaxReplicas)
	d.atMost("spec.faults.kPrime", s.Faults.KPrime, MaxReplicas)
	d.atMost("spec.faults.k", s.Faults.K, MaxReplicas)
	d.atMost("spec.control.omissions", s.Control.Omissions, MaxOmissions)
	d.atMostTime("spec.period", s.Period, MaxPeriod)
	d.atMostTime("spec.deadline", s.Deadline, MaxPeriod)
	for _, b := range s.Bounds.named() {
		d.atMostTime("spec."+b.path, b.value, MaxBound)
	}
	d.atMostTime("spec.control.cycle", s.Control.Cycle, MaxCycle)
	d.atMostTime("spec.control.delay", s.Control.Delay, MaxCycle)
	d.atMostTime("spec.control.process", s.Control.Process, MaxCycle)
	if s.Control.Drift >= 1 {
		d.report("spec.control.drift", fmt.Sprintf("is %g, so a clock could stand still or run backwards", s.Control.Drift),
			"write seconds a second, such as 200e-6, below 1")
	}
}

func (d *decoder) atMost(path string, value, most int) {
	if value > most {
		d.report(path, fmt.Sprintf("is %d, more than %d", value, most), fmt.Sprintf("use at most %d", most))
	}
}

func (d *decoder) atMostTime(path string, value, most time.Duration) {
	if value > most {
		d.report(path, fmt.Sprintf("is %v, more than %v", value, most), fmt.Sprintf("use at most %v; is the unit right?", most))
	}
}

// validateExhaust asks for exactly one source of T_exhaust(k'+1): stated, or a model to compute it from.
func (d *decoder) validateExhaust(s *spec) {
	_, stated := d.places["spec.exhaust"]
	_, modelled := d.places["spec.adversary"]
	switch {
	case stated && modelled:
		d.report("spec.adversary", "is given and exhaust too", "keep one: T_exhaust(k'+1) is stated or computed")
	case !stated && !modelled && d.given("spec"):
		d.report("spec.exhaust", "is missing", "state T_exhaust(k'+1) as exhaust, or give adversary to compute it from")
	}
	if s.Exhaust != nil {
		d.atMostTime("spec.exhaust", *s.Exhaust, MaxExhaust)
	}
	if s.Adversary != nil && !d.problemUnder("spec.adversary") {
		for _, f := range s.Adversary.FindingsFor(s.Replicas) {
			d.report(join("spec.adversary", f.Path), f.Message, f.Fix)
		}
	}
}

// problemUnder says whether a part has a problem already. The adversary's own findings would then only repeat it in other words.
func (d *decoder) problemUnder(path string) bool {
	for _, p := range d.problems {
		if p.Path == path || len(p.Path) > len(path) && p.Path[:len(path)+1] == path+"." {
			return true
		}
	}
	return false
}

// validateSchedule reads the cron expression. The period must stand beside it, as the bound of its gaps; as a required key it
// is missed already.
func (d *decoder) validateSchedule(s *spec) {
	if s.Schedule == nil || !d.given("spec.schedule") {
		return
	}
	_, err := ParseSchedule(*s.Schedule)
	var p Problem
	if errors.As(err, &p) {
		d.report("spec.schedule", p.Message, p.Fix)
	}
}
