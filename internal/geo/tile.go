package geo

import (
	"fmt"
	"math"
)

// Tile is the address of a tile of WebMercatorQuad (OGC 17-083r4 annex D.1): X grows eastwards and Y southwards, from 0 to
// 2^Z-1. In OGC API Tiles Z is the tile matrix, Y the row and X the column.
type Tile struct {
	Z    uint8
	X, Y uint32
}

// MaxZoom is the deepest level whose tiles are numbered by a 64-bit integer with room to spare, and far beyond what is drawn.
const MaxZoom = 26

// Valid says whether there is such a tile.
func (t Tile) Valid() bool { return t.Z <= MaxZoom && t.X < 1<<t.Z && t.Y < 1<<t.Z }

// String is z/x/y.
func (t Tile) String() string { return fmt.Sprintf("%d/%d/%d", t.Z, t.X, t.Y) }

// Parent is the tile of the level above that holds this one; that of the whole world is itself.
func (t Tile) Parent() Tile {
	if t.Z == 0 {
		return t
	}
	return Tile{t.Z - 1, t.X / 2, t.Y / 2}
}

// Bounds is the tile's box in CRS84.
func (t Tile) Bounds() BBox { return t.Padded(0) }

// Padded is the box in CRS84 of the tile and of so many tiles' widths around it, within the world.
func (t Tile) Padded(widths float64) BBox {
	side := math.Exp2(-float64(t.Z))
	west, north := (float64(t.X)-widths)*side, (float64(t.Y)-widths)*side
	east, south := (float64(t.X)+1+widths)*side, (float64(t.Y)+1+widths)*side
	return BBox{West: 360*max(west, 0) - 180, South: worldLatitude(min(south, 1)), East: 360*min(east, 1) - 180, North: worldLatitude(max(north, 0))}
}

// WorldPosition is a position of CRS84 in the square of Web Mercator, from 0,0 at its north-west corner to 1,1. What lies
// beyond the latitudes of the square (85.06°) is on its edge.
func WorldPosition(longitude, latitude float64) (x, y float64) {
	sin := math.Sin(latitude * math.Pi / 180)
	y = 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return min(max(longitude/360+0.5, 0), 1), min(max(y, 0), 1)
}

func worldLatitude(y float64) float64 {
	return 90 - 360*math.Atan(math.Exp((2*y-1)*math.Pi))/math.Pi
}
