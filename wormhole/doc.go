// Package wormhole is the core of the wormhole: the protocol by which the local wormholes
// rejuvenate the replicas of a service k at a time, in bounded time, or trip the fail-safe.
//
// It is a pure state machine. Core.Step takes one event and the local time, and fills an
// Output: what to store, what to send, what to do, what to tell. It holds no clock, socket,
// file, goroutine or random source; the daemon and the simulator (package sim) drive the
// same code. SPEC.md has the protocol clause by clause, with its sources and the reasons;
// the clauses are named [W-n] in the code.
//
// # Driving it
//
// A driver keeps the order of the Output: first it stores State, synced and bound to the
// TPM's counter; if that fails, the process ends. Then it hands the alerts to the outbox,
// runs the commands, and sends the frame in this cycle's slot. It calls Step again at the
// next tick of the control network, when a phase ends, when an operator orders something,
// and at Output.Wake at the latest. A command whose NotAfter has passed is void. Beside
// the process stands the dead-man rule, which fences the replica at Output.Lease.
//
// # The life of one rejuvenation
//
// The timetable says that round 7 starts with cycle 4800, and every local wormhole begins
// it by itself (beginRound). Replica 2 is in the third group. When the frames show that
// replica 1 is running and all before it are finished, the local wormhole of host 2 stores
// that it will claim, and claims (makeClaim). Who hears the claim counts replica 2 as down
// from now on, and says so in its frames; host 2 notes since when each vouches (peers.go).
//
// Replica 1 is done; its local wormhole says so in its next frame. Now host 2 weighs the
// evidence (mayStart): is every group before its own finished, are at most k' hosts fenced
// or out of contact, has a majority vouched for a window and answered it inside the last,
// and may fewer than k others be down? Then it stores incarnation and start, and commands
// the first phase of Algorithm 1, void if not begun within T_proc (start). Its frame says
// that it runs and since when, so that everybody knows when it must be over.
//
// Each phase ends with a result and leads to the next (proceed): shut down, check the code
// of the operating system and restore it if it differs, the same for the state machine,
// boot, wait for the state. A phase that overruns is told of. At T_localexec the replica is
// fenced, whatever is still going on (expire). If all goes well the replica is up, its turn
// is done (recovered), the next frame says so, and host 3, which has been claiming for a
// while, starts one cycle later.
//
// # Where things are
//
// core.go and tick.go are the frame of it: the step, and the parts of a cycle in their
// order. peers.go is what is known of the others, contact.go who is missing; evidence.go
// the right to start; round.go rounds and groups, deadline.go their bounds; attempt.go
// Algorithm 1 under way, algorithm1.go the list itself; failsafe.go the latch; flood.go
// what is agreed on before a round; orders.go the operator; restart.go what happens after
// a crash; events.go, state.go, frame.go and codec.go what goes in and out; limits.go
// every bound.
package wormhole
