package tile

import (
	"maille/internal/dataset"
	"maille/internal/geo"
)

// printer encodes tiles of a zoom.
type printer struct {
	*atlas
	*sheet
	zoom          int
	shapes, names *layer
	drawn         []bool // by column: the layer of shapes has it
	yes           uint32
}

// print encodes and compresses the pieces tile by tile, on all cores.
func (a *atlas) print(s *sheet, l stage, press *press) error {
	printers := make([]*printer, press.cores)
	for order := s.order; len(order) > 0; {
		first := s.piece(order[0])
		n := 1
		for n < len(order) && order[n]>>places == first.tile {
			n++
		}
		pieces := order[:n]
		order = order[n:]
		t := geo.Tile{Z: uint8(l.zoom), X: uint32(first.at[0]), Y: uint32(first.at[1])}
		err := press.later(t, func(core int, dst []byte) []byte {
			if printers[core] == nil {
				printers[core] = a.printer(s, l)
			}
			return printers[core].print(dst, pieces)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *atlas) printer(s *sheet, l stage) *printer {
	p := &printer{atlas: a, sheet: s, zoom: l.zoom, yes: a.yes}
	keys := make([]string, 0, len(a.columns)+1)
	for _, c := range a.columns {
		keys = append(keys, c.Name)
		p.drawn = append(p.drawn, c.drawn && l.zoom >= c.from && !(l.bare && c.spare))
	}
	p.shapes, p.names = newLayer(a.name, append(keys, Reduced)), newLayer(a.name+dataset.LabelsSuffix, keys)
	p.shapes.chosen, p.names.chosen = newChosen(&a.values), newChosen(&a.values)
	return p
}

// print appends a tile of some pieces.
func (p *printer) print(dst []byte, pieces []uint64) []byte {
	p.shapes.reset()
	p.names.reset()
	for _, order := range pieces {
		p.add(p.piece(order))
	}
	return p.names.appendTo(p.shapes.appendTo(dst))
}

func (p *printer) add(piece *piece) {
	l, kind := p.shapes, byte(mvtPoint)
	switch piece.kind {
	case written:
		l = p.names
	case drawn:
		kind = mvtPolygon
	}
	l.begin(uint64(p.features[piece.feature].ord), kind)
	for i, tag := range p.tags[int(piece.feature)*len(p.columns):][:len(p.columns)] {
		if tag > 0 && (piece.kind == written && p.columns[i].written || piece.kind != written && p.drawn[i]) {
			l.tagChosen(i, tag-1)
		}
	}
	if piece.kind == reduced {
		l.tagChosen(len(p.columns), p.yes)
	}
	l.encodedAs(p.geometry(piece))
	l.end()
}
