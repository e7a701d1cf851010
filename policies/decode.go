package policies

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder fills structs from a tree by their `yaml:"name"` tags. It is stricter than the YAML library's own decoder: every key
// must be known, given once and, unless tagged `,optional`, given at all; a value is never converted from another type. It
// goes on after a problem, so that one run shows all of them, and remembers where each value stands.
type decoder struct {
	file     string
	places   map[string]place
	problems Problems
}

type place struct{ line, column int }

// report adds a problem of the value at path.
func (d *decoder) report(path, message, fix string) {
	at := d.find(path)
	d.problems = append(d.problems, Problem{File: d.file, Line: at.line, Column: at.column, Path: path, Message: message, Fix: fix})
}

// find returns where path stands; a value that is not in the file stands where the nearest thing around it does.
func (d *decoder) find(path string) place {
	for {
		if at, ok := d.places[path]; ok || path == "" {
			return at
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}

// decode fills v from n, which stands at path.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, path string) {
	if _, keyed := d.places[path]; !keyed {
		d.places[path] = place{n.Line, n.Column}
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.sequence(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

// mapping fills a struct.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.report(path, "is "+kindOf(n)+" and must be a mapping", "give "+anyOf(namesOf(v.Type())))
		return
	}
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		d.entry(n.Content[i], n.Content[i+1], v, path, seen)
	}
	for _, f := range fieldsOf(v.Type()) {
		if seen[f.name] == nil && !f.optional {
			d.report(join(path, f.name), "is missing", "add "+f.name+" "+whereOf(path))
		}
	}
}

// entry fills the field that one key names. Values of keys that are unknown or given again are not looked into: what they were
// meant to be is not known.
func (d *decoder) entry(key, value *yaml.Node, v reflect.Value, path string, seen map[string]*yaml.Node) {
	if len(d.problems) > MaxProblems {
		return
	}
	at := Problem{File: d.file, Line: key.Line, Column: key.Column, Path: path}
	if key.Kind != yaml.ScalarNode {
		at.Message, at.Fix = "has "+kindOf(key)+" as a key", "keys are plain words"
		d.problems = append(d.problems, at)
		return
	}
	at.Path = join(path, clip(key.Value))
	if first := seen[key.Value]; first != nil {
		at.Message = fmt.Sprintf("is given twice, first at %d:%d", first.Line, first.Column)
		at.Fix = "keep one of the two"
		d.problems = append(d.problems, at)
		return
	}
	seen[key.Value] = key
	field, ok := fieldNamed(v.Type(), key.Value)
	if !ok {
		at.Message, at.Fix = "is not a key of a policy", meant(key.Value, namesOf(v.Type()))
		d.problems = append(d.problems, at)
		return
	}
	d.places[at.Path] = place{value.Line, value.Column}
	d.decode(value, v.Field(field.index), at.Path)
}

// sequence fills a slice.
func (d *decoder) sequence(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.report(path, "is "+kindOf(n)+" and must be a list", "begin each entry with a dash")
		return
	}
	if len(n.Content) > MaxReplicas {
		d.report(path, fmt.Sprintf("has %d entries, more than %d", len(n.Content), MaxReplicas), "shorten it")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		d.decode(c, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

// field is one key of a struct.
type field struct {
	name     string
	index    int
	optional bool
}

// fieldsOf lists the keys of a struct in their order.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" {
			fields = append(fields, field{name, i, options == "optional"})
		}
	}
	return fields
}

func fieldNamed(t reflect.Type, name string) (field, bool) {
	for _, f := range fieldsOf(t) {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func namesOf(t reflect.Type) []string {
	var names []string
	for _, f := range fieldsOf(t) {
		names = append(names, f.name)
	}
	return names
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func whereOf(path string) string {
	if path == "" {
		return "to the file"
	}
	return "to " + path
}
