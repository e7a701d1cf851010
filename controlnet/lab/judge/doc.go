// Package judge holds what hosts of a control network said of every cycle against what was
// true, after the fact. It knows the truth because all hosts of a laboratory live on one
// machine with one clock, because the laboratory did to them what happened to them, and
// because it can compare them with each other, which they cannot. It shares no code with
// what it judges: a bound is checked by subtracting two instants, not by how it was found.
//
// Some things hold always (package sim checks the same of its hosts in virtual time):
//
//   - clock: the same boundary at two hosts in sync is no farther apart than the one says
//     that has the other in its view, and for others in sync than both together;
//   - agreement: hosts in sync count the same cycle at the same time;
//   - utc: the cycles' numbers are UTC's, as long as most hosts know it;
//   - forward: the cycles in which a host is in sync only grow, restarts included;
//   - payload: what is delivered was sent, by that host and in that cycle;
//   - silence: who begins a cycle too late is not heard in it;
//   - view: who is heard is in the view for a window, and nobody else is;
//   - members: with no change of views for a window the membership is the same everywhere.
//
// Others hold as long as machine and network keep their bounds: that a host which nobody
// touched stays a member, that no frame is missing without a cause, that a host which is gone
// is missed, and that it is back in time. A real machine breaks bounds now and then, and the
// network then has to say so. So a failure of this kind is told apart by whether a host that
// nobody touched said, at the time, that a bound was broken: Failure.Excused. A trial with
// excused failures shows nothing, neither good nor bad, and is to be repeated; one with
// others has found a fault.
package judge
