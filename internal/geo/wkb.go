package geo

import (
	"encoding/binary"
	"math"
	"strconv"
)

// SRID of every geometry at rest. Coordinates are longitude then latitude, whatever EPSG says of 4326.
const SRID = 4326

const (
	wkbPoint  = 1
	ewkbSRID  = 0x20000000
	pointSize = 1 + 4 + 4 + 16
)

// AppendPoint appends a point as EWKB, little-endian, SRID 4326.
func AppendPoint(dst []byte, lon, lat float64) []byte {
	dst = append(dst, 1)
	dst = binary.LittleEndian.AppendUint32(dst, wkbPoint|ewkbSRID)
	dst = binary.LittleEndian.AppendUint32(dst, SRID)
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(lon))
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(lat))
}

// PointOf reads what AppendPoint writes; false when wkb is not such a point.
func PointOf(wkb []byte) (lon, lat float64, ok bool) {
	if len(wkb) != pointSize || wkb[0] != 1 || binary.LittleEndian.Uint32(wkb[1:]) != wkbPoint|ewkbSRID {
		return 0, 0, false
	}
	lon = math.Float64frombits(binary.LittleEndian.Uint64(wkb[9:]))
	lat = math.Float64frombits(binary.LittleEndian.Uint64(wkb[17:]))
	return lon, lat, true
}

// AppendPointJSON appends a point as a GeoJSON geometry, with the shortest numbers that read back the same.
func AppendPointJSON(dst []byte, lon, lat float64) []byte {
	dst = append(dst, `{"type":"Point","coordinates":[`...)
	dst = strconv.AppendFloat(dst, lon, 'f', -1, 64)
	dst = append(dst, ',')
	dst = strconv.AppendFloat(dst, lat, 'f', -1, 64)
	return append(dst, "]}"...)
}

// Snap rounds a coordinate to a grid in degrees; a power of ten gives the nearest decimal number exactly. It never gives
// minus zero, which is another number to a hash and another text to a reader.
// A grid of 0 leaves it as it is.
func Snap(degrees, grid float64) float64 {
	if grid == 0 {
		return degrees
	}
	if inverse := math.Round(1 / grid); math.Abs(inverse*grid-1) < 1e-9 {
		return math.Round(degrees*inverse)/inverse + 0
	}
	return math.Round(degrees/grid)*grid + 0
}
