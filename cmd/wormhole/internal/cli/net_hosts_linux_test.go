package cli

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/proactive-resilience/wormhole/controlnet/lab"
)

// A labHost is the command as one host of a laboratory, with a key file of its own choice.
type labHost struct {
	cmd            *exec.Cmd
	stdout, stderr strings.Builder
}

// startHost starts `net check` on a host, on both paths.
func startHost(t *testing.T, n *lab.Network, host int, args ...string) *labHost {
	t.Helper()
	program, err := exec.LookPath("wormhole")
	if err != nil {
		t.Fatal(err)
	}
	h := &labHost{cmd: exec.Command(program, append([]string{
		"net", "check", "--self", strconv.Itoa(host), "--interface", lab.Interface(0), "--interface2", lab.Interface(1), "-o", "json",
	}, args...)...)}
	h.cmd.Stdout, h.cmd.Stderr = &h.stdout, &h.stderr
	if err := n.Host(host).Start(h.cmd); err != nil {
		t.Fatal(err)
	}
	return h
}

// end waits for the host and returns its exit status.
func (h *labHost) end(t *testing.T) int {
	t.Helper()
	var exit *exec.ExitError
	if err := h.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return h.cmd.ProcessState.ExitCode()
}

// hostsOnTwoPaths makes a laboratory, and a policy for four hosts.
func hostsOnTwoPaths(t *testing.T, hosts int) (n *lab.Network, policy string) {
	t.Helper()
	wantNamespaces(t)
	n, err := lab.New(lab.Layout{Hosts: hosts, Paths: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n, writeRoomy(t)
}

// newKeyFile makes a key file for the policy.
func newKeyFile(t *testing.T, policy string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.keys")
	if _, stderr, status := runWormhole(t, t.TempDir(), "net", "key", "new", file, "--policy", policy); status != exitGood {
		t.Fatal(stderr)
	}
	return file
}

// TestNetHosts runs the check as on four machines, by raw Ethernet: every one of them reports
// on all.
func TestNetHosts(t *testing.T) {
	t.Parallel()
	n, policy := hostsOnTwoPaths(t, 4)
	keys := newKeyFile(t, policy)
	var hosts []*labHost
	for i := range 4 {
		hosts = append(hosts, startHost(t, n, i, "--policy", policy, "--keys", keys, "--for", "4s", "--link", linkPacket))
	}
	for i, h := range hosts {
		status := h.end(t)
		if status == exitError {
			t.Errorf("host %d: %s", i, &h.stderr)
			continue
		}
		r := judgeNet(t, h.stdout.String(), status)
		if r.Self == nil || *r.Self != i {
			t.Errorf("host %d says that it is %v", i, r.Self)
		}
	}
}

// TestNetMissingHost has a host that never comes: the others measure without it, and say that
// this is not what the policy wants.
func TestNetMissingHost(t *testing.T) {
	t.Parallel()
	n, policy := hostsOnTwoPaths(t, 3)
	keys := newKeyFile(t, policy)
	var hosts []*labHost
	for i := range 3 {
		hosts = append(hosts, startHost(t, n, i, "--policy", policy, "--keys", keys, "--for", "2s", "--wait", "8s", "-o", "text"))
	}
	for i, h := range hosts {
		if status := h.end(t); status != exitNo {
			t.Errorf("host %d: exit status %d: %s", i, status, &h.stderr)
		}
		if out := h.stdout.String(); !strings.Contains(out, "note: host 3 was never heard") || !strings.Contains(out, "host 3   never heard") {
			t.Errorf("host %d does not miss host 3: %s", i, out)
		}
	}
}

// TestNetOtherKeys has two hosts with different keys: each says that this is why it is alone.
func TestNetOtherKeys(t *testing.T) {
	t.Parallel()
	n, policy := hostsOnTwoPaths(t, 2)
	var hosts []*labHost
	for i := range 2 {
		hosts = append(hosts, startHost(t, n, i, "--policy", policy, "--keys", newKeyFile(t, policy), "--wait", "5s"))
	}
	for i, h := range hosts {
		if status := h.end(t); status != exitError || h.stdout.Len() > 0 {
			t.Errorf("host %d: exit status %d, standard output %q", i, status, &h.stdout)
		}
		if !strings.Contains(h.stderr.String(), "hint: others have other keys") {
			t.Errorf("host %d: %s", i, &h.stderr)
		}
	}
}
