package lab

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// Layout is the shape of a network.
type Layout struct {
	Hosts int // 1 to controlnet.MaxHosts
	Paths int // networks apart from each other that every host is on, 1 to controlnet.MaxPaths
}

// Network is hosts and the bridges between them.
type Network struct {
	layout Layout
	middle *Namespace // of the bridges
	hosts  []*Namespace
	guests []*Namespace // what Attach added
}

// The bridges of a path. Ports of the hosts that are cut off are on the second one.
const (
	wholeBridge = "whole%d"
	apartBridge = "apart%d"
)

// Interface is the name of a host's interface on a path, the same on every host.
func Interface(path int) string { return fmt.Sprintf("path%d", path) }

// Address is the address of a host on a path.
func Address(host, path int) net.IPNet {
	return net.IPNet{IP: net.IPv4(10, 88, byte(path), byte(host+1)).To4(), Mask: net.CIDRMask(24, 32)}
}

// port is the name of the bridge's end of a host's cable.
func port(host, path int) string { return fmt.Sprintf("port%d.%d", host, path) }

// New makes a network. It needs root, or CAP_SYS_ADMIN and CAP_NET_ADMIN, and says so.
func New(l Layout) (*Network, error) {
	if l.Hosts < 1 || l.Hosts > controlnet.MaxHosts || l.Paths < 1 || l.Paths > controlnet.MaxPaths {
		return nil, fmt.Errorf("network of %d hosts with %d paths: not 1 to %d hosts with 1 to %d paths",
			l.Hosts, l.Paths, controlnet.MaxHosts, controlnet.MaxPaths)
	}
	n := &Network{layout: l}
	if err := n.build(); err != nil {
		n.Close()
		return nil, fmt.Errorf("network of %d hosts: %w", l.Hosts, err)
	}
	return n, nil
}

func (n *Network) build() (err error) {
	if n.middle, err = newNamespace(); err != nil {
		return err
	}
	for path := range n.layout.Paths {
		for _, name := range []string{wholeBridge, apartBridge} {
			if err := n.bridge(fmt.Sprintf(name, path)); err != nil {
				return err
			}
		}
	}
	for host := range n.layout.Hosts {
		h, err := newNamespace()
		if err != nil {
			return err
		}
		n.hosts = append(n.hosts, h)
		if err := n.wire(h, host); err != nil {
			return err
		}
	}
	for host, h := range n.hosts {
		if err := n.settle(h, host); err != nil {
			return err
		}
	}
	return nil
}

// bridge makes a bridge that floods multicast frames to all ports at once, as a switch does
// that nobody has told who listens. It does not wait for a spanning tree.
func (n *Network) bridge(name string) error {
	snoop := false
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	b := &netlink.Bridge{LinkAttrs: attrs, MulticastSnooping: &snoop}
	if err := n.middle.links.LinkAdd(b); err != nil {
		return fmt.Errorf("make bridge %s: %w", name, err)
	}
	return n.middle.up(name)
}

// wire lays a cable from each bridge to a namespace, which gets the addresses of host.
func (n *Network) wire(to *Namespace, host int) error {
	for path := range n.layout.Paths {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = port(host, path)
		cable := &netlink.Veth{LinkAttrs: attrs, PeerName: Interface(path), PeerNamespace: netlink.NsFd(to.fd)}
		if err := n.middle.links.LinkAdd(cable); err != nil {
			return fmt.Errorf("lay the cable of host %d on path %d: %w", host, path, err)
		}
		if err := n.connect(host, path, wholeBridge); err != nil {
			return err
		}
		if err := errors.Join(n.middle.up(attrs.Name), to.up(Interface(path)),
			to.address(Interface(path), Address(host, path))); err != nil {
			return err
		}
	}
	return nil
}

// patience bounds the wait for the kernel's notice that a cable has two ends.
const patience = 10 * time.Second

// settle waits until the kernel has noticed that the cables of host are in: until then it
// drops what is sent through them. It looks for that once a second when it is busy.
func (n *Network) settle(to *Namespace, host int) error {
	for path := range n.layout.Paths {
		for limit := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
			here, err := n.middle.links.LinkByName(port(host, path))
			if err != nil {
				return fmt.Errorf("find %s: %w", port(host, path), err)
			}
			there, err := to.links.LinkByName(Interface(path))
			if err != nil {
				return fmt.Errorf("find the interface at %s: %w", port(host, path), err)
			}
			if here.Attrs().OperState == netlink.OperUp && there.Attrs().OperState == netlink.OperUp {
				break
			}
			if time.Now().After(limit) {
				return fmt.Errorf("the cable of %s is not up after %v", port(host, path), patience)
			}
		}
	}
	return nil
}

