package sim

// The uses of draws.
const (
	useSkew uint64 = iota
	useRate
	useJitter
	useLoss
	useNoise
	usePhase
	usePlan
	useTake
)
