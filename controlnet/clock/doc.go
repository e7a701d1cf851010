// Package clock is the clock that a control network's host lives by: one that never jumps
// and counts the time in which the host was suspended (CLOCK_BOOTTIME), as a Duration since
// the host was started. With it come what a time-triggered loop needs of a clock: to sleep
// until an instant, without allocation and without the Go scheduler in between, and to know
// when a frame arrived.
//
// # Receive stamps
//
// The kernel stamps frames with CLOCK_REALTIME, which jumps when somebody sets it. A stamp
// is brought to the local clock by its age: both clocks are read together, and the frame
// arrived as long ago as the stamp is old. That is sound while the real-time clock did not
// jump between the stamp and the reading. So each conversion compares the distance of the
// two clocks with that at the conversion before; after a jump the stamps that may be older
// than it are refused, and so is every age that is negative or too great. Who is refused a
// stamp takes the instant at which he asked, which is later than the arrival: a frame then
// seems to have been longer on the way than it was, which the control network bears.
//
// # Skew
//
// Skewed puts a clock with another rate and another origin in the place of a host's own,
// so that a laboratory can show on one machine what hosts with different clocks do.
package clock
