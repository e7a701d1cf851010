package controlnet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// keyring holds the keys with their hashes ready, so that a frame costs no allocation.
//
// The authenticator is HMAC-SHA256, cut to 16 bytes: no nonce that a host could use twice
// after its state was rolled back, and a microsecond a frame.
type keyring struct {
	keys []Key
	hash [MaxKeys]hash.Hash
	sum  [sha256.Size]byte
}

// set replaces the keys. The caller has checked them.
func (r *keyring) set(keys []Key) {
	r.keys = append(r.keys[:0], keys...)
	for i := range r.keys {
		r.hash[i] = hmac.New(sha256.New, r.keys[i].Secret[:])
	}
}

// at is the index of the key of a cycle. Before the first epoch that is held there is none,
// and the first must do: the host does not know the time yet.
func (r *keyring) at(cycle uint64) int {
	i := len(r.keys) - 1
	for i > 0 && r.keys[i].From > cycle {
		i--
	}
	return i
}

// find is the index of the key of an epoch, or -1.
func (r *keyring) find(epoch uint32) int {
	for i := range r.keys {
		if r.keys[i].Epoch == epoch {
			return i
		}
	}
	return -1
}

// newest is the newest epoch that is held.
func (r *keyring) newest() uint32 { return r.keys[len(r.keys)-1].Epoch }

// seal writes the authenticator into the last bytes of frame.
func (r *keyring) seal(key int, frame []byte) {
	body := frame[:len(frame)-macSize]
	copy(frame[len(body):], r.mac(key, body))
}

// good reports whether the authenticator of frame was made with the key.
func (r *keyring) good(key int, frame []byte) bool {
	body := frame[:len(frame)-macSize]
	return hmac.Equal(r.mac(key, body), frame[len(body):])
}

func (r *keyring) mac(key int, body []byte) []byte {
	h := r.hash[key]
	h.Reset()
	h.Write(body)
	return h.Sum(r.sum[:0])[:macSize]
}

// tagOf is what a frame is acknowledged by. 0 stands for none, so that no frame has it.
func tagOf(frame []byte) uint32 {
	return max(1, binary.BigEndian.Uint32(frame[len(frame)-macSize:]))
}
