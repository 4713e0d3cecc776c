package dump

// curve is a Hilbert curve over an extent: 65 536 steps a side, what spatial indexes are packed along.
type curve struct{ west, south, dx, dy float64 }

const curveSteps = 1<<16 - 1

func newCurve(extent box) curve {
	return curve{extent[0], extent[1], steps(extent[2] - extent[0]), steps(extent[3] - extent[1])}
}

// steps by unit of a side; 0 for one without length.
func steps(side float64) float64 {
	if side <= 0 {
		return 0
	}
	return curveSteps / side
}

// at is the place on the curve of the middle of a box.
func (c curve) at(b box) uint32 {
	x := ((b[0]+b[2])/2 - c.west) * c.dx
	y := ((b[1]+b[3])/2 - c.south) * c.dy
	return hilbert(uint32(min(max(x, 0), curveSteps)), uint32(min(max(y, 0), curveSteps)))
}

// hilbert goes down from the whole square to the cell, quarter by quarter: each quarter is the curve again, turned.
func hilbert(x, y uint32) (at uint32) {
	for side := uint32(1) << 15; side > 0; side >>= 1 {
		right, up := x&side != 0, y&side != 0
		at <<= 2
		switch {
		case right && up:
			at |= 2
		case right:
			at |= 3
		case up:
			at |= 1
		}
		if !up {
			if right {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return at
}
