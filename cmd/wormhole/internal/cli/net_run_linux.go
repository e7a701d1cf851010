package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/proactive-resilience/wormhole/controlnet"
	hostclock "github.com/proactive-resilience/wormhole/controlnet/clock"
	"github.com/proactive-resilience/wormhole/controlnet/keys"
	"github.com/proactive-resilience/wormhole/controlnet/link"
	"github.com/proactive-resilience/wormhole/controlnet/measure"
	"github.com/proactive-resilience/wormhole/controlnet/node"
	"github.com/proactive-resilience/wormhole/controlnet/realtime"
)

// measureHost measures as one host of the control network.
func (e *env) measureHost(ctx context.Context, o *netCheck) (*measure.Results, error) {
	source := keys.NewFile(o.keysFile, o.config.Cycle)
	if _, err := source.Keys(); err != nil {
		return nil, hintKeys(err, o.keysFile)
	}
	run, err := stretched(o.config, o.stretch)
	if err != nil {
		return nil, err
	}
	thread := e.prepareThread(o.realtime)
	boot := hostclock.NewBoot()
	links, closeLinks, err := e.openLinks(o, &run, boot)
	if err != nil {
		return nil, hintLink(err)
	}
	defer closeLinks()
	p := newProbe(o.config)
	n, err := node.New(node.Options{
		Config: run, Keys: source, Links: links, Clock: boot, Thread: thread, Tick: p.tick, Warn: e.netNote,
	})
	if err != nil {
		return nil, fmt.Errorf("join the control network: %w", err)
	}
	return e.runProbe(ctx, o, p, n)
}

// netNote tells what an operator should know beside the results.
func (e *env) netNote(message string) { fmt.Fprintf(e.stderr, "note: %s\n", message) }

// prepareThread makes the process fit for a time-triggered loop, if that is wanted, and
// returns what the loop's thread has to do for itself.
func (e *env) prepareThread(wanted bool) (thread func()) {
	if !wanted {
		return nil
	}
	report := realtime.Enter(realtime.Options{})
	for _, warning := range report.Warnings {
		e.netNote(warning)
	}
	return func() {
		if err := realtime.Loop(); err != nil {
			e.netNote(err.Error())
		}
	}
}

// runProbe runs the node until the probe has its results.
func (e *env) runProbe(ctx context.Context, o *netCheck, p *probe, n *node.Node) (*measure.Results, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	ran := make(chan error, 1)
	go func() {
		err := n.Run(ctx)
		cancel(err)
		ran <- err
	}()
	end := func() {}
	w := &watcher{probe: p, member: n, wait: o.wait, long: o.duration}
	times := &node.Times{} // large, so there is one
	w.woke = func() time.Duration {
		n.Times(times)
		return times.Due.Max
	}
	w.stage = func(label string) (show func(int, int)) {
		end()
		show, end = e.progress(label)
		return show
	}
	res, err := w.watch(ctx)
	end()
	cancel(nil)
	if failed := <-ran; failed != nil {
		return nil, failed
	}
	if lost := p.dropped.Load(); lost > 0 {
		e.netNote(fmt.Sprintf("%d cycles were not looked at, since this machine was too busy", lost))
	}
	return res, err
}

// openLinks opens the paths of the control network.
func (e *env) openLinks(o *netCheck, c *controlnet.Config, boot *hostclock.Boot) (links []node.Link, closeAll func(), err error) {
	var open []*link.Socket
	closeAll = func() {
		for _, s := range open {
			s.Close()
		}
	}
	for _, name := range []string{o.interface1, o.interface2} {
		if name == "" {
			continue
		}
		s, err := openLink(o, link.Options{Interface: name, Network: c.Network, FrameSize: c.FrameSize(), Clock: boot})
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		open, links = append(open, s), append(links, s)
		for _, warning := range s.Warnings() {
			e.netNote(warning)
		}
	}
	return links, closeAll, nil
}

func openLink(o *netCheck, opt link.Options) (*link.Socket, error) {
	if o.link == linkPacket {
		return link.OpenPacket(link.PacketOptions{Options: opt})
	}
	return link.OpenUDP(link.UDPOptions{Options: opt, Group: o.groupAddress})
}

// hintLink says what to do about a link that could not be opened.
func hintLink(err error) error {
	text := err.Error()
	switch {
	case errors.Is(err, fs.ErrPermission):
		return withHint(err, "run as root, or give the program the right: setcap cap_net_raw,cap_net_admin,cap_sys_nice,cap_ipc_lock+ep wormhole")
	case strings.Contains(text, "no interface of this name"):
		return withHint(err, "give --interface the one that belongs to the control network")
	case errors.Is(err, unix.EADDRINUSE):
		return withHint(err, "another process has the group and port: give --group another one on all hosts, or stop it")
	}
	return err
}
