package pmtiles

import "math"

// path goes through the commands of a geometry (MVT 2.1 §4.3).
type path struct {
	numbers columns
	x, y    int64
}

const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// valid says whether the commands are those of the type: points, lines or polygons (§4.3.4).
func (p *path) valid(kind uint64) bool {
	if len(p.numbers.data) == 0 {
		return false
	}
	switch kind {
	case 1:
		n, ok := p.command(moveTo)
		for range n {
			p.step()
		}
		return ok && !p.numbers.broken && len(p.numbers.data) == 0
	case 2:
		return p.lines()
	case 3:
		return p.rings()
	}
	return false
}

func (p *path) lines() bool {
	for len(p.numbers.data) > 0 {
		if n, ok := p.command(moveTo); !ok || n != 1 {
			return false
		}
		p.step()
		n, ok := p.command(lineTo)
		if !ok {
			return false
		}
		for range n {
			p.step()
		}
	}
	return !p.numbers.broken
}

// rings: the first is an outer one, whose area is above zero; none has no area (§4.3.4.4). The box of a hole is within that of
// the outer ring before it, which is not all that is asked of it: whether rings cross is not looked at.
func (p *path) rings() bool {
	var outer extent
	for first := true; len(p.numbers.data) > 0; first = false {
		if n, ok := p.command(moveTo); !ok || n != 1 {
			return false
		}
		p.step()
		area, around, ok := p.ring()
		if !ok || area == 0 || area < 0 && (first || !around.within(outer)) {
			return false
		}
		if area > 0 {
			outer = around
		}
	}
	return !p.numbers.broken
}

// extent is a box: west, north, east and south.
type extent [4]int64

func (e extent) with(x, y int64) extent {
	return extent{min(e[0], x), min(e[1], y), max(e[2], x), max(e[3], y)}
}

func (e extent) within(other extent) bool {
	return other.with(e[0], e[1]).with(e[2], e[3]) == other
}

// ring reads the lines and the end of a ring, and gives twice its area by the surveyor's formula.
func (p *path) ring() (area int64, around extent, ok bool) {
	startX, startY := p.x, p.y
	around = extent{p.x, p.y, p.x, p.y}
	n, ok := p.command(lineTo)
	if !ok || n < 2 {
		return 0, around, false
	}
	for range n {
		x, y := p.x, p.y
		p.step()
		around = around.with(p.x, p.y)
		area += (x-startX)*(p.y-startY) - (p.x-startX)*(y-startY)
	}
	n, ok = p.command(closePath)
	return area, around, ok && n == 1
}

// command reads one of a kind; its count is bounded by what is left to read.
func (p *path) command(wanted uint64) (count uint64, ok bool) {
	v := p.numbers.next(math.MaxUint32)
	count = v >> 3
	if p.numbers.broken || v&7 != wanted || count == 0 || wanted != closePath && count > uint64(len(p.numbers.data)/2) {
		return 0, false
	}
	return count, true
}

func (p *path) step() {
	p.x, p.y = p.x+unzigzag(p.numbers.next(math.MaxUint32)), p.y+unzigzag(p.numbers.next(math.MaxUint32))
	const far = 1 << 28 // no tile is as wide; beyond, areas would not be numbers
	if p.x < -far || p.x > far || p.y < -far || p.y > far {
		p.numbers.broken, p.numbers.data = true, nil
	}
}

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
