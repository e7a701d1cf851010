package keys

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Source is where a host gets its keys from.
type Source interface {
	// Keys returns the keys that are held. The caller does not change them.
	Keys() ([]controlnet.Key, error)
}

// File is the Source that reads a file, and reads it again when it has changed. It is safe
// for use by several goroutines.
type File struct {
	path  string
	cycle time.Duration

	mu   sync.Mutex
	seen identity
	keys []controlnet.Key
	err  error
}

// identity is what tells a file from an earlier one at its place.
type identity struct {
	dev, ino     uint64
	size         int64
	mode         fs.FileMode
	uid          uint32
	mtime, ctime syscall.Timespec
}

// NewFile returns the source for the file at path. cycle is Config.Cycle. Nothing is read yet.
func NewFile(path string, cycle time.Duration) *File { return &File{path: path, cycle: cycle} }

// Keys returns the file's keys. If the file is as it was the last time, that costs one look
// at its attributes, and gives the same result, good or bad. A file that cannot be used
// gives an error; who had keys before keeps them.
func (f *File) Keys() ([]controlnet.Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Lstat(f.path)
	if err != nil {
		f.seen = identity{}
		return nil, fmt.Errorf("keys: %w", err)
	}
	if id := identify(info); id != f.seen {
		f.keys, f.seen, f.err = f.load()
	}
	return f.keys, f.err
}

// load reads the file anew.
func (f *File) load() ([]controlnet.Key, identity, error) {
	s, info, err := read(f.path)
	if err != nil {
		return nil, identify(info), err
	}
	if s.Cycle != f.cycle {
		return nil, identify(info), fmt.Errorf("keys %s: is for cycles of %v, but this network's are %v long", f.path, s.Cycle, f.cycle)
	}
	return s.Keys, identify(info), nil
}

// identify returns the identity of a file; that of none is zero, and no file has it.
func identify(info fs.FileInfo) identity {
	if info == nil {
		return identity{}
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}
	}
	return identity{
		dev: uint64(st.Dev), ino: st.Ino, size: st.Size, mode: info.Mode(), uid: st.Uid, mtime: st.Mtim, ctime: st.Ctim,
	}
}

// Read reads a file of keys, whatever network it is for.
func Read(path string) (Set, error) {
	s, _, err := read(path)
	return s, err
}

// read opens a file without following a link or waiting for a pipe's writer, and looks at
// what it has opened, not at what was there before.
func read(path string) (Set, fs.FileInfo, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return Set{}, nil, fmt.Errorf("keys %s: is a symbolic link: name the file itself", path)
	}
	if err != nil {
		return Set{}, nil, fmt.Errorf("keys: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Set{}, nil, fmt.Errorf("keys: %w", err)
	}
	if err := trust(info); err != nil {
		return Set{}, info, fmt.Errorf("keys %s: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return Set{}, info, fmt.Errorf("keys: %w", err)
	}
	s, err := Parse(text)
	if err != nil {
		return Set{}, info, fmt.Errorf("keys %s: %w", path, err)
	}
	return s, info, nil
}

// trust refuses a file that others may read or have written.
func trust(info fs.FileInfo) error {
	id := identify(info)
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("is no regular file (%v)", info.Mode())
	case info.Mode().Perm()&^0o600 != 0:
		return fmt.Errorf("has mode %04o, so that others can use it: set 0600, and change the keys if somebody may have read them", info.Mode().Perm())
	case id.uid != 0 && int(id.uid) != os.Geteuid():
		return fmt.Errorf("belongs to user %d, who is neither root nor the user of this program", id.uid)
	}
	return nil
}
