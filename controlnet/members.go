package controlnet

// judgeMembers finds who is there ([C-15], [C-16]). steady says that this host was in sync in
// the cycle before, too, so that a frame that did not come counts as missed.
func (c *Core) judgeMembers(steady bool) {
	before := c.view
	c.heard, c.view = Set{}, Set{}
	c.view.Add(c.Self)
	for h := range c.peers {
		p := &c.peers[h]
		if !p.known || p.heard >= c.cycle {
			continue
		}
		if p.heard == c.cycle-1 {
			c.heard.Add(Host(h))
		} else if steady && before.Has(Host(h)) {
			p.missed++
			c.count.Missed++
		}
		if c.cycle-p.heard <= c.window() {
			c.view.Add(Host(h))
		}
	}
	c.vote()
}

// vote finds the membership: each host that a majority has in its view. Where the views that
// are heard leave that open, because a member that would know is not heard, the others'
// word on the membership decides, and if that is even, what it was before; but for no longer
// than two windows after the last that had it in its view.
func (c *Core) vote() {
	before := c.members
	c.members, c.agreed = Set{}, true
	unheard := c.unheard(before)
	for h := range Host(c.Hosts) {
		votes, word := c.votes(h)
		if votes > 0 {
			c.peers[h].seen = c.cycle
		}
		open := votes+unheard >= c.quorum() && c.cycle-c.peers[h].seen <= 2*c.window()
		if votes >= c.quorum() || open && (word > 0 || word == 0 && before.Has(h)) {
			c.members.Add(h)
		}
	}
	for y := c.view.Next(0); y != NoHost; y = c.view.Next(int(y) + 1) {
		if y != c.Self && c.peers[y].view != c.view {
			c.agreed = false
		}
	}
}

// unheard counts the hosts that this one or another takes for members, and that are not in
// this one's view.
func (c *Core) unheard(before Set) int {
	all := before
	for y := c.view.Next(0); y != NoHost; y = c.view.Next(int(y) + 1) {
		m := c.peers[y].members // its own entry is empty
		all = Set{all[0] | m[0], all[1] | m[1]}
	}
	return all.minus(c.view).Len()
}

// votes counts in how many views h is, and how many more of the others call it a member than
// do not. The views are the last that were heard.
func (c *Core) votes(h Host) (votes, word int) {
	for y := c.view.Next(0); y != NoHost; y = c.view.Next(int(y) + 1) {
		p := &c.peers[y]
		switch {
		case y == c.Self:
			if c.view.Has(h) {
				votes++
			}
			continue
		case p.view.Has(h):
			votes++
		}
		if p.members.Has(h) {
			word++
		} else {
			word--
		}
	}
	return votes, word
}
