package judge

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// stay looks at the hosts that nothing was done to: they are in sync in every cycle, and
// members to everybody who is one of them ([C-13], [C-16]).
func (j *judge) stay() {
	stay := j.Expect.Stay
	for h := stay.Next(0); h != controlnet.NoHost; h = stay.Next(int(h) + 1) {
		for cycle := j.From; cycle <= j.Until; cycle++ {
			r := j.at(h, cycle)
			switch {
			case r == nil:
				j.v.Left++
				j.broke("stay", cycle, cycle, "host %d has no such cycle", h)
			case !r.InSync:
				j.v.Left++
				j.broke("stay", cycle, cycle, "host %d is not in sync", h)
			case !within(stay, r.Members):
				j.v.Left++
				j.broke("stay", cycle, cycle, "host %d states %v as members", h, members(r.Members))
			}
		}
	}
}

// whole looks for frames of hosts that stay which another of them did not hear, in a trial
// that gave no cause for it: a change of keys, say, costs no cycle ([C-7]). It is about the
// cycles near which no bound was broken; there are enough of them in every trial.
func (j *judge) whole() {
	if !j.Whole {
		return
	}
	for cycle := j.From + 1; cycle <= j.Until; cycle++ {
		for _, r := range j.cycles[cycle] {
			heard := r.Heard
			heard.Add(r.Host)
			if j.Expect.Stay.Has(r.Host) && !within(j.Expect.Stay, heard) && !j.excused(cycle-1, cycle) {
				j.fail("whole", cycle, "host %d heard only %v in the cycle before", r.Host, members(r.Heard))
			}
		}
	}
}

// at is the last record of a host with a cycle, or nil.
func (j *judge) at(h controlnet.Host, cycle uint64) *Record {
	if records := j.byCycle[h][cycle]; len(records) > 0 {
		return records[len(records)-1]
	}
	return nil
}

// out looks for the cycle in which a host that was cut off is in nobody's membership, and
// whether it knew of it itself.
func (j *judge) out() {
	for h := j.Expect.Out.Next(0); h != controlnet.NoHost; h = j.Expect.Out.Next(int(h) + 1) {
		if !j.everMissed(h) {
			j.broke("out", j.From, j.Until, "host %d was a member all the time", h)
		}
		if !j.everDied(h) && !j.everSilent(h) {
			j.broke("out", j.From, j.Until, "host %d was alone and in sync all the time", h)
		}
	}
}

func (j *judge) everMissed(h controlnet.Host) bool {
	for cycle := j.From; cycle <= j.Until; cycle++ {
		all := true
		stay := j.Expect.Stay
		for s := stay.Next(0); s != controlnet.NoHost && all; s = stay.Next(int(s) + 1) {
			r := j.at(s, cycle)
			all = r != nil && r.InSync && !r.Members.Has(h)
		}
		if all {
			return true
		}
	}
	return false
}

func (j *judge) everDied(h controlnet.Host) bool {
	for i := range j.Absences {
		if a := &j.Absences[i]; a.Died && a.Hosts.Has(h) {
			return true
		}
	}
	return false
}

func (j *judge) everSilent(h controlnet.Host) bool {
	for _, r := range j.hosts[h] {
		if r.Cycle > j.From && r.Cycle <= j.Until && !r.InSync {
			return true
		}
	}
	return false
}

// absences looks at how each was noticed and how it ended ([C-15], [C-18]).
func (j *judge) absences() {
	for i := range j.Absences {
		a := &j.Absences[i]
		for h := a.Hosts.Next(0); h != controlnet.NoHost; h = a.Hosts.Next(int(h) + 1) {
			away := Away{Host: h, Died: a.Died, Unheard: -1, Unlisted: -1, InSync: -1, Listed: -1}
			j.left(a, &away)
			j.returned(a, &away)
			j.v.Away = append(j.v.Away, away)
		}
	}
}

