// Package scenario says what can happen to a control network, as data, and what must come
// of it. Simulators and tests on real sockets carry out the same scenarios, so that what
// is shown in one place is shown in the others.
//
// A scenario counts in cycles from the one in which all hosts are in sync and in everybody's
// Members, and states bounds as shares of those of the executor's own configuration: the same
// scenario runs at a cycle of 20 ms in virtual time and of 200 ms on a busy machine. An
// executor
//
//   - starts Scenario.Hosts hosts at once with Scenario.Omissions as their omission bound
//     and applies WrongUTC before that;
//   - waits until all are in sync and state all as Members, and calls that cycle 0;
//   - applies each event from the beginning of cycle At to the beginning of cycle At + For;
//   - runs to the end of cycle Scenario.Cycles and holds what it saw against Expect, and
//     against what always holds: the stated bound on the clocks, one clique at most that is
//     in sync, silence of those that are not in it, and all hosts in sync and in everybody's
//     Members at the end.
package scenario
