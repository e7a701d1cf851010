package lab

import (
	"encoding/gob"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/proactive-resilience/wormhole/controlnet"
	"github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/lab/judge"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/node"
)

// talkFD is the file of a process with a role by which it talks with the laboratory.
const talkFD = 3

// settings are what a host starts from.
type settings struct {
	Config   controlnet.Config
	Link     string
	Paths    int
	Skew     clock.Skew
	Keys     []controlnet.Key
	Floor    uint64
	Life     int
	Realtime bool
	Faulty   bool // faults may be ordered
	Seed     uint64
}

// order is what the laboratory tells a host that runs. What is not set is not meant.
type order struct {
	Faults []faultOrder
	Keys   []controlnet.Key
	Finish bool // stop, say what was counted, and end
}

// faultOrder puts faults on what a host receives on a path.
type faultOrder struct {
	Path   int
	Faults link.Faults
}

// report is what a host tells the laboratory: records of cycles while it runs, and at the
// end the rest.
type report struct {
	Records  []judge.Record
	Warnings []string
	Final    *Final
}

// Final is what a host counted in one life.
type Final struct {
	Host     controlnet.Host
	Life     int
	Status   controlnet.Status
	Peers    []controlnet.Peer
	Wake     Quantiles // by how much the loop woke up late
	Send     Quantiles // from the instant that a frame bears until it had left
	Counts   node.Counts
	Injected []link.Injected // by path, if there were faults
	Links    []link.Stats    // by path
	Dropped  uint64          // records for which there was no room
	CPU      time.Duration   // processor time of the process since its loop began
	Over     time.Duration   // how long that is ago
	Switches int64           // of the processor from this process to others, by force
}

// Quantiles of durations.
type Quantiles struct {
	Count               int64
	P50, P99, P999, Max time.Duration
}

func quantiles(d *clock.Durations) Quantiles {
	return Quantiles{d.Count, d.Quantile(0.5), d.Quantile(0.99), d.Quantile(0.999), d.Max}
}

// talk is a line between two processes, for values.
type talk struct {
	file *os.File
	enc  *gob.Encoder
	dec  *gob.Decoder
}

func newTalk(file *os.File) *talk {
	return &talk{file, gob.NewEncoder(file), gob.NewDecoder(file)}
}

// talkPair makes a line. The second end is for a child.
func talkPair() (*talk, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a line to a host: %w", err)
	}
	return newTalk(os.NewFile(uintptr(fds[0]), "line")), os.NewFile(uintptr(fds[1]), "line of a host"), nil
}

// inherited is the child's end.
func inherited() (*talk, error) {
	if err := unix.SetNonblock(talkFD, true); err != nil {
		return nil, fmt.Errorf("this process was not started by a laboratory: %w", err)
	}
	unix.CloseOnExec(talkFD)
	return newTalk(os.NewFile(talkFD, "line")), nil
}
