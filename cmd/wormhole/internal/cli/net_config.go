package cli

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/measure"
	"github.com/proactive-resilience/wormhole/policies"
)

// netConfig is the control network that a policy describes, as host self of hosts sees it.
// As many wrong clocks are borne as the policy has faults, as far as hosts are enough: a
// majority of good clocks needs three hosts for each and one more.
//
// The network's number is that of the policy's name if none is given (0).
func netConfig(p *policies.Policy, network uint64, hosts, self int) (controlnet.Config, error) {
	ctl := &p.Control
	switch {
	case hosts > controlnet.MaxHosts:
		return controlnet.Config{}, fmt.Errorf("policy %q: %d replicas, and a control network has at most %d hosts", p.Name, hosts, controlnet.MaxHosts)
	case ctl.Omissions > controlnet.MaxOmissions:
		return controlnet.Config{}, withHint(
			fmt.Errorf("policy %q: spec.control.omissions is %d, and the control network bears at most %d", p.Name, ctl.Omissions, controlnet.MaxOmissions),
			"a network that loses more frames in a row is not synchronous: repair it, or use two interfaces")
	case self < 0 || self >= hosts:
		return controlnet.Config{}, fmt.Errorf("policy %q: host %d is none of its %d, which are counted from 0", p.Name, self, hosts)
	}
	if network == 0 {
		network = networkNumber(p)
	}
	c := controlnet.Config{
		Network: network, Hosts: hosts, Self: controlnet.Host(self),
		Cycle: ctl.Cycle, Delay: ctl.Delay, Process: ctl.Process, Drift: ctl.Drift, Omissions: ctl.Omissions,
		ClockFaults: min(p.KPrime, (hosts-1)/3), Payload: measure.RecordSize,
	}
	if err := c.Check(); err != nil {
		return controlnet.Config{}, withHint(fmt.Errorf("policy %q: %w", p.Name, err), "change spec.control of the policy")
	}
	return c, nil
}

// networkNumber is the number by which the frames of a policy's network are told from those of
// another on the same wire. The keys do that as well; the number spares the work of trying.
func networkNumber(p *policies.Policy) uint64 {
	h := fnv.New64a()
	h.Write([]byte(p.Name)) // does not fail
	return h.Sum64()
}

// checkMark is put over the number of a network while it is checked. So the frames of a check
// are foreign to a network that runs with the same keys, and cannot enter it, nor it the check.
const checkMark = 0xc4ec_c4ec_0000_0000

// stretched is the network under which a check of c runs: with its delay and process n times
// as long, so that what is beyond the policy's bounds is measured and not refused.
func stretched(c controlnet.Config, n int) (controlnet.Config, error) {
	c.Network ^= checkMark
	c.Delay, c.Process = time.Duration(n)*c.Delay, time.Duration(n)*c.Process
	if err := c.Check(); err != nil {
		return c, withHint(fmt.Errorf("stretch the bounds %d times: %w", n, err), "give a smaller --stretch, or a policy with a longer cycle")
	}
	return c, nil
}
