// Package policies reads a policy, says whether it can be kept, and says when rounds happen.
//
// A policy is what an operator asks of the wormhole: how many replicas there are and how many may fail, how often they are
// rejuvenated and how long that may take. The paper (Sousa, Neves, Verissimo: Resilient State Machine Replication, TR-05-17)
// gives the inequalities under which such a promise is worth anything; this package is those inequalities as a program. It is
// pure: no clock, no file, no socket. Bytes and times come in as arguments, and the same arguments give the same answer on
// every host.
//
// # From file to answer
//
//	p, err := policies.Parse("ledger.yaml", src)         // form: err is policies.Problems, with line and column
//	r := policies.Check(p, policies.Inputs{              // substance: six conditions, both sides evaluated
//		From:    now,
//		Exhaust: p.Exhaust,                             // or computed from p.Adversary by policies/exposure
//	})
//	t, err := policies.Plan(p, now, 3)                   // when: rounds, groups, the latest instants
//	s, err := p.Starts()                                 // the same for the wormhole's core, in control cycles
//
// Parse and Check divide the work by who made the mistake. A file that Parse refuses does not say what its author meant: a
// key is misspelt, a duration has no unit. A policy that Check refuses says it well and asks for what cannot be. So k: -1
// does not parse, and k: 0 parses and breaks the condition "parameters".
//
// # The conditions
//
// With n replicas, k of them rejuvenated at once, k' faults tolerated meanwhile, the period T_p and the deadline T_d:
//
//	replicas     n >= 3k' + 2k + 1                          hybrid; classic: 3(k+k') + 1; crash: 2(k+k') + 1
//	parameters   k >= 1, k' >= 1, every bound > 0
//	deadline     T_d >= T_exec + groups (omissions + 2) cycle
//	period       T_p > T_d
//	exhaustion   T_p + T_d < T_exhaust(k' + 1)
//	schedule     T_d < t(i) - t(i-1) <= T_p                 t(i) is when round i starts
//
// where groups = ceil(n/k), T_exec = groups * T_localexec, and T_localexec = T_shutdown + 2 T_checkcode + 2 T_restorecode +
// T_boot + T_transfer. The paper's T_exec has no time between groups, because its wormhole has no network to lose frames on;
// ours has, and one handover may take omissions + 2 cycles: the word that a group is done is lost that often, heard a cycle
// later, and acted on in the next.
//
// For a condition that does not hold, Check names the nearest change that makes it hold: the smallest relative change of one
// number that repairs it and breaks nothing that holds now, or else the smallest of two numbers. T_exhaust is never changed:
// it is a fact about the adversary. Nor is k', whose T_exhaust only the caller can work out.
//
// # When rounds start
//
// All hosts must start a round at the same instant without talking about it. So the instants follow from the policy and the
// common clock alone. Time is counted in cycles of the control network since the Unix epoch. With a fixed period, rounds start
// at the multiples of T_p rounded down to whole cycles, and the number of the round is the multiple. With a cron schedule they
// start with the first cycle at or after each instant of the expression in UTC, and the number is that of the instant, counted
// from 1970. The number of an instant is arithmetic on bit sets (see Schedule), not a walk, so a host that was just switched
// on knows it as fast as the others.
//
// Because starts wait for a cycle, the condition "schedule" is about starts and not about the expression: with a cycle that
// divides neither the minute nor T_p the gaps can differ from those of the expression by less than one cycle.
//
// # What is refused
//
// The file is YAML, but only the plain part of it: no aliases, anchors, merge keys, tags or second documents, no key that is
// unknown or given twice, no number in another base, no duration without a unit. Parse goes on after a problem where it can,
// so that one run shows all of them. limits.go has every limit with its reason; SPEC.md has every rule with its source and
// the test that holds it.
package policies
