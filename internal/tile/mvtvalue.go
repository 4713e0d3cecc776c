package tile

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// Fields of a value (MVT 2.1 §4.4).
const (
	valueText   = 1<<3 | 2
	valueDouble = 3<<3 | 1
	valueUint   = 5 << 3
	valueSint   = 6 << 3
	valueBool   = 7 << 3
)

// listDelimiter is between the items of a list, for which MVT has no type.
const listDelimiter = "|"

// appendValue appends a value as MVT's message: nothing for null. delimiter is the column's, for lists.
func appendValue(dst []byte, v schema.Value, delimiter string) []byte {
	switch v.Type() {
	case schema.Integer:
		return appendInt(dst, v.Int())
	case schema.Number:
		return appendDouble(dst, v.Float())
	case schema.Boolean:
		return appendBool(dst, v.Bool())
	case schema.String:
		return appendText(dst, v.Text())
	case schema.List:
		return appendText(dst, strings.ReplaceAll(v.Text(), delimiter, listDelimiter))
	case schema.Date:
		return appendText(dst, v.String())
	}
	return dst
}

func appendText(dst []byte, s string) []byte { return appendBytes(append(dst, valueText), s) }

func appendDouble(dst []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(append(dst, valueDouble), math.Float64bits(f))
}

func appendInt(dst []byte, i int64) []byte {
	if i >= 0 {
		return binary.AppendUvarint(append(dst, valueUint), uint64(i))
	}
	return binary.AppendUvarint(append(dst, valueSint), zigzag(i))
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, valueBool, 1)
	}
	return append(dst, valueBool, 0)
}

// property is a column that features of the tiles have.
type property struct {
	*schema.Column
	at    int  // in the schema
	from  int  // the first zoom that has it
	spare bool // goes where the budget has no room: it is neither of the key, nor what the map shows, nor summed
}

// spareAt says whether a zoom has the property, and may do without.
func (p *property) spareAt(zoom int) bool { return p.spare && zoom >= p.from }

// properties are those of the dataset's tiles, in their order.
func properties(d *dataset.Dataset) ([]property, error) {
	t := d.Tiles()
	var all []property
	for _, name := range t.Properties {
		at := d.Schema.Index(name)
		if at < 0 {
			return nil, fault.New(fault.Internal, "%s: its tiles have %s, which is no column", d.Name, name)
		}
		needed := slices.Contains(d.Publication.Key, name) || slices.Contains(t.Sums, name) || name == d.Style().Property
		all = append(all, property{&d.Schema.Columns[at], at, max(t.MinZoom, t.From[name]), !needed})
	}
	return all, nil
}

// append appends the feature's value of the property, as MVT's message.
func (p *property) append(dst []byte, f *dataset.Feature) []byte {
	return appendValue(dst, f.Values[p.at], p.Delimiter)
}

// values are the distinct ones of a layer, numbered as they come.
type values struct {
	framed []byte // the messages, each as a field of the layer
	places [][2]int
	hashes []uint64
	slots  []uint32 // by hash, the number plus one; a power of two of them
}

const fewValues = 64

var valueSeed = maphash.MakeSeed()

// reset forgets them; a large table is not cleared for a small tile.
func (v *values) reset() {
	v.framed, v.places, v.hashes = v.framed[:0], v.places[:0], v.hashes[:0]
	v.resize(fewValues)
}

// number finds the value, or adds it.
func (v *values) number(value []byte) uint32 {
	if 2*len(v.places) >= len(v.slots) {
		v.resize(max(fewValues, 4*len(v.slots)))
	}
	hash := maphash.Bytes(valueSeed, value)
	slot := v.free(hash, value)
	if n := v.slots[slot]; n > 0 {
		return n - 1
	}
	v.framed = binary.AppendUvarint(append(v.framed, layerValue), uint64(len(value)))
	from := len(v.framed)
	v.framed = append(v.framed, value...)
	v.places = append(v.places, [2]int{from, len(v.framed)})
	v.hashes = append(v.hashes, hash)
	v.slots[slot] = uint32(len(v.places))
	return v.slots[slot] - 1
}

// message is a value that has a number.
func (v *values) message(number uint32) []byte {
	place := v.places[number]
	return v.framed[place[0]:place[1]]
}

// free is the slot of the value, or the empty one that it may take.
func (v *values) free(hash uint64, value []byte) uint64 {
	mask := uint64(len(v.slots) - 1)
	for slot := hash & mask; ; slot = (slot + 1) & mask {
		n := v.slots[slot]
		if n == 0 {
			return slot
		}
		if v.hashes[n-1] == hash && bytes.Equal(v.message(n-1), value) {
			return slot
		}
	}
}

func (v *values) resize(slots int) {
	if cap(v.slots) < slots {
		v.slots = make([]uint32, slots)
	}
	v.slots = v.slots[:slots]
	clear(v.slots)
	mask := uint64(slots - 1)
	for i, hash := range v.hashes {
		slot := hash & mask
		for v.slots[slot] > 0 {
			slot = (slot + 1) & mask
		}
		v.slots[slot] = uint32(i + 1)
	}
}
