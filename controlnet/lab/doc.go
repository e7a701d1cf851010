// Package lab puts a cluster onto one machine: n hosts as network namespaces, joined by
// Linux bridges with real sockets between them, for tests, measurements, and people who
// want to see the control network run without having a cluster.
//
// It leaves nothing behind, however it ends. No namespace, bridge or interface has a name
// outside of this process: each namespace is held by one thread, and goes when that thread
// goes. What runs in a namespace is started by that thread, with the order to the kernel to
// kill it when the thread ends. So Close, a panic and SIGKILL clean up alike:
//
//	n, err := lab.New(lab.Layout{Hosts: 7, Paths: 2})
//	defer n.Close()
//	n.Host(3).Start(exec.Command("wormholed", ...)) // on the interfaces path0 and path1
//	n.Cut(minority)                                 // two parts that do not hear each other
//	n.Heal()
//
// On top of that, Cluster runs the control network's node on each host, in a process of its
// own with a local clock of its own, takes in what it says of every cycle, and does to it
// what a scenario says (Play). Whether what the hosts said was true is for package judge:
// all namespaces have one kernel and so one clock, by which each claim can be checked.
//
// All parts are played by one executable, which calls Main before anything else.
package lab
