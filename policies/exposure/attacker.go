package exposure

import "math"

// assign gives every idle attacker a target. An attacker stays with it until it is compromised or rejuvenated.
func (w *world) assign() {
	idle := w.m.attackers
	if idle < w.m.n {
		idle -= w.busy()
	}
	for ; idle > 0; idle-- {
		i := w.target()
		if i < 0 {
			return
		}
		w.working[i] = true
	}
}

func (w *world) busy() int {
	count := 0
	for _, on := range w.working {
		if on {
			count++
		}
	}
	return count
}

// target is the clean replica that an attacker takes next; -1 when there is none. With an attacker for every replica it is just
// the next one.
func (w *world) target() int {
	best, choice := -1, preference{}
	for i, state := range w.state {
		if state != clean || w.working[i] {
			continue
		}
		if w.m.unlimited() {
			return i
		}
		if p := w.prefer(i); best < 0 || p.above(choice) {
			best, choice = i, p
		}
	}
	return best
}

// preference orders targets: first by the chance to compromise the replica before it is rejuvenated, then by
// how long it stays, then by how soon it may fall.
type preference struct{ chance, life, median float64 }

func (p preference) above(q preference) bool {
	switch {
	case p.chance != q.chance:
		return p.chance > q.chance
	case p.life != q.life:
		return p.life > q.life
	}
	return p.median < q.median
}

func (w *world) prefer(i int) preference {
	life, l := w.life(i), w.m.laws[i]
	if math.IsInf(life, 1) {
		return preference{1, life, l.median()}
	}
	return preference{l.by(life * w.speed()), life, l.median()}
}

// life is how long replica i stays until it is shut down.
func (w *world) life(i int) float64 {
	if !w.m.rejuvenates() {
		return math.Inf(1)
	}
	at := w.m.leaves(w.m.group[i])
	if w.step > 2*w.m.group[i] {
		at += w.m.period
	}
	return at - w.now
}
