package web

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"strconv"

	"maille/internal/geo"
	"maille/internal/serve"
)

// draw makes a map as SVG, drawn to scale at its middle latitude. Its table twin is the page's.
func (s say) draw(m *serve.Map, title, description string) template.HTML {
	c := newCanvas(m.Box)
	b := &c.svg
	fmt.Fprintf(b, `<svg class="map" role="img" aria-labelledby="map-title map-desc" viewBox="0 0 %d %d"><title id="map-title">%s</title><desc id="map-desc">%s</desc>`,
		c.width, c.height, escaped(title), escaped(description))
	b.WriteString(`<path class="ground" d="`)
	for _, geometry := range m.Ground {
		c.outline(geometry)
	}
	b.WriteString(`"/>`)
	if f := m.Frame; f != nil {
		x, y := c.place(f.West, f.North)
		right, bottom := c.place(f.East, f.South)
		fmt.Fprintf(b, `<rect class="frame" x="%d" y="%d" width="%d" height="%d"/>`, x, y, right-x, bottom-y)
	}
	for i := range m.Shapes {
		c.shape(&m.Shapes[i])
	}
	c.scale(s)
	b.WriteString("</svg>")
	return template.HTML(b.String()) // its only texts are escaped above
}

func escaped(text string) string { return template.HTMLEscapeString(text) }

// Sides of a map, in units of which a screen shows about two in a pixel.
const (
	widest, tallest, lowest = 1280, 1280, 480
)

// canvas places degrees on a drawing.
type canvas struct {
	svg           bytes.Buffer
	box           geo.BBox
	width, height int
	perDegree     float64 // units in a degree of latitude
	narrowing     float64 // of a degree of longitude
}

func newCanvas(box geo.BBox) *canvas {
	c := &canvas{box: box, width: widest, narrowing: math.Max(math.Cos((box.North+box.South)/2*math.Pi/180), 0.1)}
	wide, high := math.Max((box.East-box.West)*c.narrowing, 1e-6), math.Max(box.North-box.South, 1e-6)
	c.perDegree = math.Min(widest/wide, tallest/high)
	c.height = max(int(math.Ceil(high*c.perDegree)), lowest)
	return c
}

// place is where a position stands, the box in the middle.
func (c *canvas) place(x, y float64) (int, int) {
	middleX, middleY := (c.box.West+c.box.East)/2, (c.box.South+c.box.North)/2
	return int(math.Round(float64(c.width)/2 + (x-middleX)*c.narrowing*c.perDegree)), int(math.Round(float64(c.height)/2 - (y-middleY)*c.perDegree))
}

// outline appends the path of a geometry, in steps from one vertex to the next. Vertices that fall together are one.
func (c *canvas) outline(geometry []byte) {
	lastX, lastY := 0, 0
	serve.Positions(geometry, func(lon, lat float64, begins bool) {
		x, y := c.place(lon, lat)
		switch {
		case begins:
			fmt.Fprintf(&c.svg, "M%d %d", x, y)
		case x == lastX && y == lastY:
			return
		default:
			c.step(x-lastX, y-lastY)
		}
		lastX, lastY = x, y
	})
}

func (c *canvas) step(x, y int) {
	b := strconv.AppendInt(append(c.svg.AvailableBuffer(), 'l'), int64(x), 10)
	if y >= 0 {
		b = append(b, ' ')
	}
	c.svg.Write(strconv.AppendInt(b, int64(y), 10))
}

func (c *canvas) shape(s *serve.Shape) {
	if bytes.Contains(s.GeoJSON, []byte(`"Point"`)) {
		serve.Positions(s.GeoJSON, func(lon, lat float64, _ bool) {
			x, y := c.place(lon, lat)
			fmt.Fprintf(&c.svg, `<circle class="dot" cx="%d" cy="%d" r="10"><title>%s</title></circle>`, x, y, escaped(s.Title))
		})
		return
	}
	c.svg.WriteString(`<path class="shape" d="`)
	c.outline(s.GeoJSON)
	fmt.Fprintf(&c.svg, `"><title>%s</title></path>`, escaped(s.Title))
}

// kilometre is that of the sphere on which a degree of latitude is 1/360 of the meridian.
const kilometresInDegree = 40_007.863 / 360

// scale draws a bar of a round length, at most a quarter of the width.
func (c *canvas) scale(s say) {
	unit := c.perDegree / kilometresInDegree // of a kilometre
	longest := float64(c.width) / 4 / unit
	length := math.Pow(10, math.Floor(math.Log10(longest)))
	for _, times := range []float64{5, 2} {
		if length*times <= longest {
			length *= times
			break
		}
	}
	wide := int(length * unit)
	fmt.Fprintf(&c.svg, `<g class="scale" aria-hidden="true"><path d="M24 %dv12h%dv-12"/><text x="%d" y="%d">%s km</text></g>`,
		c.height-36, wide, 24+wide+14, c.height-24, s.grouped(strconv.FormatFloat(length, 'f', -1, 64)))
}
