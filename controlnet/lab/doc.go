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
package lab
