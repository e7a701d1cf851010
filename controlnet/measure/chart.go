package measure

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// The chart is written by hand and not by a library: it is two axes and some bars, and it
// has to be the same to the byte for the same samples, so that a change of it shows in a
// review. Its colours are readable on a light and on a dark page.
const (
	chartWidth  = 800
	plotLeft    = 64 // room for the numbers of the axis
	plotWidth   = chartWidth - plotLeft - 24
	plotHeight  = 180
	plotTop     = 56 // room for the title of a plot
	plotBelow   = 52 // and for its axis
	panelHeight = plotTop + plotHeight + plotBelow
	headHeight  = 52

	// barsPerDecade is how finely the time axis is cut: 26 % a bar.
	barsPerDecade = 10
)

const chartStyle = `<style>
text { font: 12px sans-serif; fill: #767e88 }
.title { font-size: 15px; font-weight: bold }
.name { font-size: 13px; font-weight: bold }
.axis { stroke: #8b949e; fill: none }
.grid { stroke: #8b949e; stroke-opacity: 0.25 }
.bars { fill: #3b82c4 }
.likely { fill: none; stroke: #d29922; stroke-width: 1.5 }
.bound { stroke: #d0433b; stroke-width: 1.5; stroke-dasharray: 6 3 }
.boundtext { fill: #d0433b }
@media (prefers-color-scheme: light) { text { fill: #57606a } .boundtext { fill: #b3261e } }
@media (prefers-color-scheme: dark) { text { fill: #9aa4ae } .boundtext { fill: #f0716a } }
</style>
`

// WriteSVG draws the distributions of delay and lateness as an SVG document of its own.
func (rep *Report) WriteSVG(out io.Writer) error {
	var b strings.Builder
	height := headHeight + 2*panelHeight
	title := fmt.Sprintf("Control network of policy %s: %d hosts, cycle %s, measured for %s", rep.Policy, rep.Hosts, rep.Cycle, rep.Took)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n",
		chartWidth, height, chartWidth, height, escape(title))
	b.WriteString(chartStyle)
	fmt.Fprintf(&b, `<text class="title" x="%d" y="24">%s</text>`+"\n", plotLeft, escape(title))
	from, of := "to one host", "of one host"
	if rep.results.Everyone {
		from, of = "between all hosts", "of all hosts"
	}
	fmt.Fprintf(&b, `<text x="%d" y="44">bars: how often a time was seen, both axes logarithmic; dashed: the policy's bound</text>`+"\n", plotLeft)
	panel{"Delay of a frame " + from + ", at most (line: most likely)", &rep.results.Delay, &rep.results.Likely.Seen}.write(&b, headHeight)
	panel{"Lateness " + of + " at the beginning of a cycle", &rep.results.Process, nil}.write(&b, headHeight+panelHeight)
	b.WriteString("</svg>\n")
	_, err := io.WriteString(out, b.String())
	return err
}

// panel is one plot: a series, and a second histogram drawn over it as a line.
type panel struct {
	name   string
	series *Series
	line   *Histogram
}

// axes map times and counts to places in the plot.
type axes struct {
	low, decades int // the time axis begins at 10^low ns and has so many decades
	powers       int // the count axis ends at 10^powers
	top          int
}

