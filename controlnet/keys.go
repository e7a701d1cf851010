package controlnet

import (
	"errors"
	"fmt"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// Key is the key of one epoch: all hosts authenticate the frames of the cycles from From on
// with it, until From of the epoch after.
type Key struct {
	Epoch  uint32 // from 1
	From   uint64 // cycle
	Secret [KeySize]byte
}

// ErrKeys is the error of keys that are unfit.
var ErrKeys = errors.New("unfit keys")

// checkKeys refuses keys that are none, too many, or not in order, and a secret that was
// never filled in or that two epochs share: a frame of one would pass as the other's.
func checkKeys(keys []Key) error {
	if len(keys) == 0 || len(keys) > MaxKeys {
		return fmt.Errorf("%w: %d of them, not 1 to %d", ErrKeys, len(keys), MaxKeys)
	}
	for i := range keys {
		k := &keys[i]
		switch {
		case k.Epoch == 0:
			return fmt.Errorf("%w: epoch 0, they are counted from 1", ErrKeys)
		case k.Secret == [KeySize]byte{}:
			return fmt.Errorf("%w: the secret of epoch %d is all zero", ErrKeys, k.Epoch)
		case i > 0 && k.Epoch <= keys[i-1].Epoch:
			return fmt.Errorf("%w: epoch %d comes after epoch %d", ErrKeys, k.Epoch, keys[i-1].Epoch)
		case i > 0 && k.From <= keys[i-1].From:
			return fmt.Errorf("%w: epoch %d begins in cycle %d, which is not after %d, where epoch %d begins",
				ErrKeys, k.Epoch, k.From, keys[i-1].From, keys[i-1].Epoch)
		}
		for j := range keys[:i] {
			if keys[j].Secret == k.Secret {
				return fmt.Errorf("%w: epochs %d and %d have the same secret", ErrKeys, keys[j].Epoch, k.Epoch)
			}
		}
	}
	return nil
}
