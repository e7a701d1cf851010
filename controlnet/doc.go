// Package controlnet is the core of the control network: the synchronous, authenticated
// network between local wormholes, on which the wormhole's promises rest. SPEC.md states
// what it does, clause by clause.
//
// Every host owns one slot of a repeating cycle and broadcasts one frame of fixed size in
// it (TDMA, as in TTP/C). A frame acknowledges the last frame of every other host by its
// tag, the first bytes of its authenticator, and says when it arrived. That one mechanism
// carries the rest:
//
//   - membership: whoever was not heard for more than the omission bound is gone, and who
//     is not acknowledged by a majority is in a minority and falls silent;
//   - clocks: a frame and the acknowledgement of one's own bound the other's clock from
//     below and above, whatever the delays were; what is certain by them goes into a
//     fault-tolerant average, and their ends are the error that is stated;
//   - freshness: only somebody who has just heard this host can name its last frame, so a
//     recorded frame convinces nobody, not even a host that has lost all sense of time.
//
// The core is pure. A driver gives it instants of the local clock and frames, and gets
// frames to send, the beginnings of cycles and the next instant at which to call. The life
// of a host, from power-on:
//
//	New               out of sync; its clock shows what UTC it believes
//	Step, every cycle it sends a frame that says so, and hears others acknowledge it
//	                  it sets its clock to that of the hosts in sync, or, where there are
//	                  none, to the median of a majority that starts like it
//	Step              its readings agree with those of a majority within Limit: in sync
//	Tick              each cycle begins with one: cycle, membership, payloads, clock bound
//	Offer             the payload for this cycle's slot
//	Step              the slot: one frame; and on to the next boundary
//
// The payload is opaque: this package knows nothing of the wormhole that it serves.
package controlnet
