package exposure

// Every bound on the work of an analysis, with its reason. An analysis must end within seconds on an operator's machine,
// whatever the policy says.
const (
	// DefaultRuns is what Options.Runs 0 means: enough for two digits of a probability, in about a second.
	DefaultRuns = 20000

	// MaxRuns keeps the longest analysis in the minutes: 100 times the default is ten times the precision.
	MaxRuns = 2000000

	// roundsPerRun times Options.Runs is the number of rounds that the simulation of a small policy may take. A round of six
	// replicas costs about a microsecond.
	roundsPerRun = 50

	// eventWork is n * (2 groups + n), about the work of a round, of the smallest policy: n = 6 with k = 1. A policy whose
	// rounds cost more gets fewer of them in the same time; the report says how many.
	eventWork = 6 * (2*6 + 6)

	// climbsPerRun times Options.Runs is the number of excursions that are played at each level of a splitting
	// simulation. They last about half a round, so that a level costs less than the plain rounds do.
	climbsPerRun = 10

	// maxStates limits the exact chain, whose states are the sets of at most k' compromised replicas. n = 13 with k' = 4
	// has 1093. With more the answer is the union bound, and says so.
	maxStates = 2000

	// maxSettleRounds ends the search for the steady failure rate. The chain forgets its start within a few rounds,
	// because every round cleans every replica; a chain that has not settled by then is simply continued round by round.
	maxSettleRounds = 4096

	// settled is the relative change of the failure rate from one round to the next under which the chain is steady.
	settled = 1e-12

	// cells is the grid of a convolution or quadrature. The error of the trapezoid is about 1/cells^2.
	cells = 512

	// leastCells is the coarsest grid that many replicas may force, see quadratureCells.
	leastCells = 32

	// quadratureWork limits cells * n^2 * x of one quadrature, which bisection repeats some sixty times.
	quadratureWork = 4000000

	// batches is the number of independent parts of a rare-event simulation, from whose spread the confidence
	// interval is taken. Student's factor for batches-1 degrees of freedom is studentFactor.
	batches       = 16
	studentFactor = 2.131

	// maxPool limits the remembered states at which a level was first reached; more add nothing to the precision.
	maxPool = 4096

	// maxExcursionEvents ends a simulated excursion that neither fails nor comes clean. A deterministic adversary can keep
	// a constant number of replicas for ever; then splitting says so and plain counting takes over.
	maxExcursionEvents = 100000

	// curvePoints is the number of periods in the curve: about four a decade over the usual three to four decades.
	curvePoints = 15

	// bisections halves an interval until its ends are neighbouring float64 or nanoseconds.
	bisections = 64
)
