package link_test

import (
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/link/linktest"
)

// TestKept deletes a host's interface under its link and makes another, twice: the link must
// come back each time, and its counts go on.
func TestKept(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			n := linktest.New(t, 2)
			peer := openAt(t, n, 1, open, options())
			warned := make(chan string, 100)
			kept, err := link.Keep(func() (s *link.Socket, err error) {
				n.In(0, func() { s, err = open(options()) })
				return s, err
			}, func(m string) { warned <- m })
			if err != nil {
				t.Fatal(err)
			}
			defer kept.Close()
			pass := func() { // until a frame has come each way
				t.Helper()
				buf := make([]byte, size)
				there, back := false, false
				for start := time.Now(); !there || !back; {
					kept.Send(frame(1))
					peer.Send(frame(2))
					if k, _, _ := peer.Receive(buf); k > 0 {
						there = true
					}
					if k, _, _ := kept.Receive(buf); k > 0 {
						back = true
					}
					if time.Since(start) > patience {
						t.Fatalf("there %v, back %v after %v", there, back, patience)
					}
				}
			}
			pass()
			for range 2 {
				n.Unplug(0)
				if err := kept.Send(frame(1)); err == nil {
					t.Error("sent on an interface that is gone")
				}
				if m := hear(t, warned); !strings.Contains(m, "the interface is gone") || !strings.Contains(m, "cn0") {
					t.Errorf("warned of the loss: %q", m)
				}
				n.Plug(0)
				for start := time.Now(); kept.Send(frame(1)) != nil; { // asks for it again and again
					if time.Since(start) > patience {
						t.Fatalf("cannot send %v after the interface came back", patience)
					}
				}
				if m := hear(t, warned); !strings.Contains(m, "opened again") {
					t.Errorf("warned of the return: %q", m)
				}
				before := kept.Stats()
				pass()
				if after := kept.Stats(); after.Received <= before.Received {
					t.Errorf("counts do not go on: %+v, then %+v", before, after)
				}
			}
		})
	}
}

// hear waits for a warning.
func hear(t *testing.T, warned chan string) string {
	t.Helper()
	select {
	case m := <-warned:
		return m
	case <-time.After(patience):
		t.Fatalf("no warning in %v", patience)
		return ""
	}
}

// TestKeptNeedsTheFirst sees that a link which cannot be opened is an error, not a hope.
func TestKeptNeedsTheFirst(t *testing.T) {
	o := options()
	o.Interface = "nic9"
	if _, err := link.Keep(func() (*link.Socket, error) { return link.OpenPacket(link.PacketOptions{Options: o}) }, nil); err == nil {
		t.Error("opened")
	}
}
