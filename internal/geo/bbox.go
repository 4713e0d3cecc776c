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
func ParseBBox(text string) (BBox, error) { return ParseBBoxIn(text, nil) }

// ParseBBoxIn reads the numbers of a box in the axis order of a system's authority (OGC 18-058r1 /req/crs/fc-bbox-crs-action);
// West and East are x whatever that order. Only a box in degrees may cross the antimeridian.
func ParseBBoxIn(text string, crs *OGCCRS) (BBox, error) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return BBox{}, badBBox("it needs 4 or 6 numbers", crs)
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || strings.ContainsAny(part, "xX_") { // 0x1p4 is Go's
			return BBox{}, badBBox(strconv.Quote(part[:min(len(part), 40)])+" is not a number", crs)
		}
		numbers[i] = f + 0 // minus zero is zero: one text for one box
	}
	half := len(numbers) / 2
	b := BBox{numbers[0], numbers[1], numbers[half], numbers[half+1]}
	if crs != nil && crs.Flipped {
		b = BBox{b.South, b.West, b.North, b.East}
	}
	switch {
	case b.South > b.North:
		return BBox{}, badBBox("south is above north", crs)
	case b.West > b.East && crs != nil && crs.Code != SRID:
		return BBox{}, badBBox("west is east of east", crs)
	}
	return b, nil
}

func badBBox(why string, crs *OGCCRS) error {
	form := "west,south,east,north in degrees"
	switch {
	case crs == nil || crs.IsCRS84():
	case crs.Flipped:
		form = "south,west,north,east in degrees, as bbox-crs has them"
	default:
		form = "west,south,east,north in metres, as bbox-crs has them"
	}
	return fault.New(fault.Invalid, "bbox: %s (%s)", why, form).About("bbox")
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
