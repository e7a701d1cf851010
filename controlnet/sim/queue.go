package sim

import "time"

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
