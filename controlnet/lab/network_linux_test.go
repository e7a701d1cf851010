package lab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// voice is a socket on one path of a host.
type voice struct {
	*net.UDPConn
	group *net.UDPAddr
}

// listen opens a multicast socket in a namespace. Every path has its own port, because a
// socket gets what arrives for its group on any interface.
func listen(t *testing.T, ns *Namespace, path int) voice {
	t.Helper()
	v := voice{group: &net.UDPAddr{IP: net.IPv4(239, 88, 0, 1), Port: 8800 + path}}
	err := ns.Do(func() error {
		dev, err := net.InterfaceByName(Interface(path))
		if err == nil {
			v.UDPConn, err = net.ListenMulticastUDP("udp4", dev, v.group)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func say(t *testing.T, v voice, what string) {
	t.Helper()
	if _, err := v.WriteTo([]byte(what), v.group); err != nil {
		t.Fatal(err)
	}
}

// hear wants what as the next datagram: so nothing that was said before has arrived.
func hear(t *testing.T, v voice, what string) {
	t.Helper()
	buf := make([]byte, 100)
	v.SetReadDeadline(time.Now().Add(time.Minute))
	size, _, err := v.ReadFrom(buf)
	if err != nil || string(buf[:size]) != what {
		t.Fatalf("heard %q, %v; want %q", buf[:size], err, what)
	}
}

// TestPartition sends from each side of a network that is cut and healed, and with a cable
// pulled: what was said into the cut never arrives, what is said after it does.
func TestPartition(t *testing.T) {
	n := need(t, Layout{Hosts: 4, Paths: 2})
	var on [2][]voice
	for path := range on {
		for host := range 4 {
			on[path] = append(on[path], listen(t, n.Host(host), path))
		}
	}
	for path, c := range on {
		say(t, c[0], fmt.Sprint("all on ", path))
		for _, v := range c[1:] {
			hear(t, v, fmt.Sprint("all on ", path))
		}
	}
	var apart controlnet.Set
	apart.Add(2)
	apart.Add(3)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(n.Cut(apart))
	for _, c := range on {
		say(t, c[0], "here")
		hear(t, c[1], "here")
		say(t, c[2], "there")
		hear(t, c[3], "there")
	}
	check(n.Heal())
	check(n.Unplug(apart, 0))
	say(t, on[0][0], "unplugged")
	hear(t, on[0][1], "unplugged")
	say(t, on[1][0], "second path")
	hear(t, on[1][2], "second path")
	check(n.Plug(apart, 0))
	say(t, on[0][0], "healed")
	for _, v := range on[0][1:] {
		hear(t, v, "healed")
	}
}

// TestAttach hears a machine that was added later, and counts what it sent.
func TestAttach(t *testing.T) {
	n := need(t, Layout{Hosts: 2, Paths: 1})
	guest, err := n.Attach()
	if err != nil {
		t.Fatal(err)
	}
	inside, outside := listen(t, n.Host(1), 0), listen(t, guest, 0)
	say(t, inside, "anybody?")
	hear(t, outside, "anybody?")
	traffic, err := n.Traffic(1, 0)
	if err != nil || traffic.SentFrames == 0 || traffic.SentBytes < 42 {
		t.Errorf("host 1 sent, and is counted with %+v, %v", traffic, err)
	}
}

func TestLayoutIsRefused(t *testing.T) {
	for _, l := range []Layout{{0, 1}, {controlnet.MaxHosts + 1, 1}, {1, 0}, {1, controlnet.MaxPaths + 1}} {
		if n, err := New(l); err == nil {
			n.Close()
			t.Errorf("%+v was accepted", l)
		}
	}
}

// role makes a command that plays a role of this program.
func role(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	cmd, err := self(name)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	return cmd
}

// idle does nothing until it is killed.
func idle() error {
	select {
	case <-time.After(time.Hour):
		return errors.New("nobody killed this process")
	}
}

// victim makes a lab, says what it consists of, and waits to be killed.
func victim() error {
	n, err := New(Layout{Hosts: 2, Paths: 1})
	if err != nil {
		return err
	}
	for host := range 2 {
		cmd, err := self("idle")
		if err != nil {
			return err
		}
		if err := n.Host(host).Start(cmd); err != nil {
			return err
		}
		net, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", cmd.Process.Pid))
		if err != nil {
			return err
		}
		fmt.Println(cmd.Process.Pid, net)
	}
	fmt.Println("ready")
	return idle()
}

// TestNothingIsLeft kills a process that has a lab, without a warning, and waits until the
// hosts' processes and the namespaces are gone too. While the lab lives both are there.
func TestNothingIsLeft(t *testing.T) {
	need(t, Layout{Hosts: 1, Paths: 1})
	cmd := role(t, "victim")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids, spaces := leavings(t, out)
	for _, ns := range spaces {
		if !inUse(ns) {
			t.Errorf("%s is not there while the lab lives", ns)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	for i, pid := range pids {
		await(t, "the end of process "+pid, func() bool { return !running(pid) })
		await(t, "the end of "+spaces[i], func() bool { return !inUse(spaces[i]) })
	}
}

// TestCloseKills closes a network in an orderly way and looks for the same.
func TestCloseKills(t *testing.T) {
	n := need(t, Layout{Hosts: 2, Paths: 1})
	cmd := role(t, "idle")
	if err := n.Host(1).Start(cmd); err != nil {
		t.Fatal(err)
	}
	space, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if mine, err := os.Readlink("/proc/self/ns/net"); err != nil || mine == space {
		t.Fatalf("the process is in %s, and this one in %s (%v)", space, mine, err)
	}
	n.Close()
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(interface{ Signal() unix.Signal }).Signal() != unix.SIGKILL {
		t.Errorf("the process ended with %v, and not because it was killed", err)
	}
	await(t, "the end of "+space, func() bool { return !inUse(space) })
}

// leavings reads what a victim says it has: the processes and their namespaces.
func leavings(t *testing.T, out io.Reader) (pids, spaces []string) {
	t.Helper()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "ready" {
			return pids, spaces
		}
		pid, space, ok := strings.Cut(lines.Text(), " ")
		if !ok || !running(pid) {
			t.Fatalf("the victim has no process %q", lines.Text())
		}
		pids, spaces = append(pids, pid), append(spaces, space)
	}
	t.Fatal("the victim ended before it was ready")
	return nil, nil
}

// running reports whether a process is alive: there, and not only waiting to be reaped.
func running(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

// inUse reports whether a thread of any process is in a network namespace.
func inUse(space string) bool {
	tasks, _ := filepath.Glob("/proc/[0-9]*/task/*/ns/net")
	for _, task := range tasks {
		if in, err := os.Readlink(task); err == nil && in == space {
			return true
		}
	}
	return false
}
