package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/keys"
	"github.com/proactive-resilience/wormhole/controlnet/lab"
	"github.com/proactive-resilience/wormhole/controlnet/measure"
)

const (
	// localLinger is how much longer than its times a host of this machine may take before
	// all are stopped: for starting on a machine that is busy with the others.
	localLinger = time.Minute

	// maxComplaint bounds what is kept of a host's standard error.
	maxComplaint = 64 << 10
)

// localHost is this program once more, as one host of a network on this machine.
type localHost struct {
	number         int
	cmd            *exec.Cmd
	stdout, stderr *bounded
}

// measureLocal runs all hosts on this machine and puts their results together. What it makes
// is gone with this process, however that ends: the namespaces have no name, and the hosts
// are killed with the thread that started them.
func (e *env) measureLocal(ctx context.Context, o *netCheck) (*measure.Results, error) {
	dir, err := os.MkdirTemp("", "wormhole-net-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for keys and policy: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := writeLocal(dir, o); err != nil {
		return nil, err
	}
	n, err := lab.New(lab.Layout{Hosts: o.local, Paths: 1})
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, withHint(fmt.Errorf("make the network: %w", err), "run as root (sudo wormhole net check --local ...): making network namespaces needs it")
	case err != nil:
		return nil, withHint(fmt.Errorf("make the network: %w", err), "this needs Linux with network namespaces, veth and bridges: some containers have none")
	}
	defer n.Close()
	ctx, cancel := context.WithTimeout(ctx, o.duration+2*o.wait+localLinger)
	defer cancel()
	hosts, err := startLocal(n, dir, o)
	if err != nil {
		return nil, err
	}
	return e.collectLocal(ctx, n, hosts, o)
}

// The files that the hosts of this machine share.
func localPolicy(dir string) string { return filepath.Join(dir, "policy.yaml") }
func localKeys(dir string) string   { return filepath.Join(dir, "net.keys") }

func writeLocal(dir string, o *netCheck) error {
	if err := os.WriteFile(localPolicy(dir), o.policySource, 0o600); err != nil {
		return fmt.Errorf("hand the policy to the hosts: %w", err)
	}
	return keys.Generate(localKeys(dir), o.config.Cycle)
}

// startLocal starts the hosts. Those already started go with the network if one fails.
func startLocal(n *lab.Network, dir string, o *netCheck) ([]*localHost, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, to run it as every host: %w", err)
	}
	hosts := make([]*localHost, 0, o.local)
	for i := range o.local {
		h := &localHost{number: i, stdout: &bounded{limit: measure.MaxRaw}, stderr: &bounded{limit: maxComplaint}}
		h.cmd = exec.Command(program, "net", "check", "--raw",
			"--policy", localPolicy(dir), "--keys", localKeys(dir), "--interface", lab.Interface(0),
			"--hosts", strconv.Itoa(o.local), "--self", strconv.Itoa(i), "--link", o.link, "--group", o.group,
			"--network", strconv.FormatUint(o.network, 10),
			"--for", o.duration.String(), "--wait", o.wait.String(), "--stretch", strconv.Itoa(o.stretch),
			"--realtime="+strconv.FormatBool(o.realtime))
		h.cmd.Env = withoutTwins(os.Environ())
		h.cmd.Stdout, h.cmd.Stderr = h.stdout, h.stderr
		if err := n.Host(i).Start(h.cmd); err != nil {
			return hosts, err
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

// withoutTwins leaves out the variables that stand for flags: a host that found WORMHOLE_LOCAL
// would start a network of its own.
func withoutTwins(environment []string) []string {
	var rest []string
	for _, v := range environment {
		if !strings.HasPrefix(v, twin("")) {
			rest = append(rest, v)
		}
	}
	return rest
}

// collectLocal waits for the hosts and joins what they found. The first that fails ends all.
func (e *env) collectLocal(ctx context.Context, n *lab.Network, hosts []*localHost, o *netCheck) (*measure.Results, error) {
	ended := make(chan error, len(hosts))
	for _, h := range hosts {
		go func() { ended <- h.wait() }()
	}
	show, end := e.progress("measuring seconds")
	defer end()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	var failed error
	for left, passed := len(hosts), 0; left > 0; {
		select {
		case <-second.C:
			passed++
			show(min(passed, int(o.duration/time.Second)), int(o.duration/time.Second))
		case err := <-ended:
			left--
			if failed == nil && err != nil {
				failed = err
				n.Close() // and with it the other hosts
			}
		case <-ctx.Done():
			n.Close()
			for ; left > 0; left-- {
				<-ended
			}
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, errInterrupted
			}
			return nil, withHint(fmt.Errorf("measure on this machine: the hosts did not end: %w", ctx.Err()), "this machine may be too busy: try fewer hosts")
		}
	}
	if failed != nil {
		return nil, failed
	}
	return e.joinLocal(hosts)
}

// wait waits for the host and says why it failed, in its own words.
func (h *localHost) wait() error {
	err := h.cmd.Wait()
	if err == nil {
		return nil
	}
	words, hint := lastWords(h.stderr.String())
	if words == "" {
		return fmt.Errorf("host %d: %w", h.number, err)
	}
	err = fmt.Errorf("host %d: %s", h.number, words)
	if hint != "" {
		return withHint(err, "%s", hint)
	}
	return err
}

// lastWords takes error and hint out of what a command wrote to standard error.
func lastWords(stderr string) (words, hint string) {
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "wormhole: "); ok {
			words = rest
		}
		if rest, ok := strings.CutPrefix(line, "hint: "); ok {
			hint = rest
		}
	}
	return words, hint
}

// joinLocal reads the results and passes the hosts' notes on, each once.
func (e *env) joinLocal(hosts []*localHost) (*measure.Results, error) {
	all := make([]measure.Results, len(hosts))
	noted := map[string]bool{}
	for i, h := range hosts {
		if err := json.Unmarshal(h.stdout.Bytes(), &all[i]); err != nil {
			return nil, fmt.Errorf("read the results of host %d: %w", h.number, err)
		}
		for line := range strings.Lines(h.stderr.String()) {
			if strings.HasPrefix(line, "note: ") && !noted[line] {
				noted[line] = true
				fmt.Fprint(e.stderr, line)
			}
		}
	}
	sum := measure.Join(all)
	return &sum, nil
}

// bounded keeps the first bytes that are written to it, and forgets the rest.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room < len(p) {
		b.Buffer.Write(p[:max(room, 0)])
		return len(p), nil
	}
	return b.Buffer.Write(p)
}
