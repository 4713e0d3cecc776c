// Package geo knows geometry: CRS, WKB and GeoJSON, bounding boxes.
package geo

import (
	"math"
	"strconv"
	"strings"

	"maille/internal/fault"
)

// BBox is a box in CRS84 degrees. West is greater than East when it crosses the antimeridian (RFC 7946 §5.2).
type BBox struct{ West, South, East, North float64 }

// ParseBBox reads "west,south,east,north", or six numbers with heights, which are ignored
// (OGC 17-069r4 /req/core/fc-bbox-definition).
func ParseBBox(text string) (BBox, error) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return BBox{}, badBBox("it needs 4 or 6 numbers")
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || strings.ContainsAny(part, "xX_") { // 0x1p4 is Go's
			return BBox{}, badBBox(strconv.Quote(part) + " is not a number")
		}
		numbers[i] = f + 0 // minus zero is zero: one text for one box
	}
	half := len(numbers) / 2
	b := BBox{numbers[0], numbers[1], numbers[half], numbers[half+1]}
	if b.South > b.North {
		return BBox{}, badBBox("south is above north")
	}
	return b, nil
}

func badBBox(why string) error {
	return fault.New(fault.Invalid, "bbox: %s (west,south,east,north in degrees)", why).About("bbox")
}

// String is the canonical form, which ParseBBox reads back.
func (b BBox) String() string {
	var dst []byte
	for i, f := range []float64{b.West, b.South, b.East, b.North} {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return string(dst)
}

// MarshalJSON writes [west, south, east, north], as GeoJSON does (RFC 7946 §5).
func (b BBox) MarshalJSON() ([]byte, error) {
	return []byte("[" + b.String() + "]"), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *BBox) UnmarshalJSON(data []byte) (err error) {
	*b, err = ParseBBox(strings.Trim(string(data), "[]"))
	return err
}

// Parts are the one or two boxes that do not cross the antimeridian.
func (b BBox) Parts() []BBox {
	if b.West <= b.East {
		return []BBox{b}
	}
	return []BBox{{b.West, b.South, 180, b.North}, {-180, b.South, b.East, b.North}}
}
