package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/sim/virtual"
)

// eventKind is what an event does when its time comes.
type eventKind uint8

const (
	evTick     eventKind = iota // host, cycle in a
	evWake                      // host, life in a: the core wanted to be called
	evResult                    // host, a = attempt, b = phase and outcome
	evStart                     // host: the local wormhole's process is started
	evPlan                      // a = index of the fault
	evEnd                       // a = index of the fault whose time is over
	evDeadMan                   // host
	evCheck                     // once a cycle: the checkers look at everything
	evDeadline                  // a = round whose T_d has just passed
	evReconf                    // host, a = index of the reconfiguration
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
