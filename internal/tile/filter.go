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
	read, err := readLayer(data)
	if err != nil {
		return nil, err
	}
	l := newLayer(read.name, read.keys)
	for _, f := range read.features {
		if f.id == 0 || len(f.geometry) == 0 || !keep(f.id) {
			continue
		}
		if err := l.beginAs(&f, read.values); err != nil {
			return nil, err
		}
		l.encodedAs(f.geometry)
		l.end()
	}
	return l, nil
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

func (m *message) broken() error { return errBroken }

var errBroken = fault.New(fault.Internal, "this is no vector tile of ours")
