package tile

import "encoding/binary"

// Commands of a geometry (MVT 2.1 §4.3.1).
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// commands encode the geometry of a feature.
type commands struct {
	encoded []byte
	x, y    int32 // of the cursor
}

// begin starts a geometry after what dst has.
func (c *commands) begin(dst []byte) { *c = commands{encoded: dst} }

// point draws the feature, once.
func (c *commands) point(x, y int32) {
	c.command(moveTo, 1)
	c.moveBy(x, y)
}

// ring draws a ring of a polygon, whose last point is not its first again: the outer ones clockwise as one sees the tile, y
// going down, each followed by its inner ones, the other way round (§4.3.3.3). One of under three points is left out.
func (c *commands) ring(points [][2]int32) { c.ringFrom(points, 0, 0) }

// ringFrom draws a ring whose points are counted from elsewhere than the tile's corner, which is at x, y.
func (c *commands) ringFrom(points [][2]int32, x, y int32) {
	if len(points) < 3 {
		return
	}
	c.command(moveTo, 1)
	c.moveBy(points[0][0]-x, points[0][1]-y)
	c.command(lineTo, len(points)-1)
	for _, p := range points[1:] {
		c.moveBy(p[0]-x, p[1]-y)
	}
	c.command(closePath, 1)
}

func (c *commands) command(id uint32, count int) {
	c.encoded = binary.AppendUvarint(c.encoded, uint64(id)|uint64(count)<<3)
}

func (c *commands) moveBy(x, y int32) {
	c.encoded = appendSmall(c.encoded, zigzag(int64(x)-int64(c.x)))
	c.encoded = appendSmall(c.encoded, zigzag(int64(y)-int64(c.y)))
	c.x, c.y = x, y
}

// appendSmall is AppendUvarint, for what is one or two bytes long as a rule.
func appendSmall(dst []byte, v uint64) []byte {
	switch {
	case v < 1<<7:
		return append(dst, byte(v))
	case v < 1<<14:
		return append(dst, byte(v)|0x80, byte(v>>7))
	}
	return binary.AppendUvarint(dst, v)
}

func zigzag(i int64) uint64 { return uint64(i<<1) ^ uint64(i>>63) }
