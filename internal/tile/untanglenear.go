package tile

// strays says whether a simplified segment is near others than were entered.
func (t *tangle) strays(i int32) bool { return t.segments[i].furthest != 0 && !t.near.all(t.extent(i)) }

// extent is the columns and rows in which enter looks for cells.
func (t *tangle) extent(i int32) box {
	g := &t.segments[i]
	a, b := t.point(g.from), t.point(g.to)
	margin := g.reach + slack*t.grid.size
	return box{t.grid.index(min(a[0], b[0]) - margin - t.grid.west), t.grid.index(min(a[1], b[1]) - margin - t.grid.south),
		t.grid.index(max(a[0], b[0]) + margin - t.grid.west), t.grid.index(max(a[1], b[1]) + margin - t.grid.south)}
}

// near is blocks of cells.
type near struct{ numbered[pixel] }

const block = 3 // bits: 8 cells by 8

func (n *near) add(b box) {
	for p := range b.blocks {
		n.number(p)
	}
}

func (n *near) any(b box) bool {
	for p := range b.blocks {
		if n.find(p) >= 0 {
			return true
		}
	}
	return false
}

func (n *near) all(b box) bool {
	for p := range b.blocks {
		if n.find(p) < 0 {
			return false
		}
	}
	return true
}

// blocks are those that hold the cells of a box.
func (b box) blocks(yield func(pixel) bool) {
	for x := b.west >> block; x <= b.east>>block; x++ {
		for y := b.north >> block; y <= b.south>>block; y++ {
			if !yield(pixel{x, y}) {
				return
			}
		}
	}
}
