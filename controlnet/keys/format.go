package keys

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// maxFile bounds the file: MaxKeys lines need a tenth of it, the rest is for comments.
const maxFile = 8 << 10

// lastInstant bounds the time that a cycle stands for, so that it can be reckoned with: the
// year 2116.
const lastInstant time.Duration = 1 << 62

// Set is what a file holds.
type Set struct {
	// Cycle is the length of the cycles that Key.From counts.
	Cycle time.Duration
	// Keys are by ascending epoch and cycle, fit for controlnet.
	Keys []controlnet.Key
}

// Parse reads a file's text. Errors name the line, and never quote it: it may hold a secret.
func Parse(text []byte) (Set, error) {
	var s Set
	if len(text) > maxFile {
		return s, fmt.Errorf("is longer than %d bytes: this is no file of keys", maxFile)
	}
	for i, line := range bytes.Split(text, []byte("\n")) {
		if err := s.line(string(line)); err != nil {
			return Set{}, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	switch {
	case len(s.Keys) == 0:
		return Set{}, errors.New("has no `epoch` line: it holds no key")
	case text[len(text)-1] != '\n':
		return Set{}, errors.New("does not end with a line's end: it may have been cut off")
	}
	return s, nil
}

// line takes one line in.
func (s *Set) line(line string) error {
	line, _, _ = strings.Cut(line, "#")
	words := strings.Fields(line)
	switch {
	case len(words) == 0:
		return nil
	case words[0] == "cycle":
		return s.cycleLine(words)
	case words[0] == "epoch":
		return s.epochLine(words)
	}
	return errors.New("begins with neither `cycle` nor `epoch`")
}

func (s *Set) cycleLine(words []string) error {
	if len(words) != 2 {
		return errors.New("want `cycle LENGTH`, such as `cycle 200ms`")
	}
	if s.Cycle != 0 {
		return errors.New("a second `cycle` line")
	}
	d, err := time.ParseDuration(words[1])
	if err != nil || d < controlnet.MinCycle || d > controlnet.MaxCycle {
		return fmt.Errorf("the cycle is no length from %v to %v", controlnet.MinCycle, controlnet.MaxCycle)
	}
	s.Cycle = d
	return nil
}

func (s *Set) epochLine(words []string) error {
	if len(words) != 6 || words[2] != "from" || words[4] != "secret" {
		return errors.New("want `epoch NUMBER from CYCLE secret DIGITS`")
	}
	if s.Cycle == 0 {
		return errors.New("the `cycle` line has to come before the epochs")
	}
	epoch, err := strconv.ParseUint(words[1], 10, 32)
	if err != nil || epoch == 0 {
		return errors.New("the epoch is no number from 1 to 4294967295")
	}
	from, err := strconv.ParseUint(words[3], 10, 64)
	if err != nil || from > uint64(lastInstant/s.Cycle) {
		return fmt.Errorf("the cycle behind `from` is no number from 0 to %d", lastInstant/s.Cycle)
	}
	k := controlnet.Key{Epoch: uint32(epoch), From: from}
	if n, err := hex.Decode(k.Secret[:], []byte(words[5][:min(len(words[5]), 2*len(k.Secret))])); err != nil ||
		n != len(k.Secret) || len(words[5]) != 2*len(k.Secret) {
		return fmt.Errorf("the secret is not %d hexadecimal digits", 2*len(k.Secret))
	}
	return s.add(k)
}

// add adds a key that comes after all others, and differs from them.
func (s *Set) add(k controlnet.Key) error {
	if k.Secret == [controlnet.KeySize]byte{} {
		return errors.New("the secret is all zero: it was never filled in")
	}
	if len(s.Keys) == controlnet.MaxKeys {
		return fmt.Errorf("more than %d epochs: take out those that are over", controlnet.MaxKeys)
	}
	for i := range s.Keys {
		if s.Keys[i].Secret == k.Secret {
			return fmt.Errorf("the secret is that of epoch %d as well", s.Keys[i].Epoch)
		}
	}
	if n := len(s.Keys); n > 0 {
		switch last := &s.Keys[n-1]; {
		case k.Epoch <= last.Epoch:
			return fmt.Errorf("epoch %d comes after epoch %d", k.Epoch, last.Epoch)
		case k.From <= last.From:
			return fmt.Errorf("epoch %d begins in cycle %d, not after cycle %d, in which epoch %d begins",
				k.Epoch, k.From, last.From, last.Epoch)
		}
	}
	s.Keys = append(s.Keys, k)
	return nil
}

// Format returns the text of a file with these keys.
func (s *Set) Format() []byte {
	var b bytes.Buffer
	b.WriteString("# Keys of a control network: secret, and the same on all hosts.\n")
	fmt.Fprintf(&b, "cycle %v\n", s.Cycle)
	for i := range s.Keys {
		k := &s.Keys[i]
		fmt.Fprintf(&b, "epoch %d from %d secret %x\n", k.Epoch, k.From, k.Secret)
	}
	return b.Bytes()
}
