package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// eventKind is what an event does when its time comes.
type eventKind uint8

const (
	evWake   eventKind = iota // host; a: which of its wakes
	evArrive                  // host; a: packet
	evHandle                  // host: its driver comes to what has arrived
	evLeave                   // a: frame that its host was stopped in sending
	evStart                   // host: its process is started
	evPlan                    // a: fault that begins
	evEnd                     // a: fault that is over
	evFlood                   // a: fault
	evStream                  // a: fault; b: frame that comes again
	evWander                  // host: its clock's rate changes inside the bound
	evCheck                   // the checkers look at everything
)

// event is something that will happen at a real instant.
type event struct {
	at   time.Duration
	a, b uint64
	host int32
	kind eventKind
}

// queue holds the events of a run.
type queue struct{ virtual.Queue[event] }

func (q *queue) push(e event) { q.Push(e.at, e) }

func (q *queue) pop() event {
	_, e := q.Pop()
	return e
}
