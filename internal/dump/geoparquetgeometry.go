package dump

import (
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// geometryColumns are the geometry as WKB, to the bit as it is stored, so that a version can be read from its file again,
// and its box in four columns of a group that has the geometry's nulls
// (GeoParquet 1.1, §Bounding Box Columns).
type geometryColumns struct {
	name, cover string
	wkb         parquetColumn
	sides       [4]parquetColumn // west, south, east, north

	shape  wkbShape
	types  []string   // of the geometries written so far
	turned bool       // one of them is not wound as GeoJSON has it
	box    [4]float64 // of all of them
	any    bool
}

var sideNames = [4]string{"xmin", "ymin", "xmax", "ymax"}

// newGeometryColumns are those of these names, the first of which has this rank in the file.
func newGeometryColumns(name, cover string, rank int) *geometryColumns {
	g := &geometryColumns{name: name, cover: cover}
	for i, leaf := range g.leaves() {
		leaf.leaf = rank + i
	}
	return g
}

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

// leaves are the columns, in the order of the fields.
func (g *geometryColumns) leaves() []*parquetColumn {
	return []*parquetColumn{&g.wkb, &g.sides[0], &g.sides[1], &g.sides[2], &g.sides[3]}
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
	g.wkb.texts = g.shape.appendISO(g.wkb.texts, ewkb)
	g.wkb.put(parquet.ByteArrayValue(g.wkb.texts[start:]), 0, 1)
	if name := wkbNames[g.shape.kind]; !slices.Contains(g.types, name) {
		g.types = append(g.types, name)
	}
	g.turned = g.turned || !g.shape.wound()
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
