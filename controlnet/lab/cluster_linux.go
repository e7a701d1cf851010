package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
	"github.com/proactive-resilience/wormhole/controlnet/link"
)

// Setup is what a cluster is made of.
type Setup struct {
	Config   controlnet.Config // Self is not looked at
	Paths    int
	Link     string       // UDP or Packet
	Skews    []clock.Skew // of the hosts' local clocks; those beyond its end have none
	Realtime bool         // hosts run under SCHED_FIFO with their memory locked
	Faulty   bool         // faults can be put on links
	Seed     uint64       // of the faults
}

// Cluster is hosts that run the control network's node on a network of their own. Its methods
// are for one goroutine, which plays fate.
type Cluster struct {
	Setup
	net     *Network
	clock   *clock.Boot // the common clock
	keys    []controlnet.Key
	members []*member
	burners sync.WaitGroup

	beforeEnd func() // called by Finish while the network is still there; may be nil

	absences []judge.Absence
	floods   []*intruder

	mu       sync.Mutex
	news     chan struct{} // has room for one: something below has changed
	records  []judge.Record
	latest   []judge.Record // of each host
	synced   []uint64       // the last cycle in which each host was in sync
	agreeing map[uint64]int // how many hosts said of a cycle that all are in sync, and members
	together uint64         // the last cycle of which all said so
	finals   []Final
	warnings []string
	failed   error
}

// member is a host's present process.
type member struct {
	cmd   *exec.Cmd
	talk  *talk
	life  int
	dying bool          // its end is wanted
	ended chan struct{} // closed when the process is gone and all it said is known
}

// Start makes a network and starts a host on each of its namespaces.
func Start(s Setup) (*Cluster, error) {
	if err := s.Config.Check(); err != nil {
		return nil, err
	}
	n, err := New(Layout{Hosts: s.Config.Hosts, Paths: s.Paths})
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		Setup: s, net: n, clock: clock.NewBoot(), news: make(chan struct{}, 1),
		keys:    []controlnet.Key{labKey(1, 0)},
		members: make([]*member, s.Config.Hosts),
		latest:  make([]judge.Record, s.Config.Hosts), synced: make([]uint64, s.Config.Hosts),
		agreeing: map[uint64]int{},
	}
	for h := range c.members {
		if err := c.start(controlnet.Host(h), 0); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// labKey is the key of an epoch in every laboratory. It protects nothing.
func labKey(epoch uint32, from uint64) controlnet.Key {
	k := controlnet.Key{Epoch: epoch, From: from}
	for i := range k.Secret {
		k.Secret[i] = byte(i) + byte(epoch)
	}
	return k
}

// start starts the process of a host's next life.
func (c *Cluster) start(h controlnet.Host, life int) error {
	s := settings{
		Config: c.Config, Link: c.Link, Paths: c.Paths, Keys: c.keys, Life: life,
		Realtime: c.Realtime, Faulty: c.Faulty, Seed: c.Seed + uint64(life)<<32,
	}
	s.Config.Self = h
	if int(h) < len(c.Skews) {
		s.Skew = c.Skews[h]
	}
	if life > 0 {
		c.mu.Lock()
		s.Floor = c.synced[h] + 1
		c.mu.Unlock()
	}
	m, err := c.run("host", c.net.Host(int(h)), s)
	if err != nil {
		return fmt.Errorf("start host %d: %w", h, err)
	}
	m.life = life
	c.members[h] = m
	go c.listen(h, m)
	return nil
}

// run starts a process with a role in a namespace and gives it its settings.
func (c *Cluster) run(role string, ns *Namespace, settings any) (*member, error) {
	cmd, err := self(role)
	if err != nil {
		return nil, err
	}
	t, theirs, err := talkPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = []*os.File{theirs}
	if err := ns.Start(cmd); err != nil {
		t.file.Close()
		return nil, err
	}
	m := &member{cmd: cmd, talk: t, ended: make(chan struct{})}
	if err := t.enc.Encode(settings); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		t.file.Close()
		return nil, fmt.Errorf("give it its settings: %w", err)
	}
	return m, nil
}

