package lab

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/scenario"
)

// act is something to be done in a cycle of a scenario.
type act struct {
	at    uint64
	after time.Duration // the cycle's beginning
	do    func() error
}

// player plays a scenario on a cluster.
type player struct {
	*Cluster
	s      *scenario.Scenario
	zero   uint64            // the cycle that is the scenario's cycle 0
	active []*scenario.Event // faults of links that are in force

	// lateEnd is by how much later than a cycle's beginning events end.
	lateEnd time.Duration
}

// syncLimit is how long a cluster may take until all its hosts are in sync: processes have to
// start on a machine that may be busy. How many cycles it takes is for the simulator to say.
const syncLimit = 30 * time.Second

// afterwards is for how many cycles more the hosts are listened to: what they count in a
// cycle they say in one of the next two.
const afterwards = 2

// utcWithin is how far a network's time may be from UTC when most of its hosts know UTC to
// a fraction of that.
const utcWithin = time.Second

// Prepare makes a setup fit for a scenario: hosts, omission bound, paths, and what is wrong
// with hosts from the start.
func (s *Setup) Prepare(play *scenario.Scenario) {
	s.Config.Hosts, s.Config.Omissions, s.Paths = play.Hosts, play.Omissions, play.Paths
	s.Config.ClockFaults = (play.Hosts - 1) / 3
	s.Skews = slices.Grow(s.Skews, play.Hosts)[:play.Hosts]
	for i := range play.Events {
		e := &play.Events[i]
		s.Faulty = s.Faulty || e.Kind <= scenario.Replay
		for h := range s.Skews {
			if e.Kind == scenario.WrongUTC && e.Hits(controlnet.Host(h)) {
				s.Skews[h].UTC += e.By
			}
		}
	}
}

// Play carries out a scenario on a cluster that was just started from a Setup prepared for
// it, has all hosts finish, and returns what there is to judge.
func (c *Cluster) Play(s *scenario.Scenario) (*judge.Trial, error) {
	p := &player{Cluster: c, s: s}
	return p.play()
}

func (p *player) play() (*judge.Trial, error) {
	c, s := p.Cluster, p.s
	acts, err := p.plan()
	if err != nil {
		return nil, err
	}
	synced, err := c.AwaitSync(syncLimit)
	if err != nil {
		return nil, err
	}
	p.zero = synced + 1
	for _, a := range acts {
		if err := c.waitFor(p.zero+a.at, a.after); err != nil {
			return nil, err
		}
		if err := a.do(); err != nil {
			return nil, fmt.Errorf("scenario %q, cycle %d: %w", s.Name, a.at, err)
		}
	}
	last := p.zero + s.Cycles
	if err := p.until(last + afterwards); err != nil {
		return nil, err
	}
	if err := c.Finish(); err != nil {
		return nil, err
	}
	t := c.Trial(p.zero, last)
	t.Expect = s.Expect
	t.Return, t.Start = p.limits()
	t.Whole = !p.losesFrames()
	t.Epoch, t.UTCWithin = c.clock.UTC()-c.clock.Now(), utcWithin
	return t, nil
}

// limits are how many cycles a host has until it must be back ([C-18]): three if it goes on
// and six or o + 4 if it starts, and a window more for each of the three exchanges that it
// takes, where frames are lost.
func (p *player) limits() (goesOn, starts uint64) {
	goesOn, starts = 3, max(6, uint64(p.s.Omissions)+4)
	for i := range p.s.Events {
		if k := p.s.Events[i].Kind; k == scenario.Loss || k == scenario.Corrupt {
			extra := 3 * uint64(p.s.Omissions+1)
			return goesOn + extra, starts + extra
		}
	}
	return goesOn, starts
}

// losesFrames reports whether the scenario costs frames of hosts that stay.
func (p *player) losesFrames() bool {
	for i := range p.s.Events {
		switch e := &p.s.Events[i]; e.Kind {
		case scenario.Loss, scenario.Corrupt:
			if e.Path == 0 || p.Paths == 1 {
				return true
			}
		case scenario.Flood, scenario.FloodReplay:
			if e.Rate > orderly {
				return true
			}
		}
	}
	return false
}

// orderly is how many frames a cycle a flood may have that is no reason for a kernel to drop
// those of hosts: what fits their receive queues, if nobody empties them for a cycle.
const orderly = 1500

// until waits for the records of a cycle of all hosts.
func (p *player) until(last uint64) error {
	if err := p.waitFor(last, 0); err != nil {
		return err
	}
	return p.await("the records of the last cycle", patience, func() bool {
		for h := range p.latest {
			if p.latest[h].Cycle < last {
				return false
			}
		}
		return true
	})
}

