package sim

// The uses of draws.
const (
	useClock uint64 = iota
	useUTC
	useStart
	useWake
	useHandle
	useDelay
	useLoss
	useCorrupt
	useDuplicate
	useReorder
	useReplay
	useFlood
	useLate
	useKey
	useLife
	usePayload
	usePlan
	useSetting
)