// listen takes in all that a host's process says, until it ends.
func (c *Cluster) listen(h controlnet.Host, m *member) {
	final := false
	for {
		var r report
		err := m.talk.dec.Decode(&r)
		if err != nil {
			err2 := m.cmd.Wait()
			m.talk.file.Close()
			c.mu.Lock()
			if !m.dying && !final {
				c.failed = errors.Join(c.failed, fmt.Errorf("host %d ended by itself: %w", h, errors.Join(err, err2)))
			}
			c.mu.Unlock()
			close(m.ended)
			c.tell()
			return
		}
		final = final || r.Final != nil
		c.take(h, &r)
		c.tell()
	}
}

// take keeps what a host said.
func (c *Cluster) take(h controlnet.Host, r *report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, record := range r.Records {
		c.latest[h] = record
		if record.InSync {
			c.synced[h] = record.Cycle
		}
		if all := controlnet.SetOf(c.Config.Hosts); record.InSync && record.View == all && record.Members == all {
			if c.agreeing[record.Cycle]++; c.agreeing[record.Cycle] == c.Config.Hosts {
				c.together = record.Cycle
			}
		}
	}
	c.records = append(c.records, r.Records...)
	for _, w := range r.Warnings {
		c.warnings = append(c.warnings, fmt.Sprintf("host %d: %s", h, w))
	}
	if r.Final != nil {
		c.finals = append(c.finals, *r.Final)
	}
}

