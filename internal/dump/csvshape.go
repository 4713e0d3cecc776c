package dump

import (
	"math"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// csvShape writes a feature's geometry in the columns that Content.Shape adds.
type csvShape struct {
	wkt, x, y    bool // the columns that are added
	xName, yName string
	form         numberForm
	grid         float64
	shape        wkbShape
}

// newCSVShape finds which columns to add: none when the dataset has no geometry, and none that would stand twice.
func newCSVShape(c *Content) *csvShape {
	s := &csvShape{xName: "longitude", yName: "latitude", form: newNumberForm(c.CRS), grid: 1e-7}
	if c.CRS != nil {
		s.grid = math.Pow10(-c.CRS.Digits)
		if c.CRS.Code != geo.SRID {
			s.xName, s.yName = "x", "y"
		}
	}
	if c.hasGeometry() {
		s.wkt = c.Shape == AsWKT
		s.x = c.Shape == AsLonLat && !c.writes(s.xName)
		s.y = c.Shape == AsLonLat && !c.writes(s.yName)
	}
	return s
}

// names are the columns in the order in which append writes them.
func (s *csvShape) names() (names []string) {
	if s.wkt {
		names = append(names, "geometry_wkt")
	}
	if s.x {
		names = append(names, s.xName)
	}
	if s.y {
		names = append(names, s.yName)
	}
	return names
}

// append writes the cells, empty for a feature without geometry.
func (s *csvShape) append(buf []byte, f *dataset.Feature) ([]byte, error) {
	if !s.wkt && !s.x && !s.y {
		return buf, nil
	}
	if f.WKB == nil {
		for range s.names() {
			buf = append(buf, ',')
		}
		return buf, nil
	}
	if err := s.shape.read(f.WKB); err != nil {
		return buf, err
	}
	if s.wkt {
		buf = append(buf, ',')
		start := len(buf)
		return quoteCell(s.shape.appendWKT(buf, s.form), start), nil
	}
	return s.appendInside(buf), nil
}

func (s *csvShape) appendInside(buf []byte) []byte {
	x, y, ok := s.shape.inside(s.grid)
	for _, cell := range [...]struct {
		written bool
		value   float64
	}{{s.x, x}, {s.y, y}} {
		if cell.written {
			buf = append(buf, ',')
			if ok {
				buf = s.form.append(buf, cell.value)
			}
		}
	}
	return buf
}
