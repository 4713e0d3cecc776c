package tile

import "maille/internal/geo"

// labels is what the name of the layer of labels has after that of the dataset.
const labels = "-etiquettes"

// printer encodes the tiles of a zoom.
type printer struct {
	*atlas
	zoom          int
	shapes, names *layer
	ring          []pixel
	yes           []byte
}

// print encodes pieces tile by tile.
func (a *atlas) print(pieces []piece, zoom int, press *press) error {
	keys := make([]string, 0, len(a.columns)+1)
	for _, c := range a.columns {
		keys = append(keys, c.Name)
	}
	p := printer{atlas: a, zoom: zoom, shapes: newLayer(a.name, append(keys, Reduced)), names: newLayer(a.name+labels, keys),
		yes: appendBool(nil, true)}
	for len(pieces) > 0 {
		n := 0
		for n < len(pieces) && pieces[n].code == pieces[0].code {
			p.print(&pieces[n])
			n++
		}
		t := geo.Tile{Z: uint8(zoom), X: uint32(pieces[0].column), Y: uint32(pieces[0].row)}
		if err := press.add(t, p.shapes, p.names); err != nil {
			return err
		}
		p.shapes.reset()
		p.names.reset()
		pieces = pieces[n:]
	}
	return nil
}

func (p *printer) print(piece *piece) {
	f := &p.features[piece.feature]
	x, y := piece.column*Extent, piece.row*Extent
	switch piece.kind {
	case written:
		p.names.begin(uint64(f.ord), mvtPoint)
		p.tag(p.names, f.values, func(c *labelled) bool { return c.written })
		p.names.point(piece.at[0]-x, piece.at[1]-y)
		p.names.end()
	case reduced:
		p.shapes.begin(uint64(f.ord), mvtPoint)
		p.tag(p.shapes, f.values, func(c *labelled) bool { return c.drawn && p.zoom >= c.from })
		p.shapes.tag(len(p.columns), p.yes)
		p.shapes.point(piece.at[0]-x, piece.at[1]-y)
		p.shapes.end()
	case drawn:
		p.shapes.begin(uint64(f.ord), mvtPolygon)
		p.tag(p.shapes, f.values, func(c *labelled) bool { return c.drawn && p.zoom >= c.from })
		for _, polygon := range piece.polygons {
			for _, r := range polygon {
				p.draw(r, x, y)
			}
		}
		p.shapes.end()
	}
}

func (p *printer) tag(l *layer, values []byte, has func(*labelled) bool) {
	for i := range p.columns {
		value, rest := cut(values)
		values = rest
		if has(&p.columns[i]) {
			l.tag(i, value)
		}
	}
}

func (p *printer) draw(r []pixel, x, y int32) {
	p.ring = p.ring[:0]
	for _, v := range r {
		p.ring = append(p.ring, pixel{v[0] - x, v[1] - y})
	}
	p.shapes.ring(p.ring)
}
