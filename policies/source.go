package policies

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A policy is decoded from the tree of YAML nodes and not straight into structs, for two reasons: every value keeps its line
// and column, and what makes YAML dangerous (aliases, merge keys, tags, several documents) can be refused before any of it is
// followed. The tree of a file is never larger than a small multiple of the file, because aliases stay single nodes in it.

// readTree returns the one document of src, or the problem that keeps it from being read.
func readTree(file string, src []byte) (*yaml.Node, *Problem) {
	whole := func(message, fix string) (*yaml.Node, *Problem) {
		return nil, &Problem{File: file, Message: message, Fix: fix}
	}
	if len(src) > MaxFileBytes {
		return whole(fmt.Sprintf("is %d bytes long, more than %d", len(src), MaxFileBytes), "shorten its comments")
	}
	if !utf8.Valid(src) {
		line, column := firstInvalid(src)
		return nil, &Problem{File: file, Line: line, Column: column, Message: "is not UTF-8", Fix: "save the file as UTF-8"}
	}
	documents := yaml.NewDecoder(bytes.NewReader(src))
	var first, second yaml.Node
	if err := documents.Decode(&first); errors.Is(err, io.EOF) {
		return whole("holds no policy", "start from one of the examples")
	} else if err != nil {
		return nil, syntaxProblem(file, err)
	}
	if err := documents.Decode(&second); err == nil {
		return nil, &Problem{File: file, Line: second.Line, Column: second.Column, Message: "is a second document",
			Fix: "one policy a file"}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxProblem(file, err)
	}
	return first.Content[0], nil
}

// firstInvalid is the place of the first byte that is no UTF-8.
func firstInvalid(src []byte) (line, column int) {
	line, column = 1, 1
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column
		case r == '\n':
			line, column = line+1, 0
		}
		column++
		src = src[size:]
	}
	return line, column
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?((?s:.*))$`)

// syntaxProblem turns an error of the YAML reader, which knows at most the line, into a problem.
func syntaxProblem(file string, err error) *Problem {
	p := &Problem{File: file, Message: "is not YAML: " + err.Error()}
	if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil {
		p.Message = "is not YAML: " + m[2]
		if line, err := strconv.Atoi(m[1]); err == nil {
			p.Line, p.Column = line, 1
		}
	}
	return p
}

// refused lists what a tree holds that a policy may not hold whatever it means. It does not follow aliases and does not go
// deeper than MaxDepth, so that its cost is that of the file.
func refused(file string, root *yaml.Node) Problems {
	var found Problems
	var walk func(n *yaml.Node, depth int)
	walk = func(n *yaml.Node, depth int) {
		message, fix := refusal(n, depth)
		if message != "" {
			found = append(found, Problem{File: file, Line: n.Line, Column: n.Column, Message: message, Fix: fix})
		}
		if depth > MaxDepth || len(found) > MaxProblems {
			return
		}
		for _, c := range n.Content {
			walk(c, depth+1)
		}
	}
	walk(root, 1)
	return found
}

// refusal says what is wrong with one node, or nothing.
func refusal(n *yaml.Node, depth int) (message, fix string) {
	switch {
	case depth > MaxDepth:
		return fmt.Sprintf("is nested deeper than %d", MaxDepth), "no value of a policy is that deep"
	case n.Kind == yaml.AliasNode:
		return "alias *" + clip(n.Value) + " is refused", "write the value out"
	case n.Anchor != "":
		return "anchor &" + clip(n.Anchor) + " is refused", "write the value out where it is used"
	case n.Style&yaml.TaggedStyle != 0:
		return "tag " + clip(n.ShortTag()) + " is refused", "leave the tag out"
	case n.Kind == yaml.ScalarNode && n.Tag == "!!merge":
		return "merge key << is refused", "write the values out"
	}
	return "", ""
}
