package serve

import (
	"context"
	"io"
	"net/http"

	"maille/internal/dataset"
	"maille/internal/geo"
)

const mediaMVT = "application/vnd.mapbox-vector-tile"

var offerMVT = offer{"mvt", mediaMVT, []string{"application/x-protobuf"}}

// tiled answers the request for a tile; false when it is for something else. Maps ask for many tiles at once, and programs that
// guess for many that are not there: the router, which looks through all paths in turn, would take most of the time.
func (s *Server) tiled(w http.ResponseWriter, asked *http.Request) bool {
	a, ok := tilePath(asked.URL.EscapedPath())
	if !ok {
		return false
	}
	r := s.request(asked, a.release)
	r.meter = s.meters.tile
	metered(w, r.meter)
	if err := s.tile(w, r, &a); err != nil {
		s.failed(w, r, err)
	}
	return true
}

// tile answers one: from the archive of a version as it is stored, or made for this request. One without features is empty.
func (s *Server) tile(w http.ResponseWriter, r *request, a *tileAddress) (err error) {
	if r.view, err = s.view(r); err != nil {
		return err
	}
	if err := r.tileType(a); err != nil {
		return err
	}
	t, err := a.tile()
	if err != nil {
		return err
	}
	named, err := r.named(a)
	if err != nil {
		return err
	}
	m := mosaic{Tile: t}
	defer func() { releaseAll(m.layers) }()
	if err := s.lay(r, &m, named); err != nil {
		return err
	}
	if a.matrixSet != "" {
		if err := m.outside(); err != nil {
			return err
		}
	}
	if l := m.only(); l != nil && l.stored(t) {
		return s.sendStored(w, r, l.archive, t)
	}
	switch occupied, err := m.occupied(); {
	case err != nil:
		return err
	case !occupied:
		sendEmpty(w, r)
		return nil
	}
	return s.send(w, r, answer{mediaType: mediaMVT, depends: m.depends(), anywhere: true,
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) { return nil, s.compose(ctx, w, &m) }})
}

// tileType holds the request to what tiles are. The name of a plain one says it, so that Accept has no part in it and shared
// caches keep one copy (RFC 9110 §12.4.1); the paths of OGC API Tiles do not say.
func (r *request) tileType(a *tileAddress) error {
	err := r.read()
	if err == nil && (a.matrixSet != "" || r.query.Has("f")) {
		_, err = r.negotiate(offerMVT)
	}
	return err
}

// mosaic is a tile, and the collections whose features it has.
type mosaic struct {
	geo.Tile
	layers []*tileLayer
}

// only is the layer when there is one.
func (m *mosaic) only() *tileLayer {
	if len(m.layers) != 1 {
		return nil
	}
	return m.layers[0]
}

// occupied says whether the tile may have features; it has none where the archives say so, which costs nothing.
func (m *mosaic) occupied() (bool, error) {
	for _, l := range m.layers {
		if at, err := l.find(m.Tile); err != nil || at.length > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// depends is what the features of the tile are a function of.
func (m *mosaic) depends() []string {
	parts := []string{"tile", m.Tile.String()}
	for _, l := range m.layers {
		parts = append(parts, l.entry.Hash, l.entry.Fingerprint, l.params().Encode())
		if l.archive != nil {
			parts = append(parts, l.archive.sha)
		}
	}
	return parts
}

// tileLayer is a collection in a tile: which of its features, and the archive of their version.
type tileLayer struct {
	page
	archive *archive // nil where no feature has a place
}

func (l *tileLayer) release() {
	if l.archive != nil {
		l.archive.release()
	}
}

func releaseAll(layers []*tileLayer) {
	for _, l := range layers {
		l.release()
	}
}

// plain says whether all features are asked for.
func (l *tileLayer) plain() bool {
	q := &l.query
	return q.Filter == nil && len(q.Equal) == 0 && (q.Time == dataset.Interval{} || l.d.Publication.Time == "")
}

// points says whether the features are points, whose tiles can be made at any zoom.
func (l *tileLayer) points() bool { return l.d.Publication.Geometry.Type == "Point" }

// stored says whether the tile that is asked for is that of the archive.
func (l *tileLayer) stored(t geo.Tile) bool {
	return l.plain() && l.archive != nil && int(t.Z) <= l.archive.last()
}

// find is where the archive has the tile, or the one above it where its zooms end.
func (l *tileLayer) find(t geo.Tile) (spot, error) {
	if l.archive == nil {
		return spot{}, nil
	}
	return l.archive.find(t)
}

// zooms are the first and the last that have tiles, of the collection alone.
func (l *tileLayer) zooms() (first, last int) {
	t := l.d.Tiles()
	switch {
	case l.archive == nil:
		return t.MinZoom, t.MaxZoom
	case l.points():
		return l.archive.first(), max(l.archive.last(), t.MaxZoom)
	}
	return l.archive.first(), l.archive.last()
}
