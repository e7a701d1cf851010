// Package sim tries the wormhole's core, the same code that the daemon is to run, against
// everything that can go wrong.
//
// A run is a World: n hosts with drifting clocks, disks that can lie or be full, TPM
// counters, guests whose phases take drawn times, and between them a control network that
// loses, delays, repeats and replays frames. What goes wrong in a run is its Plan, drawn
// from a seed; every draw depends on the seed and on what it is for, so that the same seed
// gives the same run to the byte, and taking a fault out changes nothing else. That is what
// lets Shortest take out of a failing run all that does not matter.
//
// Plans have profiles. Calm and Inside keep the stated bounds, or spend no more than the
// k' budget: the fail-safe must not trip, and a calm run must not even warn. Alone lets
// hosts lose their footing one at a time: only they may latch, for themselves. Beyond
// breaks every bound there is: the fail-safe must trip when it is due and never before it
// is, and at most k holds whatever happens.
//
// The checkers see what the hypervisors and the network really do, in real time, and share
// no code with the core: at most k down at any instant (and nobody begins without having
// heard a majority in its window), every bound held or every live local wormhole latched in
// time, no latch when every bound held, nothing boots that was not found whole, nothing is
// forgotten over a crash, nothing leaves a local wormhole that is late. The tests build the
// command with deliberately wrong cores, and the simulator has to find each of them.
package sim
