// Package link carries frames between the hosts of a control network: as UDP multicast
// (OpenUDP) or as raw Ethernet frames with an EtherType of their own (OpenPacket), on one
// interface that belongs to the control network alone.
//
// A link never blocks. Send hands a frame to the kernel or fails; Receive takes one frame
// that waits, with the instant of its arrival, or says that none does. Neither allocates,
// and neither goes through Go's poller, which would wake the wrong thread at the wrong time.
//
//   - What does not look like a frame of this network (length, magic number, network) is
//     refused by a filter in the kernel, before it can take a place in the receive queue.
//   - A link does not hear its own frames.
//   - Frames leave with the highest priority that a process without special rights may ask
//     for (SO_PRIORITY, and DSCP CS6 on UDP), so that a queueing discipline can send them
//     first. VLAN tags, and so their priority field, are the business of the interface: put
//     the link on a VLAN interface with an egress map.
//   - The instant of arrival is the kernel's software stamp, taken when the driver hands the
//     frame up. Stamps of the network card are not used: they are in time of the card's own
//     clock, which would have to be kept in step with the local clock first. The kernel
//     begins to stamp some time after the first socket of the machine has asked for it;
//     frames before bear the instant at which they were received.
//
// A link belongs to the goroutine that sends and receives on it; only Stats is for others.
// It keeps the network namespace of the thread that opened it. An interface that goes down
// and comes up again is used again; on one that is deleted every Send fails. Keep opens such
// a link again when the interface is back.
//
// Faulty puts losses, delays and forgeries between a link and its user, for laboratories.
package link
