// Package sim tries the core of the control network, the same code that a daemon runs, in
// virtual time against everything that can go wrong with hosts, clocks and wires.
//
// A run is a World: n hosts with clocks of their own offset and rate, the imitation of a
// driver around each core, and between them links whose delays, losses and repetitions are
// drawn; an attacker on the wire records every frame and sends what he likes, but has no
// key. What goes wrong in a run is its Plan, drawn from a seed or taken from package
// scenario. Every draw depends on the seed and on what it is for, so that the same seed
// gives the same run to the byte, and taking a fault out changes nothing else: that is what
// lets Shortest take out of a failing run all that does not matter.
//
// The checkers see real time and what the wires really carried, and share no code with the
// core. A host is fit while its process runs in time, its clock keeps the drift, and its
// links to a majority of fit hosts keep the omission bound in both directions. From that
// alone follows what a core owes: a host that has been fit for long enough is in sync and
// in the Members of all others like it; whoever is not heard is gone from them in time;
// clocks differ by no more than was stated; frames are taken for what they are, once; and
// whoever is late, or has no majority, says nothing that counts.
package sim
