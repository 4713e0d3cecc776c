package dataset

import (
	"slices"
	"strings"

	"maille/internal/schema"
)

// Row is a row of a publisher's file once mapped: text cells in schema order, "" where there is none.
type Row struct {
	Resource int    // which of the descriptor's resources
	Member   string // which of the files that resource.Member chooses in an archive; "" out of one
	Line     int64  // line of the file, from 1; for JSON and GeoJSON the rank of the row, from 1
	Cells    []string
	Geometry []byte  // a GeoJSON geometry as the file has it; nil where there is none
	WKB      []byte  // or a WKB geometry (ISO or EWKB) in CRS84, of files that are binary; a stranger's all the same
	Issues   []Issue // what is wrong with how the row is written; of level error when its cells cannot be trusted
}

// Told is a sentence about the row that names its file, where a line alone would not tell.
func (r *Row) Told(message string) string {
	if r.Member == "" {
		return message
	}
	return r.Member + " : " + message
}

// Trusted says whether the cells are what the file says; a row with too few fields, for one, has them in wrong places.
func (r *Row) Trusted() bool {
	return !slices.ContainsFunc(r.Issues, func(i Issue) bool { return i.Level == Error })
}

// Feature is a row that passed its rules: typed values in schema order and at most one geometry.
//
// Whoever yields features may reuse Values and the bytes for the next one: copy what must last.
type Feature struct {
	Resource int   // while loading
	Line     int64 // while loading: where the row stands in its file
	Ord      int64 // when read from a version: its rank in Hilbert order, from 1
	Values   []schema.Value
	WKB      []byte // EWKB, little-endian, SRID 4326; nil for no geometry
	GeoJSON  []byte // RFC 7946 text of the geometry, when the query asks for it; nil for no geometry
}

// Clone is a copy that lasts.
func (f *Feature) Clone() *Feature {
	c := *f
	c.Values = make([]schema.Value, len(f.Values))
	for i, v := range f.Values {
		c.Values[i] = v.WithText(strings.Clone(v.Text()))
	}
	c.WKB, c.GeoJSON = slices.Clone(f.WKB), slices.Clone(f.GeoJSON)
	return &c
}
