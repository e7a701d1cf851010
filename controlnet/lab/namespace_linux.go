package lab

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Namespace is a network namespace: one machine on the network, as far as sockets can tell.
// It exists as long as the thread that holds it, and so at most as long as this process.
type Namespace struct {
	calls chan func()
	ended chan struct{}
	links *netlink.Handle
	fd    int // of the namespace, by which interfaces are moved into it
}

// newNamespace makes a namespace with only its loopback interface, which is up.
func newNamespace() (*Namespace, error) {
	n := &Namespace{calls: make(chan func()), ended: make(chan struct{}), fd: -1}
	born := make(chan error)
	go n.hold(born)
	if err := <-born; err != nil {
		return nil, fmt.Errorf("make a network namespace: %w", hint(err))
	}
	if err := n.up("lo"); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

// hint adds to an error of rights what can be done about it.
func hint(err error) error {
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("%w: run it as root, or with CAP_SYS_ADMIN and CAP_NET_ADMIN", err)
	}
	return err
}

// hold is the thread of the namespace. It never unlocks the thread, so that the runtime
// ends the thread when the function returns, and with it the namespace and what was started in it.
func (n *Namespace) hold(born chan<- error) {
	runtime.LockOSThread()
	if unix.Gettid() == unix.Getpid() {
		// The process's first thread cannot end before the process. While it is kept
		// here another thread takes its place.
		moved := make(chan error)
		go n.hold(moved)
		err := <-moved
		runtime.UnlockOSThread()
		born <- err
		return
	}
	err := n.enter()
	born <- err
	if err != nil {
		return
	}
	for call := range n.calls {
		call()
	}
	n.links.Close()
	unix.Close(n.fd)
	close(n.ended)
}

// enter makes the namespace, with the thread in it, and opens what it is ruled through.
func (n *Namespace) enter() (err error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	n.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open the new namespace: %w", err)
	}
	if n.links, err = netlink.NewHandle(unix.NETLINK_ROUTE); err != nil {
		unix.Close(n.fd)
		return fmt.Errorf("open netlink: %w", err)
	}
	return nil
}

// Do runs f on the namespace's thread: the sockets that f opens are in the namespace,
// wherever they are used later. One call runs at a time.
func (n *Namespace) Do(f func() error) error {
	done := make(chan error, 1)
	n.calls <- func() { done <- f() }
	return <-done
}

// Start starts cmd in the namespace. It is killed when the namespace is closed and when this
// process ends, in whatever way. The caller waits for it, as after cmd.Start.
func (n *Namespace) Start(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = unix.SIGKILL
	if err := n.Do(cmd.Start); err != nil {
		return fmt.Errorf("start %s in a network namespace: %w", cmd.Path, err)
	}
	return nil
}

// Close ends the namespace and kills what was started in it. It is called once.
func (n *Namespace) Close() {
	close(n.calls)
	<-n.ended
}

// up sets an interface of the namespace to work.
func (n *Namespace) up(name string) error {
	link, err := n.links.LinkByName(name)
	if err == nil {
		err = n.links.LinkSetUp(link)
	}
	if err != nil {
		return fmt.Errorf("set interface %s up: %w", name, err)
	}
	return nil
}

// address gives an interface of the namespace its address.
func (n *Namespace) address(name string, ip net.IPNet) error {
	link, err := n.links.LinkByName(name)
	if err == nil {
		err = n.links.AddrAdd(link, &netlink.Addr{IPNet: &ip})
	}
	if err != nil {
		return fmt.Errorf("give interface %s the address %v: %w", name, &ip, err)
	}
	return nil
}