// connect puts a host's port onto one of the bridges of a path.
func (n *Network) connect(host, path int, bridge string) error {
	name := fmt.Sprintf(bridge, path)
	to, err := n.middle.links.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find bridge %s: %w", name, err)
	}
	link, err := n.middle.links.LinkByName(port(host, path))
	if err == nil {
		err = n.middle.links.LinkSetMaster(link, to)
	}
	if err != nil {
		return fmt.Errorf("put %s onto bridge %s: %w", port(host, path), name, err)
	}
	return nil
}

// Host is the namespace of a host, counted from 0.
func (n *Network) Host(host int) *Namespace { return n.hosts[host] }

// Attach adds one more machine to the network, which is no host of it: an intruder on the
// same bridges. At most controlnet.MaxHosts addresses are used by hosts, the others are its.
func (n *Network) Attach() (*Namespace, error) {
	g, err := newNamespace()
	if err != nil {
		return nil, err
	}
	n.guests = append(n.guests, g)
	host := controlnet.MaxHosts + len(n.guests) - 1
	if err := n.wire(g, host); err != nil {
		return nil, err
	}
	return g, n.settle(g, host)
}

// Cut takes hosts off the bridges and onto others, on every path: they hear each other and
// nobody else.
func (n *Network) Cut(apart controlnet.Set) error {
	return n.each(apart, func(host, path int) error { return n.connect(host, path, apartBridge) })
}

// Heal undoes every Cut.
func (n *Network) Heal() error {
	return n.each(controlnet.SetOf(n.layout.Hosts), func(host, path int) error {
		return n.connect(host, path, wholeBridge)
	})
}

// Unplug takes hosts off the bridge of one path, each of them alone; Plug puts them back.
// The interface keeps its carrier, which would take the kernel up to a second to find again.
func (n *Network) Unplug(hosts controlnet.Set, path int) error {
	return n.on(path, hosts, func(host int) error {
		link, err := n.middle.links.LinkByName(port(host, path))
		if err == nil {
			err = n.middle.links.LinkSetNoMaster(link)
		}
		if err != nil {
			return fmt.Errorf("pull %s: %w", port(host, path), err)
		}
		return nil
	})
}

// Plug puts hosts back onto the bridge of one path.
func (n *Network) Plug(hosts controlnet.Set, path int) error {
	return n.on(path, hosts, func(host int) error { return n.connect(host, path, wholeBridge) })
}

// each does something for every path of some hosts.
func (n *Network) each(hosts controlnet.Set, do func(host, path int) error) error {
	for path := range n.layout.Paths {
		if err := n.on(path, hosts, func(host int) error { return do(host, path) }); err != nil {
			return err
		}
	}
	return nil
}

// on does something for one path of some hosts.
func (n *Network) on(path int, hosts controlnet.Set, do func(host int) error) error {
	if path < 0 || path >= n.layout.Paths {
		return fmt.Errorf("change path %d of a network with %d paths", path, n.layout.Paths)
	}
	for host := range n.layout.Hosts {
		if !hosts.Has(controlnet.Host(host)) {
			continue
		}
		if err := do(host); err != nil {
			return err
		}
	}
	return nil
}

// Traffic is how many bytes and frames a host has sent and received on a path, Ethernet
// headers included, as counted at the bridge.
type Traffic struct {
	SentBytes, SentFrames, ReceivedBytes, ReceivedFrames uint64
}

// Traffic reads the counters of a host's cable.
func (n *Network) Traffic(host, path int) (Traffic, error) {
	link, err := n.middle.links.LinkByName(port(host, path))
	if err != nil {
		return Traffic{}, fmt.Errorf("read the counters of %s: %w", port(host, path), err)
	}
	s := link.Attrs().Statistics
	return Traffic{s.RxBytes, s.RxPackets, s.TxBytes, s.TxPackets}, nil
}

// Close kills what runs on the network and takes it away. It may be called more than once.
func (n *Network) Close() {
	for _, ns := range append(append(n.guests, n.hosts...), n.middle) {
		if ns != nil {
			ns.Close()
		}
	}
	n.guests, n.hosts, n.middle = nil, nil, nil
}
