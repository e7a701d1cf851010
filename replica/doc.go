// Package replica will hold the replication engine: a state machine replication protocol
// for n >= 3f+2k+1 that stays correct while replicas are rejuvenated under it.
//
// Nothing of it is built yet; see the README for what is.
package replica
