package virtual

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"
)

// Digest is a hash of everything that happened in a run, so that two runs can be told apart or
// be known to be the same.
type Digest struct {
	hash hash.Hash
	buf  []byte // what was not hashed yet
}

// NewDigest returns the digest of a run in which nothing has happened.
func NewDigest() Digest { return Digest{hash: sha256.New()} }

// Add adds an event: its kind, the host that it happened to, when, and what else tells it.
func (d *Digest) Add(kind uint8, host int, at time.Duration, a, b uint64) {
	d.buf = append(d.buf, kind, uint8(host))
	d.buf = binary.LittleEndian.AppendUint64(d.buf, uint64(at))
	d.buf = binary.LittleEndian.AppendUint64(d.buf, a)
	d.buf = binary.LittleEndian.AppendUint64(d.buf, b)
	if len(d.buf) > 4000 {
		d.flush()
	}
}

// Write adds the digest of another run that was part of this one.
func (d *Digest) Write(other []byte) {
	d.flush()
	d.hash.Write(other)
}

// Sum returns the digest of all that was added.
func (d *Digest) Sum() (sum [sha256.Size]byte) {
	d.flush()
	d.hash.Sum(sum[:0])
	return sum
}

func (d *Digest) flush() {
	d.hash.Write(d.buf)
	d.buf = d.buf[:0]
}
