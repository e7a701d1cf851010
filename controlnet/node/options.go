package node

import (
	"errors"
	"fmt"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Link carries frames to and from the other hosts, on one path.
type Link interface {
	// Send sends a frame to all other hosts, or fails. It must not wait.
	Send(frame []byte) error
	// Receive takes one frame into buf, which has room for any frame, and returns its
	// length and when it arrived by the node's clock; length 0 if none waits. An error
	// without a frame ends the drain.
	Receive(buf []byte) (n int, at time.Duration, err error)
}

// Clock is the local clock: it never jumps, and lasts as long as the host is up.
type Clock interface {
	// Now returns the present instant.
	Now() time.Duration
	// UTC returns the time since the Unix epoch by the host's real-time clock, or 0 where
	// that is not known.
	UTC() time.Duration
	// SleepUntil returns at the instant at or after it.
	SleepUntil(at time.Duration)
}

// Keys is where the keys come from. It is asked once a cycle, outside of the loop, and
// must not change a slice that it returned.
type Keys interface {
	// Keys returns the keys that are held. With an error the ones before stay in use.
	Keys() ([]controlnet.Key, error)
}

// Options are what a node is made of.
type Options struct {
	Config controlnet.Config
	Keys   Keys
	// Links are the paths, 1 to controlnet.MaxPaths of them, in the same order on all hosts.
	Links []Link
	Clock Clock
	// Floor is the first cycle in which this host may be in sync: the one after the last
	// that it remembers of an earlier life.
	Floor uint64
	// Life tells this start of the host from every other. 0 draws it by chance.
	Life uint64
	// Thread is called once in the loop's thread before the loop begins: the place for
	// realtime.Loop. It may be nil.
	Thread func()
	// Tick is called in the loop's thread at each boundary, and its time is T_proc's: it
	// must be quick. What t points to is good until it returns. It returns the payload for
	// the cycle's frame, Config.Payload bytes that are copied, or nil.
	Tick func(t *controlnet.Tick) []byte
	// Warn is given what an operator should know: one line each, from a goroutine of its
	// own. It may be nil.
	Warn func(message string)
}

// check refuses options that cannot work, but for what the core itself looks at.
func (o *Options) check() error {
	switch {
	case o.Keys == nil || o.Clock == nil || o.Tick == nil:
		return errors.New("control network: keys, clock and tick are needed")
	case len(o.Links) == 0 || len(o.Links) > controlnet.MaxPaths:
		return fmt.Errorf("control network: %d links, not 1 to %d", len(o.Links), controlnet.MaxPaths)
	}
	return o.Config.Check()
}
