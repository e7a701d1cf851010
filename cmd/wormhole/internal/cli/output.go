package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// format is the form in which a result is printed. It is a pflag.Value.
type format string

const (
	text     format = "text"
	jsonForm format = "json"
	yamlForm format = "yaml"
)

// formats are the names of the forms, in the order the help has them.
var formats = []string{string(text), string(jsonForm), string(yamlForm)}

func (f *format) String() string { return string(*f) }
func (f *format) Type() string   { return "form" }

func (f *format) Set(s string) error {
	if !slices.Contains(formats, s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(formats, ", "))
	}
	*f = format(s)
	return nil
}

// print writes a result to standard output in the form that was asked for: the value as
// JSON or YAML, or what asText writes. Nothing is written before all of it is known.
func (e *env) print(value any, asText func(io.Writer) error) error {
	var b bytes.Buffer
	var err error
	switch e.output {
	case jsonForm:
		err = writeJSON(&b, value)
	case yamlForm:
		err = writeYAML(&b, value)
	default:
		err = asText(&b)
	}
	if err != nil {
		return fmt.Errorf("print the result as %s: %w", e.output, err)
	}
	if _, err := e.stdout.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // "<=" stays readable
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

// writeYAML goes through JSON, so that both have the same fields, names and order; there
// is one set of struct tags to keep right. JSON is YAML in flow style: what is left to do
// is to lay it out in lines.
func writeYAML(w io.Writer, value any) error {
	var b bytes.Buffer
	if err := writeJSON(&b, value); err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b.Bytes(), &doc); err != nil {
		return err
	}
	layOut(&doc)
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return err
	}
	return enc.Close()
}

// layOut forgets the flow style and the quotes, which the encoder puts where they are
// needed: the tag of a node keeps "10" a string.
func layOut(n *yaml.Node) {
	n.Style = 0
	for _, child := range n.Content {
		layOut(child)
	}
}
