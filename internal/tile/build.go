package tile

import (
	"cmp"
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
	Count   = dataset.CountProperty
	Reduced = dataset.ReducedProperty
)

// Features are what tiles are made of, with their geometry AsWKB.
type Features = iter.Seq2[*dataset.Feature, error]

// Sink takes a tile: gzip of MVT. Tiles come zoom by zoom or not, in any order, each once; one that would be empty does not
// come. The bytes are the sink's.
type Sink func(t geo.Tile, gzipped []byte) error

// Options of Build.
type Options struct {
	Folder string          // for temporary files, as large as the tiles and, of points, their properties with 28 bytes each; "" for the system's
	Stop   func() error    // asked again and again, by all cores, whether to go on; once it has an error it keeps to it. nil is never
	Made   func(bytes int) // told of each tile once it is compressed, of several zooms at once: long before the sink has it, and again when its zoom is made coarser; nil for nobody

	run int // bytes of points that are sorted in memory at a time; runSize unless set
}

// Report accounts for the features at each zoom.
type Report struct {
	Features  int64     `json:"features"`           // that came
	Unlocated int64     `json:"unlocated"`          // of these, without geometry: in no tile
	Zooms     []Zoom    `json:"zooms"`              // those that have tiles, one after the other
	LeftOut   []LeftOut `json:"left_out,omitempty"` // those that have none, rising
}

// Zoom is what became of the features at one zoom: Features that have a geometry = Kept + Reduced + Merged.
type Zoom struct {
	Zoom      int      `json:"zoom"`
	Tiles     int64    `json:"tiles"`
	Kept      int64    `json:"kept"`                // features that are themselves
	Reduced   int64    `json:"reduced,omitempty"`   // polygons too small to draw that are points
	Merged    int64    `json:"merged,omitempty"`    // points that are part of a point with a count
	Points    int64    `json:"points,omitempty"`    // how many points with a count above 1 there are
	Cell      int      `json:"cell,omitempty"`      // in units: of points, width of the cells in which they are merged, 0 where none is; of polygons, of the grid that vertices are on, 0 for that of units
	Tolerance float64  `json:"tolerance,omitempty"` // of polygons: in units, of the generalisation
	Without   []string `json:"without,omitempty"`   // properties that the budget left no room for
	Bytes     int64    `json:"bytes"`               // of all tiles, compressed
	Heaviest  int64    `json:"heaviest"`            // bytes of the largest tile, compressed
	Where     string   `json:"where"`               // it is: z/x/y
}

// LeftOut is a zoom that has no tiles because one is over the budget however coarse: which, and its bytes, compressed, or
// before that where there are so many that it is not tried. A zoom within the budget that such a one parts from the others
// is left out with it, and says neither.
type LeftOut struct {
	Zoom  int    `json:"zoom"`
	Where string `json:"where,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
}

// Build makes every tile of a dataset from its minzoom to its prerender, within its budget: a zoom that has a tile beyond it
// is made again, coarser, then without what features say beside their key and what the map shows, and then left out. A
// dataset that has shapes and no zoom left is refused.
func Build(d *dataset.Dataset, features Features, o Options, sink Sink) (r *Report, err error) {
	defer fault.Wrap(&err, "tile.Build %s", d.Name)
	t := d.Tiles()
	if t == nil {
		return nil, fault.New(fault.Internal, "%s has no geometry", d.Name)
	}
	if o.Stop == nil {
		o.Stop = func() error { return nil }
	}
	build := buildPolygons
	if d.Publication.Geometry.Type == "Point" {
		build = buildPoints
	}
	c := newCensus(d)
	spools, err := build(d, c.count(features), o)
	defer func() {
		if failed := closeAll(spools); failed != nil {
			r, err = nil, cmp.Or(err, failed)
		}
	}()
	if err != nil {
		return nil, err
	}
	kept := c.choose(spools)
	if len(kept) == 0 && len(c.LeftOut) > 0 {
		return nil, c.refusal(t.Budget)
	}
	for _, s := range kept {
		if err := s.pour(sink, o.Stop); err != nil {
			return nil, err
		}
	}
	return &c.Report, nil
}

// nowhere says whether a geometry is none, or POINT EMPTY, or another that has no parts.
func nowhere(wkb []byte) bool {
	longitude, latitude, ok := geo.PointOf(wkb)
	const head = 9 // EWKB: byte order, type and SRID, all little-endian; then, but for points, how many parts
	return wkb == nil || ok && math.IsNaN(longitude+latitude) || !ok && len(wkb) == head+4 && [4]byte(wkb[head:]) == [4]byte{}
}
