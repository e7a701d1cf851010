package node

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Node is one host on the control network.
type Node struct {
	opt  Options
	keys []controlnet.Key // that New read

	loop   loop
	offer  atomic.Pointer[offer]
	fresh  atomic.Pointer[[]controlnet.Key] // not yet taken by the loop
	warns  chan string
	ended  atomic.Bool // the loop is to end
	ran    atomic.Bool
	unsaid atomic.Uint64 // warnings that found no room

	shared shared
	times  times
}

// offer is a payload on its way to the loop.
type offer struct {
	cycle   uint64
	payload []byte
}

// New checks the options and reads the keys. Nothing runs before Run.
func New(opt Options) (*Node, error) {
	n := &Node{opt: opt, warns: make(chan string, 16)}
	if err := n.prepare(); err != nil {
		return nil, err
	}
	return n, nil
}

func (n *Node) prepare() error {
	if err := n.opt.check(); err != nil {
		return err
	}
	keys, err := n.opt.Keys.Keys()
	if err != nil {
		return fmt.Errorf("control network: read the keys: %w", err)
	}
	n.keys = keys
	for n.opt.Life == 0 {
		var b [8]byte
		if _, err := rand.Read(b[:]); err != nil {
			return fmt.Errorf("control network: draw the number of this life: %w", err)
		}
		n.opt.Life = binary.BigEndian.Uint64(b[:])
	}
	// What the core finds wrong should be said now. Run makes it anew, so that its clock
	// begins with the loop; this one sends nothing.
	return n.loop.init(n)
}

// Run runs the node until ctx ends, and returns nil then. It uses the calling goroutine and
// locks it to its thread; where Options.Thread may have changed the thread, it stays locked,
// and the thread ends with the goroutine. What Run did not open it does not close. A node
// runs once.
func (n *Node) Run(ctx context.Context) error {
	if n.ran.Swap(true) {
		return errors.New("control network: a node runs once: make a new one, with another life")
	}
	runtime.LockOSThread()
	if n.opt.Thread == nil {
		defer runtime.UnlockOSThread()
	}
	stop := context.AfterFunc(ctx, func() { n.ended.Store(true) })
	defer stop()
	helpers, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { n.watchKeys(helpers) })
	wg.Go(func() { n.sayWarnings(helpers) })
	if n.opt.Thread != nil {
		n.opt.Thread()
	}
	if err := n.loop.init(n); err != nil {
		return err
	}
	for !n.ended.Load() {
		n.loop.turn()
	}
	return nil
}

// Offer gives the payload for the frame of cycle, Config.Payload bytes, which are copied. It
// may be called by any goroutine until the slot; what is offered last is sent. What comes
// for another cycle, late or in another length is counted as refused.
func (n *Node) Offer(cycle uint64, payload []byte) {
	n.offer.Store(&offer{cycle, append([]byte(nil), payload...)})
}

// keysEvery is the least time between two looks at the keys: they change once in days.
const keysEvery = 100 * time.Millisecond

// watchKeys asks for the keys once a cycle, and hands new ones to the loop.
func (n *Node) watchKeys(ctx context.Context) {
	last, lastErr := n.keys, ""
	every := time.NewTicker(max(n.opt.Config.Cycle, keysEvery))
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		keys, err := n.opt.Keys.Keys()
		switch {
		case err != nil && err.Error() != lastErr:
			lastErr = err.Error()
			n.warn("the keys in use stay: " + lastErr)
		case err == nil:
			lastErr = ""
			if !sameKeys(keys, last) {
				last = keys
				n.fresh.Store(&keys)
			}
		}
	}
}

func sameKeys(a, b []controlnet.Key) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// warn leaves a message for the goroutine that says warnings. It never waits.
func (n *Node) warn(message string) {
	select {
	case n.warns <- message:
	default:
		n.unsaid.Add(1)
	}
}

// sayWarnings hands warnings to the client until the node ends, and then those left over.
func (n *Node) sayWarnings(ctx context.Context) {
	for {
		select {
		case m := <-n.warns:
			n.say(m)
			continue
		default:
		}
		if ctx.Err() != nil {
			return
		}
		select {
		case m := <-n.warns:
			n.say(m)
		case <-ctx.Done():
		}
	}
}

func (n *Node) say(message string) {
	if lost := n.unsaid.Swap(0); lost > 0 {
		message = fmt.Sprintf("%s (and %d warnings before it were lost)", message, lost)
	}
	if n.opt.Warn != nil {
		n.opt.Warn(message)
	}
}
