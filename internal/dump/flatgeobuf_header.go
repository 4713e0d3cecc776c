package dump

import (
	"math/bits"
	"slices"

	flatbuffers "github.com/google/flatbuffers/go"

	"maille/internal/schema"
)

// Types of columns, of header.fbs.
var fgbTypes = map[schema.Type]byte{
	schema.Boolean: 2,  // Bool
	schema.Integer: 7,  // Long
	schema.Number:  10, // Double
	schema.String:  11, // String
	schema.List:    12, // Json
	schema.Date:    13, // DateTime, of ISO 8601: the one type of column that says a day
}

// header is the table of what the file has, behind its size (header.fbs; the numbers are the places of its fields).
func (l *fgbLayer) header() []byte {
	b := flatbuffers.NewBuilder(chunk)
	name, title, description, metadata := text(b, l.Name), text(b, l.Title), text(b, l.Description), text(b, string(l.metadata()))
	columns, system, envelope := l.headerColumns(b), l.headerCRS(b), l.envelope(b)
	b.StartObject(14)
	b.PrependUint64Slot(8, uint64(l.index.len()), 0)
	b.PrependUOffsetTSlot(0, name, 0)
	b.PrependUOffsetTSlot(1, envelope, 0)
	b.PrependUOffsetTSlot(7, columns, 0)
	b.PrependUOffsetTSlot(10, system, 0)
	b.PrependUOffsetTSlot(11, title, 0)
	b.PrependUOffsetTSlot(12, description, 0)
	b.PrependUOffsetTSlot(13, metadata, 0)
	b.PrependUint16Slot(9, l.nodeSize(), fgbNodeSize)
	b.PrependByteSlot(2, l.geometryType(), 0)
	b.FinishSizePrefixed(b.EndObject())
	return b.FinishedBytes()
}

// text is a string, or nothing for the empty one.
func text(b *flatbuffers.Builder, s string) flatbuffers.UOffsetT {
	if s == "" {
		return 0
	}
	return b.CreateString(s)
}

func (l *fgbLayer) nodeSize() uint16 {
	if !l.index.indexed() {
		return 0
	}
	return fgbNodeSize
}

// geometryType is the one of all geometries, Unknown when they are of several; without geometry, the dataset's.
func (l *fgbLayer) geometryType() byte {
	kinds := l.features.kinds
	switch {
	case !l.features.geometries || bits.OnesCount8(kinds) > 1:
		return 0
	case kinds != 0:
		return byte(bits.TrailingZeros8(kinds))
	}
	for kind, name := range wkbNames {
		if name == l.Publication.Geometry.Type {
			return byte(kind)
		}
	}
	return 0
}

func (l *fgbLayer) headerColumns(b *flatbuffers.Builder) flatbuffers.UOffsetT {
	var columns []flatbuffers.UOffsetT
	for _, i := range l.features.columns {
		c := &l.Schema.Columns[i]
		name, title, description := text(b, c.Name), text(b, c.Title), text(b, c.Description)
		b.StartObject(11)
		b.PrependUOffsetTSlot(0, name, 0)
		b.PrependUOffsetTSlot(2, title, 0)
		b.PrependUOffsetTSlot(3, description, 0)
		b.PrependByteSlot(1, fgbTypes[c.Type], 0)
		b.PrependBoolSlot(7, !c.Constraints.Required, true)
		b.PrependBoolSlot(8, c.Constraints.Unique, false)
		b.PrependBoolSlot(9, slices.Contains(l.Publication.Key, c.Name), false)
		columns = append(columns, b.EndObject())
	}
	return b.CreateVectorOfTables(columns)
}

// headerCRS names the system by its EPSG code; x comes first whatever EPSG says.
func (l *fgbLayer) headerCRS(b *flatbuffers.Builder) flatbuffers.UOffsetT {
	if !l.features.geometries {
		return 0
	}
	system := l.system()
	org, name, wkt := text(b, "EPSG"), text(b, system.name), text(b, system.wkt)
	b.StartObject(6)
	b.PrependUOffsetTSlot(0, org, 0)
	b.PrependUOffsetTSlot(2, name, 0)
	b.PrependUOffsetTSlot(4, wkt, 0)
	b.PrependInt32Slot(1, int32(system.code), 0)
	return b.EndObject()
}

func (l *fgbLayer) envelope(b *flatbuffers.Builder) flatbuffers.UOffsetT {
	if !l.index.indexed() {
		return 0
	}
	b.StartVector(8, 4, 8)
	for _, f := range slices.Backward(l.index.extent[:]) {
		b.PlaceFloat64(f)
	}
	return b.EndVector(4)
}
