package dump

import (
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// geometryColumns are the geometry as WKB, and its box in four columns of a group that has the geometry's nulls
// (GeoParquet 1.1, §Bounding Box Columns).
type geometryColumns struct {
	name, cover string
	wkb         parquetColumn
	sides       [4]parquetColumn // west, south, east, north

	shape wkbShape
	types []string   // of the geometries written so far
	box   [4]float64 // of all of them
	any   bool
}

var sideNames = [4]string{"xmin", "ymin", "xmax", "ymax"}

func (g *geometryColumns) fields() []parquet.Field {
	var sides []parquet.Field
	for _, name := range sideNames {
		sides = append(sides, field(name, parquet.Leaf(parquet.FloatType)))
	}
	return []parquet.Field{
		field(g.name, parquet.Optional(parquet.Encoded(parquet.Leaf(parquet.ByteArrayType), &parquet.Plain))),
		field(g.cover, parquet.Optional(newGroup(sides))),
	}
}

// open takes the leaves, the first of which has this rank in the file.
func (g *geometryColumns) open(leaves []*parquet.ColumnWriter, rank int) {
	g.wkb = parquetColumn{out: leaves[0], leaf: rank}
	for i := range g.sides {
		g.sides[i] = parquetColumn{out: leaves[1+i], leaf: rank + 1 + i}
	}
}

// add gathers a geometry, nil for none, and says how many bytes it takes.
func (g *geometryColumns) add(ewkb []byte) (int, error) {
	if ewkb == nil {
		g.wkb.put(parquet.NullValue(), 0, 0)
		g.addBox([4]float64{}, false)
		return 0, nil
	}
	if err := g.shape.read(ewkb); err != nil {
		return 0, err
	}
	g.wkb.reserve(len(ewkb))
	start := len(g.wkb.texts)
	g.wkb.texts = g.shape.appendISO(g.wkb.texts)
	g.wkb.put(parquet.ByteArrayValue(g.wkb.texts[start:]), 0, 1)
	if name := wkbNames[g.shape.kind]; !slices.Contains(g.types, name) {
		g.types = append(g.types, name)
	}
	box, ok := g.shape.bounds()
	g.addBox(box, ok)
	if ok {
		g.widen(box)
	}
	return len(ewkb), nil
}

func (g *geometryColumns) addBox(box [4]float64, ok bool) {
	for i := range g.sides {
		if !ok {
			g.sides[i].put(parquet.NullValue(), 0, 0)
			continue
		}
		g.sides[i].put(parquet.FloatValue(outwards(box[i], i < 2)), 0, 1)
	}
}

// outwards is a side in single precision, on the outer side of what it rounds.
func outwards(side float64, lower bool) float32 {
	single := float32(side)
	switch {
	case lower && float64(single) > side:
		return math.Nextafter32(single, float32(math.Inf(-1)))
	case !lower && float64(single) < side:
		return math.Nextafter32(single, float32(math.Inf(1)))
	}
	return single
}

func (g *geometryColumns) widen(box [4]float64) {
	if !g.any {
		g.box, g.any = box, true
	}
	for i, side := range box {
		if i < 2 {
			g.box[i] = min(g.box[i], side)
		} else {
			g.box[i] = max(g.box[i], side)
		}
	}
}

func (g *geometryColumns) flush() error {
	for i := range g.sides {
		if err := g.sides[i].flush(); err != nil {
			return err
		}
	}
	return g.wkb.flush()
}