// left finds when a host that was absent for long was in nobody's view, and in nobody's
// membership. One that was absent for less than a window need not be missed.
func (j *judge) left(a *Absence, away *Away) {
	last, first := j.lastHeard(a, away.Host), uint64(0)
	if len(j.numbers) > 0 {
		first = j.numbers[0]
	}
	if last < first {
		return
	}
	viewed, listed := last, last
	for _, cycle := range j.numbers {
		for _, r := range j.cycles[cycle] {
			if r.Host == away.Host || a.Hosts.Has(r.Host) || cycle <= last || r.Boundary > a.To {
				continue
			}
			if r.View.Has(away.Host) {
				viewed = cycle
			}
			if r.Members.Has(away.Host) {
				listed = cycle
			}
		}
	}
	for _, r := range j.cycles[listed+1] {
		if !a.Hosts.Has(r.Host) && r.Boundary <= a.To {
			away.Noticed = max(away.Noticed, r.Boundary-a.From)
		}
	}
	away.Unheard, away.Unlisted = int(viewed-last)+1, int(listed-last)+1
	if noticed := viewed - last; noticed > j.window {
		j.broke("death", last, viewed, "host %d was last heard in cycle %d and is still in a view", away.Host, last)
	}
	if listed-last > 2*j.window+1 {
		j.broke("death", last, listed, "host %d was last heard in cycle %d and is still a member", away.Host, last)
	}
}

// lastHeard is the last cycle before the end of an absence in which a host that is not
// absent too heard h.
func (j *judge) lastHeard(a *Absence, h controlnet.Host) uint64 {
	last := uint64(0)
	for _, r := range j.timely {
		if !a.Hosts.Has(r.Host) && r.Heard.Has(h) && r.Boundary <= a.To {
			last = max(last, r.Cycle-1)
		}
	}
	return last
}

// returned finds when a host was back after an absence, and holds it to the limits.
func (j *judge) returned(a *Absence, away *Away) {
	from, limit, wait := a.Back, j.Return, time.Duration(0)
	if a.Died {
		r := j.reborn(a, away.Host)
		if r == nil {
			j.broke("return", j.From, j.Until, "host %d died and did not start again", away.Host)
			return
		}
		from, limit, wait = r.Boundary, j.Start, r.Boundary-a.Back
	}
	if wait > startLimit {
		j.broke("return", j.From, j.Until, "host %d took %v to begin its first cycle", away.Host, wait)
	}
	for _, r := range j.hosts[away.Host] {
		if r.Boundary >= from && r.InSync {
			away.InSync = j.between(from, r.Boundary)
			break
		}
	}
	away.Listed = j.listed(away.Host, from)
	// The first boundary after the return is up to a cycle away.
	if late := uint64(away.InSync) > limit+1; away.InSync < 0 || late {
		j.broke("return", j.cycleAt(a.From), j.cycleAt(from)+limit, "host %d is in sync %d cycles after its return, not %d at most",
			away.Host, away.InSync, limit)
	}
}

// listed is after how many cycles all that are in sync have h as a member.
func (j *judge) listed(h controlnet.Host, from time.Duration) int {
	for _, cycle := range j.numbers {
		records := j.cycles[cycle]
		all := records[0].Boundary >= from && len(records) > j.Config.Hosts/2
		for _, r := range records {
			all = all && r.Members.Has(h)
		}
		if all {
			return j.between(from, records[0].Boundary)
		}
	}
	return -1
}

// between is a stretch of time in cycles, rounded up.
func (j *judge) between(from, to time.Duration) int {
	return int((to - from + j.Config.Cycle - 1) / j.Config.Cycle)
}

// cycleAt is the last cycle that a host in sync began before an instant.
func (j *judge) cycleAt(at time.Duration) uint64 {
	cycle := uint64(0)
	for _, r := range j.timely {
		if r.Boundary > at {
			break
		}
		cycle = max(cycle, r.Cycle)
	}
	return cycle
}

// end wants everybody in sync, and in everybody's membership, in the last cycle.
func (j *judge) end() {
	for h := range j.hosts {
		r := j.at(controlnet.Host(h), j.Until)
		if r == nil || !r.InSync || r.Members != controlnet.SetOf(j.Config.Hosts) {
			j.broke("end", j.Until, j.Until, "host %d ends with %+v", h, r)
		}
	}
}

// counters wants what happened to have been counted.
func (j *judge) counters() {
	for _, why := range j.Expect.Refused {
		seen := uint64(0)
		for h := range j.Counters {
			if j.Expect.Stay.Has(controlnet.Host(h)) {
				seen += j.Counters[h].Refused[why]
			}
		}
		if seen == 0 {
			j.fail("counters", j.Until, "nobody refused a frame as %v", why)
		}
	}
	for _, what := range j.Expect.Counts {
		seen := uint64(0)
		for h := range j.Counters {
			seen += what.Of(&j.Counters[h])
		}
		if seen == 0 {
			j.fail("counters", j.Until, "nobody counted %v", what)
		}
	}
}
