package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/measure"
	"github.com/proactive-resilience/wormhole/policies"
)

// Bounds and defaults of a check.
const (
	// defaultCheck is long enough for the drift of a clock to show, and short enough to wait.
	defaultCheck = time.Minute
	minCheck     = time.Second
	maxCheck     = 30 * 24 * time.Hour

	// minCycles is how many cycles are measured at the least: a rate needs some readings.
	minCycles = 5

	// defaultWait is how long it takes people to start a command on all hosts.
	defaultWait = 30 * time.Second
	maxWait     = time.Hour

	// maxStretch bounds the wider bounds of a check; a cycle seldom has room for more.
	maxStretch = 16
)

// The kinds of link.
const (
	linkUDP    = "udp"
	linkPacket = "packet"
)

// netCheck is what `net check` was asked for.
type netCheck struct {
	policyFile, keysFile   string
	network                uint64
	self                   int
	interface1, interface2 string
	link, group            string
	duration, wait         time.Duration
	svg                    string
	realtime               bool
	stretch, local         int

	// For the hosts that --local starts: how many they are, and to print the raw results.
	hosts int
	raw   bool

	// What the flags stand for.
	policy       *policies.Policy
	policySource []byte
	groupAddress netip.AddrPort
	config       controlnet.Config // the policy's
}

func newNetCheck(e *env) *cobra.Command {
	o := &netCheck{}
	c := &cobra.Command{
		Use:   "check",
		Short: "Measure the control network and hold it against the policy",
		Long: `Runs this host as a member of the control network for some time and measures what
the policy's bounds (spec.control) speak of. Start it on every host at about the same
time, with the same policy and keys:

  wormhole net check --policy ledger.yaml --keys net.keys --self 0 --interface eth1

It waits until it hears all hosts, measures, and tells the others its figures in its
frames, so that the report of every host covers all:

  delay      of each frame to this host; by readings of both clocks, so that no clock
             is trusted for it
  process    by how much the hosts came late to what was due
  drift      of each local clock against the network's
  omissions  frames of one link lost in a row
  clock      the bound on the clocks' error that each host knows

Measure under the load that is to come and for as long as you can: a bound holds until
the first time that it does not. A check does not disturb a network that runs with the
same keys. Without a cluster, try it in network namespaces of this machine, as root:

  wormhole net check --policy policies/examples/ledger-6.yaml --local 6

Exit status 1 when a bound does not hold or a host was not heard, 2 when nothing could
be measured.`,
		Args: noArgs,
	}
	o.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := o.checkFlags(); err != nil {
			return usageError(c, err)
		}
		return e.netCheck(o)
	}
	return c
}

// flags gives the command its flags.
func (o *netCheck) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.policyFile, "policy", "", "policy to hold the network against")
	f.StringVar(&o.keysFile, "keys", "", "key file of the control network (wormhole net key new)")
	f.Uint64Var(&o.network, "network", 0, "number of the network, where several are on one wire (default from the policy's name)")
	f.IntVar(&o.self, "self", -1, "number of this host, from 0")
	f.StringVar(&o.interface1, "interface", "", "network interface of the control network")
	f.StringVar(&o.interface2, "interface2", "", "interface of the second path, where there is one")
	f.StringVar(&o.link, "link", linkUDP, "how frames travel: udp (multicast) or packet (raw Ethernet)")
	f.StringVar(&o.group, "group", "", "multicast address and port for udp (default that of the daemon)")
	f.DurationVar(&o.duration, "for", defaultCheck, "how long to measure")
	f.DurationVar(&o.wait, "wait", defaultWait, "how long to wait for the other hosts")
	f.StringVar(&o.svg, "svg", "", "also draw the distributions into this file")
	f.BoolVar(&o.realtime, "realtime", false, "run as the daemon does, under real-time scheduling with locked memory")
	f.IntVar(&o.stretch, "stretch", 1, "run with delay and process so many times as long, to see how far they are exceeded")
	f.IntVar(&o.local, "local", 0, "run so many hosts on this machine, in network namespaces; needs root")
	f.IntVar(&o.hosts, "hosts", 0, "hosts there are, if not as many as the policy has replicas")
	f.BoolVar(&o.raw, "raw", false, "print the raw results instead of a report")
	for _, name := range []string{"hosts", "raw"} { // for the hosts that --local starts
		if err := f.MarkHidden(name); err != nil {
			panic(err) // a flag that was not defined above
		}
	}
}

