// Package linktest makes small networks for tests: network namespaces joined by a bridge,
// each with one interface, as if each were a host with a cable to one switch. They belong to
// threads of the test's own process and so are gone when it is, however it ends.
package linktest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Interface is the name of the interface of every host.
const Interface = "cn0"

// patience bounds the wait for the kernel to set up an interface.
const patience = 20 * time.Second

// Network is a set of hosts that are joined by a bridge.
type Network struct {
	t     testing.TB
	sw    *Host
	hosts []*Host
}

// Host is a network namespace.
type Host struct {
	tid int
	do  chan func()
}

// New makes a network of so many hosts, up to 200. Host h has the address 10.99.0.(h+1)/24.
// Without the right to make namespaces the test is skipped, or fails where CI is true.
func New(t testing.TB, hosts int) *Network {
	t.Helper()
	sw, err := enter()
	if err != nil {
		Unable(t, "make a network namespace", err)
	}
	n := &Network{t: t, sw: sw}
	t.Cleanup(func() { close(sw.do) })
	n.must(sw, "ip link add br0 type bridge mcast_snooping 0", "ip link set br0 up")
	for i := range hosts {
		h, err := enter()
		if err != nil {
			Unable(t, "make a network namespace", err)
		}
		t.Cleanup(func() { close(h.do) })
		n.hosts = append(n.hosts, h)
		n.plug(i)
		n.Must(i, "ip link set lo up")
	}
	for i := range hosts {
		n.await(i)
	}
	return n
}

// plug gives a host its interface, with a cable to the bridge.
func (n *Network) plug(host int) {
	n.t.Helper()
	port := fmt.Sprintf("p%d", host)
	n.must(n.sw,
		fmt.Sprintf("ip link add %s type veth peer name %s netns %d", port, Interface, n.hosts[host].tid),
		fmt.Sprintf("ip link set %s master br0 up", port))
	n.Must(host,
		fmt.Sprintf("ip address add 10.99.0.%d/24 dev %s", host+1, Interface),
		fmt.Sprintf("ip link set %s up", Interface))
}

// Unplug deletes a host's interface.
func (n *Network) Unplug(host int) {
	n.t.Helper()
	n.Must(host, "ip link del "+Interface)
}

// Plug makes an interface for a host that has none. It is another one than before, of the
// same name and address.
func (n *Network) Plug(host int) {
	n.t.Helper()
	n.plug(host)
	n.await(host)
}

// await waits until the bridge forwards for a host: the kernel tells it of a cable that
// was plugged in with a delay, and what is sent before is lost.
func (n *Network) await(host int) {
	n.t.Helper()
	show := fmt.Sprintf("ip -d link show p%d", host)
	for start := time.Now(); ; {
		out, err := n.sw.command(show)
		if err == nil && strings.Contains(out, "state forwarding") && strings.Contains(out, "LOWER_UP") {
			return
		}
		if time.Since(start) > patience {
			n.t.Fatalf("the bridge does not forward for host %d: %v, %s", host, err, out)
		}
	}
}

// Unable skips a test for which the machine or its user lacks something; where CI is true,
// the test fails instead, so that nothing goes untested unnoticed.
func Unable(t testing.TB, what string, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("cannot %s: %v", what, err)
	}
	t.Skipf("cannot %s (try as root): %v", what, err)
}

// enter starts a thread in a namespace of its own. It ends, and the namespace with it, when
// do is closed: a goroutine that returns without unlocking takes its thread along.
func enter() (*Host, error) {
	h := &Host{do: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread()
		h.tid = unix.Gettid()
		err := unix.Unshare(unix.CLONE_NEWNET)
		ready <- err
		if err != nil {
			return
		}
		for f := range h.do {
			f()
		}
	}()
	return h, <-ready
}

// In calls f in a thread that is in the host's namespace: sockets that f opens belong there.
func (n *Network) In(host int, f func()) { n.hosts[host].run(f) }

// Run runs a command in the host's namespace and returns what it said.
func (n *Network) Run(host int, command string) (string, error) {
	return n.hosts[host].command(command)
}

// Must runs commands in the host's namespace and fails the test if one does.
func (n *Network) Must(host int, commands ...string) {
	n.t.Helper()
	n.must(n.hosts[host], commands...)
}

func (n *Network) must(h *Host, commands ...string) {
	n.t.Helper()
	for _, c := range commands {
		switch _, err := h.command(c); {
		case errors.Is(err, exec.ErrNotFound):
			Unable(n.t, "set up interfaces", err)
		case err != nil:
			n.t.Fatalf("%s: %v", c, err)
		}
	}
}

func (h *Host) run(f func()) {
	done := make(chan struct{})
	h.do <- func() {
		defer close(done)
		f()
	}
	<-done
}

// command runs a command in the namespace: a child inherits that of the thread that starts it.
func (h *Host) command(line string) (out string, err error) {
	words := strings.Fields(line)
	h.run(func() {
		cmd := exec.Command(words[0], words[1:]...)
		cmd.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
		text, e := cmd.CombinedOutput()
		if out = string(text); e != nil {
			err = fmt.Errorf("%s: %w", strconv.Quote(strings.TrimSpace(out)), e)
		}
	})
	return out, err
}
