package dump

import (
	"encoding/binary"
	"math"

	flatbuffers "github.com/google/flatbuffers/go"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// fgbFeatures encodes features, in memory that is used again.
type fgbFeatures struct {
	*Content
	columns    []int
	geometries bool
	kinds      uint8 // bits of the types of geometry that came by

	b          *flatbuffers.Builder
	shape      wkbShape
	ends       []uint32
	parts      []flatbuffers.UOffsetT
	properties []byte
}

func newFGBFeatures(c *Content) *fgbFeatures {
	return &fgbFeatures{Content: c, columns: c.columns(), geometries: c.hasGeometry(), b: flatbuffers.NewBuilder(chunk)}
}

// longestFeature is well under what a FlatBuffer may hold, 2 GiB.
const longestFeature = 1 << 30

// encode gives a feature as a FlatBuffer behind its size, good until the next call, and its box.
func (e *fgbFeatures) encode(f *dataset.Feature) ([]byte, box, error) {
	e.properties = e.appendProperties(e.properties[:0], f)
	if len(e.properties)+len(f.WKB) > longestFeature {
		return nil, noBox, fault.New(fault.Unacceptable, "a feature of more than %d bytes does not fit in a FlatGeobuf", longestFeature)
	}
	e.b.Reset()
	geometry, bounds, err := e.geometry(f.WKB)
	if err != nil {
		return nil, noBox, err
	}
	var properties flatbuffers.UOffsetT
	if len(e.properties) > 0 {
		properties = e.b.CreateByteVector(e.properties)
	}
	e.b.StartObject(3)
	e.b.PrependUOffsetTSlot(0, geometry, 0)
	e.b.PrependUOffsetTSlot(1, properties, 0)
	e.b.FinishSizePrefixed(e.b.EndObject())
	return e.b.FinishedBytes(), bounds, nil
}

// appendProperties appends the values that are there, each behind the rank of its column.
func (e *fgbFeatures) appendProperties(dst []byte, f *dataset.Feature) []byte {
	for i, column := range e.columns {
		v := f.Values[column]
		if v.IsNull() {
			continue
		}
		dst = binary.LittleEndian.AppendUint16(dst, uint16(i))
		switch v.Type() {
		case schema.Integer:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v.Int()))
		case schema.Number:
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.Float()))
		case schema.Boolean:
			dst = append(dst, 0)
			if v.Bool() {
				dst[len(dst)-1] = 1
			}
		default:
			dst = e.appendLong(dst, v, column)
		}
	}
	return dst
}

// appendLong appends a text behind its length; a list is a JSON array.
func (e *fgbFeatures) appendLong(dst []byte, v schema.Value, column int) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	if v.Type() == schema.List {
		dst = v.AppendJSON(dst, e.Schema.Columns[column].Delimiter)
	} else {
		dst = v.AppendText(dst)
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// geometry builds the table of a geometry; 0 where there is none, or an empty one.
func (e *fgbFeatures) geometry(ewkb []byte) (flatbuffers.UOffsetT, box, error) {
	if !e.geometries || ewkb == nil {
		return 0, noBox, nil
	}
	if err := e.shape.read(ewkb); err != nil {
		return 0, noBox, err
	}
	bounds, ok := e.shape.bounds()
	if !ok {
		return 0, noBox, nil
	}
	e.kinds |= 1 << e.shape.kind
	if e.shape.kind != wkbMultiPolygon {
		return e.simple(e.shape.kind, e.shape.rings), bounds, nil
	}
	return e.multiPolygon(), bounds, nil
}

func (e *fgbFeatures) multiPolygon() flatbuffers.UOffsetT {
	e.parts = e.parts[:0]
	start := 0
	for _, end := range e.shape.ends {
		if rings := e.shape.rings[start:end]; len(rings) > 0 {
			e.parts = append(e.parts, e.simple(wkbPolygon, rings))
		}
		start = end
	}
	parts := e.b.CreateVectorOfTables(e.parts)
	e.b.StartObject(8)
	e.b.PrependByteSlot(6, wkbMultiPolygon, 0)
	e.b.PrependUOffsetTSlot(7, parts, 0)
	return e.b.EndObject()
}

// simple builds a point or a polygon: its positions, and where its rings end among them when it has several.
func (e *fgbFeatures) simple(kind uint32, rings []wkbRing) flatbuffers.UOffsetT {
	xy := e.positions(rings)
	var ends flatbuffers.UOffsetT
	if len(rings) > 1 {
		ends = e.ringEnds(rings)
	}
	e.b.StartObject(8)
	e.b.PrependUOffsetTSlot(0, ends, 0)
	e.b.PrependUOffsetTSlot(1, xy, 0)
	e.b.PrependByteSlot(6, byte(kind), 0)
	return e.b.EndObject()
}

// positions are written from the last to the first, as a Builder does.
func (e *fgbFeatures) positions(rings []wkbRing) flatbuffers.UOffsetT {
	n := 0
	for _, ring := range rings {
		n += 2 * ring.len()
	}
	e.b.StartVector(8, n, 8)
	for i := len(rings) - 1; i >= 0; i-- {
		for j := rings[i].len() - 1; j >= 0; j-- {
			x, y := rings[i].at(j)
			e.b.PlaceFloat64(y)
			e.b.PlaceFloat64(x)
		}
	}
	return e.b.EndVector(n)
}

func (e *fgbFeatures) ringEnds(rings []wkbRing) flatbuffers.UOffsetT {
	e.ends = e.ends[:0]
	at := 0
	for _, ring := range rings {
		at += ring.len()
		e.ends = append(e.ends, uint32(at))
	}
	e.b.StartVector(4, len(rings), 4)
	for i := len(e.ends) - 1; i >= 0; i-- {
		e.b.PlaceUint32(e.ends[i])
	}
	return e.b.EndVector(len(rings))
}
