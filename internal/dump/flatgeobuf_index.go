package dump

import (
	"bufio"
	"encoding/binary"
	"math"
	"slices"
)

// box is west, south, east, north.
type box [4]float64

// noBox is the box of nothing: no filter meets it, and it grows no other.
var noBox = box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}

func (b box) empty() bool { return b[0] > b[2] }

func (b *box) extend(o box) {
	b[0], b[1] = min(b[0], o[0]), min(b[1], o[1])
	b[2], b[3] = max(b[2], o[2]), max(b[3], o[3])
}

// fgbIndex says of each feature where it is, on the map and in the spool.
type fgbIndex struct {
	places *spill
	extent box
	buf    []byte
}

type fgbPlace struct {
	box    box
	offset int64
	size   uint32
}

const fgbPlaceLen = 4*8 + 8 + 4

func newFGBIndex(folder string) (x fgbIndex, err error) {
	x.extent = noBox
	x.places, err = newSpill(folder, fgbPlaceLen)
	return x, err
}

func (x *fgbIndex) len() int64 { return x.places.len() }

func (x *fgbIndex) add(b box, offset int64, size int) error {
	x.extent.extend(b)
	x.buf = binary.LittleEndian.AppendUint32(appendFGBNode(x.buf[:0], b, uint64(offset)), uint32(size))
	_, err := x.places.Write(x.buf)
	return err
}

// indexed says whether the file has a tree: an empty one is none, and one of features without geometry finds nothing.
func (x *fgbIndex) indexed() bool { return !x.extent.empty() }

func (x *fgbIndex) place(key uint64) (p fgbPlace) {
	record := x.places.record(uint32(key))
	p.box = readBox(record)
	p.offset = int64(binary.LittleEndian.Uint64(record[4*8:]))
	p.size = binary.LittleEndian.Uint32(record[5*8:])
	return p
}

func readBox(record []byte) (b box) {
	for i := range b {
		b[i] = math.Float64frombits(binary.LittleEndian.Uint64(record[i*8:]))
	}
	return b
}

// order is the features along the Hilbert curve, each as its place on the curve and, below it, its rank. Features
// without geometry come last: the tree names every feature, whatever it is.
func (x *fgbIndex) order() ([]uint64, error) {
	curve := newCurve(x.extent)
	keys := make([]uint64, 0, x.len())
	err := x.places.each(func(record []byte) {
		at := uint32(math.MaxUint32)
		if b := readBox(record); !b.empty() {
			at = curve.at(b)
		}
		keys = append(keys, uint64(at)<<32|uint64(len(keys)))
	})
	slices.Sort(keys)
	return keys, err
}

const (
	fgbNodeSize = 16
	fgbNodeLen  = 4*8 + 8
)

// write writes the packed tree: the root first, level under level, each node its box and the number of its first child.
// A leaf has the offset of its feature instead, in the order of the file.
func (x *fgbIndex) write(out *bufio.Writer, order []uint64) error {
	levels := x.levels(order)
	first, node := uint64(0), make([]byte, fgbNodeLen)
	for _, level := range slices.Backward(levels) {
		first += uint64(len(level))
		for i, b := range level {
			_, _ = out.Write(appendFGBNode(node[:0], b, first+uint64(i)*fgbNodeSize))
		}
	}
	offset := uint64(0)
	for _, key := range order {
		p := x.place(key)
		if _, err := out.Write(appendFGBNode(node[:0], p.box, offset)); err != nil {
			return err
		}
		offset += uint64(p.size)
	}
	return x.places.err
}

// levels are the boxes of the nodes above the leaves, the lowest first. There is always a root, above a single leaf too.
func (x *fgbIndex) levels(order []uint64) (levels [][]box) {
	lowest := make([]box, 0, len(order)/fgbNodeSize+1)
	for leaves := range slices.Chunk(order, fgbNodeSize) {
		b := noBox
		for _, key := range leaves {
			b.extend(x.place(key).box)
		}
		lowest = append(lowest, b)
	}
	for levels = append(levels, lowest); len(lowest) > 1; levels = append(levels, lowest) {
		lowest = parents(lowest)
	}
	return levels
}

func parents(children []box) []box {
	above := make([]box, 0, len(children)/fgbNodeSize+1)
	for nodes := range slices.Chunk(children, fgbNodeSize) {
		b := noBox
		for _, child := range nodes {
			b.extend(child)
		}
		above = append(above, b)
	}
	return above
}

func appendFGBNode(dst []byte, b box, offset uint64) []byte {
	for _, f := range b {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
	}
	return binary.LittleEndian.AppendUint64(dst, offset)
}
