package sim

import "time"

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
	seq  uint64 // breaks ties, in the order of creation
	a, b uint64
	host int32
	kind eventKind
}

// queue is a binary heap of events by (at, seq).
type queue struct {
	heap []event
	seq  uint64
}

func (q *queue) push(e event) {
	q.seq++
	e.seq = q.seq
	q.heap = append(q.heap, e)
	i := len(q.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !before(&q.heap[i], &q.heap[parent]) {
			return
		}
		q.heap[i], q.heap[parent] = q.heap[parent], q.heap[i]
		i = parent
	}
}

func (q *queue) pop() event {
	top := q.heap[0]
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap = q.heap[:last]
	q.sink(0)
	return top
}

func (q *queue) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(q.heap); child++ {
			if before(&q.heap[child], &q.heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		q.heap[i], q.heap[least] = q.heap[least], q.heap[i]
		i = least
	}
}

func before(a, b *event) bool {
	if a.at != b.at {
		return a.at < b.at
	}
	return a.seq < b.seq
}
