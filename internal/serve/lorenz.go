package serve

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"

	"maille/internal/fault"
	"maille/internal/indicator"
)

// Drawing is an SVG of ours: its texts are escaped.
type Drawing []byte

// lorenzOf is the indicator whose curve a page shows, and that a picture is of unless said.
const lorenzOf = "med_acces_2sfca"

// lorenz answers the curve of Lorenz of an indicator in a territory, as a picture.
func (s *Server) lorenz(w http.ResponseWriter, r *request) error {
	if err := errorsFirst(r.only("indicateur", "f"), r.format("svg"), r.holds(indicator.Portrayed)); err != nil {
		return err
	}
	t, done, err := s.territoryNamed(w, r, "/lorenz.svg")
	if done || err != nil {
		return err
	}
	code := lorenzOf
	if r.params.Has("indicateur") {
		code = r.params.Get("indicateur")
	}
	sp, err := s.source(r).Spread(r.Context(), t, code)
	if err != nil {
		return err
	}
	if sp.Curve == nil {
		return fault.New(fault.NotFound, "%s has no curve for %s: nothing is known there, or there is nothing to share", code, pathOf(t)).About("indicateur")
	}
	return s.send(w, r, answer{mediaType: mediaSVG, depends: []string{"lorenz", r.digest, pathOf(t), code, s.Title},
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			_, err := w.Write(s.drawLorenz(r, t, sp))
			return nil, err
		}})
}

// curveAt is the address of a curve.
func (r *request) curveAt(t indicator.Territory, code string) string {
	return r.territoryAt(t) + "/lorenz.svg" + marked(url.Values{"indicateur": {code}})
}

// The picture, in units that a screen shows at 1.6 pixels: letters stay legible where a page is narrow.
const (
	curveWidth            = 440
	curveLeft, curveTop   = 56.0, 80.0
	curveSide             = 360.0
	curveScale            = 1.6
	curveLetters          = 64 // of small text on a line
	curveInk, curveMuted  = "#1a2126", "#55616a"
	curveColour, gapPaint = "#0b5563", "#a3450f"
)

// plot draws a curve: x and y are shares.
type plot struct {
	bytes.Buffer
	sp *indicator.Spread
}

func (p *plot) x(share float64) float64 { return curveLeft + share*curveSide }
func (p *plot) y(share float64) float64 { return curveTop + (1-share)*curveSide }

// drawLorenz draws the curve under the diagonal of an equal share, with the longest way between both. Colours are attributes: a sheet of
// style may have others, for a page in the dark.
func (s *Server) drawLorenz(r *request, t indicator.Territory, sp *indicator.Spread) Drawing {
	p := &plot{sp: sp}
	source := wrap(sp.Words("source", "instance", s.Title, "release", r.manifest.Release, "day", r.manifest.Published.UTC().Format("02/01/2006")), curveLetters)
	height := curveTop + curveSide + 80 + 15*float64(len(source))
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" class="lorenz" width="%.0f" height="%.0f" viewBox="0 0 %d %.0f" role="img" aria-labelledby="lorenz-t lorenz-d" lang="fr" font-family="system-ui, 'Liberation Sans', Arial, sans-serif" font-size="13">`+"\n",
		curveWidth*curveScale, height*curveScale, curveWidth, height)
	fmt.Fprintf(p, "<title id=\"lorenz-t\">%s</title>\n<desc id=\"lorenz-d\">%s</desc>\n", html.EscapeString(sp.Words("name", "where", t.TextSaid())), html.EscapeString(sp.Described()))
	fmt.Fprintf(p, `<rect class="paper" width="%d" height="%.0f" fill="#ffffff"/>`+"\n", curveWidth, height)
	p.text(16, 26, "ink", curveInk, `font-size="17" font-weight="650"`, t.TextSaid())
	p.text(16, 46, "soft", curveMuted, "", sp.Of.Title)
	p.axes()
	p.shares()
	p.gap()
	for i, line := range source {
		p.text(16, curveTop+curveSide+82+15*float64(i), "soft", curveMuted, `font-size="11"`, line)
	}
	p.WriteString("</svg>\n")
	return p.Bytes()
}

func (p *plot) text(x, y float64, class, fill, more, text string) {
	fmt.Fprintf(p, `<text class="%s" x="%.1f" y="%.1f" fill="%s" %s>%s</text>`+"\n", class, x, y, fill, more, html.EscapeString(text))
}

