package judge

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// clocks compares the same boundary at every two hosts in sync ([C-12]). A stated bound is
// about the hosts in contact: those in the view. Of others the sum of both is true.
func (j *judge) clocks() {
	for _, cycle := range j.numbers {
		records := j.cycles[cycle]
		if len(records) > 1 {
			j.v.Cycles++
		}
		for _, a := range records {
			j.v.Bound = max(j.v.Bound, a.Bound)
			for _, b := range records {
				if a != b {
					j.pair(a, b)
				}
			}
		}
	}
}

// pair holds what a states against where b is.
func (j *judge) pair(a, b *Record) {
	apart := (a.Boundary - b.Boundary).Abs()
	limit := a.Bound + b.Bound
	switch {
	case a.Host == b.Host:
		return // it was in sync twice in a cycle, which forward finds
	case a.View.Has(b.Host):
		limit = a.Bound
		j.v.Skew = max(j.v.Skew, apart)
		j.v.Tightest = min(j.v.Tightest, limit-apart)
	default:
		j.v.Apart = max(j.v.Apart, apart)
	}
	if apart > limit {
		j.fail("clock", a.Cycle, "hosts %d and %d begin it %v apart, and state bounds of %v and %v with views %v and %v",
			a.Host, b.Host, apart, a.Bound, b.Bound, members(a.View), members(b.View))
	}
}

// agreement walks all boundaries of hosts in sync in the order of the common clock: the
// cycles only grow, and each takes its time. Two cliques would show here.
func (j *judge) agreement() {
	for i := 1; i < len(j.timely); i++ {
		a, b := j.timely[i-1], j.timely[i]
		if b.Cycle == a.Cycle {
			continue
		}
		least := time.Duration(b.Cycle-a.Cycle)*j.Config.Cycle - 2*j.Config.Limit()
		if b.Cycle < a.Cycle || b.Boundary-a.Boundary < least {
			j.fail("agreement", b.Cycle, "host %d begins it %v after host %d began cycle %d",
				b.Host, b.Boundary-a.Boundary, a.Host, a.Cycle)
		}
	}
}

// utc compares the cycles' numbers with the time of day ([C-14]).
func (j *judge) utc() {
	if j.UTCWithin == 0 {
		return
	}
	for _, r := range j.timely {
		off := time.Duration(r.Cycle)*j.Config.Cycle - (r.Boundary + j.Epoch)
		if r.Cycle >= j.From && off.Abs() > j.UTCWithin {
			j.fail("utc", r.Cycle, "host %d begins it %v away from where UTC has it", r.Host, off)
		}
	}
}

// forward holds the cycles of one host against each other, over all its lives ([C-19]).
func (j *judge) forward(records []*Record) {
	var last *Record
	for _, r := range records {
		if !r.InSync {
			continue
		}
		if last != nil && r.Cycle <= last.Cycle {
			j.fail("forward", r.Cycle, "host %d was in sync in cycle %d before", r.Host, last.Cycle)
		}
		last = r
	}
}

// payloads sums up what the hosts found in the payloads that they were given ([C-20]).
func (j *judge) payloads() {
	for i := range j.Records {
		if r := &j.Records[i]; r.Forged > 0 {
			j.fail("payload", r.Cycle, "host %d was given %d payloads that nobody sent", r.Host, r.Forged)
		}
	}
}

// silence looks for hosts that were heard in a cycle that they began too late ([C-9]).
func (j *judge) silence() {
	for i := range j.Records {
		r := &j.Records[i]
		if r.Late <= j.Config.Process {
			continue
		}
		for _, other := range j.cycles[r.Cycle+1] {
			if other.Host != r.Host && other.Heard.Has(r.Host) {
				j.fail("silence", r.Cycle, "host %d began it %v late and was heard in it by host %d",
					r.Host, r.Late, other.Host)
			}
		}
	}
}

// views follows what one host hears: its view is what it heard inside the window ([C-15]).
// A host that has said since that it is out of sync, or began anew, is not in it.
func (j *judge) views(records []*Record) {
	for i := int(j.window) - 1; i < len(records); i++ {
		r := records[i]
		want, steady := controlnet.Set{}, true
		want.Add(r.Host)
		for k, past := range records[i+1-int(j.window) : i+1] {
			steady = steady && past.InSync && past.Life == r.Life && past.Cycle+j.window-1-uint64(k) == r.Cycle
			want[0], want[1] = want[0]|past.Heard[0], want[1]|past.Heard[1]
		}
		if !steady || r.View == want {
			continue
		}
		if !within(r.View, want) {
			j.fail("view", r.Cycle, "host %d has %v in its view and heard %v in the window", r.Host, members(r.View), members(want))
			continue
		}
		for h := want.Next(0); h != controlnet.NoHost; h = want.Next(int(h) + 1) {
			if !r.View.Has(h) && !j.outOfSync(h, r.Cycle) && !j.died(h, r.Boundary) {
				j.fail("view", r.Cycle, "host %d heard host %d in the window and does not have it in its view", r.Host, h)
			}
		}
	}
}

// outOfSync reports whether a host was out of sync in a cycle of the window before one.
func (j *judge) outOfSync(h controlnet.Host, cycle uint64) bool {
	for c := cycle - j.window; c <= cycle; c++ {
		if r := j.at(h, c); r != nil && !r.InSync {
			return true
		}
	}
	return false
}

// died reports whether a host began a new life shortly before an instant.
func (j *judge) died(h controlnet.Host, at time.Duration) bool {
	for i := range j.Absences {
		if a := &j.Absences[i]; a.Died && a.Hosts.Has(h) && at >= a.From && j.away(h, at) {
			return true
		}
	}
	return false
}

// membership compares the hosts in sync with each other ([C-16]).
func (j *judge) membership() {
	var calm uint64 // cycles in a row, up to the last, in which all views were the same
	var before []*Record
	for i, cycle := range j.numbers {
		records := j.cycles[cycle]
		if i > 0 && j.numbers[i-1]+1 == cycle && sameViews(before, records) {
			calm++
		} else {
			calm = 0
		}
		before = records
		if calm < j.window {
			continue
		}
		for _, r := range records {
			if r.Members != records[0].Members {
				j.broke("members", cycle-calm, cycle, "hosts %d and %d state %v and %v as members, with no change of views for %d cycles",
					records[0].Host, r.Host, members(records[0].Members), members(r.Members), calm)
			}
		}
	}
}

// sameViews reports whether the same hosts are in sync in two cycles, with the same views.
func sameViews(a, b []*Record) bool {
	if len(a) != len(b) {
		return false
	}
	views := map[controlnet.Host]controlnet.Set{}
	for _, r := range a {
		views[r.Host] = r.View
	}
	for _, r := range b {
		if view, ok := views[r.Host]; !ok || view != r.View {
			return false
		}
	}
	return true
}

// within reports whether s is part of the set of.
func within(s, of controlnet.Set) bool { return s[0]&^of[0]|s[1]&^of[1] == 0 }

// members lists a set for people.
func members(s controlnet.Set) []int {
	list := []int{}
	for h := s.Next(0); h != controlnet.NoHost; h = s.Next(int(h) + 1) {
		list = append(list, int(h))
	}
	return list
}
