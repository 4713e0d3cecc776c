package carto

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"maille/internal/dataset"
)

// Measures of a legend, in pixels.
const (
	legendWidth  = 320
	legendMargin = 12
	rowHeight    = 24
	swatchWidth  = 28
	swatchHeight = 16
	titleHeight  = 20
	// letters is how many letters of a title or a label go in a line, at about 7 pixels each.
	letters = 40
)

// LegendSVG is the legend as a picture whose texts are texts. It is meant for a white ground.
func LegendSVG(m *Map) []byte {
	doc := m.legend()
	w := &legendWriter{y: legendMargin}
	w.title(doc.Title, 15)
	for i := range doc.Layers {
		w.layer(&doc.Layers[i])
	}
	w.small(texts.Say("legend.release", "release", doc.Release))
	return w.document(&doc)
}

type legendWriter struct {
	bytes.Buffer
	y float64
}

// document puts around the rows what says to a screen reader what the picture is.
func (w *legendWriter) document(doc *legend) []byte {
	var b bytes.Buffer
	height := math.Ceil(w.y + legendMargin)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%g" viewBox="0 0 %d %g" role="img" aria-labelledby="t d" lang="fr" font-family="system-ui, sans-serif" font-size="13" fill="%s">`+"\n",
		legendWidth, height, legendWidth, height, Ink)
	fmt.Fprintf(&b, "<title id=\"t\">%s</title>\n", escape.Replace(texts.Say("legend.title", "title", doc.Title)))
	summaries := make([]string, len(doc.Layers))
	for i := range doc.Layers {
		summaries[i] = doc.Layers[i].summary()
	}
	fmt.Fprintf(&b, "<desc id=\"d\">%s</desc>\n", escape.Replace(strings.Join(summaries, " ")))
	fmt.Fprintf(&b, `<defs><pattern id="h" width="%[1]d" height="%[1]d" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V%[1]d" stroke="%[2]s" stroke-width="2.4"/></pattern></defs>`+"\n",
		6, hatchColour)
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%g\" fill=\"#ffffff\"/>\n", legendWidth, height)
	b.Write(w.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (w *legendWriter) layer(d *layerLegend) {
	w.y += 6
	if len(d.Entries) != 1 || d.Entries[0].Label != d.Title {
		title := d.Title
		if d.Unit != "" && d.Kind == "circles" {
			title += " (" + d.Unit + ")"
		}
		w.title(title, 13)
	}
	entries := d.Entries
	if len(d.Axes) == 2 {
		w.square(d)
		entries = entries[dataset.CrossedClasses*dataset.CrossedClasses:]
	}
	for i := range entries {
		w.entry(&entries[i])
	}
}

func (w *legendWriter) entry(e *entry) {
	lines := wrapped(e.Label, letters-6)
	height := max(rowHeight, 2*e.Radius+4, float64(len(lines))*16+8)
	middle := w.y + height/2
	w.swatch(e, middle)
	for i, text := range lines {
		w.text(legendMargin+swatchWidth+20, middle+4.5+16*(float64(i)-float64(len(lines)-1)/2), "", text)
	}
	w.y += height
}

// swatch draws the symbol, with an outline that a pale colour needs on white (WCAG 2.2, 1.4.11).
func (w *legendWriter) swatch(e *entry, middle float64) {
	const left, outline = legendMargin, ` stroke="#6b7280" stroke-width="0.75"`
	switch e.Shape {
	case shapeLine:
		fmt.Fprintf(w, "<path d=\"M%d %gh%d\" stroke=\"%s\" stroke-width=\"%.4g\"/>\n", left, middle, swatchWidth, e.Colour, 2*e.Width)
	case shapeCircle:
		fmt.Fprintf(w, "<circle cx=\"%g\" cy=\"%g\" r=\"%.4g\" fill=\"%s\"%s/>\n", left+swatchWidth/2.0, middle, e.Radius, e.Colour, outline)
		if e.Count > 0 {
			w.text(left+swatchWidth/2.0, middle+3.5, ` text-anchor="middle" font-size="10" font-weight="600" fill="#ffffff"`, strconv.Itoa(e.Count))
		}
	default:
		rect := fmt.Sprintf(`<rect x="%d" y="%g" width="%d" height="%d"`, left, middle-swatchHeight/2, swatchWidth, swatchHeight)
		fmt.Fprintf(w, "%s fill=\"%s\"%s/>\n", rect, e.Colour, outline)
		if e.Pattern == hatches {
			fmt.Fprintf(w, "%s fill=\"url(#h)\"/>\n", rect)
		}
	}
}

func (w *legendWriter) title(text string, size int) {
	for _, line := range wrapped(text, letters*13/size) {
		w.y += titleHeight
		w.text(legendMargin, w.y-5, fmt.Sprintf(` font-weight="600" font-size="%d"`, size), line)
	}
}

func (w *legendWriter) small(text string) {
	w.y += titleHeight
	w.text(legendMargin, w.y-5, ` font-size="11" fill="#4b5563"`, text)
}

func (w *legendWriter) text(x, y float64, attributes, text string) {
	fmt.Fprintf(w, "<text x=\"%g\" y=\"%g\"%s>%s</text>\n", x, y, attributes, escape.Replace(text))
}

// wrapped breaks a text at its spaces in lines of so many letters.
func wrapped(text string, most int) (lines []string) {
	line := ""
	for _, word := range strings.Split(text, " ") {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > most {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
