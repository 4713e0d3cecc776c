package quality

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/schema"
)

// MostDistinct is how many values of a column are told apart; of one that has more, a report says so and no number.
const MostDistinct = 10_000

// Observer gathers what a report says of rows, from each of them once, in any order.
type Observer struct {
	d       *dataset.Dataset
	rows    int64
	columns []tally
	shapes  [8]int64 // by code of the type in WKB; 0 for none
}

// tally is what is known of a column so far. It takes at most some two hundred kilobytes.
type tally struct {
	filled    int64
	values    map[uint64]struct{} // digests of values; nil once there are more than MostDistinct
	last      uint64
	low, high schema.Value
}

// New makes an observer of the rows of a dataset.
func New(d *dataset.Dataset) *Observer {
	o := &Observer{d: d, columns: make([]tally, len(d.Schema.Columns))}
	for i := range o.columns {
		o.columns[i].values = map[uint64]struct{}{}
	}
	return o
}

// Observe takes a row in. It keeps nothing of it.
func (o *Observer) Observe(f *dataset.Feature) {
	o.rows++
	for i := range o.columns {
		if v := f.Values[i]; !v.IsNull() {
			o.columns[i].add(v)
		}
	}
	o.shapes[shapeOf(f)]++
}

func (t *tally) add(v schema.Value) {
	t.filled++
	if t.values != nil {
		if digest := digestOf(v); digest != t.last || t.filled == 1 { // neighbours are often alike
			t.last, t.values[digest] = digest, struct{}{}
		}
		if len(t.values) > MostDistinct {
			t.values = nil
		}
	}
	if v.HasText() || v.Type() == schema.Boolean {
		return
	}
	if t.filled == 1 || less(v, t.low) {
		t.low = v
	}
	if t.filled == 1 || less(t.high, v) {
		t.high = v
	}
}

// digestOf is a value in 64 bits: FNV-1a of a text, the bits of anything else. Of ten thousand texts two are taken for one
// once in some hundred billion times.
func digestOf(v schema.Value) uint64 {
	switch v.Type() {
	case schema.Integer:
		return uint64(v.Int())
	case schema.Number:
		return math.Float64bits(v.Float())
	case schema.Date:
		return uint64(v.Days())
	case schema.Boolean:
		if v.Bool() {
			return 1
		}
		return 0
	}
	h := uint64(14695981039346656037)
	text := v.Text()
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

func less(a, b schema.Value) bool {
	switch a.Type() {
	case schema.Integer:
		return a.Int() < b.Int()
	case schema.Number:
		return a.Float() < b.Float()
	}
	return a.Days() < b.Days()
}

// shapes are the types of WKB by their code (OGC 06-103r4 §8.2.3).
var shapes = [...]string{"", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}

// shapeOf is the code of a feature's shape, 0 for none, in whichever form it was read: EWKB, or the GeoJSON that PostGIS
// and the store write, which begins with the type.
func shapeOf(f *dataset.Feature) int {
	if len(f.WKB) >= 5 {
		return int(binary.LittleEndian.Uint32(f.WKB[1:]) & 7)
	}
	rest, found := bytes.CutPrefix(f.GeoJSON, []byte(`{"type":"`))
	if end := bytes.IndexByte(rest, '"'); found && end >= 0 {
		return max(slices.Index(shapes[:], string(rest[:end])), 0)
	}
	return 0
}

// Report is what was observed of an entry's rows, with the issues of its load. lineage are the entries that the dataset is
// made of, its own first.
func (o *Observer) Report(issues []dataset.Issue, lineage ...*release.Entry) *Report {
	e := lineage[0]
	r := &Report{Collection: o.d.Name, Title: o.d.Title, Version: e.ID, Rows: o.rows, Geometry: o.geometry(e), Columns: make([]Column, len(o.columns))}
	for i := range o.columns {
		r.Columns[i] = o.columns[i].column(&o.d.Schema.Columns[i], o.rows)
	}
	r.Refresh(o.d, issues, lineage...)
	return r
}

func (o *Observer) geometry(e *release.Entry) *Geometry {
	if o.d.Publication.Geometry == nil {
		return nil
	}
	g := &Geometry{Located: o.rows - o.shapes[0], Unlocated: o.shapes[0], Types: map[string]int64{}}
	for code, n := range o.shapes {
		if code > 0 && n > 0 {
			g.Types[shapes[code]] = n
		}
	}
	if b := e.Extent; b != nil {
		g.Extent = []float64{b.West, b.South, b.East, b.North}
	}
	return g
}

func (t *tally) column(c *schema.Column, rows int64) Column {
	r := Column{Name: c.Name, Title: c.Title, Type: string(c.Type), Filled: t.filled, Null: rows - t.filled, Distinct: int64(len(t.values)),
		Minimum: t.low.String(), Maximum: t.high.String()}
	if rows > 0 {
		r.Share = math.Floor(float64(t.filled)/float64(rows)*10_000) / 10_000 // down: 1 is of a column that is filled everywhere
	}
	if t.values == nil {
		r.Distinct, r.More = MostDistinct, true
	}
	return r
}