// checkFlags refuses what cannot be meant.
func (o *netCheck) checkFlags() error {
	switch {
	case o.policyFile == "":
		return errors.New("--policy is missing: name the policy file")
	case o.duration < minCheck || o.duration > maxCheck:
		return fmt.Errorf("--for is %v; use %v to %v", o.duration, minCheck, maxCheck)
	case o.wait < 0 || o.wait > maxWait:
		return fmt.Errorf("--wait is %v; use 0s to %v", o.wait, maxWait)
	case o.stretch < 1 || o.stretch > maxStretch:
		return fmt.Errorf("--stretch is %d; use 1 to %d", o.stretch, maxStretch)
	case o.link != linkUDP && o.link != linkPacket:
		return fmt.Errorf("--link is %q; use %s or %s", o.link, linkUDP, linkPacket)
	case o.group != "" && o.link == linkPacket:
		return errors.New("--group is for --link udp; raw Ethernet has an address of its own")
	}
	if o.group != "" {
		var err error
		if o.groupAddress, err = netip.ParseAddrPort(o.group); err != nil {
			return fmt.Errorf("--group is %q, and not a multicast address and a port such as 239.1.2.3:4000", o.group)
		}
	}
	if o.local != 0 {
		return o.checkLocal()
	}
	switch {
	case o.keysFile == "":
		return errors.New("--keys is missing: name the key file, or try it on this machine with --local")
	case o.self < 0:
		return errors.New("--self is missing: give the number of this host, from 0")
	case o.interface1 == "":
		return errors.New("--interface is missing: name the one that belongs to the control network")
	case o.interface1 == o.interface2:
		return fmt.Errorf("--interface and --interface2 are both %q: a second path is another network", o.interface2)
	}
	return nil
}

// checkLocal refuses what only a host on a machine of its own has.
func (o *netCheck) checkLocal() error {
	if o.local < 2 || o.local > controlnet.MaxHosts {
		return fmt.Errorf("--local is %d; use 2 to %d hosts", o.local, controlnet.MaxHosts)
	}
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"keys", o.keysFile != ""}, {"self", o.self >= 0}, {"interface", o.interface1 != ""},
		{"interface2", o.interface2 != ""}, {"raw", o.raw}, {"hosts", o.hosts != 0},
	} {
		if f.given {
			return fmt.Errorf("--%s does not go with --local, which makes hosts, interfaces and keys of its own", f.name)
		}
	}
	return nil
}

// netCheck reads the policy, measures and prints.
func (e *env) netCheck(o *netCheck) error {
	if err := e.netPolicy(o); err != nil {
		return err
	}
	drawing, err := newDrawing(o.svg)
	if err != nil {
		return err
	}
	defer drawing.discard()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	measured := e.measureHost
	if o.local != 0 {
		measured = e.measureLocal
	}
	res, err := measured(ctx, o)
	if err != nil {
		return err
	}
	if o.raw {
		return writeJSON(e.stdout, res)
	}
	return e.netReport(o, res, drawing)
}

// netReport prints the results of a check.
func (e *env) netReport(o *netCheck, res *measure.Results, drawing *drawing) error {
	rep := measure.NewReport(o.policy.Name, res)
	if err := drawing.keep(rep.WriteSVG); err != nil {
		return err
	}
	if err := e.print(rep, func(w io.Writer) error { return rep.WriteText(w, e.mark) }); err != nil {
		return err
	}
	if !rep.Holds {
		return errNo
	}
	return nil
}

// netPolicy reads the policy and makes the network of it.
func (e *env) netPolicy(o *netCheck) error {
	var err error
	if o.policySource, err = e.readFile(o.policyFile); err != nil {
		return err
	}
	if o.policy, err = policies.Parse(fileName(o.policyFile), o.policySource); err != nil {
		return err
	}
	hosts := o.policy.Replicas
	switch {
	case o.local != 0:
		hosts = o.local
	case o.hosts != 0:
		hosts = o.hosts
	}
	if o.local != 0 && o.local != o.policy.Replicas {
		fmt.Fprintf(e.stderr, "note: the policy has %d replicas, and %d hosts are measured\n", o.policy.Replicas, o.local)
	}
	if o.config, err = netConfig(o.policy, o.network, hosts, max(o.self, 0)); err != nil {
		return err
	}
	if least := minCycles * o.config.Cycle; o.duration < least {
		return withHint(fmt.Errorf("--for is %v: with a cycle of %v that is too short to measure anything", o.duration, o.config.Cycle), "use %v or more", least)
	}
	_, err = stretched(o.config, o.stretch)
	return err
}

// drawing is a file that is written whole or not at all. It is made before the measurement,
// so that a folder one may not write to is known before and not after an hour.
type drawing struct {
	name string
	file *os.File // nil if none was asked for
}

func newDrawing(name string) (*drawing, error) {
	if name == "" {
		return &drawing{}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".wormhole-*.svg")
	if err != nil {
		return nil, withHint(fmt.Errorf("write the drawing: %w", err), "give --svg a file in a folder that you may write to")
	}
	return &drawing{name, f}, nil
}

// keep writes the file and gives it its name.
func (d *drawing) keep(write func(io.Writer) error) error {
	if d.file == nil {
		return nil
	}
	err := errors.Join(write(d.file), d.file.Chmod(0o644), d.file.Close())
	if err == nil {
		err = os.Rename(d.file.Name(), d.name)
	}
	if err != nil {
		return fmt.Errorf("write the drawing into %s: %w", d.name, err)
	}
	d.file = nil
	return nil
}

// discard removes the file unless it was kept.
func (d *drawing) discard() {
	if d.file != nil {
		d.file.Close()
		os.Remove(d.file.Name())
	}
}
