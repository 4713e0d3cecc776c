package tile

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// atlas is what the tiles of a dataset of polygons are made of.
type atlas struct {
	name     string
	columns  []labelled
	coverage *Coverage // in the square of Web Mercator, from 0 to 1
	features []placed  // one a shape of the coverage
	values   values    // of all features
	tags     []uint32  // by feature and column, the number of its value plus one; 0 for none
	yes      uint32    // the number of true
	written  bool      // features have labels
	stop     func() error
}

// labelled is a column of the layer of polygons, or of that of labels, or of both.
type labelled struct {
	property
	drawn, written bool
}

// placed is what a feature has besides its shape.
type placed struct {
	ord    int64
	anchor orb.Point
}

func newAtlas(d *dataset.Dataset, features Features, stop func() error) (*atlas, error) {
	columns, err := labelledColumns(d)
	if err != nil {
		return nil, err
	}
	a := &atlas{name: d.Name, columns: columns, stop: stop}
	a.written = slices.ContainsFunc(columns, func(c labelled) bool { return c.written })
	b := newBuilder()
	var value []byte
	err = read(features, func(f *dataset.Feature) {
		for i := range columns {
			tag := uint32(0)
			if value = columns[i].append(value[:0], f); len(value) > 0 {
				tag = a.values.number(value) + 1
			}
			a.tags = append(a.tags, tag)
		}
	}, func(ord int64, anchor orb.Point, shape orb.MultiPolygon) {
		a.features = append(a.features, placed{ord, anchor})
		b.take(shape)
	})
	if err != nil {
		return nil, err
	}
	a.yes = a.values.number(appendBool(nil, true))
	a.coverage = b.coverage()
	a.coverage.stop = stop
	a.coverage.cross()
	return a, nil
}

// labelledColumns are the properties of the tiles, and what labels need: the key, and the column that is written.
func labelledColumns(d *dataset.Dataset) (columns []labelled, err error) {
	all, err := properties(d)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		columns = append(columns, labelled{property: p, drawn: true})
	}
	_, names := d.LabelsLayer()
	for _, name := range names {
		at := slices.IndexFunc(columns, func(c labelled) bool { return c.Name == name })
		if at < 0 {
			in := d.Schema.Index(name)
			if in < 0 {
				return nil, fault.New(fault.Internal, "%s: its labels have %s, which is no column", d.Name, name)
			}
			at = len(columns)
			columns = append(columns, labelled{property: property{Column: &d.Schema.Columns[in], at: in}})
		}
		columns[at].written = true
	}
	return columns, nil
}

// shapeOf is a feature's polygons in the square, turned as tiles have them.
func shapeOf(ord int64, wkb []byte) (shape orb.MultiPolygon, err error) {
	geometry, _, err := ewkb.Unmarshal(wkb)
	if err != nil {
		return nil, fault.New(fault.Internal, "the geometry of feature %d: %v", ord, err)
	}
	switch g := geometry.(type) {
	case orb.Polygon:
		shape = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		shape = g
	default:
		return nil, fault.New(fault.Internal, "the geometry of feature %d is a %s, and no polygon", ord, geometry.GeoJSONType())
	}
	for _, polygon := range shape {
		for i, r := range polygon {
			for k, p := range r {
				r[k][0], r[k][1] = geo.WorldPosition(p[0], p[1])
				if math.IsNaN(r[k][0] + r[k][1]) {
					return nil, fault.New(fault.Internal, "a vertex of feature %d is nowhere", ord)
				}
			}
			if (signedArea(r) < 0) == (i == 0) {
				r.Reverse()
			}
		}
	}
	return shape, nil
}

// signedArea is twice the area of a ring, positive where it turns from x to y.
func signedArea(r orb.Ring) (twice float64) {
	for i := 1; i < len(r)-1; i++ {
		twice += (r[i][0]-r[0][0])*(r[i+1][1]-r[0][1]) - (r[i+1][0]-r[0][0])*(r[i][1]-r[0][1])
	}
	return twice
}
