package cli

import (
	"fmt"
	"strings"
)

// barWidth is the number of cells of a progress bar; with label and count it fits a
// terminal of 80 columns.
const barWidth = 30

// progress returns a function that shows how much of some work is done, and one that
// takes the display away. On anything but a terminal both do nothing.
func (e *env) progress(label string) (show func(done, total int), end func()) {
	if !e.showProgress {
		return func(int, int) {}, func() {}
	}
	shown := -1
	show = func(done, total int) {
		if total <= 0 {
			return
		}
		filled := min(barWidth, done*barWidth/total)
		percent := min(100, done*100/total)
		if percent == shown {
			return // a terminal is slower than the work
		}
		shown = percent
		bar := strings.Repeat("#", filled) + strings.Repeat(".", barWidth-filled)
		fmt.Fprintf(e.stderr, "\r%s [%s] %3d%% of %d", label, bar, percent, total)
	}
	end = func() {
		if shown >= 0 {
			fmt.Fprint(e.stderr, "\r\x1b[K")
		}
	}
	return show, end
}
