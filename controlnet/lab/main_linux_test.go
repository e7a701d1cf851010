package lab

import (
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// clusters is how many clusters run at once. They wait for instants most of the time, and a
// cluster takes a fifth of a processor.
const clusters = "3"

// TestMain plays the roles of the labs that the tests make.
func TestMain(m *testing.M) {
	roles["victim"], roles["idle"] = victim, idle
	Main()
	flag.Parse()
	if err := flag.Set("test.parallel", clusters); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// need makes a network and closes it after the test. Where the rights are missing the test
// is skipped, but not in CI, where a test that never runs would look like one that passes.
func need(t *testing.T, l Layout) *Network {
	t.Helper()
	n, err := New(l)
	if errors.Is(err, unix.EPERM) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// await waits until a condition holds, for as long as a very slow machine may take.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit, every := time.NewTimer(time.Minute), time.NewTicker(2*time.Millisecond)
	defer limit.Stop()
	defer every.Stop()
	for !holds() {
		select {
		case <-every.C:
		case <-limit.C:
			t.Fatalf("waited a minute for: %s", what)
		}
	}
}
