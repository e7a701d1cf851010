package controlnet

// Core is the state machine of one host.
type Core struct {
	codec
}

// New starts a host.
func New(cfg Config, s Start, out *Output) (*Core, error) { return nil, nil }

// Step takes an event in.
func (c *Core) Step(in *Input, out *Output) {}

// SetKeys replaces the keys that are held.
func (c *Core) SetKeys(keys []Key) error { return nil }

// Offer gives the payload for the frame of cycle. It reports whether it came in time.
func (c *Core) Offer(cycle uint64, payload []byte) bool { return false }

// Status returns the current status.
func (c *Core) Status() Status { return Status{} }

// Peer returns what is known of h.
func (c *Core) Peer(h Host) Peer { return Peer{} }
