package pmtiles

import "encoding/binary"

// checkTile refuses what is no Mapbox Vector Tile 2.1 (sections of which are cited), or has layers or properties that are
// not among those said, or not at this zoom. A tile may be empty.
func checkTile(data []byte, zoom int, said map[string]*saidLayer) error {
	seen := map[string]bool{}
	for m := (message{data: data}); m.next(); {
		if m.wire == wireBroken || m.field == 3 && m.wire != wireBytes {
			return refuse("mvt.protobuf")
		}
		if m.field != 3 {
			continue
		}
		l, err := readLayer(m.bytes)
		if err != nil {
			return err
		}
		if err := l.check(zoom, said[l.name]); err != nil {
			return err
		}
		if seen[l.name] {
			return refuse("mvt.layer-twice", "layer", l.name) // §4.1
		}
		seen[l.name] = true
	}
	return nil
}

// layer is one that is read in part: its features wait.
type layer struct {
	version, extent uint64
	name            string
	keys            []string
	kinds           []*kind // of what each key has in other tiles
	values          []kind
	features        [][]byte
}

func readLayer(data []byte) (l layer, err error) {
	l.extent = 4096
	for m := (message{data: data}); m.next(); {
		wire := wireBytes
		switch m.field {
		case 15, 5:
			wire = wireVarint
		case 1, 2, 3, 4:
		default:
			wire = m.wire
		}
		if m.wire != wire || m.wire == wireBroken {
			return l, refuse("mvt.protobuf")
		}
		switch m.field {
		case 15:
			l.version = m.number
		case 1:
			l.name = string(m.bytes)
		case 2:
			l.features = append(l.features, m.bytes)
		case 3:
			l.keys = append(l.keys, string(m.bytes))
		case 4:
			value := kindOf(m.bytes)
			if value == unknown {
				return l, refuse("mvt.value", "layer", l.name)
			}
			l.values = append(l.values, value)
		case 5:
			l.extent = m.number
		}
	}
	return l, nil
}

// kind is a type of values as maps tell them apart.
type kind byte

const (
	unknown kind = iota
	text
	number
	boolean
)

// kindOf is the kind of a value that has exactly one type (§4.4).
func kindOf(data []byte) (found kind) {
	wires := [8]int{0, wireBytes, wireFixed32, wireFixed64, wireVarint, wireVarint, wireVarint, wireVarint}
	kinds := [8]kind{0, text, number, number, number, number, number, boolean}
	for m := (message{data: data}); m.next(); {
		if found != unknown || m.field == 0 || m.field > 7 || m.wire != wires[m.field] {
			return unknown
		}
		found = kinds[m.field]
	}
	return found
}

func (l *layer) check(zoom int, said *saidLayer) error {
	switch {
	case l.version != 2: // §4.1
		return refuse("mvt.version", "layer", l.name, "version", l.version)
	case l.extent == 0:
		return refuse("mvt.extent", "layer", l.name)
	case said == nil:
		return refuse("mvt.layer", "layer", l.name)
	case zoom < said.first || zoom > said.last:
		return refuse("mvt.layer-zoom", "layer", l.name, "min", said.first, "max", said.last)
	}
	for _, key := range l.keys {
		known := said.fields[key]
		if known == nil {
			return refuse("mvt.field", "layer", l.name, "field", key)
		}
		l.kinds = append(l.kinds, known)
	}
	for _, data := range l.features {
		if err := l.feature(data, said.typed); err != nil {
			return err
		}
	}
	return nil
}

// feature checks tags (§4.4) and geometry (§4.3).
func (l *layer) feature(data []byte, typed bool) error {
	var tags, geometry []byte
	kind := uint64(0)
	for m := (message{data: data}); m.next(); {
		switch {
		case m.field == 1 && m.wire == wireVarint || m.field > 4 && m.wire != wireBroken:
		case m.field == 2 && m.wire == wireBytes:
			tags = m.bytes
		case m.field == 3 && m.wire == wireVarint:
			kind = m.number
		case m.field == 4 && m.wire == wireBytes:
			geometry = m.bytes
		default:
			return refuse("mvt.protobuf")
		}
	}
	if err := l.tagged(tags, typed); err != nil {
		return err
	}
	if p := (path{numbers: columns{data: geometry}}); !p.valid(kind) {
		return refuse("mvt.geometry", "layer", l.name)
	}
	return nil
}

// tagged checks the properties of a feature, each of which is of one kind where the layer is typed.
func (l *layer) tagged(tags []byte, typed bool) error {
	c := columns{data: tags}
	seen := map[uint64]bool{}
	for len(c.data) > 0 {
		key := c.next(1 << 32)
		value := c.next(1 << 32)
		if c.broken || key >= uint64(len(l.keys)) || value >= uint64(len(l.values)) || seen[key] {
			return refuse("mvt.tags", "layer", l.name)
		}
		seen[key] = true
		kind := l.kinds[key]
		if *kind == unknown {
			*kind = l.values[value]
		}
		if typed && *kind != l.values[value] {
			return refuse("mvt.field-type", "layer", l.name, "field", l.keys[key])
		}
	}
	return nil
}

// Wire types of Protocol Buffers.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5
	wireBroken  = -1
)

// message goes through the fields of a message.
type message struct {
	data   []byte
	field  uint64
	wire   int
	number uint64
	bytes  []byte
}

// next reads a field; one that cannot be read is wireBroken, and the last.
func (m *message) next() bool {
	if len(m.data) == 0 {
		return false
	}
	tag := m.varint()
	m.field = tag >> 3
	size := uint64(0)
	switch wire := int(tag & 7); {
	case m.wire == wireBroken:
	case wire == wireVarint:
		m.wire = wire
		m.number = m.varint()
	case wire == wireBytes:
		m.wire = wire
		size = m.varint()
	case wire == wireFixed64:
		m.wire, size = wire, 8
	case wire == wireFixed32:
		m.wire, size = wire, 4
	default:
		m.wire = wireBroken
	}
	if m.wire == wireBroken || size > uint64(len(m.data)) {
		m.wire, m.data = wireBroken, nil
		return true
	}
	m.bytes, m.data = m.data[:size], m.data[size:]
	return true
}

func (m *message) varint() uint64 {
	v, n := binary.Uvarint(m.data)
	if n <= 0 {
		m.wire = wireBroken
		return 0
	}
	m.data = m.data[n:]
	return v
}
