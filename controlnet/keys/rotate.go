package keys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

const (
	// grace is for how long an epoch that is over stays in the file: clocks by which it is
	// judged may be wrong, and a host that has lost the time should still be understood.
	grace = time.Hour

	// minLead is the least time to the beginning of a new epoch: in less nobody has brought
	// a file to all hosts, and one that has not got it loses contact.
	minLead = time.Minute
)

// Generate makes the file of a new network at path, with epoch 1 from the first cycle on. It
// refuses to take the place of a file that exists.
func Generate(path string, cycle time.Duration) error {
	if cycle < controlnet.MinCycle || cycle > controlnet.MaxCycle {
		return fmt.Errorf("keys: cycle of %v, not %v to %v", cycle, controlnet.MinCycle, controlnet.MaxCycle)
	}
	s := Set{Cycle: cycle}
	if err := s.grow(0); err != nil {
		return fmt.Errorf("keys %s: %w", path, err)
	}
	// A link, unlike a rename, fails where there is a file already.
	return place(path, s.Format(), nil, os.Link)
}

// Rotate adds an epoch to the file at path, which begins lead after the instant now (UTC,
// since the Unix epoch) with a new secret, and takes out those that have been over for an hour.
// It returns the new epoch, without the secret. The file is replaced as a whole, or not at all.
func Rotate(path string, now, lead time.Duration) (controlnet.Key, error) {
	s, info, err := read(path)
	if err != nil {
		return controlnet.Key{}, err
	}
	if err = s.rotate(now, lead); err == nil {
		err = place(path, s.Format(), info, os.Rename)
	} else {
		err = fmt.Errorf("keys %s: %w", path, err)
	}
	if err != nil {
		return controlnet.Key{}, err
	}
	k := s.Keys[len(s.Keys)-1]
	k.Secret = [controlnet.KeySize]byte{}
	return k, nil
}

// rotate does it in memory.
func (s *Set) rotate(now, lead time.Duration) error {
	if lead < minLead {
		return fmt.Errorf("a new epoch in %v: give the file at least %v to reach all hosts", lead, minLead)
	}
	if now < grace || now > math.MaxInt64-lead-s.Cycle {
		return fmt.Errorf("the time is said to be %v after 1970: set the clock", now)
	}
	over := 0 // epochs whose successor has been in use for longer than grace
	for over+1 < len(s.Keys) && s.Keys[over+1].From <= uint64((now-grace)/s.Cycle) {
		over++
	}
	s.Keys = s.Keys[over:]
	if len(s.Keys) == controlnet.MaxKeys {
		frees := time.Unix(0, int64(time.Duration(s.Keys[1].From)*s.Cycle+grace)).UTC()
		return fmt.Errorf("there are %d epochs already: there is room for the next after %v", len(s.Keys), frees.Format(time.RFC3339))
	}
	return s.grow(uint64((now + lead + s.Cycle - 1) / s.Cycle))
}

// grow adds the next epoch with a new secret.
func (s *Set) grow(from uint64) error {
	k := controlnet.Key{Epoch: 1, From: from}
	if n := len(s.Keys); n > 0 {
		if k.Epoch = s.Keys[n-1].Epoch + 1; k.Epoch == 0 {
			return errors.New("no number is left for the next epoch")
		}
	}
	if _, err := rand.Read(k.Secret[:]); err != nil {
		return fmt.Errorf("draw a secret: %w", err)
	}
	return s.add(k)
}

// place puts a file with this text at path, as a whole or not at all, through a file beside
// it. It belongs to whom old belonged.
func place(path string, text []byte, old fs.FileInfo, move func(from, to string) error) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already where it was renamed
	defer tmp.Close()
	if old != nil && identify(old).uid != uint32(os.Geteuid()) {
		if err := tmp.Chown(int(identify(old).uid), -1); err != nil {
			return fmt.Errorf("keys: %w", err)
		}
	}
	if _, err := tmp.Write(text); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := tmp.Sync(); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := move(tmp.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("keys %s: is there already: rotate its keys, or take it away if no host uses it: %w", path, err)
		}
		return fmt.Errorf("keys: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes a change of names last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}