func (p panel) write(b *strings.Builder, top int) {
	f := p.series.Figures()
	fmt.Fprintf(b, `<text class="name" x="%d" y="%d">%s</text>`+"\n", plotLeft, top+22, escape(p.name))
	summary := fmt.Sprintf("n = %d, p50 %s, p99 %s, p99.9 %s, max %s", f.Samples, short(f.P50), short(f.P99), short(f.P999), short(f.Max))
	if f.Unseen {
		summary += fmt.Sprintf(", %d of them beyond the bound and not measured", p.series.unseen)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`+"\n", plotLeft, top+40, escape(summary))
	a := p.axes(top + plotTop)
	a.write(b)
	fmt.Fprintf(b, `<path class="bars" d="%s"/>`+"\n", a.outline(&p.series.Seen))
	if p.line != nil {
		fmt.Fprintf(b, `<path class="likely" d="%s"/>`+"\n", a.outline(p.line))
	}
	a.bound(b, p.series.Bound)
}

// axes are wide enough for all samples and the bound, in whole decades.
func (p panel) axes(top int) axes {
	least, most := p.series.Bound, max(p.series.Bound, p.series.Seen.Max())
	for _, h := range []*Histogram{&p.series.Seen, p.line} {
		if h != nil && h.Count() > 0 {
			least = min(least, max(h.Min(), time.Microsecond))
		}
	}
	a := axes{top: top, low: int(math.Floor(math.Log10(float64(max(least, 1)))))}
	a.decades = max(1, int(math.Ceil(math.Log10(float64(max(most, 1))*1.05)))-a.low)
	tallest := uint64(1)
	a.each(&p.series.Seen, func(_ int, n uint64) { tallest = max(tallest, n) })
	if p.line != nil {
		a.each(p.line, func(_ int, n uint64) { tallest = max(tallest, n) })
	}
	a.powers = max(1, int(math.Ceil(math.Log10(float64(tallest)*1.05))))
	return a
}

// each goes over the bars of a histogram. What is below the axis is in the first one.
func (a *axes) each(h *Histogram, visit func(bar int, n uint64)) {
	low := time.Duration(-1)
	for i := range a.decades * barsPerDecade {
		high := time.Duration(math.Round(math.Pow10(a.low) * math.Pow(10, float64(i+1)/barsPerDecade)))
		visit(i, h.between(low, high))
		low = high
	}
}

// outline is the path around the bars of a histogram, from the axis and back to it.
func (a *axes) outline(h *Histogram) string {
	var b strings.Builder
	down := true
	a.each(h, func(bar int, n uint64) {
		left, right := a.barX(bar), a.barX(bar+1)
		if n == 0 {
			if !down {
				fmt.Fprintf(&b, "V%d", a.top+plotHeight)
			}
			down = true
			return
		}
		if down {
			fmt.Fprintf(&b, "M%s %d", coordinate(left), a.top+plotHeight)
		}
		fmt.Fprintf(&b, "V%sH%s", coordinate(a.y(float64(n))), coordinate(right))
		down = false
	})
	if !down {
		fmt.Fprintf(&b, "V%d", a.top+plotHeight)
	}
	if b.Len() == 0 {
		return fmt.Sprintf("M%d %d", plotLeft, a.top+plotHeight) // an empty path is none
	}
	return b.String()
}

func (a *axes) barX(bar int) float64 {
	return plotLeft + plotWidth*float64(bar)/float64(a.decades*barsPerDecade)
}

func (a *axes) x(d time.Duration) float64 {
	place := math.Log10(float64(max(d, 1))) - float64(a.low)
	return plotLeft + plotWidth*min(max(place/float64(a.decades), 0), 1)
}

// y is the place of a count. One sample is a little above the axis, so that it can be seen.
func (a *axes) y(n float64) float64 {
	const one = 6
	return float64(a.top+plotHeight) - one - (plotHeight-one)*math.Log10(n)/float64(a.powers)
}

// write draws the axes with their units, and a grid at the powers of ten.
func (a *axes) write(b *strings.Builder) {
	bottom := a.top + plotHeight
	for i := range a.decades + 1 {
		d := time.Duration(math.Round(math.Pow10(a.low + i)))
		x := coordinate(a.x(d))
		fmt.Fprintf(b, `<path class="grid" d="M%s %dV%d"/><text x="%s" y="%d" text-anchor="middle">%s</text>`+"\n", x, a.top, bottom, x, bottom+18, spaced(d))
	}
	for i := range a.powers + 1 {
		y := a.y(math.Pow10(i))
		fmt.Fprintf(b, `<path class="grid" d="M%d %sH%d"/><text x="%d" y="%s" text-anchor="end">%s</text>`+"\n",
			plotLeft, coordinate(y), plotLeft+plotWidth, plotLeft-6, coordinate(y+4), grouped(i))
	}
	fmt.Fprintf(b, `<path class="axis" d="M%d %dV%dH%d"/>`+"\n", plotLeft, a.top, bottom, plotLeft+plotWidth)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">time</text>`, plotLeft+plotWidth/2, bottom+38)
	fmt.Fprintf(b, `<text transform="translate(14 %d) rotate(-90)" text-anchor="middle">samples</text>`+"\n", a.top+plotHeight/2)
}

// bound draws the policy's bound, with its name on the side where there is room.
func (a *axes) bound(b *strings.Builder, d time.Duration) {
	x := a.x(d)
	anchor, shift := "end", -6.0
	if x < plotLeft+plotWidth/2 {
		anchor, shift = "start", 6
	}
	fmt.Fprintf(b, `<path class="bound" d="M%s %dV%d"/><text class="boundtext" x="%s" y="%d" text-anchor="%s">bound %s</text>`+"\n",
		coordinate(x), a.top, a.top+plotHeight, coordinate(x+shift), a.top+12, anchor, escape(spaced(d)))
}

// coordinate is a place in the drawing, to a tenth of a pixel.
func coordinate(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// spaced is a duration with a space before its unit, as typesetters have it.
func spaced(d time.Duration) string {
	text := strings.Replace(short(d), "us", "µs", 1)
	unit := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if unit < 0 {
		return text
	}
	return text[:unit] + " " + text[unit:]
}

// grouped is a power of ten with its thousands apart.
func grouped(power int) string {
	text := "1" + strings.Repeat("0", power)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func escape(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a strings.Builder does not fail
	}
	return b.String()
}
