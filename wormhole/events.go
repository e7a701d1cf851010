package wormhole

import "time"

// An Input is one event for the core: what happened, and when by the host's
// own clock. Exactly one of the pointers is set, or none: then only time passed.
type Input struct {
	Now    time.Duration // local clock, from an origin that lasts as long as the Core
	Tick   *Tick
	Result *PhaseResult
	Report *Report
	Order  *Order
	// AlertsTaken is the sequence number up to which alerts are in the outbox.
	AlertsTaken uint64
}

// Tick is the beginning of a cycle, as the control network sees it.
type Tick struct {
	Cycle    Cycle         // the cycle that begins
	Boundary time.Duration // the instant at which it begins, by the local clock
	// InSync says that the control network vouches for Cycle and Boundary and
	// for its clock bound. Without it the local wormhole is silent.
	InSync bool
	// Frames are those that were heard since the last tick. Each bears the
	// cycle that it was sent in; the core looks at those of the last cycle only.
	Frames []Received
}

// Received is a frame and who sent it in which cycle.
type Received struct {
	Sender Host
	Cycle  Cycle
	Frame  *Frame
}

// PhaseResult tells how a phase ended.
type PhaseResult struct {
	Attempt uint64 // as in the command that started it
	Phase   Phase
	Outcome Outcome
}

// Report is what the drivers have to say about the replica outside a phase. It
// may come from an untrusted guest: Leads and Checkpoint steer the order of a
// round and what people see, and nothing else.
type Report struct {
	Died       bool   // the guest is gone though nobody destroyed it
	Leads      bool   // the replica leads the payload
	Checkpoint uint64 // last stable checkpoint that the replica reports
}

// OrderKind is what an operator orders.
type OrderKind uint8

// The orders.
const (
	OrderRejuvenate  OrderKind = iota // an extra rejuvenation of Target
	OrderPause                        // no rejuvenation starts for For
	OrderResume                       // ends a pause
	OrderClear                        // clears the fail-safe
	OrderReconfigure                  // proposes the membership Config
)

// Order is an operator's order.
type Order struct {
	Kind   OrderKind
	Target Host
	For    time.Duration
	Config *Config
}

// Reply answers an order. A refusal says why, in words for the operator.
type Reply struct {
	Accepted bool
	Text     string
}

// Output is what a step asks of its driver. The driver keeps the order: first
// it stores State if Store is set, synced and bound to the counter; then, only
// if that has succeeded, it sends the frame, runs the commands and hands the
// alerts to the outbox. If the store fails the local wormhole stops: it is
// fail-silent ([W-22]).
type Output struct {
	Store bool  // State is to be stored before anything else
	State State // valid if Store is set

	Send  bool // Frame is to be sent in this cycle's slot
	Frame Frame

	Commands []Command
	// Alerts are all that wait for the outbox; it knows them by their sequence
	// number, and answers with Input.AlertsTaken.
	Alerts []Alert
	Reply  *Reply // to Input.Order

	// Lease is the instant at which the dead-man rule fences the replica if
	// the local wormhole has not said otherwise by then. Zero: as before.
	Lease time.Duration
	// Wake is the instant at which the core wants to be called at the latest.
	Wake time.Duration
}

// reset empties o and keeps its memory.
func (o *Output) reset() {
	*o = Output{Commands: o.Commands[:0], Alerts: o.Alerts[:0]}
}

// CommandKind is what a command asks of the drivers.
type CommandKind uint8

// The commands.
const (
	// CommandPhase: run Phase for Attempt and answer with a PhaseResult.
	CommandPhase CommandKind = iota
	// CommandCancel: whatever phase of Attempt runs is of no interest any more.
	CommandCancel
	// CommandFence: destroy the replica, and do not let it start again.
	CommandFence
	// CommandIsolate: cut the replica off from the payload's network.
	CommandIsolate
	// CommandRejoin: undo CommandIsolate.
	CommandRejoin
	// CommandHandOver: ask the replica to give up the payload's leadership. It
	// is a courtesy: nothing waits for it.
	CommandHandOver
)

// Command is something for the drivers to do.
type Command struct {
	Kind        CommandKind
	Attempt     uint64
	Incarnation uint64
	Phase       Phase
	Cold        bool // the attempt is a cold start and no rejuvenation
	// NotAfter is the instant after which the command is void: a driver that
	// comes to it later drops it and reports Failed ([W-9]).
	NotAfter time.Duration
	// Within is the bound on the phase. Overrunning it is a warning.
	Within time.Duration
}