// axes are quarters of both shares.
func (p *plot) axes() {
	for i := range 5 {
		share := float64(i) / 4
		fmt.Fprintf(p, `<path class="grid" d="M%.1f %.1fV%.1fM%.1f %.1fH%.1f" stroke="#dfe5e8" fill="none"/>`+"\n",
			p.x(share), p.y(0), p.y(1), p.x(0), p.y(share), p.x(1))
		label := fmt.Sprintf("%d\u00a0%%", 25*i)
		p.text(p.x(share), p.y(0)+18, "soft", curveMuted, `font-size="12" text-anchor="middle"`, label)
		p.text(p.x(0)-7, p.y(share)+4, "soft", curveMuted, `font-size="12" text-anchor="end"`, label)
	}
	p.text(p.x(1), p.y(0)+38, "ink", curveInk, `font-size="12" text-anchor="end"`, p.sp.Words("x"))
	p.text(p.x(1), p.y(0)+54, "soft", curveMuted, `font-size="12" text-anchor="end"`, p.sp.Words("order"))
	p.text(p.x(0), p.y(1)-9, "ink", curveInk, `font-size="12"`, p.sp.Words("y"))
}

// shares are the diagonal and the curve, and what lies between.
func (p *plot) shares() {
	var line strings.Builder
	steps := float64(len(p.sp.Curve) - 1)
	for k, share := range p.sp.Curve {
		fmt.Fprintf(&line, "%c%.1f %.1f", "ML"[min(k, 1)], p.x(float64(k)/steps), p.y(share))
	}
	fmt.Fprintf(p, `<path class="area" d="%sZ" fill="#2f8797" fill-opacity=".16"/>`+"\n", line.String())
	fmt.Fprintf(p, `<path class="equal" d="M%.1f %.1fL%.1f %.1f" fill="none" stroke="#6d7a83" stroke-width="1.5" stroke-dasharray="5 4"/>`+"\n", p.x(0), p.y(0), p.x(1), p.y(1))
	fmt.Fprintf(p, `<path class="curve" d="%s" fill="none" stroke="%s" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/>`+"\n", line.String(), curveColour)
	x, y := p.x(0.28), p.y(0.28)-8
	p.text(x, y, "soft", curveMuted, fmt.Sprintf(`font-size="12" text-anchor="middle" transform="rotate(-45 %.1f %.1f)"`, x, y), p.sp.Words("equal"))
	for i, said := range wrap(p.sp.Words("half"), 30) {
		p.text(p.x(0)+12, p.y(1)+24+17*float64(i), "ink", curveInk, "", said)
	}
}

// gap is the arrow of Hoover's index: the share that is not where an equal one would have it.
func (p *plot) gap() {
	if p.sp.Hoover == nil || *p.sp.Hoover < 0.005 {
		return
	}
	at := p.sp.Widest()
	share := float64(at) / float64(len(p.sp.Curve)-1)
	x, top, bottom := p.x(share), p.y(share), p.y(p.sp.Curve[at])
	head := math.Min(6, (bottom-top)/3)
	fmt.Fprintf(p, `<path class="gap" d="M%.1f %.1fV%.1fM%.1f %.1fl%.1f %.1fl%.1f %.1fM%.1f %.1fl%.1f %.1fl%.1f %.1f" fill="none" stroke="%s" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>`+"\n",
		x, top, bottom, x-head, top+head, head, -head, head, head, x-head, bottom-head, head, head, head, -head, gapPaint)
	anchor, left, under := "start", x+10, bottom+22
	if share > 0.66 {
		anchor, left, under = "end", p.x(1)-6, math.Min(p.y(p.sp.Curve[at*2/3])+24, p.y(0)-10)
		fmt.Fprintf(p, `<path class="gap" d="M%.1f %.1fV%.1f" fill="none" stroke="%s" stroke-dasharray="1.5 3"/>`+"\n", x, bottom+7, under-15, gapPaint)
	}
	p.text(left, under, "gaptext", gapPaint, `font-size="14" font-weight="650" text-anchor="`+anchor+`"`, p.sp.Words("gap"))
}

// wrap breaks a text into lines of about so many letters, at its spaces.
func wrap(text string, letters int) (lines []string) {
	line := ""
	for _, word := range strings.Split(text, " ") {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > letters {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
