package tile

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"maille/internal/fault"
	"maille/internal/geo"
)

// sheet is what is drawn at a zoom: pieces of features, encoded.
type sheet struct {
	pieces        []piece
	geometries    [][]byte // by drawer
	order         []uint64 // of pieces: by tile, in the order of an archive (PMTiles v3 §3.2), and those of a tile as they are in pieces; the place in pieces is in the bits that order leaves, see places
	kept, reduced int64
}

// piece is what a tile has of a feature. There is no pointer in it: there are hundreds of thousands.
type piece struct {
	tile    uint64 // how far along Hilbert's curve it is, among the tiles of the zoom
	at      pixel  // of the tile, its column and row
	feature int32
	drawer  uint16
	kind    kind
	size    uint32 // of the geometry
	from    int    // in the drawer's geometries
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

// mostPieces are those of a zoom, which are in memory; places has room for 50 times as many.
var mostPieces = 5_000_000 // tests have fewer

// sheet draws the features, on all cores.
func (a *atlas) sheet(l stage, every int32) (*sheet, error) {
	d := l.snap(l.zoom, every)
	if err := a.stop(); err != nil {
		return nil, err
	}
	parts := make([]drawer, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for i := range parts {
		workers.Go(func() {
			p := drawer{atlas: a, assembler: newAssembler(d), zoom: l.zoom, clipper: clipper{tracer: newTracer()}, number: uint16(i)}
			from, to := share(len(a.features), i, len(parts))
			for feature := from; feature < to && len(p.pieces) <= mostPieces && a.stop() == nil; feature++ {
				p.draw(feature)
			}
			parts[i] = p
		})
	}
	workers.Wait()
	if err := a.stop(); err != nil {
		return nil, err
	}
	var all sheet
	for _, p := range parts {
		all.pieces = append(all.pieces, p.pieces...)
		all.geometries = append(all.geometries, p.geometry.encoded)
		all.kept += p.kept
		all.reduced += p.reduced
	}
	if len(all.pieces) > mostPieces {
		return nil, fault.New(fault.Refused, "%s: at zoom %d its polygons are in over %d tiles, counted for each: its tiles must end before", a.name, l.zoom, mostPieces).About(a.name)
	}
	all.sort()
	return &all, nil
}

// places are the bits of an order that say which piece it is; what the others have room for is the tiles of the deepest zoom.
const places = 64 - 2*deepest

func (s *sheet) sort() {
	s.order = make([]uint64, len(s.pieces))
	for i := range s.pieces {
		s.order[i] = s.pieces[i].tile<<places | uint64(i)
	}
	slices.Sort(s.order)
}

// piece is one of an order.
func (s *sheet) piece(order uint64) *piece { return &s.pieces[order&(1<<places-1)] }

func (s *sheet) geometry(p *piece) []byte { return s.geometries[p.drawer][p.from:][:p.size] }

// drawer draws features one by one.
type drawer struct {
	*atlas
	*assembler
	clipper
	zoom          int
	number        uint16
	geometry      commands // of all pieces
	pieces        []piece
	rings         [][]pixel // of the feature
	trimmed       slab
	kept, reduced int64
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
	if p.written && twice >= legible {
		p.point(feature, written)
	}
}

// point puts a feature's point into the tile where it is.
func (p *drawer) point(feature int, kind kind) {
	at := p.pixelOf(p.features[feature].anchor)
	tile := pixel{at[0] / Extent, at[1] / Extent}
	from := p.begin()
	p.geometry.point(at[0]-tile[0]*Extent, at[1]-tile[1]*Extent)
	p.add(feature, kind, tile, from)
}

// pixelOf is the pixel in which a place is, rather than the nearest: it is in the tile in which the place is.
func (p *drawer) pixelOf(at orb.Point) pixel {
	side := math.Ldexp(Extent, p.zoom)
	return pixel{int32(min(at[0]*side, side-1)), int32(min(at[1]*side, side-1))}
}

// begin starts the geometry of a piece.
func (p *drawer) begin() (from int) {
	p.geometry.begin(p.geometry.encoded)
	return len(p.geometry.encoded)
}

// add adds a piece whose geometry was encoded from a place on.
func (p *drawer) add(feature int, kind kind, tile pixel, from int) {
	side := 32 - p.zoom
	code := geo.Hilbert(uint32(uint64(tile[0])<<side), uint32(uint64(tile[1])<<side)) >> (64 - 2*p.zoom)
	p.pieces = append(p.pieces, piece{tile: code, at: tile, feature: int32(feature), drawer: p.number, kind: kind,
		size: uint32(len(p.geometry.encoded) - from), from: from})
}

// cutUp puts what each tile has of a feature's polygons into it.
func (p *drawer) cutUp(feature int, polygons []polygon) {
	b := bounds(polygons)
	last := int32(1)<<p.zoom - 1
	columns := [2]int32{max((b.west-Buffer)/Extent, 0), min((b.east+Buffer-1)/Extent, last)}
	rows := [2]int32{max((b.north-Buffer)/Extent, 0), min((b.south+Buffer-1)/Extent, last)}
	p.rings = p.rings[:0]
	for _, polygon := range polygons {
		p.rings = append(p.rings, polygon...)
	}
	p.trimmed.reset()
	whole := func(tile box) []polygon {
		if b.within(tile) {
			return polygons
		}
		return nil
	}
	p.divide(feature, p.rings, columns, rows, whole)
}

// divide halves a range of tiles until each is alone: the rings of a large shape are not gone through for each of its tiles.
func (p *drawer) divide(feature int, rings [][]pixel, columns, rows [2]int32, whole func(box) []polygon) {
	switch {
	case len(rings) == 0 || len(p.pieces) > mostPieces:
	case columns == [2]int32{columns[0], columns[0]} && rows == [2]int32{rows[0], rows[0]}:
		tile := pixel{columns[0], rows[0]}
		b := tileBox(columns[0], rows[0], columns[0], rows[0])
		polygons := whole(b)
		if polygons == nil {
			polygons = p.clip(rings, b)
		}
		if len(polygons) > 0 {
			p.polygons(feature, polygons, tile)
		}
	case columns[1]-columns[0] >= rows[1]-rows[0]:
		middle := (columns[0] + columns[1]) / 2
		p.divide(feature, p.trimmed.trim(rings, 0, (middle+1)*Extent+Buffer, -1), [2]int32{columns[0], middle}, rows, whole)
		p.divide(feature, p.trimmed.trim(rings, 0, (middle+1)*Extent-Buffer, 1), [2]int32{middle + 1, columns[1]}, rows, whole)
	default:
		middle := (rows[0] + rows[1]) / 2
		p.divide(feature, p.trimmed.trim(rings, 1, (middle+1)*Extent+Buffer, -1), columns, [2]int32{rows[0], middle}, whole)
		p.divide(feature, p.trimmed.trim(rings, 1, (middle+1)*Extent-Buffer, 1), columns, [2]int32{middle + 1, rows[1]}, whole)
	}
}

func (p *drawer) polygons(feature int, polygons []polygon, tile pixel) {
	from := p.begin()
	for _, polygon := range polygons {
		for _, r := range polygon {
			p.geometry.ringFrom(r, tile[0]*Extent, tile[1]*Extent)
		}
	}
	p.add(feature, drawn, tile, from)
}
