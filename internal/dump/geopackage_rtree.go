package dump

import (
	"math"
	"slices"
)

// rtree gathers the boxes of rows, so that the tree is packed when all are known: growing it row by row takes SQLite
// longer than the rows themselves.
type rtree struct {
	pages  [][]rtreeCell // so that growing copies nothing
	extent box
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

func (t *rtree) add(b box, id int64) {
	t.extent.extend(b)
	if n := len(t.pages); n == 0 || len(t.pages[n-1]) == placesPage {
		t.pages = append(t.pages, make([]rtreeCell, 0, placesPage))
	}
	last := &t.pages[len(t.pages)-1]
	*last = append(*last, rtreeCell{id, [4]float32{below(b[0]), above(b[2]), below(b[1]), above(b[3])}})
}

// below and above round so that a box holds what it did.
func below(f float64) float32 {
	if r := float32(f); float64(r) <= f {
		return r
	}
	return math.Nextafter32(float32(f), float32(math.Inf(-1)))
}

func above(f float64) float32 { return -below(-f) }

func (t *rtree) cell(rank uint32) *rtreeCell { return &t.pages[rank/placesPage][rank%placesPage] }

// order is the rows along the Hilbert curve: each as its place on it and, below, its rank.
func (t *rtree) order() []uint64 {
	curve := newCurve(t.extent)
	var keys []uint64
	if n := len(t.pages); n > 0 {
		keys = make([]uint64, 0, (n-1)*placesPage+len(t.pages[n-1]))
	}
	for _, page := range t.pages {
		for i := range page {
			b := &page[i].box
			at := curve.at(box{float64(b[0]), float64(b[2]), float64(b[1]), float64(b[3])})
			keys = append(keys, uint64(at)<<32|uint64(len(keys)))
		}
	}
	slices.Sort(keys)
	return keys
}
