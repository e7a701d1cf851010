package cli

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet/lab"
)

// wantNamespaces skips the test where no network can be made, unless that is CI.
func wantNamespaces(t *testing.T) {
	t.Helper()
	n, err := lab.New(lab.Layout{Hosts: 1, Paths: 1})
	switch {
	case err == nil:
		n.Close()
	case errors.Is(err, fs.ErrPermission) && os.Getenv("CI") != "true":
		t.Skipf("needs root: %v", err)
	default:
		t.Fatal(err)
	}
}

// runWormhole runs the command as a process of its own, which the test binary stands in for,
// with dir for temporary files.
func runWormhole(t *testing.T, dir string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	program, err := exec.LookPath("wormhole") // TestMain has put it into PATH
	if err != nil {
		t.Fatal(err)
	}
	var out, problems strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "WORMHOLE_LOCAL=4") // which its hosts must not take for theirs
	cmd.Stdout, cmd.Stderr = &out, &problems
	defer tie(cmd)()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), problems.String(), cmd.ProcessState.ExitCode()
}

// tie has the command killed when this process ends, in whatever way: when the thread ends
// that starts it, which is kept until the returned function is called.
func tie(cmd *exec.Cmd) (untie func()) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

// roomy is a policy with bounds that a machine keeps which has other things to do.
const roomy = `apiVersion: wormhole/v1
kind: Policy
metadata: {name: roomy}
spec:
  replicas: 4
  faults: {kPrime: 1, k: 1}
  engine: crash
  period: 10m
  deadline: 6m
  bounds: {shutdown: 2s, checkCode: 2s, restoreCode: 10s, boot: 15s, transfer: 15s}
  exhaust: 20m
  control: {cycle: 250ms, delay: 10ms, process: 30ms, drift: 200e-6, omissions: 2}
  failSafe: {action: shutdown, when: budget}
`

func writeRoomy(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "roomy.yaml")
	if err := os.WriteFile(file, []byte(roomy), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// netReport is what programs read of the report.
type netReport struct {
	APIVersion, Kind string
	Holds            bool
	Self             *int
	Missing          []int
	Members          []struct {
		Heard            bool
		Cycles, Unsynced uint64
		Drift            *float64
	}
	Metrics []struct {
		Name            string
		Samples, Beyond uint64
		Holds           bool
		Max             any
	}
}

// TestNetLocal runs a check of four hosts on this machine. Whether the bounds hold is the
// machine's affair; that each host was measured, that the report agrees with itself, and that
// nothing is left behind is ours.
func TestNetLocal(t *testing.T) {
	wantNamespaces(t)
	t.Parallel()
	dir := t.TempDir()
	svg := filepath.Join(t.TempDir(), "delays.svg")
	stdout, stderr, status := runWormhole(t, dir, "net", "check", "--policy", writeRoomy(t), "--for", "4s", "--svg", svg, "-o", "json")
	if status == exitError {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	if r := judgeNet(t, stdout, status); r.Self != nil {
		t.Errorf("the report of all hosts is that of host %d", *r.Self)
	}
	if drawing, err := os.ReadFile(svg); err != nil || !strings.HasPrefix(string(drawing), "<svg") {
		t.Errorf("the drawing begins with %.20q: %v", drawing, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// judgeNet holds a report on four hosts against what must be true of every one.
func judgeNet(t *testing.T, stdout string, status int) netReport {
	t.Helper()
	var r netReport
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	if r.APIVersion != "wormhole/v1" || r.Kind != "NetReport" || len(r.Members) != 4 || len(r.Metrics) != 5 {
		t.Errorf("the report is %s", stdout)
	}
	holds := len(r.Missing) == 0
	for _, m := range r.Metrics {
		holds = holds && m.Holds
		if m.Samples == 0 && m.Name != "drift" || m.Holds != (m.Samples > 0 && m.Beyond == 0) {
			t.Errorf("%s: %d samples, %d beyond, holds: %v", m.Name, m.Samples, m.Beyond, m.Holds)
		}
	}
	if r.Holds != holds || r.Holds != (status == exitGood) {
		t.Errorf("holds: %v, and the exit status is %d", r.Holds, status)
	}
	for h, m := range r.Members {
		if !m.Heard || m.Cycles < 16 || m.Drift == nil && m.Unsynced == 0 {
			t.Errorf("host %d: %+v", h, m)
		}
	}
	return r
}

// TestNetLocalFails has hosts that cannot start: the first one's own words are told, and
// nothing is left behind.
func TestNetLocalFails(t *testing.T) {
	wantNamespaces(t)
	dir := t.TempDir()
	stdout, stderr, status := runWormhole(t, dir, "net", "check", "--policy", "testdata/good.yaml", "--local", "2", "--group", "10.0.0.1:5000")
	if status != exitError || stdout != "" {
		t.Errorf("exit status %d, standard output %q", status, stdout)
	}
	if !strings.Contains(stderr, "no IPv4 multicast address") || !strings.Contains(stderr, "wormhole: host ") {
		t.Errorf("standard error has %q", stderr)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestNetLocalInterrupted stops a check with SIGINT when its hosts are about to run: it says
// so, and nothing is left behind.
func TestNetLocalInterrupted(t *testing.T) {
	wantNamespaces(t)
	program, err := exec.LookPath("wormhole")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var problems strings.Builder
	cmd := exec.Command(program, "net", "check", "--policy", writeRoomy(t), "--local", "4", "--for", "1h")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.Stderr = &problems
	defer tie(cmd)()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for limit := time.Now().Add(time.Minute); ; <-look.C {
		if keys, _ := filepath.Glob(filepath.Join(dir, "*", "net.keys")); len(keys) > 0 {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("no keys after a minute: %s", &problems)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != exitError || !strings.Contains(problems.String(), "wormhole: interrupted") {
		t.Errorf("%v, and standard error has %q", err, &problems)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
