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

// vote counts in how many views each host is. The views are the last that were heard.
func (c *Core) vote() {
	c.members, c.agreed = Set{}, true
	for h := 0; h < c.Hosts; h++ {
		votes := 0
		if c.view.Has(Host(h)) {
			votes++
		}
		for y := c.view.Next(0); y != NoHost; y = c.view.Next(int(y) + 1) {
			if y != c.Self && c.peers[y].view.Has(Host(h)) {
				votes++
			}
		}
		if votes >= c.quorum() {
			c.members.Add(Host(h))
		}
	}
	for y := c.view.Next(0); y != NoHost; y = c.view.Next(int(y) + 1) {
		if y != c.Self && c.peers[y].view != c.view {
			c.agreed = false
		}
	}
}
