// Package controlnet will hold the control network: the time-triggered, authenticated
// network between local wormholes. The wormhole's core states what it expects of it in
// wormhole/SPEC.md, and the simulator stands in for it.
//
// Nothing of it is built yet; see the README for what is.
package controlnet
