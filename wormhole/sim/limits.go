package sim

// Limits of a campaign.
const (
	// MaxRuns keeps a report, which holds a result a run, within some megabytes.
	MaxRuns = 1 << 20
	// MaxRounds keeps one run, whose events are not kept but whose alerts are,
	// within some megabytes too.
	MaxRounds = 100_000
	// maxPerCycle bounds the events of one cycle, a host: a tick, some phases
	// that end, some calls that the core has asked for.
	maxPerCycle = 1000
	// MaxTraceLines bounds the trace of a failing run that is printed.
	MaxTraceLines = 400
)
