package serve

import (
	"bytes"
	"context"
	"io"
	"math"
	"slices"

	"github.com/klauspost/compress/gzip"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/tile"
)

// compose writes the layers of a tile: MVT that follow each other are one (protocol buffers join repeated fields, MVT 2.1 §4.1).
func (s *Server) compose(ctx context.Context, w io.Writer, m *mosaic) error {
	for _, l := range m.layers {
		mvt, err := s.layerTile(ctx, l, m.Tile)
		if err != nil {
			return err
		}
		if _, err := w.Write(mvt); err != nil {
			return err
		}
	}
	return nil
}

// layerTile is the MVT of one collection; empty where it has no feature.
func (s *Server) layerTile(ctx context.Context, l *tileLayer, t geo.Tile) ([]byte, error) {
	at, err := l.find(t)
	switch {
	case err != nil || at.length == 0:
		return nil, err
	case l.stored(t):
		return l.archive.mvt(at)
	case l.points():
		return s.livePoints(ctx, l, t)
	}
	mvt, above, err := l.polygons(t, at)
	if err != nil || l.plain() {
		return mvt, err
	}
	ranks, err := s.DB.Ranks(ctx, l.entry.Version, l.d, l.query, t.Padded(math.Ldexp(0.25, int(t.Z-above.Z))))
	if err != nil {
		return nil, err
	}
	return tile.Filter(mvt, ranks.Has)
}

// polygons are all those of a tile, from the one of the archive that holds it: its borders lie where they do whatever is asked
// for.
func (l *tileLayer) polygons(t geo.Tile, at spot) (mvt []byte, above geo.Tile, err error) {
	if mvt, err = l.archive.mvt(at); err != nil {
		return nil, above, err
	}
	if above = l.archive.above(t); above != t {
		mvt, err = tile.Overzoom(mvt, above, t)
	}
	return mvt, above, err
}

// mostLive is how many points a tile may have that is made while a client waits: more than any budget leaves, and 30 MB
// of memory. Where there are more, cells merge them: nothing is cut, and nothing refused.
const mostLive = 1 << 16

// livePoints makes a tile of the points that are asked for, in the cells that the archive has at its zoom; beyond, in the
// finest that hold the budget.
func (s *Server) livePoints(ctx context.Context, l *tileLayer, t geo.Tile) ([]byte, error) {
	bound := tile.Bound{Most: mostLive}
	if int(t.Z) <= l.archive.last() {
		bound.Cell = l.archive.cells[int(t.Z)]
	} else {
		bound.Cell = tile.Cell(l.d, int(t.Z))
		bound.Holds = func(mvt []byte) bool { return within(mvt, l.d.Tiles().Budget) }
	}
	return tile.PointsWithin(l.d, t, bound, s.pointsOf(ctx, l, t))
}

// pointsOf reads the points that are asked for of a tile, and what tiles say of them.
func (s *Server) pointsOf(ctx context.Context, l *tileLayer, t geo.Tile) tile.Features {
	q := l.query
	box := t.Padded(1. / tile.Extent) // what lies on the edge of the tile is in it, however its degrees are rounded
	if t.Y == 0 {
		box.North = 90 // beyond the square of Web Mercator all is on its edge
	}
	if t.Y == 1<<t.Z-1 {
		box.South = -90
	}
	q.BBox, q.Located, q.Geometry, q.Columns = &box, true, dataset.AsWKB, tileColumns(l.d)
	return s.DB.Features(ctx, l.entry.Version, l.d, q)
}

// tileColumns are the positions of the columns that tiles have.
func tileColumns(d *dataset.Dataset) []int {
	columns := []int{}
	t := d.Tiles()
	for i := range d.Schema.Columns {
		if name := d.Schema.Columns[i].Name; slices.Contains(t.Properties, name) || slices.Contains(t.Sums, name) {
			columns = append(columns, i)
		}
	}
	return columns
}

// within says whether a tile takes at most so many bytes, compressed.
func within(mvt []byte, budget int) bool {
	if len(mvt) <= budget {
		return true
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(mvt) // to memory
	_ = z.Close()
	return packed.Len() <= budget
}
