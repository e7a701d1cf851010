package wormhole

import "time"

// Limits of the core. Every bound on memory or on a number that a message may
// carry stands here, with the reason for it.
const (
	// MaxHosts bounds the membership. Sets of hosts are two machine words, so
	// that a step of the core needs no allocation, and a frame of fixed size
	// holds three of them.
	MaxHosts = 128

	// MaxOmissions bounds the omission degree of the control network. The core
	// keeps the instants at which its frames of the last 2(MaxOmissions+1) cycles
	// left, to judge the age of the answers to them.
	MaxOmissions = 13

	// MaxPendingAlerts bounds the alerts that wait to be taken by the outbox.
	// More than that in one state means that the outbox has been gone for
	// rounds; the oldest warning then makes room, and is counted as dropped.
	MaxPendingAlerts = 32

	// MaxBound is the longest duration that a bound of the policy may have. It
	// keeps every sum of durations of the core far from overflow.
	MaxBound = 31 * 24 * time.Hour

	// firstReservation is how many cycles of claims are reserved in the store
	// by the first write. Each further write doubles it, so that a host that
	// restarts waits at most as long as it had claimed already.
	firstReservation = 8

	// maxReservation ends the doubling.
	maxReservation = 256

	// sentRing is the number of send instants kept: a power of two that holds
	// 2(MaxOmissions+1).
	sentRing = 32
)
