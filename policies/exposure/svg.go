package exposure

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
	"time"
)

// The picture's size and the frame that the curve is drawn in, in SVG units.
const (
	svgWidth, svgHeight                       = 640, 400
	frameLeft, frameTop, frameWide, frameHigh = 80, 40, 530, 290
)

// leastDrawn is the smallest probability on the axis; what is below it, and 0, lies on the axis itself.
const leastDrawn = 1e-18

// WriteSVG draws the probability against T_p, both on logarithmic axes, with the policy's T_p and the target marked.
func (r *Report) WriteSVG(w io.Writer) error {
	f := r.frame()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", svgWidth, svgHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", svgWidth, svgHeight)
	label(&b, svgWidth/2, 22, "middle", "policy "+r.Policy+": more than k' compromised at once in "+r.Mission.String())
	f.axes(&b)
	f.marks(&b, r)
	f.curve(&b, r.Curve)
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// frame maps decades to the picture. The bounds are decimal logarithms.
type frame struct{ left, right, bottom, top float64 }

func (r *Report) frame() frame {
	f := frame{left: math.Inf(1), right: math.Inf(-1), bottom: math.Floor(decade(r.Target)) - 1}
	for _, p := range r.Curve {
		x := math.Log10(time.Duration(p.Period).Seconds())
		f.left, f.right = min(f.left, x), max(f.right, x)
		f.bottom = min(f.bottom, math.Floor(decade(p.Probability)))
	}
	if len(r.Curve) == 0 || f.right <= f.left {
		x := math.Log10(time.Duration(r.Period).Seconds())
		f.left, f.right = x-1, x+1
	}
	return f
}

func decade(p float64) float64 { return math.Log10(min(1, max(p, leastDrawn))) }

func (f frame) x(period Span) float64 {
	share := (math.Log10(time.Duration(period).Seconds()) - f.left) / (f.right - f.left)
	return frameLeft + frameWide*min(1, max(0, share))
}

func (f frame) y(p float64) float64 {
	return frameTop + frameHigh*(decade(p)-f.top)/(f.bottom-f.top)
}

// axes draws the frame, a line for every few decades of probability and one for each round time.
func (f frame) axes(b *strings.Builder) {
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="black"/>`+"\n", frameLeft, frameTop, frameWide, frameHigh)
	step := math.Ceil((f.top - f.bottom) / 8)
	for d := f.top; d >= f.bottom; d -= step {
		y := f.y(math.Pow(10, d))
		line(b, frameLeft, y, frameLeft+frameWide, y, `stroke="#ddd"`)
		label(b, frameLeft-6, y+4, "end", fmt.Sprintf("1e%g", d))
	}
	for _, t := range ticks {
		if at := math.Log10(t.at.Seconds()); at >= f.left && at <= f.right {
			x := f.x(Span(t.at))
			line(b, x, frameTop, x, frameTop+frameHigh, `stroke="#ddd"`)
			label(b, x, frameTop+frameHigh+16, "middle", t.name)
		}
	}
	label(b, frameLeft+frameWide/2, svgHeight-28, "middle", "period T_p (logarithmic)")
	fmt.Fprintf(b, `<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">probability (logarithmic)</text>`+"\n", frameTop+frameHigh/2)
}

var ticks = []struct {
	at   time.Duration
	name string
}{
	{time.Second, "1 s"}, {10 * time.Second, "10 s"}, {time.Minute, "1 min"}, {10 * time.Minute, "10 min"}, {time.Hour, "1 h"},
	{10 * time.Hour, "10 h"}, {4 * 24 * time.Hour, "4 d"}, {30 * 24 * time.Hour, "30 d"}, {365 * 24 * time.Hour, "1 y"},
	{3650 * 24 * time.Hour, "10 y"},
}

// marks are the policy's own T_p and the target.
func (f frame) marks(b *strings.Builder, r *Report) {
	x, y := f.x(r.Period), f.y(r.Target)
	line(b, x, frameTop, x, frameTop+frameHigh, `stroke="#06c" stroke-dasharray="4 3"`)
	label(b, x+4, frameTop+14, "start", "T_p = "+r.Period.short())
	line(b, frameLeft, y, frameLeft+frameWide, y, `stroke="#c00" stroke-dasharray="4 3"`)
	label(b, frameLeft+frameWide-4, y-4, "end", "target "+sci(r.Target))
}

func (f frame) curve(b *strings.Builder, points []Point) {
	var at []string
	for _, p := range points {
		at = append(at, fmt.Sprintf("%.1f,%.1f", f.x(p.Period), f.y(p.Probability)))
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="black" stroke-width="2"/>`+"\n", strings.Join(at, " "))
}

func line(b *strings.Builder, x1, y1, x2, y2 float64, style string) {
	fmt.Fprintf(b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>`+"\n", x1, y1, x2, y2, style)
}

func label(b *strings.Builder, x, y float64, anchor, text string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, html.EscapeString(text))
}
