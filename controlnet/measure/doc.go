// Package measure turns what a host sees on the control network into figures that can be
// held against the bounds of a policy: how long frames are under way, how late a host comes
// to what is due, how fast its clock runs, how many frames of a link are lost in a row.
//
// The bounds are what every promise of the wormhole rests on (P1 and P2 of the papers), and
// a bound that was guessed is worth nothing. `wormhole net check` therefore runs the real
// protocol for some time on every host and prints what this package makes of it:
//
//	Histogram   durations in fixed memory, quantiles with a known error, exact extremes
//	Series      a histogram held against a bound, with the samples that nobody could see
//	Drift       the rate of a local clock against the network's, and how sure that is
//	Collector   takes in every cycle of a host and keeps all of these
//	Record      a host's figures in the payload of its frames, so that all know those of all
//	Report      the figures of all members against the policy, and what it may state instead
//
// No time is read and nothing is sent here: the driver gives ticks, status and peers as the
// core has them, and takes the payload of the next frame.
//
// # What a measurement says, and what it does not
//
// A share of samples within the bound is called its coverage. That none of N samples was
// beyond the bound does not mean that none ever will be: with 95 % confidence fewer than
// 3/N are in the long run, if the samples are independent of one another. They are not
// quite: a machine that stalls delays many at once. So measure under the load that is to
// come, for hours, and leave the bound the factor that Advise recommends.
package measure
