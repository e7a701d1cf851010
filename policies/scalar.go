package policies

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// enumerated is a string of which only some values have a meaning.
type enumerated interface{ allowed() []string }

var durationType = reflect.TypeFor[time.Duration]()

// scalar fills a number, a duration, a string or a truth value.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.report(path, "is "+kindOf(n)+" and must be a single value", "")
		return
	}
	if n.Tag == "!!null" {
		d.report(path, "has no value", "write one, or leave the key out if it may be missing")
		return
	}
	message, fix := d.assign(n, v)
	if message != "" {
		d.report(path, message, fix)
	}
}

// assign puts the scalar n into v and says what is wrong with it, or nothing.
func (d *decoder) assign(n *yaml.Node, v reflect.Value) (message, fix string) {
	switch {
	case v.Type() == durationType:
		return setDuration(n, v)
	case v.Kind() == reflect.String:
		return setString(n, v)
	case v.Kind() == reflect.Int:
		return setInt(n, v)
	case v.Kind() == reflect.Float64:
		return setFloat(n, v)
	case v.Kind() == reflect.Bool:
		return setBool(n, v)
	}
	panic("policies: no decoding for " + v.Type().String())
}

// unitless is a number as people write it who forget the unit.
var unitless = regexp.MustCompile(`^[-+]?[0-9.]+$`)

func setDuration(n *yaml.Node, v reflect.Value) (message, fix string) {
	text := clip(n.Value)
	if unitless.MatchString(n.Value) {
		return fmt.Sprintf("is %s without a unit", text), "write for example " + text + "s or " + text + "m"
	}
	value, err := time.ParseDuration(n.Value)
	switch {
	case err != nil:
		return fmt.Sprintf("is %q and must be a duration", text), "write it as 90s, 10m or 1h30m, and below 292 years"
	case value < 0:
		return fmt.Sprintf("is %s, which is negative", text), "write it without the sign"
	}
	v.SetInt(int64(value))
	return "", ""
}

func setString(n *yaml.Node, v reflect.Value) (message, fix string) {
	if n.Tag != "!!str" {
		return fmt.Sprintf("is %s and must be text", clip(n.Value)), "put it into quotes"
	}
	if e, ok := v.Interface().(enumerated); ok && !slices.Contains(e.allowed(), n.Value) {
		return fmt.Sprintf("is %q", clip(n.Value)), meant(n.Value, e.allowed())
	}
	v.SetString(n.Value)
	return "", ""
}

func setInt(n *yaml.Node, v reflect.Value) (message, fix string) {
	value, err := strconv.Atoi(n.Value)
	switch {
	case err != nil || n.Tag != "!!int":
		return fmt.Sprintf("is %q and must be a whole number", clip(n.Value)), "write it in decimal digits, without quotes"
	case value < 0:
		return fmt.Sprintf("is %d, which is negative", value), "write it without the sign"
	}
	v.SetInt(int64(value))
	return "", ""
}

// decimal is a number as this package takes it: no underscores, hexadecimal digits, infinities or what is no number.
var decimal = regexp.MustCompile(`^[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?$`)

func setFloat(n *yaml.Node, v reflect.Value) (message, fix string) {
	value, err := strconv.ParseFloat(n.Value, 64)
	switch {
	case err != nil || !decimal.MatchString(n.Value) || math.IsInf(value, 0) || n.Tag == "!!str":
		return fmt.Sprintf("is %q and must be a finite number", clip(n.Value)), "write it as 0.0002 or 200e-6, without quotes"
	case math.Signbit(value):
		return fmt.Sprintf("is %s, which is negative", clip(n.Value)), "write it without the sign"
	}
	v.SetFloat(value)
	return "", ""
}

func setBool(n *yaml.Node, v reflect.Value) (message, fix string) {
	if n.Value != "true" && n.Value != "false" {
		return fmt.Sprintf("is %q and must be true or false", clip(n.Value)), ""
	}
	v.SetBool(n.Value == "true")
	return "", ""
}

// kindOf names what a node is, for messages.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.Tag == "!!null" {
		return "empty"
	}
	return "a single value"
}