// plan lists what is to be done when, in order.
func (p *player) plan() ([]act, error) {
	var acts []act
	for i := range p.s.Events {
		e := &p.s.Events[i]
		if e.Kind == scenario.Flood || e.Kind == scenario.FloodReplay {
			if err := p.invite(e); err != nil {
				return nil, err
			}
		}
		begin, end := p.carryOut(e)
		acts = append(acts, act{at: e.At, do: begin}, act{at: e.End(), after: p.lateEnd, do: end})
	}
	slices.SortStableFunc(acts, func(a, b act) int { return cmp.Compare(a.at, b.at) })
	return acts, nil
}

func nothing() error { return nil }

// carryOut gives what to do at the beginning of an event, and at its end.
func (p *player) carryOut(e *scenario.Event) (begin, end func() error) {
	switch e.Kind {
	case scenario.Cut:
		apart := e.Others
		if apart == p.s.Expect.Stay {
			apart = e.Hosts
		}
		return p.absent(apart, func() error { return p.net.Cut(apart) }, p.net.Heal)
	case scenario.Unplug:
		return p.absent(e.Hosts,
			func() error { return p.paths(e, p.net.Unplug) }, func() error { return p.paths(e, p.net.Plug) })
	case scenario.Stop:
		return p.absent(e.Hosts, func() error { return p.Pause(e.Hosts) }, func() error { return p.Resume(e.Hosts) })
	case scenario.Kill:
		kill, restart := p.absent(e.Hosts, func() error { return p.Kill(e.Hosts) }, func() error { return p.Restart(e.Hosts) })
		return func() error {
			err := kill()
			p.absences[len(p.absences)-1].Died = true
			return err
		}, restart
	case scenario.KeyChange:
		return func() error { return p.AddKey(p.zero + e.End()) }, nothing
	case scenario.WrongUTC:
		return nothing, nothing // it is so from the start
	case scenario.Flood, scenario.FloodReplay:
		f := p.floods[len(p.floods)-1]
		return f.begin, f.end
	}
	return func() error { return p.setFaults(append(p.active, e)) },
		func() error {
			return p.setFaults(slices.DeleteFunc(p.active, func(a *scenario.Event) bool { return a == e }))
		}
}

// never is when an absence ends that lasts.
const never time.Duration = 1 << 62

// absent notes when hosts were gone and came back, around what makes them.
func (p *player) absent(hosts controlnet.Set, gone, back func() error) (begin, end func() error) {
	var i int
	return func() error {
			i = len(p.absences)
			p.absences = append(p.absences, judge.Absence{Hosts: hosts, From: p.clock.Now(), To: never, Back: never})
			return gone()
		}, func() error {
			p.absences[i].To = p.clock.Now()
			err := back()
			p.absences[i].Back = p.clock.Now()
			return err
		}
}

// paths does something on the path of an event, or on all.
func (p *player) paths(e *scenario.Event, do func(controlnet.Set, int) error) error {
	for path := range p.Paths {
		if e.Path != 0 && e.Path != path+1 {
			continue
		}
		if err := do(e.Hosts, path); err != nil {
			return err
		}
	}
	return nil
}

// setFaults puts the faults of the events on all links.
func (p *player) setFaults(active []*scenario.Event) error {
	p.active = active
	for h := range p.members {
		if p.members[h].dying {
			continue
		}
		o := order{}
		for path := range p.Paths {
			o.Faults = append(o.Faults, faultOrder{path, p.faults(controlnet.Host(h), path)})
		}
		if err := p.order(controlnet.Host(h), o); err != nil {
			return err
		}
	}
	return nil
}

// faults are those that are in force on what a host receives on a path.
func (p *player) faults(h controlnet.Host, path int) link.Faults {
	var f link.Faults
	for _, e := range p.active {
		if !e.Hits(h) || e.Path != 0 && e.Path != path+1 {
			continue
		}
		by := time.Duration(e.Share * float64(p.Config.Delay))
		switch e.Kind {
		case scenario.Loss:
			if f.Loss = e.Rate; e.Rate < 1 {
				f.MaxLost = p.s.Omissions
			}
		case scenario.Delay:
			f.Jitter = by
		case scenario.Duplicate:
			f.Duplicate = e.Rate
		case scenario.Reorder:
			f.Late, f.LateBy = e.Rate, by
		case scenario.Corrupt:
			f.Corrupt = e.Rate
		case scenario.Replay:
			f.Replay = e.Rate
		}
	}
	return f
}
