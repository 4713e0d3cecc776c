package tile

// readable is a layer that was encoded, as a layer encodes it; it refers to the tile's bytes.
type readable struct {
	name     string
	keys     []string
	values   [][]byte
	features []readableFeature
}

type readableFeature struct {
	id             uint64
	kind           byte
	tags, geometry []byte
}

// readLayer takes a layer apart. Its extent must be ours: layers are written with no other.
func readLayer(data []byte) (*readable, error) {
	var l readable
	m := message{data: data}
	for m.next() {
		switch m.field {
		case layerName:
			l.name = string(m.bytes)
		case layerKey:
			l.keys = append(l.keys, string(m.bytes))
		case layerValue:
			l.values = append(l.values, m.bytes)
		case layerExtent:
			m.bad = m.bad || m.number != Extent
		case layerFeature:
			f, ok := readFeature(m.bytes)
			l.features = append(l.features, f)
			m.bad = m.bad || !ok
		}
	}
	if m.bad {
		return nil, m.broken()
	}
	return &l, nil
}

func readFeature(data []byte) (f readableFeature, ok bool) {
	kind := uint64(0)
	m := message{data: data}
	for m.next() {
		switch m.field {
		case featureID:
			f.id = m.number
		case featureTags:
			f.tags = m.bytes
		case featureType:
			kind = m.number
		case featureGeometry:
			f.geometry = m.bytes
		}
	}
	f.kind = byte(kind)
	return f, !m.bad && kind <= mvtPolygon
}

// beginAs starts a feature that is one of another layer with the same keys, but for its geometry.
func (l *layer) beginAs(f *readableFeature, values [][]byte) error {
	l.begin(f.id, f.kind)
	for m := (message{data: f.tags}); len(m.data) > 0; {
		key, value := m.varint(), m.varint()
		if m.bad || key >= uint64(len(l.names)) || value >= uint64(len(values)) {
			return m.broken()
		}
		l.tag(int(key), values[value])
	}
	return nil
}

// readPoint is where a feature is that is one point.
func readPoint(geometry []byte) (p pixel, err error) {
	pen := pen{message: message{data: geometry}}
	p = pen.point()
	if pen.bad || len(pen.data) > 0 {
		return p, errBroken
	}
	return p, nil
}

// readRings are those of a feature of polygons, without the repetition that closes them.
func readRings(geometry []byte) (rings [][]pixel, err error) {
	pen := pen{message: message{data: geometry}}
	for len(pen.data) > 0 {
		ring := []pixel{pen.point()}
		for n := pen.command(lineTo); n > 0 && !pen.bad; n-- {
			ring = append(ring, pen.move())
		}
		if pen.command(closePath); pen.bad {
			return nil, errBroken
		}
		rings = append(rings, ring)
	}
	return rings, nil
}

// pen follows the commands of a geometry (MVT 2.1 §4.3).
type pen struct {
	message
	at pixel
}

// point is the one that a command moves to.
func (p *pen) point() pixel {
	if p.command(moveTo) != 1 {
		p.bad = true
	}
	return p.move()
}

// command is how many times a command is to be done; it must be this one.
func (p *pen) command(id uint64) uint64 {
	c := p.varint()
	p.bad = p.bad || c&7 != id
	return c >> 3
}

// move goes to a place, which is in the tile or in its buffer.
func (p *pen) move() pixel {
	for axis := range p.at {
		u := p.varint()
		by := int64(u>>1) ^ -int64(u&1)
		if to := int64(p.at[axis]) + by; by >= -2*Extent && by <= 2*Extent && to >= -Buffer && to <= Extent+Buffer {
			p.at[axis] = int32(to)
		} else {
			p.bad = true
		}
	}
	return p.at
}
