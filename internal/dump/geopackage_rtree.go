package dump

import (
	"encoding/binary"
	"math"
	"slices"
)

// rtree gathers the boxes of rows, so that the tree is packed when all are known: growing it row by row takes SQLite
// longer than the rows themselves.
type rtree struct {
	cells  *spill
	extent box
	buf    []byte
}

func newRTree(folder string) (t rtree, err error) {
	t.extent = noBox
	t.cells, err = newSpill(folder, rtreeCellLen)
	return t, err
}

// rtreeCell is what a node has of a row, or of a node below: its number, and a box of west, east, south, north.
type rtreeCell struct {
	id  int64
	box [4]float32
}

var emptyCell = [4]float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.Inf(1)), float32(math.Inf(-1))}

func (c *rtreeCell) extend(o *rtreeCell) {
	c.box[0], c.box[1] = min(c.box[0], o.box[0]), max(c.box[1], o.box[1])
	c.box[2], c.box[3] = min(c.box[2], o.box[2]), max(c.box[3], o.box[3])
}

func (t *rtree) add(b box, id int64) error {
	t.extent.extend(b)
	t.buf = appendRTreeCell(t.buf[:0], &rtreeCell{id, [4]float32{below(b[0]), above(b[2]), below(b[1]), above(b[3])}})
	_, err := t.cells.Write(t.buf)
	return err
}

// below and above round so that a box holds what it did.
func below(f float64) float32 {
	if r := float32(f); float64(r) <= f {
		return r
	}
	return math.Nextafter32(float32(f), float32(math.Inf(-1)))
}

func above(f float64) float32 { return -below(-f) }

func (t *rtree) cell(rank uint32) *rtreeCell {
	c := readRTreeCell(t.cells.record(rank))
	return &c
}

func readRTreeCell(record []byte) (c rtreeCell) {
	c.id = int64(binary.BigEndian.Uint64(record))
	for i := range c.box {
		c.box[i] = math.Float32frombits(binary.BigEndian.Uint32(record[8+4*i:]))
	}
	return c
}

// order is the rows along the Hilbert curve: each as its place on it and, below, its rank.
func (t *rtree) order() ([]uint64, error) {
	curve := newCurve(t.extent)
	keys := make([]uint64, 0, t.cells.len())
	err := t.cells.each(func(record []byte) {
		b := readRTreeCell(record).box
		at := curve.at(box{float64(b[0]), float64(b[2]), float64(b[1]), float64(b[3])})
		keys = append(keys, uint64(at)<<32|uint64(len(keys)))
	})
	slices.Sort(keys)
	return keys, err
}
