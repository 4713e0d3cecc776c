package serve

import (
	"bytes"
	"context"
	"io"
	"math"
	"slices"

	"github.com/klauspost/compress/gzip"

	"maille/internal/dataset"
	"maille/internal/fault"
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
		return l.archive.body(at, identity, new([]byte))
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
	if mvt, err = l.archive.body(at, identity, new([]byte)); err != nil {
		return nil, above, err
	}
	if above = l.archive.above(t); above != t {
		mvt, err = tile.Overzoom(mvt, above, t)
	}
	return mvt, above, err
}

// livePoints makes a tile of the points that are asked for, in the cells that the archive has at its zoom; beyond, in the
// finest that hold the budget.
func (s *Server) livePoints(ctx context.Context, l *tileLayer, t geo.Tile) ([]byte, error) {
	if int(t.Z) <= l.archive.last() {
		return tile.Points(l.d, t, l.archive.cells[int(t.Z)], s.pointsOf(ctx, l, t))
	}
	for cell := tile.Cell(l.d, int(t.Z)); ; cell = max(1, 2*cell) {
		mvt, err := tile.Points(l.d, t, cell, s.pointsOf(ctx, l, t))
		if err != nil || cell == tile.Extent || within(mvt, l.d.Tiles().Budget) {
			return mvt, err
		}
	}
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
	q.BBox, q.Geometry, q.Columns = &box, dataset.AsWKB, tileColumns(l.d)
	return placed(s.DB.Features(ctx, l.entry.Version, l.d, q), l.d.Name)
}

// mostLive is how many points a tile is made of while a client waits: they are held in memory, some 100 bytes each.
const mostLive = 500_000

// placed are the features that have a place, which a box asks for besides those in it; it refuses a tile of too many.
func placed(features tile.Features, name string) tile.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		n := 0
		for f, err := range features {
			if err == nil && f.WKB == nil {
				continue
			}
			if n++; n > mostLive {
				f, err = nil, fault.New(fault.Invalid, "filter: more than %d features of %s are in this tile; ask for fewer, or for a deeper zoom", mostLive, name).About("filter")
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
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
