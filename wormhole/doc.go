// Package wormhole is the core of the wormhole.
package wormhole