func (c *Cluster) tell() {
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// await waits until something holds of what the hosts said. It fails when that takes too
// long, and when a host ended that should not have.
func (c *Cluster) await(what string, limit time.Duration, holds func() bool) error {
	end := time.NewTimer(limit)
	defer end.Stop()
	for {
		c.mu.Lock()
		ok, failed := holds(), c.failed
		c.mu.Unlock()
		switch {
		case failed != nil:
			return failed
		case ok:
			return nil
		}
		select {
		case <-c.news:
		case <-end.C:
			return fmt.Errorf("waited %v for this: %s", limit, what)
		}
	}
}

// AwaitSync waits until all hosts have stated, of the same cycle, that they are in sync and
// all hosts are members, and returns that cycle.
func (c *Cluster) AwaitSync(limit time.Duration) (cycle uint64, err error) {
	err = c.await("all hosts to be in sync, and members", limit, func() bool {
		cycle = c.together
		return cycle > 0
	})
	return cycle, err
}

// boundary is when a cycle begins by the common clock, as hosts in sync see it now.
func (c *Cluster) boundary(cycle uint64) (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var last *judge.Record
	for h := range c.latest {
		if r := &c.latest[h]; r.InSync && (last == nil || r.Boundary > last.Boundary) {
			last = r
		}
	}
	if last == nil {
		return 0, errors.New("no host is in sync, so nobody knows when a cycle begins")
	}
	return last.Boundary + time.Duration(int64(cycle)-int64(last.Cycle))*c.Config.Cycle, nil
}

// waitFor waits for the beginning of a cycle, and some time more.
func (c *Cluster) waitFor(cycle uint64, more time.Duration) error {
	at, err := c.boundary(cycle)
	if err != nil {
		return err
	}
	// The network's clock parts from the common one by its drift, which over a minute is
	// less than this process oversleeps.
	time.Sleep(at + more - c.clock.Now())
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// order tells a host something.
func (c *Cluster) order(h controlnet.Host, o order) error {
	if err := c.members[h].talk.enc.Encode(&o); err != nil {
		return fmt.Errorf("give host %d an order: %w", h, err)
	}
	return nil
}

// SetFaults puts faults on all that a host receives on a path. The cluster must be Faulty.
func (c *Cluster) SetFaults(h controlnet.Host, path int, f link.Faults) error {
	return c.order(h, order{Faults: []faultOrder{{path, f}}})
}

// AddKey gives all hosts the key of the next epoch, which is in force from a cycle on.
func (c *Cluster) AddKey(from uint64) error {
	last := c.keys[len(c.keys)-1]
	c.keys = append(c.keys[max(0, len(c.keys)+1-controlnet.MaxKeys):len(c.keys):len(c.keys)], labKey(last.Epoch+1, from))
	for h, m := range c.members {
		if m.dying {
			continue // it is given them when it starts again
		}
		if err := c.order(controlnet.Host(h), order{Keys: c.keys}); err != nil {
			return err
		}
	}
	return nil
}

// Pause stops the processes of hosts where they are; Resume lets them go on.
func (c *Cluster) Pause(hosts controlnet.Set) error { return c.signal(hosts, unix.SIGSTOP) }

// Resume lets stopped processes go on.
func (c *Cluster) Resume(hosts controlnet.Set) error { return c.signal(hosts, unix.SIGCONT) }

func (c *Cluster) signal(hosts controlnet.Set, s unix.Signal) error {
	for h := hosts.Next(0); h != controlnet.NoHost; h = hosts.Next(int(h) + 1) {
		if err := c.members[h].cmd.Process.Signal(s); err != nil {
			return fmt.Errorf("send %v to host %d: %w", s, h, err)
		}
	}
	return nil
}

// Kill kills the processes of hosts, and waits until they are gone.
func (c *Cluster) Kill(hosts controlnet.Set) error {
	c.mu.Lock()
	for h := hosts.Next(0); h != controlnet.NoHost; h = hosts.Next(int(h) + 1) {
		c.members[h].dying = true
	}
	c.mu.Unlock()
	if err := c.signal(hosts, unix.SIGKILL); err != nil {
		return err
	}
	for h := hosts.Next(0); h != controlnet.NoHost; h = hosts.Next(int(h) + 1) {
		<-c.members[h].ended
	}
	return nil
}

// Restart starts hosts that were killed. Each remembers the last cycle it was in sync in.
func (c *Cluster) Restart(hosts controlnet.Set) error {
	for h := hosts.Next(0); h != controlnet.NoHost; h = hosts.Next(int(h) + 1) {
		if err := c.start(h, c.members[h].life+1); err != nil {
			return err
		}
	}
	return nil
}

// Finish has all hosts end in an orderly way, and say what they counted.
func (c *Cluster) Finish() error {
	if c.beforeEnd != nil {
		c.beforeEnd()
	}
	for h := range c.members {
		if err := c.order(controlnet.Host(h), order{Finish: true}); err != nil {
			return err
		}
	}
	err := c.await("all hosts to end", patience, func() bool {
		for _, m := range c.members {
			select {
			case <-m.ended:
			default:
				return false
			}
		}
		return true
	})
	c.net.Close()
	c.burners.Wait()
	return err
}

// Close ends everything at once, if Finish has not.
func (c *Cluster) Close() {
	c.mu.Lock()
	for _, m := range c.members {
		if m != nil {
			m.dying = true
		}
	}
	c.mu.Unlock()
	c.net.Close()
	for _, m := range c.members {
		if m != nil {
			<-m.ended
		}
	}
	c.burners.Wait()
}

// Trial is the run so far, as the judge wants it, between two cycles. It is asked for after
// Finish.
func (c *Cluster) Trial(from, until uint64) *judge.Trial {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &judge.Trial{
		Config: c.Config, Records: c.records, Absences: c.absences, From: from, Until: until,
		Counters: make([]controlnet.Counters, c.Config.Hosts),
	}
	for i := range c.finals {
		t.Dropped += c.finals[i].Dropped
		t.Counters[c.finals[i].Host] = c.finals[i].Status.Counters
	}
	return t
}

// Sent is how many bytes a host has put on its cables, Ethernet headers included.
func (c *Cluster) Sent(h controlnet.Host) (bytes uint64, err error) {
	for path := range c.Paths {
		t, err := c.net.Traffic(int(h), path)
		if err != nil {
			return 0, err
		}
		bytes += t.SentBytes
	}
	return bytes, nil
}

// Finals are what the hosts counted, known after Finish.
func (c *Cluster) Finals() []Final { return c.finals }

// Warnings are what the nodes warned of.
func (c *Cluster) Warnings() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.warnings
}
