package keys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

const cycle = 200 * time.Millisecond

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

const one = "cycle 200ms\nepoch 1 from 0 secret a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1\n"

// TestFileChanges follows a file through good and bad contents: what is good is taken, what
// is bad is an error each time, and when it is good again, it is taken again.
func TestFileChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	f := NewFile(path, cycle)
	expect := func(step string, epochs int, want string) {
		t.Helper()
		for range 2 { // the second time from memory
			keys, err := f.Keys()
			if want == "" && (err != nil || len(keys) != epochs) {
				t.Errorf("%s: %d epochs, %v", step, len(keys), err)
			}
			if want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path)) {
				t.Errorf("%s: %v does not say %q and %s", step, err, want, path)
			}
		}
	}
	expect("nothing there", 0, "no such file")
	write(t, path, one, 0o600)
	expect("one epoch", 1, "")
	write(t, path, one+"epoch 2 from 5 secret "+secretB+"\n", 0o400)
	expect("two epochs", 2, "")
	write(t, path, one+"epoch 2 from 5 secret\n", 0o600)
	expect("broken", 0, "line 3")
	write(t, path, strings.Replace(one, "200ms", "1s", 1), 0o600)
	expect("another cycle", 0, "is for cycles of 1s, but this network's are 200ms long")
	write(t, path, one, 0o600)
	expect("good again", 1, "")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	expect("readable for others", 0, "has mode 0640")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expect("gone", 0, "no such file")
}

// TestFileNoticesReplacement replaces a file by one of the same length and times.
func TestFileNoticesReplacement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	write(t, path, one, 0o600)
	f := NewFile(path, cycle)
	first, err := f.Keys()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path+".new", strings.ReplaceAll(one, "a1", "a2"), 0o600)
	if err := errors.Join(os.Chtimes(path+".new", info.ModTime(), info.ModTime()), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
	second, err := f.Keys()
	if err != nil || first[0].Secret == second[0].Secret {
		t.Errorf("the new file was not read: %v", err)
	}
}

// TestFileIsReadOnce sees that an unchanged file costs no reading.
func TestFileIsReadOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	write(t, path, one, 0o600)
	f := NewFile(path, cycle)
	first, err := f.Keys()
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.Keys()
	if err != nil || &first[0] != &again[0] {
		t.Errorf("read anew: %v", err)
	}
}

// TestFileRefuses gives what is no regular file of the user's own.
func TestFileRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	write(t, good, one, 0o600)
	link, pipe, other, long := filepath.Join(dir, "link"), filepath.Join(dir, "pipe"), filepath.Join(dir, "other"), filepath.Join(dir, "long")
	if err := errors.Join(os.Symlink(good, link), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	write(t, long, one+strings.Repeat("#", 10*maxFile)+"\n", 0o600)
	rows := map[string]string{
		link: "is a symbolic link", pipe: "is no regular file", dir: "is no regular file",
		long: "is longer than 8192 bytes", filepath.Join(good, "x"): "not a directory",
	}
	if os.Geteuid() == 0 {
		write(t, other, one, 0o600)
		if err := os.Chown(other, 12345, -1); err != nil {
			t.Fatal(err)
		}
		rows[other] = "belongs to user 12345"
	}
	for path, want := range rows {
		if keys, err := NewFile(path, cycle).Keys(); err == nil || !strings.Contains(err.Error(), want) || keys != nil {
			t.Errorf("%s: %v does not say %q", path, err, want)
		}
	}
	if _, err := Read(good); err != nil {
		t.Error(err)
	}
}

var _ Source = (*File)(nil)

// TestLifeOfAFile makes a file, changes its keys again and again, and lets time pass.
func TestLifeOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if err := Generate(path, cycle); err != nil {
		t.Fatal(err)
	}
	if err := Generate(path, cycle); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file was made in the place of another: %v", err)
	}
	now := 500000 * time.Hour // 2027
	secrets := map[[controlnet.KeySize]byte]uint32{}
	froms, most := []uint64{0}, 0
	for step := range 12 {
		k, err := Rotate(path, now, 10*time.Minute+time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		begins := time.Duration(k.From)*cycle - now - 10*time.Minute
		if k.Epoch != uint32(step+2) || begins < 0 || begins > cycle || k.Secret != [controlnet.KeySize]byte{} {
			t.Errorf("step %d: epoch %d begins %v after what was asked for", step, k.Epoch, begins)
		}
		s, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range s.Keys {
			if e, ok := secrets[k.Secret]; ok && e != k.Epoch {
				t.Errorf("epochs %d and %d have one secret", e, k.Epoch)
			}
			secrets[k.Secret] = k.Epoch
		}
		// An epoch stays until the one after it has been in use for an hour.
		froms = append(froms, k.From)
		first := 0
		for i, from := range froms {
			if time.Duration(from)*cycle <= now-time.Hour {
				first = i
			}
		}
		if len(s.Keys) != len(froms)-first || s.Keys[0].From != froms[first] || s.Keys[len(s.Keys)-1].Epoch != k.Epoch {
			t.Errorf("step %d: %d epochs, the first from %d, want %d from %d", step, len(s.Keys), s.Keys[0].From, len(froms)-first, froms[first])
		}
		most = max(most, len(s.Keys))
		now += 50 * time.Minute
	}
	if len(secrets) != 13 || most < 3 {
		t.Errorf("%d secrets in 13 epochs, at most %d at once", len(secrets), most)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

// TestRotateRefuses sees that a change which cannot be leaves the file as it was.
func TestRotateRefuses(t *testing.T) {
	const now = 500000 * time.Hour
	path := filepath.Join(t.TempDir(), "keys")
	if err := Generate(path, cycle); err != nil {
		t.Fatal(err)
	}
	for lead := time.Hour; lead < 4*time.Hour; lead += time.Hour {
		if _, err := Rotate(path, now, lead); err != nil {
			t.Fatal(err)
		}
	}
	early := path + "early" // whose last epoch begins after the one that is asked for
	if err := Generate(early, cycle); err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(early, now, 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for want, try := range map[string]func() error{
		"at least 1m0s to reach":  func() error { _, err := Rotate(path, now, time.Second); return err },
		"set the clock":           func() error { _, err := Rotate(path, 0, time.Hour); return err },
		"4 epochs already":        func() error { _, err := Rotate(path, now, 9*time.Hour); return err },
		"2027-01-15T10:00:00Z":    func() error { _, err := Rotate(path, now, 9*time.Hour); return err },
		"not after cycle":         func() error { _, err := Rotate(early, now, time.Hour); return err },
		"no such file":            func() error { _, err := Rotate(path+"x", now, time.Hour); return err },
		"cycle of 0s, not 1ms to": func() error { return Generate(path+"y", 0) },
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file is another after all: %v", err)
	}
}
