// Package keys holds the keys of a control network in a file, and makes new ones. All hosts
// have the same file; it is made in one place and brought to them by a way that keeps it
// secret.
//
// # The file
//
//	# Anything behind a number sign is a comment.
//	cycle 200ms
//	epoch 1 from 0 secret 5ac9...64 hexadecimal digits
//	epoch 2 from 9000000000 secret 0b7e...
//
// `cycle` is the length of the cycle that `from` counts, which begins with the Unix epoch:
// a file that was made for a network with another cycle would change keys at another time,
// and is refused. It comes first. Epochs follow in ascending order, 1 to 4 of them, each
// in use from its cycle on until that of the next. The file is a regular one, belongs to root
// or to the user that reads it, and nobody else may read it (mode 0600 or less).
//
// # Changing keys
//
// Rotate adds an epoch that begins in the future, and takes out those that are over. The new
// file is then brought to all hosts, which notice it within a cycle and say in their frames
// that they hold the new epoch (controlnet.Status.Ready). All of them change in the same cycle.
// A host that does not have the new key by then loses contact until it has. Who got hold of a
// file can forge frames until an epoch begins that is not in it: when a file may have leaked,
// rotate at once.
package keys
