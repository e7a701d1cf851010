package controlnet

// Refusal is why a frame was refused ([C-4], [C-5]).
type Refusal uint8

// The refusals, in the order in which a frame is looked at.
const (
	RefusedLength   Refusal = iota // not the length of this network's frames
	RefusedFormat                  // not the magic number and version, or a field outside its range
	RefusedForeign                 // another network
	RefusedConfig                  // the sender runs another Config
	RefusedSender                  // no host of this network, or this one
	RefusedEpoch                   // a key epoch that is not held, or not that of the frame's cycle
	RefusedMAC                     // not made with the epoch's key
	RefusedRepeated                // the sender's last frame once more, on the same path
	RefusedOld                     // of an earlier cycle than the present one
	RefusedFuture                  // of a later cycle
	RefusedEarly                   // arrived before it can have been sent
	RefusedLate                    // sent too late in its slot, or longer on the way than Delay
	RefusedStale                   // does not acknowledge this host's last frames, when only that proves it fresh
	NumRefusals
)

var refusalNames = [NumRefusals]string{
	"length", "format", "foreign", "config", "sender", "epoch", "mac",
	"repeated", "old", "future", "early", "late", "stale",
}

// String returns the refusal's name as the operator sees it.
func (r Refusal) String() string {
	if r >= NumRefusals {
		return "unknown"
	}
	return refusalNames[r]
}
