package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// cell is a cell of the grid of population where someone lives, as few bytes as it takes: there are over two million.
type cell struct {
	lon, lat, people float64
	commune          int32
	road             int32 // its row of the matrix; -1 for none
}

// readCells reads the cells of communes that have people, by commune.
func (g *ground) readCells(ctx context.Context, s *Source, box *geo.BBox) (cells []cell, err error) {
	const name = "population-carreaux"
	d := s.Dataset(name)
	if d == nil {
		return nil, nil
	}
	id, people, commune := d.Schema.Index("id"), d.Schema.Index("population"), d.Schema.Index("code_insee")
	q := dataset.Query{BBox: box, Columns: rising([]int{id, people, commune}), Geometry: dataset.AsWKB}
	today := &currentCodes{Source: s}
	for f, err := range s.Features(ctx, name, q) {
		if err != nil {
			return nil, err
		}
		code, err := today.of(ctx, g, f.Values[commune].Text())
		if err != nil {
			return nil, err
		}
		at, ours := g.at[code]
		lon, lat, somewhere := geo.PointOf(f.WKB)
		n := amount(f.Values[people])
		if ours && somewhere && n > 0 && g.communes[at].population > 0 {
			cells = append(cells, cell{lon, lat, n, int32(at), g.matrix.row(f.Values[id].Text())})
		}
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.commune, b.commune), cmp.Compare(a.lat, b.lat), cmp.Compare(a.lon, b.lon),
			cmp.Compare(a.people, b.people), cmp.Compare(a.road, b.road))
	})
	return cells, nil
}

// settle puts the population of each commune on its cells, each its share of it, or at its point where it has none. Cells are
// those of another year, or of households only: they say where people live, the commune how many they are.
func (g *ground) settle(cells []cell) {
	for i := range g.communes {
		c := &g.communes[i]
		c.from = len(g.people)
		n := 0
		for n < len(cells) && int(cells[n].commune) == i {
			n++
		}
		switch mine := cells[:n]; {
		case !(c.population > 0):
		case n > 0:
			c.cells = true
			g.settleCells(c.population, mine)
		case c.point == c.point:
			g.points, g.people = append(g.points, c.point), append(g.people, c.population)
			g.matrix.start(g.matrix.row(c.code))
		}
		c.to = len(g.people)
		cells = cells[n:]
	}
}

func (g *ground) settleCells(population float64, cells []cell) {
	all := 0.0
	for _, c := range cells {
		all += c.people
	}
	for _, c := range cells {
		g.points = append(g.points, pointAt(c.lon, c.lat))
		g.people = append(g.people, population*(c.people/all))
		g.matrix.start(c.road)
	}
}

// mean is a weighted mean on its way; NaN of nothing.
type mean struct{ sum, weight float64 }

func (m *mean) add(x, weight float64) {
	if !math.IsNaN(x) {
		m.sum += x * weight
		m.weight += weight
	}
}

func (m mean) value() float64 { return m.sum / m.weight }
