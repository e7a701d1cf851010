package virtual

import "time"

// Queue holds events until their instants. Of those at one instant the first that was pushed
// comes first, so that a run can be repeated. It is a binary heap; its zero value is empty.
type Queue[E any] struct {
	heap   []item[E]
	pushed uint64
}

type item[E any] struct {
	at    time.Duration
	seq   uint64
	event E
}

// Len returns how many events wait.
func (q *Queue[E]) Len() int { return len(q.heap) }

// Next returns the instant of the first event, of which there must be one.
func (q *Queue[E]) Next() time.Duration { return q.heap[0].at }

// Push adds an event at an instant.
func (q *Queue[E]) Push(at time.Duration, event E) {
	q.pushed++
	q.heap = append(q.heap, item[E]{at: at, seq: q.pushed, event: event})
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

// Pop takes the first event, of which there must be one, and its instant.
func (q *Queue[E]) Pop() (time.Duration, E) {
	top := q.heap[0]
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap = q.heap[:last]
	q.sink(0)
	return top.at, top.event
}

func (q *Queue[E]) sink(i int) {
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

func before[E any](a, b *item[E]) bool {
	if a.at != b.at {
		return a.at < b.at
	}
	return a.seq < b.seq
}
