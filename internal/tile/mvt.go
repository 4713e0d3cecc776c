package tile

import "encoding/binary"

// Geometry types of MVT 2.1 (§4.3.4).
const (
	mvtPoint   = 1
	mvtPolygon = 3
)

// Fields of the messages of MVT 2.1 with their wire types, as bytes of protocol buffers.
const (
	tileLayer = 3<<3 | 2

	layerName    = 1<<3 | 2
	layerFeature = 2<<3 | 2
	layerKey     = 3<<3 | 2
	layerValue   = 4<<3 | 2
	layerExtent  = 5 << 3
	layerVersion = 15 << 3

	featureID       = 1 << 3
	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2
)

// layer encodes one layer of a tile (MVT 2.1 §4.1): a feature is begin, its tags, its points or rings, end. Keys and values
// are numbered as they come, so the same calls give the same bytes. Buffers are kept from one tile to the next.
type layer struct {
	name  string
	names []string // that a key may have

	features []byte
	count    int
	keys     []uint32 // by name, its number in the tile plus one; 0 when no feature has it yet
	used     []int    // names in the order of their numbers
	values   values
	chosen   *chosen // instead of values, where all have numbers; nil otherwise

	id       uint64 // of the feature that is begun
	kind     byte
	tags     []byte
	commands // of the feature
	message  []byte
}

// newLayer makes an encoder of a layer whose features have some of these keys.
func newLayer(name string, keys []string) *layer {
	return &layer{name: name, names: keys, keys: make([]uint32, len(keys))}
}

// reset forgets the features.
func (l *layer) reset() {
	clear(l.keys)
	l.features, l.count, l.used = l.features[:0], 0, l.used[:0]
	l.values.reset()
	if l.chosen != nil {
		l.chosen.reset()
	}
}

// encodedAs is what the feature's geometry is, where it is encoded already.
func (l *layer) encodedAs(geometry []byte) { l.encoded = append(l.encoded, geometry...) }

// begin starts a feature; one with id 0 has none.
func (l *layer) begin(id uint64, kind byte) {
	l.id, l.kind, l.tags = id, kind, l.tags[:0]
	l.commands.begin(l.encoded[:0])
}

// tag gives the feature a property: the number of its name, and a value as appendValue writes it; an empty one is null, and
// leaves the key out.
func (l *layer) tag(key int, value []byte) {
	if len(value) > 0 {
		l.append(key, l.values.number(value))
	}
}

// tagChosen gives the feature a property whose value has a number.
func (l *layer) tagChosen(key int, value uint32) { l.append(key, l.chosen.number(value)) }

func (l *layer) append(key int, value uint32) {
	if l.keys[key] == 0 {
		l.used = append(l.used, key)
		l.keys[key] = uint32(len(l.used))
	}
	l.tags = binary.AppendUvarint(l.tags, uint64(l.keys[key]-1))
	l.tags = binary.AppendUvarint(l.tags, uint64(value))
}

func (l *layer) framed() []byte {
	if l.chosen != nil {
		return l.chosen.framed
	}
	return l.values.framed
}

// end adds the feature; one without a geometry is none.
func (l *layer) end() {
	if len(l.encoded) == 0 {
		return
	}
	m := l.message[:0]
	if l.id != 0 {
		m = binary.AppendUvarint(append(m, featureID), l.id)
	}
	if len(l.tags) > 0 {
		m = appendBytes(append(m, featureTags), l.tags)
	}
	m = append(m, featureType, l.kind)
	m = appendBytes(append(m, featureGeometry), l.encoded)
	l.features = appendBytes(append(l.features, layerFeature), m)
	l.message = m
	l.count++
}

// appendTo appends the layer to a tile: what is concatenated is one tile. A layer without features is left out (§4.1).
func (l *layer) appendTo(tile []byte) []byte {
	if l.count == 0 {
		return tile
	}
	m := l.message[:0]
	for _, key := range l.used {
		m = appendBytes(append(m, layerKey), l.names[key])
	}
	l.message = m
	size := 1 + uvarintSize(len(l.name)) + len(l.name) + len(l.features) + len(m) + len(l.framed()) + 3 + 2
	tile = binary.AppendUvarint(append(tile, tileLayer), uint64(size))
	tile = appendBytes(append(tile, layerName), l.name)
	tile = append(append(append(tile, l.features...), m...), l.framed()...)
	return append(binary.AppendUvarint(append(tile, layerExtent), Extent), layerVersion, 2)
}

// size is about what the layer takes, never more.
func (l *layer) size() int { return len(l.features) + len(l.values.framed) }

// appendBytes appends a field's length and content.
func appendBytes[T string | []byte](dst []byte, content T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(content))), content...)
}

func uvarintSize(i int) (size int) {
	for size = 1; i >= 0x80; i >>= 7 {
		size++
	}
	return size
}
