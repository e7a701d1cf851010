// Package cli is the command line of wormhole.
//
// # What goes where
//
// Standard output has results and nothing else: the report, timetable or page that was
// asked for, in the form that --output names. Text is for people and may change; JSON has
// apiVersion and kind and may not; YAML has the same fields under the same names. A result
// is printed whole or not at all.
//
// Standard error has everything else: what is wrong, a hint at the next step, and on a
// terminal a progress bar. Colour and progress appear on a terminal only, and NO_COLOR or
// TERM=dumb turn them off, so that a log never has control characters in it. Errors in a
// file come one a line as file:line:column: message, which editors can jump to.
//
// # Exit status
//
//	0  done, and the answer is good
//	1  done, and the answer is no: the policy is infeasible, an invariant was broken
//	2  could not be done: a bad flag, an unreadable or malformed file
//
// # Environment
//
// Every flag has a twin in the environment, WORMHOLE_ and its name in capitals with _ for -
// (WORMHOLE_OUTPUT for --output). The flag wins; an empty variable counts as unset; a value
// that the flag would refuse is an error that names the variable. Only --help has no twin.
//
// # Adding a command
//
// Write a function func newX(e *env) *cobra.Command in a file of its own and name it in
// newRoot. RunE returns nil, errNo when the answer is no, or an error; it prints its result
// with e.print and shows progress with e.progress.
package cli
