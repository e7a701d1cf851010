package scenario

import (
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

// hosts makes a set.
func hosts(hs ...controlnet.Host) controlnet.Set {
	var s controlnet.Set
	for _, h := range hs {
		s.Add(h)
	}
	return s
}

// refused and counts make lists read like sentences in the table.
func refused(rs ...controlnet.Refusal) []controlnet.Refusal { return rs }
func counts(cs ...Count) []Count                            { return cs }

// Table returns the scenarios. Each call makes its own, so that a caller may change them.
func Table() []Scenario {
	table := append(noise(), attacks()...)
	table = append(table, departures()...)
	return append(table, keysAndTime()...)
}

// Find returns the scenario of that name.
func Find(name string) (Scenario, bool) {
	for _, s := range Table() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}

// noise is what a network does by itself, inside its bounds.
func noise() []Scenario {
	all := controlnet.SetOf(7)
	return []Scenario{
		{
			Name: "undisturbed", Text: "Nothing happens.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 40, Expect: Expect{Stay: all},
		}, {
			Name: "loss", Text: "One frame in a hundred is lost on each link.",
			Hosts: 7, Omissions: 3, Paths: 1, Cycles: 60,
			Events: []Event{{Kind: Loss, At: 2, For: 50, Rate: 0.01}},
			Expect: Expect{Stay: all, Counts: counts(Missed)},
		}, {
			Name: "delay", Text: "Frames take up to half of the delay bound longer, each its own time.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 60,
			Events: []Event{{Kind: Delay, At: 2, For: 50, Share: 0.5}}, Expect: Expect{Stay: all},
		}, {
			Name: "duplication", Text: "One frame in five comes twice.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 40,
			Events: []Event{{Kind: Duplicate, At: 2, For: 30, Rate: 0.2}},
			Expect: Expect{Stay: all, Refused: refused(controlnet.RefusedRepeated)},
		}, {
			Name: "reordering", Text: "One frame in five is overtaken by those of the hosts after it.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 40,
			Events: []Event{{Kind: Reorder, At: 2, For: 30, Rate: 0.2, Share: 0.6}}, Expect: Expect{Stay: all},
		}, {
			Name: "corruption", Text: "One bit is turned in one frame of fifty.",
			Hosts: 7, Omissions: 3, Paths: 1, Cycles: 60,
			Events: []Event{{Kind: Corrupt, At: 2, For: 50, Rate: 0.02}},
			Expect: Expect{Stay: all, Refused: refused(controlnet.RefusedMAC), Counts: counts(Missed)},
		}, {
			Name: "one path of two", Text: "Everything is lost on the second path for a while, and nobody minds.",
			Hosts: 6, Omissions: 2, Paths: 2, Cycles: 40,
			Events: []Event{{Kind: Loss, At: 10, For: 20, Path: 2, Rate: 1}},
			Expect: Expect{Stay: controlnet.SetOf(6), Counts: counts(Redundant)},
		},
	}
}

// attacks is what somebody on the wire can do without a key.
func attacks() []Scenario {
	all := controlnet.SetOf(7)
	return []Scenario{
		{
			Name: "replay", Text: "Every other frame is followed by one of its sender's that was recorded three cycles earlier.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 40,
			Events: []Event{{Kind: Replay, At: 4, For: 30, Rate: 0.5, Age: 3}},
			Expect: Expect{Stay: all, Refused: refused(controlnet.RefusedOld)},
		}, {
			Name: "replay in a later epoch", Text: "Frames that were recorded before the key changed come again after it.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 50,
			Events: []Event{
				{Kind: KeyChange, At: 4, For: 8},
				{Kind: Replay, At: 24, For: 20, Rate: 0.5, Age: 16},
			},
			Expect: Expect{Stay: all, Refused: refused(controlnet.RefusedOld)},
		}, {
			Name: "flood", Text: "Garbage arrives at all hosts.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 40,
			Events: []Event{{Kind: Flood, At: 4, For: 25, Rate: 1000}},
			Expect: Expect{Stay: all, Refused: refused(controlnet.RefusedMAC)},
		}, {
			Name: "replay flood", Text: "One authentic frame that was recorded arrives at all hosts, again and again.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 40,
			Events: []Event{{Kind: FloodReplay, At: 4, For: 25, Rate: 1000}},
			Expect: Expect{Stay: all, Refused: refused(controlnet.RefusedOld)},
		},
	}
}

// departures is what takes hosts out of the membership, and gives them back.
func departures() []Scenario {
	six := hosts(0, 1, 2, 4, 5, 6)
	return []Scenario{
		{
			Name: "cut", Text: "The network falls into four and three; the four go on, the three are silent until it heals.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 60,
			Events: []Event{{Kind: Cut, At: 6, For: 20, Hosts: hosts(0, 2, 4, 6), Others: hosts(1, 3, 5)}},
			Expect: Expect{Stay: hosts(0, 2, 4, 6), Out: hosts(1, 3, 5), Counts: counts(SyncLost, Missed)},
		}, {
			Name: "unplug", Text: "One host's cable is out for a while.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 60,
			Events: []Event{{Kind: Unplug, At: 6, For: 15, Hosts: hosts(3)}},
			Expect: Expect{Stay: six, Out: hosts(3), Counts: counts(SyncLost, Missed)},
		}, {
			Name: "stop", Text: "One host's process is stopped for much longer than its bound, and goes on.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 60,
			Events: []Event{{Kind: Stop, At: 6, For: 15, Hosts: hosts(3)}},
			Expect: Expect{Stay: six, Out: hosts(3), Counts: counts(Skipped, SyncLost, Missed)},
		}, {
			Name: "short stop", Text: "One host's process is stopped for two cycles, again and again; nobody else is touched.",
			Hosts: 7, Omissions: 3, Paths: 1, Cycles: 60,
			Events: []Event{
				{Kind: Stop, At: 6, For: 2, Hosts: hosts(3)},
				{Kind: Stop, At: 20, For: 2, Hosts: hosts(3)},
			},
			Expect: Expect{Stay: six, Counts: counts(Skipped, Missed)},
		}, {
			Name: "kill", Text: "One host's process dies, and another is started in its place.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 60,
			Events: []Event{{Kind: Kill, At: 6, For: 15, Hosts: hosts(3)}},
			Expect: Expect{Stay: six, Out: hosts(3), Counts: counts(Missed)},
		}, {
			Name: "two die", Text: "Two hosts die a cycle apart, while one frame in a hundred is lost.",
			Hosts: 7, Omissions: 3, Paths: 1, Cycles: 70,
			Events: []Event{
				{Kind: Loss, At: 2, For: 60, Rate: 0.01},
				{Kind: Kill, At: 6, For: 15, Hosts: hosts(1)},
				{Kind: Kill, At: 7, For: 20, Hosts: hosts(5)},
			},
			Expect: Expect{Stay: hosts(0, 2, 3, 4, 6), Out: hosts(1, 5), Counts: counts(Missed)},
		},
	}
}

// keysAndTime is about key epochs and the time of day.
func keysAndTime() []Scenario {
	all := controlnet.SetOf(7)
	return []Scenario{
		{
			Name: "key change", Text: "The key changes twice, and no cycle is lost over it.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 50,
			Events: []Event{{Kind: KeyChange, At: 4, For: 8}, {Kind: KeyChange, At: 24, For: 8}},
			Expect: Expect{Stay: all},
		}, {
			Name: "cold start with wrong UTC", Text: "Two of seven hosts believe in a time of day that is hours away; the network's is that of the others.",
			Hosts: 7, Omissions: 2, Paths: 1, Cycles: 40,
			Events: []Event{
				{Kind: WrongUTC, Hosts: hosts(1), By: 5 * time.Hour},
				{Kind: WrongUTC, Hosts: hosts(4), By: -30 * time.Hour},
			},
			Expect: Expect{Stay: all},
		},
	}
}
