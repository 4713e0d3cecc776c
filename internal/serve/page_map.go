package serve

import (
	"bytes"
	"context"
	"math"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// Map is what a small map shows: shapes, on the outlines of territories of the same release.
type Map struct {
	Box    geo.BBox
	Shapes []Shape
	Ground [][]byte  // GeoJSON geometries
	Frame  *geo.BBox // a box to draw, of an extent
}

// Shape is a feature on a map.
type Shape struct {
	Title   string
	GeoJSON []byte
}

// grounds are the collections whose outlines may lie under a map, the finest first.
var grounds = []string{"communes", "departements", "regions"}

// mostOutlines is how many outlines a map has at most: beyond, a coarser ground says as much in fewer bytes.
const mostOutlines = 60

// smallMap makes the map of some shapes; nil without any.
func (s *Server) smallMap(ctx context.Context, r *request, shapes []Shape) (*Map, error) {
	box, any := boxOf(shapes)
	if !any {
		return nil, nil
	}
	m := &Map{Box: padded(box), Shapes: shapes}
	return m, s.ground(ctx, r, m)
}

// extentMap shows where a collection lies.
func (s *Server) extentMap(ctx context.Context, r *request, extent *geo.BBox) (*Map, error) {
	if extent == nil || extent.West > extent.East {
		return nil, nil
	}
	m := &Map{Box: padded(*extent), Frame: extent}
	return m, s.ground(ctx, r, m)
}

// ground draws the finest outlines that are few enough within the map.
func (s *Server) ground(ctx context.Context, r *request, m *Map) error {
	for _, name := range grounds {
		d, e := r.datasets[name], r.manifest.Entry(name)
		if d == nil || e == nil || r.pruned[name] || e.Rows == 0 || len(d.Levels()) == 0 {
			continue
		}
		pixel := (m.Box.East - m.Box.West) / mapPixels
		query := dataset.Query{BBox: &m.Box, Limit: mostOutlines + 1, Columns: []int{0}, Geometry: dataset.AsGeoJSON, Level: d.Level(max(pixel, d.Levels()[0]))}
		var outlines [][]byte
		for f, err := range s.DB.Features(ctx, e.Version, d, query) {
			if err != nil {
				return err
			}
			outlines = append(outlines, bytes.Clone(f.GeoJSON))
		}
		if len(outlines) > 0 && len(outlines) <= mostOutlines {
			m.Ground = outlines
			return nil
		}
	}
	return nil
}

// mapPixels is about how wide maps are.
const mapPixels = 640

func boxOf(shapes []Shape) (box geo.BBox, any bool) {
	box = geo.BBox{West: math.Inf(1), South: math.Inf(1), East: math.Inf(-1), North: math.Inf(-1)}
	for _, s := range shapes {
		Positions(s.GeoJSON, func(x, y float64, _ bool) {
			box.West, box.East = min(box.West, x), max(box.East, x)
			box.South, box.North = min(box.South, y), max(box.North, y)
			any = true
		})
	}
	return box, any
}

// padded leaves some room around a box, and makes one of a point. It stays on the globe.
func padded(b geo.BBox) geo.BBox {
	margin := max((b.East-b.West)*0.06, (b.North-b.South)*0.06, 0.02)
	return geo.BBox{West: max(b.West-margin, -180), South: max(b.South-margin, -90), East: min(b.East+margin, 180), North: min(b.North+margin, 90)}
}

// Positions gives each position of a GeoJSON geometry in turn, and whether it begins a line, a ring or a point. The text
// is our own (RFC 7946, coordinates in two dimensions), so it is not checked again.
func Positions(geometry []byte, each func(x, y float64, begins bool)) {
	at := bytes.Index(geometry, []byte(`"coordinates"`))
	if at < 0 {
		return
	}
	begins, text := true, geometry[at:]
	for i := 0; i < len(text); i++ {
		if text[i] != '[' || i+1 >= len(text) || text[i+1] == '[' {
			begins = begins || text[i] == '['
			continue
		}
		end := bytes.IndexByte(text[i:], ']')
		if end < 0 {
			return
		}
		if x, y, ok := position(text[i+1 : i+end]); ok {
			each(x, y, begins)
			begins = false
		}
		i += end
	}
}

func position(text []byte) (x, y float64, ok bool) {
	first, second, ok := strings.Cut(string(text), ",")
	x, errX := strconv.ParseFloat(strings.TrimSpace(first), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(second), 64)
	return x, y, ok && errX == nil && errY == nil
}
