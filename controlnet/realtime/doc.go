// Package realtime makes a process fit for a time-triggered loop: one that must act within a
// few milliseconds of an instant, however busy the machine is.
//
// # What Enter does
//
//   - All threads are scheduled SCHED_FIFO, with one priority. A single thread is not enough:
//     Go's runtime now and then stops every goroutine for the collector, and the loop then
//     waits for whichever is slowest to stop. If that is an ordinary thread which waits for a
//     processor, so does the loop. Threads to come inherit the policy.
//   - GOMAXPROCS is not above the number of processors, and no thread is above another. Go's
//     threads wait for each other by turning in place. One that does so at a higher priority,
//     or while others fill the processors, waits for a thread that it keeps from running: two
//     such set-ups came to a stand in the measurement, and the machine with them.
//     A loop keeps one of GOMAXPROCS while it sleeps in the kernel (package clock), so that the
//     rest of the process has the others: the machine needs two processors at least.
//   - RLIMIT_RTTIME: the kernel ends the process (SIGKILL) when one of its threads has computed
//     for two seconds without waiting for anything. What is said above should exclude that;
//     should it happen all the same, a host that falls silent is what the others are prepared
//     for, and one that starves its own machine is not. (A goroutine that merely computes is
//     not always caught: Go interrupts it, and its thread then waits for a moment.)
//   - All memory is locked (mlockall, present and future). Go maps its heap in pieces of
//     64 MiB, each of which is then resident: some 80 MiB for a small program. Where a limit
//     on locked memory applies, nothing is locked: the limit, once reached, would end the
//     process at its next allocation.
//
// Loop makes the timers of the loop's own thread exact (slack 1 ns), which matters where the
// real-time policy could not be had.
//
// # What is left alone
//
//   - The garbage collector stays on. Turning it off gains nothing that could be measured, and
//     a process that must not end must not grow.
//   - Real-time throttling (95 % of each second, /proc/sys/kernel/sched_rt_runtime_us) is what
//     saves the machine from a program that never waits. It is why such work must not be in a
//     real-time process: for 50 ms of each second it stops all real-time threads of the
//     processor, the loop's as well.
//
// # What this asks of the program
//
// The loop and the cores it serves are in a small process that does nothing else; RESULTS.md
// has what was measured. Work that computes for long, such as the checking of images, belongs
// to another, ordinary process. A child inherits the policy of its parent: give it back the
// ordinary one (Ordinary).
package realtime
