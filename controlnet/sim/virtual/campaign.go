package virtual

import "sync"

// Each calls run for 0 to n-1, in that order, several at a time: as many as there are workers,
// and one at least. progress, which may be nil, is told how many are done; by one at a time.
func Each(n, workers int, progress func(done, total int), run func(i int)) {
	var next, done int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range max(1, workers) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n {
					return
				}
				run(i)
				mu.Lock()
				done++
				if progress != nil {
					progress(done, n)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// Fewer takes out of items every one without which a run fails all the same, halves first.
func Fewer[T any](items []T, fails func(items []T) bool) []T {
	for size := (len(items) + 1) / 2; size > 0; size /= 2 {
		for from := 0; from < len(items); {
			to := min(from+size, len(items))
			less := append(append([]T(nil), items[:from]...), items[to:]...)
			if fails(less) {
				items = less
			} else {
				from += size
			}
		}
	}
	return items
}
