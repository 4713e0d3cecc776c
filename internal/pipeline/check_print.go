package pipeline

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// printSeed is one for the program: prints are compared with each other only.
var printSeed = maphash.MakeSeed()

// rowsPrint is a digest of rows in their order: of their cells as all formats print them, and of their geometries in either
// encoding.
type rowsPrint struct {
	columns          []schema.Column
	rows             int64
	cells, wkb, json maphash.Hash
	buf              []byte
}

// printed is what is compared.
type printed struct {
	rows             int64
	cells, wkb, json uint64
}

func (p *rowsPrint) sums() printed {
	return printed{p.rows, p.cells.Sum64(), p.wkb.Sum64(), p.json.Sum64()}
}

func newRowsPrint(d *dataset.Dataset) *rowsPrint {
	p := &rowsPrint{columns: d.Schema.Columns}
	for _, h := range []*maphash.Hash{&p.cells, &p.wkb, &p.json} {
		h.SetSeed(printSeed)
	}
	return p
}

// see adds a feature that is written.
func (p *rowsPrint) see(f *dataset.Feature) {
	p.begin()
	for _, v := range f.Values {
		if v.HasText() {
			p.cell(v.Text())
			continue
		}
		p.buf = append(v.AppendText(p.buf), 0)
	}
	p.end(f.WKB, f.GeoJSON)
}

// row adds a row that is read back. Parquet has numbers, which are printed again.
func (p *rowsPrint) row(r *dataset.Row, numbers bool) {
	p.begin()
	for i, cell := range r.Cells {
		if numbers && p.columns[i].Type == schema.Number {
			if f, err := strconv.ParseFloat(cell, 64); err == nil {
				p.buf = append(schema.AppendNumber(p.buf, f), 0)
				continue
			}
		}
		p.cell(cell)
	}
	p.end(r.WKB, r.Geometry)
}

func (p *rowsPrint) begin() {
	p.buf = p.buf[:0]
	p.rows++
}

// cell adds a text. A reader of CSV gives a line break as one character, whatever it was in the file.
func (p *rowsPrint) cell(text string) {
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	p.buf = append(append(p.buf, text...), 0)
}

func (p *rowsPrint) end(wkb, json []byte) {
	_, _ = p.cells.Write(p.buf)
	if wkb != nil {
		p.shape(&p.wkb)
		_, _ = p.wkb.Write(binary.LittleEndian.AppendUint64(nil, positions(wkb)))
	}
	if json != nil {
		p.shape(&p.json)
		_, _ = p.json.Write(json)
	}
}

// shape says which row the geometry that follows is of.
func (p *rowsPrint) shape(h *maphash.Hash) {
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(p.rows)))
}

// positions is a sum over the positions of a point, a polygon or several, in any order: GeoParquet asks for rings of one
// direction, whatever that of the version's. What is cut or of another type has the sum of what could be read.
func positions(wkb []byte) (sum uint64) {
	r := wkbWalk{wkb}
	switch r.head() {
	case 1:
		return r.run(1)
	case 3:
		return r.rings()
	case 6:
		for n := r.count(); n > 0 && len(r.rest) > 0; n-- {
			r.head()
			sum += r.rings()
		}
	}
	return sum
}

// wkbWalk goes through WKB, little-endian, with or without an SRID.
type wkbWalk struct{ rest []byte }

func (r *wkbWalk) skip(n int) []byte {
	n = min(n, len(r.rest))
	skipped := r.rest[:n]
	r.rest = r.rest[n:]
	return skipped
}

func (r *wkbWalk) count() uint32 {
	if b := r.skip(4); len(b) == 4 {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *wkbWalk) head() uint32 {
	const srid = 0x20000000
	r.skip(1)
	kind := r.count()
	if kind&srid != 0 {
		r.skip(4)
	}
	return kind &^ srid
}

func (r *wkbWalk) rings() (sum uint64) {
	for n := r.count(); n > 0 && len(r.rest) > 0; n-- {
		sum += r.run(r.count())
	}
	return sum
}

func (r *wkbWalk) run(n uint32) (sum uint64) {
	for ; n > 0 && len(r.rest) >= 16; n-- {
		b := r.skip(16)
		x, y := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		high, low := bits.Mul64(x^0x9e3779b97f4a7c15, bits.RotateLeft64(y, 32)^0xd1b54a32d192ed03)
		sum += high ^ low
	}
	return sum
}
