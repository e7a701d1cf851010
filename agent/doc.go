// Package agent will hold the guest agent: the untrusted process inside a guest that
// answers its local wormhole over a virtio-serial channel.
//
// Nothing of it is built yet; see the README for what is.
package agent
