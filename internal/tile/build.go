package tile

import (
	"iter"
	"math"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// Extent is how many units a tile is wide and high (MVT 2.1 §4.1), and Buffer how many of them around it polygons go on for,
// so that outlines drawn on the edge of a tile are whole. A point is in one tile only.
const (
	Extent = 4096
	Buffer = 64
)

// Count is the property of a point that says how many features it stands for, and Reduced that of a point that stands for a
// polygon too small to draw.
const (
	Count   = "_nombre"
	Reduced = "_reduit"
)

// Features are what tiles are made of, with their geometry AsWKB.
type Features = iter.Seq2[*dataset.Feature, error]

// Sink takes a tile: gzip of MVT. Tiles come zoom by zoom or not, in any order, each once; one that would be empty does not
// come. The bytes are the sink's.
type Sink func(t geo.Tile, gzipped []byte) error

// Options of Build.
type Options struct {
	Folder string // for temporary files, as large as the tiles and, of points, their properties with 28 bytes each; "" for the system's

	run int // bytes of points that are sorted in memory at a time; runSize unless set
}

// Report accounts for the features at each zoom.
type Report struct {
	Features  int64  `json:"features"`  // that came
	Unlocated int64  `json:"unlocated"` // of these, without geometry: in no tile
	Zooms     []Zoom `json:"zooms"`     // those that have tiles, rising
}

// Zoom is what became of the features at one zoom: Features that have a geometry = Kept + Reduced + Merged.
type Zoom struct {
	Zoom      int     `json:"zoom"`
	Tiles     int64   `json:"tiles"`
	Kept      int64   `json:"kept"`                // features that are themselves
	Reduced   int64   `json:"reduced,omitempty"`   // polygons too small to draw that are points
	Merged    int64   `json:"merged,omitempty"`    // points that are part of a point with a count
	Points    int64   `json:"points,omitempty"`    // how many points with a count above 1 there are
	Cell      int     `json:"cell,omitempty"`      // in units: of points, width of the cells in which they are merged, 0 where none is; of polygons, of the grid that vertices are on, 0 for that of units
	Tolerance float64 `json:"tolerance,omitempty"` // of polygons: in units, of the generalisation
	Bytes     int64   `json:"bytes"`               // of all tiles, compressed
	Heaviest  int64   `json:"heaviest"`            // bytes of the largest tile, compressed
	Where     string  `json:"where"`               // it is: z/x/y
}

// Build makes every tile of a dataset from its minzoom to its prerender, within its budget: a zoom that has a tile beyond it
// is made again, coarser.
func Build(d *dataset.Dataset, features Features, o Options, sink Sink) (r *Report, err error) {
	defer fault.Wrap(&err, "tile.Build %s", d.Name)
	t := d.Tiles()
	if t == nil {
		return nil, fault.New(fault.Internal, "%s has no geometry", d.Name)
	}
	build := buildPolygons
	if d.Publication.Geometry.Type == "Point" {
		build = buildPoints
	}
	r = &Report{}
	if r.Zooms, err = build(d, r.located(features), o, sink); err != nil {
		return nil, err
	}
	return r, nil
}

// located counts the features, and passes those on that have a geometry.
func (r *Report) located(features Features) Features {
	return func(yield func(*dataset.Feature, error) bool) {
		for f, err := range features {
			if err != nil {
				yield(nil, err)
				return
			}
			r.Features++
			if nowhere(f.WKB) {
				r.Unlocated++
			} else if !yield(f, nil) {
				return
			}
		}
	}
}

// nowhere says whether a geometry is none, or POINT EMPTY, or another that has no parts.
func nowhere(wkb []byte) bool {
	longitude, latitude, ok := geo.PointOf(wkb)
	const head = 9 // EWKB: byte order, type and SRID, all little-endian; then, but for points, how many parts
	return wkb == nil || ok && math.IsNaN(longitude+latitude) || !ok && len(wkb) == head+4 && [4]byte(wkb[head:]) == [4]byte{}
}
