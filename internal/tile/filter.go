package tile

import (
	"encoding/binary"

	"maille/internal/fault"
)

// Filter keeps of an MVT the features whose id is wanted, byte for byte in their geometry; nil when none is. A feature
// without an id stands for several, and is not kept. Of the others nothing stays, nor of keys and values that only they had.
func Filter(mvt []byte, keep func(id uint64) bool) (kept []byte, err error) {
	defer fault.Wrap(&err, "tile.Filter")
	m := message{data: mvt}
	for m.next() {
		if m.field != tileLayer {
			continue
		}
		l, err := filterLayer(m.bytes, keep)
		if err != nil {
			return nil, err
		}
		kept = l.appendTo(kept)
	}
	if m.bad {
		return nil, m.broken()
	}
	return kept, nil
}

// filterLayer makes a layer of the features that are wanted.
func filterLayer(data []byte, keep func(id uint64) bool) (*layer, error) {
	var name string
	var keys []string
	var values [][]byte
	m := message{data: data}
	for m.next() {
		switch m.field {
		case layerName:
			name = string(m.bytes)
		case layerKey:
			keys = append(keys, string(m.bytes))
		case layerValue:
			values = append(values, m.bytes)
		case layerExtent:
			m.bad = m.bad || m.number != Extent // appendTo writes no other
		}
	}
	l := newLayer(name, keys)
	features := message{data: data, bad: m.bad}
	for features.next() {
		if features.field == layerFeature && !l.filter(features.bytes, values, keep) {
			features.bad = true
		}
	}
	if features.bad {
		return nil, features.broken()
	}
	return l, nil
}

// filter adds a feature of another layer that has the same keys, if it is wanted; false when it is broken.
func (l *layer) filter(data []byte, values [][]byte, keep func(id uint64) bool) bool {
	var id, kind uint64
	var tags, geometry []byte
	m := message{data: data}
	for m.next() {
		switch m.field {
		case featureID:
			id = m.number
		case featureTags:
			tags = m.bytes
		case featureType:
			kind = m.number
		case featureGeometry:
			geometry = m.bytes
		}
	}
	if m.bad || kind > mvtPolygon {
		return false
	}
	if id == 0 || len(geometry) == 0 || !keep(id) {
		return true
	}
	l.begin(id, byte(kind))
	for m = (message{data: tags}); len(m.data) > 0; {
		key, value := m.varint(), m.varint()
		if m.bad || key >= uint64(len(l.names)) || value >= uint64(len(values)) {
			return false
		}
		l.tag(int(key), values[value])
	}
	l.commands = append(l.commands, geometry...)
	l.end()
	return true
}

// message reads protocol buffers, field by field. What is not as they are written ends it, and makes it bad.
type message struct {
	data   []byte
	field  uint64 // number and wire type
	number uint64
	bytes  []byte
	bad    bool
}

// Wire types.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5
)

// next reads a field: number, or bytes, which are part of data.
func (m *message) next() bool {
	if m.bad || len(m.data) == 0 {
		return false
	}
	m.field, m.number, m.bytes = m.varint(), 0, nil
	switch m.field & 7 {
	case wireVarint:
		m.number = m.varint()
	case wireFixed64:
		m.bytes = m.take(8)
	case wireBytes:
		m.bytes = m.take(m.varint())
	case wireFixed32:
		m.bytes = m.take(4)
	default:
		m.bad = true
	}
	return !m.bad
}

func (m *message) varint() uint64 {
	u, n := binary.Uvarint(m.data)
	if n <= 0 {
		m.bad = true
		return 0
	}
	m.data = m.data[n:]
	return u
}

func (m *message) take(size uint64) []byte {
	if size > uint64(len(m.data)) {
		m.bad = true
		return nil
	}
	taken := m.data[:size]
	m.data = m.data[size:]
	return taken
}

func (m *message) broken() error { return fault.New(fault.Internal, "this is no vector tile of ours") }
