// Package exposure says how long an adversary needs to compromise more replicas than a policy tolerates, and how likely it is that
// this ever happens. It is the mathematics behind the function T_exhaust(x) that Sousa, Neves and Veríssimo, Resilient
// State Machine Replication (TR-05-17), assume in section 3.3, after the three factors that they name in section 3.1: how much the
// replicas have in common, how strong the adversary is, and how long the system runs.
//
// # The adversary
//
// One attacker works on one replica at a time. A clean replica i costs him a time X_i: a least time, after which a
// random part may follow (exponential, Weibull, lognormal, uniform). The times of different replicas, and of different lives
// of one replica, are independent: a rejuvenation brings back known code in a new incarnation, so that what was spent on
// the old one is lost. That is the paper's own premise when it holds T_p + T_d against T_exhaust, and Prime's (Platania
// et al., SRDS 2014, section VI), which makes a new variant of the program at each rejuvenation. Where it does not hold, because the
// same hole is open again after the boot, no rejuvenation helps, and a policy must not claim a large T_exhaust.
//
// A sequential attack has one attacker, a parallel one has Power of them, at most one a replica. An attacker stays with his target
// until it is compromised or goes down. Then he takes the replica that he is most likely to compromise before it is next rejuvenated;
// among equals the one that stays longest, then the most vulnerable.
//
// What replicas have in common is s, the share of the work that carries over: from the moment at which at least one
// replica is compromised, and as long as one is, all work goes 1/(1-s) times as fast. Different replicas have s = 0. Equal
// ones have s = 1: with the first, all fall.
//
// # T_exhaust
//
// Let l_1 <= l_2 <= ... be the least times. With B(x) the least time for x replicas if nothing carried over,
//
//	T_exhaust(x) = s l_1 + (1-s) B(x)
//	B(x) = l_1 + ... + l_x    one attacker
//	B(x) = l_x                an attacker on each: "the time necessary to compromise the less vulnerable replica"
//	B(x) >= makespan bound    anything between, see leastMakespan
//
// because work is done at speed 1 until l_1 and at 1/(1-s) after it. This bound is certain. If it is 0, since a distribution
// begins at 0, no certain bound exists, and the package does not pretend to one. It then returns a quantile: the time up to which the
// probability that a clean start leads to x compromised replicas is at most
//
//	target / (ceil(mission / T_p) * groups).
//
// For different replicas with an attacker on each, a policy with T_p + T_d below that quantile meets its target by the union
// bound: all that are compromised at an instant were clean at most T_p + T_d before, it is enough to look just before each group goes
// down, and that happens as often as the denominator says. For other adversaries the quantile is the same rule, and the proof is the
// probability over the mission, which the report prints.
//
// From a clean start, without rejuvenation, the probability of x compromised by t is
//
//	all at once, s = 0        P(at least x of independent events of probability F_i(t)), the Poisson binomial tail
//	all at once, 0 < s < 1    sum over the first to fall, at M: x-1 others have X_i <= (t - s M)/(1-s)
//	one by one                P(X_1 + (1-s)(X_2 + ... + X_x) <= t), a convolution; Erlang for equal exponential times and s = 0
//	s = 1                     1 - product of (1 - F_i(t)) over those attacked
//
// # Over the mission
//
// A round starts every T_p. Its groups go down one after the other, each in its own slot of T_d / groups and as late in it as
// T_localexec allows; a replica that is down is neither compromised nor attacked. At the start of the mission everything is clean. The
// first round starts one T_p later, which makes the first life of the last group T_p + T_d less its time down: the paper's window.
//
// That timetable is kinder than the paper's condition, which lets a replica stay for T_p + T_d in every round and not only in the first. So
// the longest period that meets a target can be longer than T_exhaust - T_d, and the report prints both.
//
// With an attacker on each replica and s = 0 the replicas are independent, and what is compromised just before each group goes down is
// a Markov chain over the sets of at most k' replicas, exact for any distribution since all ages are known. Everything above
// k' is failure. The chain's rate of failure a round settles within a few rounds, and the rest of a long mission is one power. Where the
// sets are too many, the union bound takes over. For s = 1 the chain has the threshold 0: k' does not help against equal
// replicas. A policy with T_p + T_d below a certain T_exhaust(k'+1) has probability 0, which is the paper's theorem. All other
// cases get an upper bound: the chain against an adversary who is never slower ([E-12]).
//
// Beside each computed value stands a simulated one. It uses the same timetable and distributions and nothing else of the computation. Short
// missions are played to their end. Long ones are split: the rate at which a first replica falls while all others are clean, times the
// chance that from there a second falls before all are clean again, and so on. At each level a state is played on many
// times with a new future, drawn given the work already spent. The mean over independent batches gives the rate, their spread the
// interval, and 1 - exp(-rate * rounds) the probability. Without a hit only an upper bound is stated.
//
// # What it teaches
//
// The tests in results_test.go hold the package to what the papers say: equal replicas fall together; an attack on k'+1
// at once takes as long as the least vulnerable of them; without rejuvenation every long mission ends compromised; rejuvenation
// without a fault to spare gains nothing but the time that the replica is down; diversity and rejuvenation help together; and a
// longer T_p is never better, unless the hazard falls with the time spent (Weibull with a shape below 1), where each
// rejuvenation gives the adversary his best hour again.
package exposure
