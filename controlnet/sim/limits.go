package sim

// Limits of a simulation.
const (
	// MaxRuns keeps a report within some megabytes.
	MaxRuns = 1 << 20
	// MaxTraceLines bounds the trace of a failing run that is printed.
	MaxTraceLines = 500
	// maxPerCycle bounds the events of one cycle, a host: frames, floods among them, and
	// wakes. A core that asks to be called at once for ever passes it.
	maxPerCycle = 20_000
	// socketBuffer is how many frames wait for a process that does not run; the next are
	// lost, as in a kernel.
	socketBuffer = 256
	// ring is how many cycles back the checkers remember, a power of two.
	ring = 64
)
