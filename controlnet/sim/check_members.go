package sim

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// views holds a view and a membership against who was really heard: whoever was, in sync,
// inside the window, unless he has said since that he is out of sync.
func (k *checker) views(h *host, t *truth, c *controlnet.Tick) {
	w := k.w
	for j := range w.hosts {
		x := hostOf(j)
		if j == h.id {
			continue
		}
		got := &t.accepted[j]
		if c.View.Has(x) && !(got.known && c.Cycle-got.cycle <= uint64(w.window())) {
			k.violate("views", "host %d has host %d in its view in cycle %d, and last accepted a frame in sync of it in cycle %d", h.id, j, c.Cycle, got.cycle)
		}
		if !c.View.Has(x) && got.known && got.of == w.hosts[j].life && w.net.sent[got.frame].synced && got.cycle < c.Cycle && c.Cycle-got.cycle <= uint64(w.window()) && t.inFor > w.window() {
			k.violate("views", "host %d has not host %d in its view in cycle %d, and accepted a frame in sync of it in cycle %d", h.id, j, c.Cycle, got.cycle)
		}
		k.departed(h, t, c, j)
		if !c.Members.Has(x) && k.steady(h.id) && k.steady(j) && k.throughMajority(j, h.id) && k.sure(h.id, j) {
			k.violate("members", "host %d is fit, and no member for host %d in cycle %d: %s", j, h.id, c.Cycle, setText(c.Members))
		}
		if !c.View.Has(x) && k.steady(h.id) && k.steady(j) && k.bothWays(j, h.id, k.long()) && k.sure(h.id, j) {
			k.violate("members", "host %d is fit, and not in the view of host %d in cycle %d: %s", j, h.id, c.Cycle, setText(c.View))
		}
	}
}

// departed holds a membership to who is not heard any more: after o + 1 cycles without a
// frame he is in nobody's view, and a window later in nobody's membership. Somebody in sync
// who has no majority in his view, because others are not in sync, may know it later.
func (k *checker) departed(h *host, t *truth, c *controlnet.Tick, j int) {
	w := k.w
	last := k.heardLast[j]
	if last == 0 || last >= c.Cycle {
		return
	}
	silent := int(c.Cycle - last - 1)
	in := c.Members.Has(hostOf(j))
	if in && silent > GoneBound(&w.cfg) && c.View.Len() >= w.quorum() {
		k.violate("departure", "host %d counts host %d among its members in cycle %d, nobody has accepted a frame of it since cycle %d", h.id, j, c.Cycle, last)
	}
	if !k.steady(h.id) {
		t.gone[j], t.unseen[j] = true, true // it may have been out of sync when that happened
	}
	if w.hosts[j].alive || silent >= ring {
		return
	}
	if !c.View.Has(hostOf(j)) && !t.unseen[j] {
		t.unseen[j] = true
		k.figures.Unseen.add(silent)
	}
	if !in && !t.gone[j] {
		t.gone[j] = true
		k.figures.Gone.add(silent)
	}
}

// GoneBound is after how many cycles without a frame a host is in nobody's Members any more:
// a window until it is in no view, and one until the last view is heard.
func GoneBound(c *controlnet.Config) int { return 2 * (c.Omissions + 1) }

// throughMajority reports whether what a host sends has come to another one through a majority
// of hosts that are steady, for long enough: then it is a member.
func (k *checker) throughMajority(from, to int) bool {
	count := 0
	for z := range k.hosts {
		if k.bothWays(from, z, k.long()) && k.bothWays(z, to, k.long()) && k.steady(z) {
			count++
		}
	}
	return count >= k.w.quorum()
}

// sameMembers holds the memberships together: when no view has changed for long enough to be
// heard by all, and the links between hosts in sync are whole, all of these state the same.
func (k *checker) sameMembers() {
	w := k.w
	long := time.Duration(2*w.window()+2) * w.cfg.Cycle
	still := true
	first := -1
	for i := range w.hosts {
		h, t := &w.hosts[i], &k.hosts[i]
		if v := h.tick.View; v != t.view || !h.running() || !h.inSync {
			t.view, t.viewSince = v, w.now
		}
		if !h.alive || !h.inSync {
			continue
		}
		still = still && w.now-t.viewSince > long && k.steady(i) && k.withAll(i)
		if first < 0 {
			first = i
		}
	}
	if !still || first < 0 {
		return
	}
	a := &w.hosts[first].tick
	for i := first + 1; i < w.n; i++ {
		h := &w.hosts[i]
		if b := &h.tick; h.alive && h.inSync && b.Cycle == a.Cycle && b.Members != a.Members {
			k.violate("members", "no view has changed for %v, and hosts %d and %d state %s and %s", long, first, i, setText(a.Members), setText(b.Members))
		}
	}
	k.figures.Same++
}

// withAll reports whether the links of a host with all others in sync are whole.
func (k *checker) withAll(i int) bool {
	for j := range k.w.hosts {
		if h := &k.w.hosts[j]; j != i && h.alive && h.inSync && !k.bothWays(i, j, k.long()) {
			return false
		}
	}
	return true
}
