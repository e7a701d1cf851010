package judge

import (
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

const (
	hosts = 5
	from  = 1000 // cycles
	until = 1060
	dead  = 3 // the host that is away, from cycle 1020 to 1040
)

func config() controlnet.Config {
	return controlnet.Config{
		Network: 1, Hosts: hosts, Cycle: 100 * time.Millisecond, Delay: 2 * time.Millisecond,
		Process: 5 * time.Millisecond, Drift: 1e-4, Omissions: 2, ClockFaults: 1,
	}
}

func boundary(cycle int) time.Duration { return time.Duration(cycle) * 100 * time.Millisecond }

func set(hs ...controlnet.Host) (s controlnet.Set) {
	for _, h := range hs {
		s.Add(h)
	}
	return s
}

func without(s controlnet.Set, h controlnet.Host) controlnet.Set {
	s[0] &^= 1 << h
	return s
}

// good is a trial in which nothing is wrong: one host's process is killed before its frame
// of cycle 1020, is missed after a window, and is back in sync three cycles after it starts
// again in 1040.
func good() *Trial {
	t := &Trial{
		Config: config(), From: from, Until: until, Return: 3, Start: 6,
		Absences: []Absence{{
			Hosts: set(dead), From: boundary(1020) + time.Millisecond, To: boundary(1040) - time.Millisecond,
			Back: boundary(1040) - time.Millisecond, Died: true,
		}},
		Counters:  make([]controlnet.Counters, hosts),
		UTCWithin: time.Millisecond,
		Whole:     true,
		Expect: scenario.Expect{
			Stay: without(controlnet.SetOf(hosts), dead), Out: set(dead),
			Refused: []controlnet.Refusal{controlnet.RefusedOld}, Counts: []scenario.Count{scenario.Missed},
		},
	}
	t.Counters[1].Missed, t.Counters[2].Refused[controlnet.RefusedOld] = 3, 1
	for cycle := from - 5; cycle <= until; cycle++ {
		for h := controlnet.Host(0); h < hosts; h++ {
			if r, ok := goodRecord(h, cycle); ok {
				t.Records = append(t.Records, r)
			}
		}
	}
	return t
}

func goodRecord(h controlnet.Host, cycle int) (r Record, ok bool) {
	all := controlnet.SetOf(hosts)
	r = Record{
		Host: h, Cycle: uint64(cycle), Boundary: boundary(cycle) + time.Duration(h)*10*time.Microsecond,
		Late: 100 * time.Microsecond, Bound: time.Millisecond, InSync: true, View: all, Members: all,
	}
	r.Begun = r.Boundary + r.Late
	if h == dead && cycle > 1020 {
		r.Life, r.InSync = 1, cycle >= 1043
	}
	if !r.InSync {
		r.Bound, r.View, r.Members = 0, controlnet.Set{}, controlnet.Set{}
		return r, cycle >= 1040
	}
	r.Heard = without(all, h)
	if cycle >= 1021 && cycle <= 1043 {
		r.Heard = without(r.Heard, dead)
	}
	if h != dead && cycle >= 1023 && cycle <= 1043 {
		r.View = without(all, dead)
	}
	if cycle >= 1024 && cycle <= 1044 {
		r.Members = without(all, dead)
	}
	return r, true
}

// record finds what a host says of a cycle.
func record(t *Trial, h controlnet.Host, cycle uint64) *Record {
	for i := range t.Records {
		if r := &t.Records[i]; r.Host == h && r.Cycle == cycle {
			return r
		}
	}
	return nil
}

// drop takes the records away that match.
func drop(t *Trial, match func(r *Record) bool) {
	kept := t.Records[:0]
	for _, r := range t.Records {
		if !match(&r) {
			kept = append(kept, r)
		}
	}
	t.Records = kept
}

func TestGoodTrial(t *testing.T) {
	v := Judge(good())
	if len(v.Failures) > 0 {
		t.Errorf("failures: %+v", v.Failures)
	}
	if v.Cycles != 66 || v.Skew != 40*time.Microsecond || v.Tightest != 960*time.Microsecond || v.Late != 100*time.Microsecond {
		t.Errorf("found %+v", v)
	}
	want := Away{Host: dead, Died: true, Unheard: 4, Unlisted: 5, Noticed: 399*time.Millisecond + 40*time.Microsecond, InSync: 3, Listed: 5}
	if len(v.Away) != 1 || v.Away[0] != want {
		t.Errorf("found %+v of the host that was away, want %+v", v.Away, want)
	}
}

// TestFaultsAreFound breaks one thing at a time, and wants the check that is for it to fail:
// a judge that finds nothing is worth nothing ([C-6] to [C-20] rest on it on real sockets).
func TestFaultsAreFound(t *testing.T) {
	for _, c := range []struct {
		what, check string
		do          func(t *Trial)
	}{
		{"a clock outside of the bound", "clock", func(t *Trial) { record(t, 4, 1010).Boundary += time.Millisecond }},
		{"a bound that is too small", "clock", func(t *Trial) { record(t, 0, 1010).Bound = 39 * time.Microsecond }},
		{"clocks far apart that have no contact", "clock", func(t *Trial) {
			r := record(t, 4, 1010)
			r.Boundary += 50 * time.Millisecond
			for h := controlnet.Host(0); h < 4; h++ {
				record(t, h, 1010).View = without(record(t, h, 1010).View, 4)
			}
			r.View = set(4)
		}},
		{"another count of cycles", "agreement", func(t *Trial) { record(t, 4, 1010).Cycle = 1012 }},
		{"a network that is ahead of UTC", "utc", func(t *Trial) { t.Epoch = -2 * time.Millisecond }},
		{"a cycle in sync twice", "forward", func(t *Trial) { t.Records = append(t.Records, *record(t, 1, 1060)) }},
		{"a cycle of an earlier life", "forward", func(t *Trial) { record(t, dead, 1045).Cycle = 1019 }},
		{"a forged payload", "payload", func(t *Trial) { record(t, 2, 1033).Forged = 1 }},
		{"a late host that is heard", "silence", func(t *Trial) { record(t, 2, 1033).Late = 6 * time.Millisecond }},
		{"a view without one that was heard", "view", func(t *Trial) { r := record(t, 2, 1010); r.View = without(r.View, 1) }},
		{"a view with one that was not heard", "view", func(t *Trial) { record(t, 2, 1030).View.Add(dead) }},
		{"two memberships", "members", func(t *Trial) { r := record(t, 2, 1010); r.Members = without(r.Members, dead) }},
		{"a host that lost sync", "stay", func(t *Trial) { record(t, 2, 1010).InSync = false }},
		{"a host that left out a cycle", "stay", func(t *Trial) {
			drop(t, func(r *Record) bool { return r.Host == 2 && r.Cycle == 1010 })
		}},
		{"a frame that is missing without a cause", "whole", func(t *Trial) { r := record(t, 2, 1010); r.Heard = without(r.Heard, 1) }},
		{"a false departure", "stay", func(t *Trial) {
			for h := controlnet.Host(0); h < hosts; h++ {
				r := record(t, h, 1010)
				r.Members = without(r.Members, 2)
			}
		}},
		{"a dead host that nobody misses", "out", func(t *Trial) {
			for i := range t.Records {
				if t.Records[i].InSync {
					t.Records[i].Members.Add(dead)
				}
			}
		}},
		{"a host that is cut off and does not know it", "out", func(t *Trial) {
			t.Absences[0].Died = false
			drop(t, func(r *Record) bool { return r.Host == dead && !r.InSync })
		}},
		{"a death that is noticed late", "death", func(t *Trial) { record(t, 0, 1023).View.Add(dead) }},
		{"a member that is long dead", "death", func(t *Trial) { record(t, 0, 1028).Members.Add(dead) }},
		{"a host that never starts again", "return", func(t *Trial) {
			drop(t, func(r *Record) bool { return r.Host == dead && r.Life > 0 })
		}},
		{"a host that comes back late", "return", func(t *Trial) {
			drop(t, func(r *Record) bool { return r.Host == dead && r.InSync && r.Life > 0 && r.Cycle < 1048 })
		}},
		{"an end without everybody", "end", func(t *Trial) { r := record(t, 1, 1060); r.Members = without(r.Members, dead) }},
		{"a refusal that did not happen", "counters", func(t *Trial) { t.Counters[2].Refused[controlnet.RefusedOld] = 0 }},
		{"one that only a host counted that was away", "counters", func(t *Trial) {
			t.Counters[dead], t.Counters[2] = t.Counters[2], controlnet.Counters{}
		}},
		{"a count that did not happen", "counters", func(t *Trial) { t.Counters[1].Missed = 0 }},
		{"records that were lost", "records", func(t *Trial) { t.Dropped = 1 }},
		{"a record of a host that does not exist", "records", func(t *Trial) { record(t, 1, 1030).Host = 7 }},
	} {
		trial := good()
		c.do(trial)
		found := false
		for _, f := range Judge(trial).Faults() {
			found = found || f.Check == c.check
		}
		if !found {
			t.Errorf("%s is not found by the check %q", c.what, c.check)
		}
	}
}

// TestExcuse tells a departure in which a bound was broken, and somebody said so, from one
// in which nobody did, or only a host that was away and is no witness.
func TestExcuse(t *testing.T) {
	leave := func(t *Trial) { record(t, 2, 1043).InSync = false }
	notice := func(t *Trial, h controlnet.Host, cycle uint64) {
		for i := range t.Records {
			if r := &t.Records[i]; r.Host == h && r.Cycle >= cycle {
				r.Broken++
			}
		}
	}
	for _, c := range []struct {
		what     string
		who      controlnet.Host
		when     uint64
		excused  bool
		breaches int
	}{
		{"a breach in the same cycle", 2, 1043, true, 1},
		{"a breach at another host, just before", 0, 1040, true, 1},
		{"a breach long before", 0, 1030, false, 1},
		{"a breach after it", 0, 1050, false, 1},
		{"a breach of a host that is starting", dead, 1042, false, 0},
	} {
		trial := good()
		leave(trial)
		notice(trial, c.who, c.when)
		v := Judge(trial)
		if len(v.Failures) == 0 || (len(v.Faults()) == 0) != c.excused {
			t.Errorf("%s: %+v", c.what, v.Failures)
		}
		if v.Breaches != c.breaches {
			t.Errorf("%s: %d breaches were seen", c.what, v.Breaches)
		}
	}
	trial := good()
	record(trial, 4, 1010).Boundary += time.Millisecond
	notice(trial, 4, 1010)
	if v := Judge(trial); len(v.Faults()) == 0 {
		t.Error("a wrong clock was excused")
	}
}

func TestStory(t *testing.T) {
	trial := good()
	first, last := trial.Around(Failure{Cycle: 1030})
	story := trial.Story(first, last)
	if strings.Count(story, "cycle 1030 host") != 4 || !strings.Contains(story, "[3] were away") {
		t.Errorf("the story of cycles %d to %d:\n%s", first, last, story)
	}
}
