package controlnet

import "time"

// peer is what is known of another host.
type peer struct {
	// Its last authentic frame, which the next frame of this host acknowledges. One that came
	// at a wrong time does not take the place of one that is still worth it.
	tag   uint32        // 0: none
	seq   uint32        // in its life
	paths uint8         // that it came on
	came  time.Duration // when, by the local clock
	base  time.Duration // came, less when it left by the sender's clock

	life    uint64
	named   uint32 // number of the newest frame of this host that it has acknowledged
	vouched bool   // a frame of this life has acknowledged one of this host's: it is no recording

	// The last frame that was believed.
	fresh   time.Duration // when one last acknowledged a frame of this host; valid if vouched
	read    reading
	synced  bool
	view    Set
	members Set
	utc     time.Duration
	next    uint32
	late    time.Duration // by how much it left after its slot began
	heard   uint64        // cycle of the last one in sync, valid if known
	known   bool
	seen    uint64    // cycle in which this host or another last had it in its view
	payload [2][]byte // of even and odd cycles
	loaded  [2]bool

	// What the last boundary made of it.
	contact bool
	lo, hi  time.Duration // its clock less this one's
	expect  expectation   // of the next reading

	accepted, missed, slow uint64
	onPath                 [MaxPaths]uint64
}

// reading is what bounds another host's clock ([C-10]). Both halves are in terms of the
// local clock, so that setting the network's clock does not touch them.
type reading struct {
	base   time.Duration // local clock at the arrival of its frame, less its clock at departure
	baseAt time.Duration // that arrival
	top    time.Duration // its clock at the arrival of this host's frame, less the local one at departure
	topAt  time.Duration // that departure
	toldAt time.Duration // arrival of the frame that told top
	hasTop bool
}

// forget drops what is known of an earlier life.
func (p *peer) forget(life uint64) {
	*p = peer{
		life: life, utc: UTCUnknown, payload: p.payload,
		seen: p.seen, accepted: p.accepted, missed: p.missed, slow: p.slow, onPath: p.onPath,
	}
}

// certain is by how much p's clock is ahead, or behind, at least: 0 if the reading leaves it
// open which of the two it is. It lies between 0 and the truth of when it was read, whatever the
// delays were.
func (p *peer) certain() time.Duration { return min(p.hi, max(p.lo, 0)) }

// middle is the best guess of how far p's clock is ahead.
func (p *peer) middle() time.Duration { return p.lo + (p.hi-p.lo)/2 }

// expectation is where a boundary's reading says that the next will be, in terms of the local
// clock: a host's clock less that. It holds until the boundary after at.
type expectation struct {
	valid     bool
	at        time.Duration
	low, high time.Duration
}
