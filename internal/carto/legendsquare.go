package carto

import (
	"fmt"

	"maille/internal/dataset"
)

// Measures of the square of a bivariate map, in pixels.
const (
	cellSide    = 52
	squareSide  = dataset.CrossedClasses * cellSide
	axisRoom    = 16 // for a line of the name of an axis
	axisLetters = 22 // of such a line, along the square
	smallLine   = 13
	cellLetters = 8  // of the name of a class in a cell's width
	sideLetters = 16 // beside the square
)

// square crosses two quantities: classes of the first one go upward, those of the second one to the right, each along an arrow that has its name. A
// cell says its class where a pointer rests on it.
func (w *legendWriter) square(d *layerLegend) {
	up, right := d.Axes[0], d.Axes[1]
	names := wrapped(up.Title, axisLetters)
	top, left := w.y+10, float64(legendMargin+axisRoom*len(names)+10)
	for i := range dataset.CrossedClasses * dataset.CrossedClasses {
		e, row, column := &d.Entries[i], i/dataset.CrossedClasses, i%dataset.CrossedClasses
		fmt.Fprintf(w, "<rect x=\"%g\" y=\"%g\" width=\"%d\" height=\"%d\" fill=\"%s\" stroke=\"#ffffff\" stroke-width=\"1.5\"><title>%s</title></rect>\n",
			left+float64(column*cellSide), top+float64(row*cellSide), cellSide, cellSide, e.Colour, escape.Replace(e.Label))
	}
	bottom := top + squareSide
	w.arrow(left-6, bottom, fmt.Sprintf("v-%dm-4 6l4 -6l4 6", squareSide))
	w.arrow(left, bottom+6, fmt.Sprintf("h%dm-6 -4l6 4l-6 4", squareSide))
	for i, line := range names {
		x := left - 14 - axisRoom*float64(len(names)-1-i)
		w.text(0, 0, fmt.Sprintf(` transform="translate(%g %g) rotate(-90)" font-size="12" font-weight="600"`, x, bottom), line)
	}
	for i := range dataset.CrossedClasses {
		w.lines(left+squareSide+8, bottom-(float64(i)+0.5)*cellSide, "", wrapped(up.Classes[i], sideLetters), true)
	}
	w.y = w.columns(left, bottom+22, right.Classes)
	for _, line := range wrapped(right.Title, letters-8) {
		w.text(left, w.y, ` font-size="12" font-weight="600"`, line)
		w.y += axisRoom
	}
}

// columns names the classes of the second quantity under their cells, and gives where the next line goes.
func (w *legendWriter) columns(left, y float64, classes []string) (below float64) {
	most := 0
	for i, name := range classes {
		lines := wrapped(name, cellLetters)
		w.lines(left+(float64(i)+0.5)*cellSide, y, ` text-anchor="middle"`, lines, false)
		most = max(most, len(lines))
	}
	return y + float64(most*smallLine) + 8
}

// lines writes small lines under each other from y, or around it.
func (w *legendWriter) lines(x, y float64, attributes string, lines []string, around bool) {
	if around {
		y += 4 - smallLine*float64(len(lines)-1)/2
	}
	for i, line := range lines {
		w.text(x, y+float64(i*smallLine), attributes+` font-size="11"`, line)
	}
}

func (w *legendWriter) arrow(x, y float64, path string) {
	fmt.Fprintf(w, "<path d=\"M%g %g%s\" fill=\"none\" stroke=\"%s\"/>\n", x, y, path, Ink)
}
