package judge

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// perCheck is how many failures of one check are kept: the first ones show the cause.
const perCheck = 5

// Judge looks at a trial.
func Judge(t *Trial) *Verdict {
	j := &judge{Trial: t, window: uint64(t.Config.Omissions) + 1, found: map[string]int{}}
	j.v.Tightest = t.Config.Cycle
	j.sort()
	j.notice()
	if t.Dropped > 0 {
		j.fail("records", 0, "%d records were lost on their way to the judge", t.Dropped)
	}
	j.clocks()
	j.agreement()
	j.utc()
	for _, records := range j.hosts {
		j.forward(records)
		j.views(records)
	}
	j.payloads()
	j.silence()
	j.membership()
	j.stay()
	j.whole()
	j.out()
	j.absences()
	j.end()
	j.counters()
	return &j.v
}

// judge is a trial in the orders in which it is looked at.
type judge struct {
	*Trial
	v      Verdict
	window uint64 // o + 1
	found  map[string]int

	hosts    [][]*Record            // of each host
	cycles   map[uint64][]*Record   // of hosts in sync
	numbers  []uint64               // the keys of cycles in order
	breaches map[uint64]bool        // cycles in which an untouched host noticed a broken bound
	timely   []*Record              // in sync, of all hosts, in the order of the common clock
	byCycle  []map[uint64][]*Record // of each host, whatever it says of sync
}

func (j *judge) sort() {
	j.cycles, j.breaches = map[uint64][]*Record{}, map[uint64]bool{}
	j.hosts = make([][]*Record, j.Config.Hosts)
	j.byCycle = make([]map[uint64][]*Record, j.Config.Hosts)
	for h := range j.byCycle {
		j.byCycle[h] = map[uint64][]*Record{}
	}
	for i := range j.Records {
		r := &j.Records[i]
		if int(r.Host) >= len(j.hosts) {
			j.fail("records", r.Cycle, "a record of host %d, which does not exist", r.Host)
			continue
		}
		j.hosts[r.Host] = append(j.hosts[r.Host], r)
		j.byCycle[r.Host][r.Cycle] = append(j.byCycle[r.Host][r.Cycle], r)
		if r.InSync {
			if j.cycles[r.Cycle] == nil {
				j.numbers = append(j.numbers, r.Cycle)
			}
			j.cycles[r.Cycle] = append(j.cycles[r.Cycle], r)
			j.timely = append(j.timely, r)
		}
	}
	slices.Sort(j.numbers)
	slices.SortFunc(j.timely, func(a, b *Record) int { return cmp.Compare(a.Boundary, b.Boundary) })
}

// notice finds where bounds were broken that nobody broke on purpose.
func (j *judge) notice() {
	for h, records := range j.hosts {
		for i, r := range records {
			if r.InSync && !j.away(controlnet.Host(h), r.Boundary) {
				j.v.Late = max(j.v.Late, r.Begun-r.Boundary)
			}
			noticed := r.Broken
			if i > 0 && records[i-1].Life == r.Life {
				noticed -= records[i-1].Broken
			}
			if noticed > 0 && !j.away(controlnet.Host(h), r.Boundary) {
				j.breaches[r.Cycle] = true
				if r.Cycle >= j.From && r.Cycle <= j.Until {
					j.v.Breaches++
				}
			}
		}
	}
}

// away reports whether a host was absent at an instant, or had not yet to be back.
func (j *judge) away(h controlnet.Host, at time.Duration) bool {
	for i := range j.Absences {
		a := &j.Absences[i]
		if a.Hosts.Has(h) && at >= a.From-j.Config.Cycle && at <= j.back(a, h) {
			return true
		}
	}
	return false
}

// back is when a host has to be back in sync after an absence. Who died is given from its
// first record on.
func (j *judge) back(a *Absence, h controlnet.Host) time.Duration {
	cycle := j.Config.Cycle
	if !a.Died {
		return a.Back + time.Duration(j.Return+1)*cycle
	}
	if r := j.reborn(a, h); r != nil {
		return r.Boundary + time.Duration(j.Start+1)*cycle
	}
	return a.Back + startLimit
}

// startLimit is how long a process may take from its start to its first cycle. The machine
// is busy, and this is not what is judged.
const startLimit = 10 * time.Second

// reborn is the first record of a host after it died in an absence, or nil.
func (j *judge) reborn(a *Absence, h controlnet.Host) *Record {
	life := -1
	for _, r := range j.hosts[h] {
		if r.Begun < a.From {
			life = r.Life
		} else if r.Life > life && r.Begun >= a.To {
			return r
		}
	}
	return nil
}

// fail notes a failure that nothing excuses.
func (j *judge) fail(check string, cycle uint64, format string, args ...any) {
	j.note(check, cycle, false, format, args...)
}

// broke notes a failure of what holds only while bounds are kept.
func (j *judge) broke(check string, first, cycle uint64, format string, args ...any) {
	j.note(check, cycle, j.excused(first, cycle), format, args...)
}

// excused reports whether a bound was noticed as broken from some cycles before first until
// a failure. What a host counts after its tick it says with the next but one at the latest.
func (j *judge) excused(first, cycle uint64) bool {
	for c := first - min(first, j.window+3); c <= cycle+1; c++ {
		if j.breaches[c] {
			return true
		}
	}
	return false
}

func (j *judge) note(check string, cycle uint64, excused bool, format string, args ...any) {
	key := fmt.Sprint(check, excused)
	if j.found[key]++; j.found[key] <= perCheck {
		j.v.Failures = append(j.v.Failures, Failure{check, cycle, fmt.Sprintf(format, args...), excused})
	}
}
