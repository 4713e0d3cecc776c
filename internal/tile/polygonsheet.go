package tile

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/paulmach/orb"
)

// sheet is what is drawn at a zoom: pieces of features by tile, in the order of an archive (PMTiles v3 §3.2), and those of a
// tile in the order of features.
type sheet struct {
	pieces        []piece
	kept, reduced int64
}

// piece is what a tile has of a feature. Pixels are those of the zoom.
type piece struct {
	code        uint64 // where the tile is on Hilbert's curve
	column, row int32
	feature     int32
	kind        kind
	at          pixel     // of points
	polygons    []polygon // of polygons
}

type kind uint8

const (
	drawn   kind = iota // as polygons
	reduced             // as a point
	written             // its label
)

// legible is twice the area of a shape that has room for a label, in units: 32 pixels of 512 by as many.
const legible = 2 * 256 * 256

// smallest is twice the area under which a shape is reduced: one unit. On a coarser grid that is having none.
const smallest = 2

// sheet draws the features, on all cores.
func (a *atlas) sheet(l stage, every int32) *sheet {
	d := l.snap(l.zoom, every)
	parts := make([]drawer, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for i := range parts {
		workers.Go(func() {
			p := drawer{atlas: a, assembler: newAssembler(d), zoom: l.zoom, clipper: clipper{tracer: newTracer()}}
			from, to := share(len(a.features), i, len(parts))
			for feature := from; feature < to; feature++ {
				p.draw(feature)
			}
			parts[i] = p
		})
	}
	workers.Wait()
	var all sheet
	for _, p := range parts {
		all.pieces = append(all.pieces, p.pieces...)
		all.kept += p.kept
		all.reduced += p.reduced
	}
	slices.SortStableFunc(all.pieces, func(p, q piece) int { return cmp.Compare(p.code, q.code) })
	return &all
}

// drawer draws features one by one.
type drawer struct {
	*atlas
	*assembler
	clipper
	zoom int
	sheet
}

func (p *drawer) draw(feature int) {
	polygons := p.assemble(feature)
	twice := areaOf(polygons)
	if twice < smallest {
		p.point(feature, reduced)
		p.reduced++
		return
	}
	p.kept++
	p.cutUp(feature, polygons)
	if twice >= legible {
		p.point(feature, written)
	}
}

// point puts a feature's point into the tile where it is.
func (p *drawer) point(feature int, kind kind) {
	at := p.pixelOf(p.features[feature].anchor)
	p.add(piece{column: at[0] / Extent, row: at[1] / Extent, feature: int32(feature), kind: kind, at: at})
}

// pixelOf is the pixel in which a place is, rather than the nearest: it is in the tile in which the place is.
func (p *drawer) pixelOf(at orb.Point) pixel {
	side := math.Ldexp(Extent, p.zoom)
	return pixel{int32(min(at[0]*side, side-1)), int32(min(at[1]*side, side-1))}
}

func (p *drawer) add(piece piece) {
	side := 32 - p.zoom
	piece.code = hilbert(uint32(uint64(piece.column)<<side), uint32(uint64(piece.row)<<side))
	p.pieces = append(p.pieces, piece)
}

// cutUp puts what each tile has of a feature's polygons into it.
func (p *drawer) cutUp(feature int, polygons []polygon) {
	b := bounds(polygons)
	last := int32(1)<<p.zoom - 1
	columns := [2]int32{max((b.west-Buffer)/Extent, 0), min((b.east+Buffer-1)/Extent, last)}
	rows := [2]int32{max((b.north-Buffer)/Extent, 0), min((b.south+Buffer-1)/Extent, last)}
	var rings [][]pixel
	for _, polygon := range polygons {
		rings = append(rings, polygon...)
	}
	whole := func(tile box) []polygon {
		if b.within(tile) {
			return polygons
		}
		return nil
	}
	p.divide(feature, rings, columns, rows, whole)
}

// divide halves a range of tiles until each is alone: the rings of a large shape are not gone through for each of its tiles.
func (p *drawer) divide(feature int, rings [][]pixel, columns, rows [2]int32, whole func(box) []polygon) {
	switch {
	case len(rings) == 0:
	case columns == [2]int32{columns[0], columns[0]} && rows == [2]int32{rows[0], rows[0]}:
		b := tileBox(columns[0], rows[0], columns[0], rows[0])
		polygons := whole(b)
		if polygons == nil {
			polygons = p.clip(rings, b)
		}
		if len(polygons) > 0 {
			p.add(piece{column: columns[0], row: rows[0], feature: int32(feature), polygons: polygons})
		}
	case columns[1]-columns[0] >= rows[1]-rows[0]:
		middle := (columns[0] + columns[1]) / 2
		p.divide(feature, trim(rings, 0, (middle+1)*Extent+Buffer, -1), [2]int32{columns[0], middle}, rows, whole)
		p.divide(feature, trim(rings, 0, (middle+1)*Extent-Buffer, 1), [2]int32{middle + 1, columns[1]}, rows, whole)
	default:
		middle := (rows[0] + rows[1]) / 2
		p.divide(feature, trim(rings, 1, (middle+1)*Extent+Buffer, -1), columns, [2]int32{rows[0], middle}, whole)
		p.divide(feature, trim(rings, 1, (middle+1)*Extent-Buffer, 1), columns, [2]int32{middle + 1, rows[1]}, whole)
	}
}
