package policies

import "time"

// named is a duration of a policy with its path below spec.
type named struct {
	path  string
	value time.Duration
}

// named lists the phases' bounds in the order of Algorithm 1.
func (b Bounds) named() []named {
	return []named{
		{"bounds.shutdown", b.Shutdown}, {"bounds.checkCode", b.CheckCode}, {"bounds.restoreCode", b.RestoreCode},
		{"bounds.boot", b.Boot}, {"bounds.transfer", b.Transfer},
	}
}
