// Package virtual is what simulators of this project are made of: a queue of events in real
// time, clocks that run at rates of their own, and dice that can be thrown again. That of the
// control network and that of the wormhole share it, so that both can be run together and
// the same seed means the same.
package virtual
