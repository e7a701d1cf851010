// Package node is the loop of one host on the control network: it joins the pure core of
// package controlnet with links, a clock, keys and the client that the network serves.
//
// # The loop
//
// The loop is time-triggered. It has a thread of its own and sleeps until the earlier of two
// instants: the one at which the core wants to be called, and the next at which the links
// are emptied. A frame that arrives wakes nobody. So what others send, honest or not, cannot
// change when this host acts; it only costs time at instants that are known before.
//
//	sleep until      the core's Wake, or the next drain
//	drain            at most a bounded number of frames of each link, each with the instant
//	                 of its arrival by the kernel's stamp, go into the core
//	if Wake is past  take what the client offered, read the clock, step
//	                 a frame to send: send it on every link, at once
//	                 a tick: call the client; what it returns is this cycle's payload
//	                 then, with nothing due: keys that are new, snapshots for others
//
// Draining comes before stepping, so that a frame that came in time counts in the cycle
// that it came in. It needs no hurry apart from that, since the stamps say when frames
// arrived: once a slot, and every ten milliseconds at least, so that no queue runs over.
//
// # Floods
//
// What does not look like a frame of this network is refused in the kernel (package link).
// Frames that do are made by somebody on the control network's wire who copies them or makes
// up what only the authenticator tells from the real. One drain takes no more than twice as
// many frames of a link as there are hosts, and some more (see perDrain): an honest network
// brings one of each host in a whole cycle. At 5 to 6 us a frame (BenchmarkForgedFrame) that is
// 0.8 ms a link for sixty hosts, which T_proc has to cover; Times.Drain says what it was. After
// a drain that left frames behind the loop sleeps three times as long as that took, so that a
// flood gets a fourth of a processor at most. Under a lasting one the kernel drops what finds
// no place, and with it frames of others: this host may then lose contact, which is safe, but
// it keeps its slot.
//
// # Threads
//
// The loop's thread keeps one of Go's processors (GOMAXPROCS) also while it sleeps: see
// package clock. Everything that may take long, such as reading keys or giving out warnings,
// is done by other goroutines. Package realtime has what the process around it needs.
package node
