package policies

import "time"

// Every number that a policy file may not exceed stands here with its reason. They are limits of form: a value beyond one is
// refused by Parse as a mistake, whatever the six conditions would say of it. Together they also keep every sum that the
// conditions build far below the 292 years that a time.Duration can hold (TestLimitsCannotOverflow adds them up).
const (
	// MaxFileBytes bounds the work of the YAML scanner. A full policy with its commentary is about 4 KiB.
	MaxFileBytes = 64 << 10

	// MaxDepth is the nesting of the deepest legal value, which is 7 (the mean of a distribution in one entry of the adversary's
	// list), and some room.
	MaxDepth = 12

	// MaxProblems ends the list of problems. Nobody reads more, and a file of nothing but errors must not cost memory.
	MaxProblems = 64

	// MaxReplicas is the number of slots that one control cycle is built for, and twice the largest group that the papers
	// measure. k and k' have the same limit, because both are counts of replicas.
	MaxReplicas = 128

	// MaxBound limits one phase of a rejuvenation. Whoever needs a week to boot has written the wrong unit.
	MaxBound = 7 * 24 * time.Hour

	// MaxPeriod limits T_p and T_d. The schedule is checked ten years ahead, which must hold many periods to say anything.
	MaxPeriod = 366 * 24 * time.Hour

	// MaxExhaust limits a stated T_exhaust(k'+1) to a century; a longer claim about an adversary is not a measurement.
	MaxExhaust = 100 * 365 * 24 * time.Hour

	// MaxCycle limits the control cycle to the resolution of cron, so that two instants of a schedule never share a cycle.
	MaxCycle = time.Minute

	// MaxOmissions limits the frames that may be lost one after another. A network that loses more is not synchronous.
	MaxOmissions = 64

	// MaxNameBytes is that of a DNS label, since the name ends up in metric labels and file names.
	MaxNameBytes = 63

	// MaxAlerts limits the receivers: each has its own queue in the outbox of every host.
	MaxAlerts = 16

	// MaxURLBytes is the length that servers and proxies commonly accept.
	MaxURLBytes = 2048

	// MaxPathBytes is PATH_MAX of Linux, for the name of a secret's file.
	MaxPathBytes = 4096

	// MaxRounds limits what Plan makes: at the shortest useful period more than two months of rounds.
	MaxRounds = 10000

	// HorizonYears is how far ahead the gaps of a cron schedule are checked. It holds at least two leap days, and with them
	// every kind of month that is not a century's.
	HorizonYears = 10
)
