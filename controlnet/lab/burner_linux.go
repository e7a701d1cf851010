package lab

import (
	"fmt"
	"math/rand/v2"
	"runtime"
)

func init() { roles["burner"] = burn }

// Burn keeps every processor of the machine busy with processes of ordinary priority, until
// the cluster is closed. What the hosts' bounds are worth shows only beside such load.
func (c *Cluster) Burn() error {
	for range runtime.NumCPU() {
		cmd, err := self("burner")
		if err != nil {
			return err
		}
		if err := c.net.middle.Start(cmd); err != nil {
			return err
		}
		c.burners.Go(func() { cmd.Wait() })
	}
	return nil
}

// burn computes and allocates for ever: caches, memory and the collector are busy too.
func burn() error {
	runtime.GOMAXPROCS(1)
	rng := rand.New(rand.NewPCG(1, 2))
	var keep [64][]uint64
	for i := 0; ; i++ {
		page := make([]uint64, 1<<15)
		for k := range page {
			page[k] = rng.Uint64()
		}
		keep[i%len(keep)] = page
		if page[0] == 0 && page[1] == 0 {
			return fmt.Errorf("the random source is broken")
		}
	}
}
