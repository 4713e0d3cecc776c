package geo_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/geo"
)

var nan, inf = math.NaN(), math.Inf(1)

// shapes are one of each type, all of extent -1,-2 to 3,4 but for the point.
var shapes = []orb.Geometry{
	orb.Point{3, 4},
	orb.LineString{{-1, 4}, {3, -2}},
	orb.Polygon{{{-1, -2}, {3, -2}, {3, 4}, {-1, -2}}, {{0, 0}, {1, 0}, {1, 1}, {0, 0}}},
	orb.MultiPoint{{-1, -2}, {3, 4}},
	orb.MultiLineString{{{-1, 0}, {3, 0}}, {{0, -2}, {0, 4}}},
	orb.MultiPolygon{{{{-1, -2}, {3, -2}, {3, 0}, {-1, -2}}}, {{{0, 0}, {1, 0}, {1, 4}, {0, 0}}}},
	orb.Collection{orb.Point{-1, 4}, orb.LineString{{0, 0}, {3, -2}}, orb.Collection{orb.Point{1, 1}}},
}

func marshal(t testing.TB, g orb.Geometry, srid int, order binary.ByteOrder) []byte {
	t.Helper()
	data, err := ewkb.Marshal(g, srid, order)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestExtendReadsEachType(t *testing.T) {
	for _, g := range shapes {
		want := geo.BBox{West: -1, South: -2, East: 3, North: 4}
		if point, ok := g.(orb.Point); ok {
			want = geo.BBox{West: point[0], South: point[1], East: point[0], North: point[1]}
		}
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			for _, srid := range []int{0, geo.SRID} {
				t.Run(fmt.Sprintf("%s/%v/%d", g.GeoJSONType(), order, srid), func(t *testing.T) {
					box, err := geo.Extend(nil, marshal(t, g, srid, order))
					if err != nil || box == nil || *box != want {
						t.Errorf("extent = %v (%v), want %v", box, err, want)
					}
				})
			}
		}
	}
}

func TestExtendGrows(t *testing.T) {
	var box *geo.BBox
	var err error
	for _, step := range []struct {
		name string
		g    orb.Geometry
		want geo.BBox
	}{
		{"the first begins the box", orb.Point{2, 48}, geo.BBox{West: 2, South: 48, East: 2, North: 48}},
		{"one inside changes nothing", orb.Point{2, 48}, geo.BBox{West: 2, South: 48, East: 2, North: 48}},
		{"to the south-west", orb.Point{1, 47}, geo.BBox{West: 1, South: 47, East: 2, North: 48}},
		{"to the north-east", orb.LineString{{1.5, 47.5}, {3, 49}}, geo.BBox{West: 1, South: 47, East: 3, North: 49}},
		{"an empty line changes nothing", orb.LineString{}, geo.BBox{West: 1, South: 47, East: 3, North: 49}},
		{"an empty collection changes nothing", orb.Collection{}, geo.BBox{West: 1, South: 47, East: 3, North: 49}},
		{"an empty point changes nothing", orb.Point{nan, nan}, geo.BBox{West: 1, South: 47, East: 3, North: 49}},
		{"a latitude that is none changes nothing", orb.Point{2, nan}, geo.BBox{West: 1, South: 47, East: 3, North: 49}},
	} {
		if box, err = geo.Extend(box, marshal(t, step.g, geo.SRID, binary.LittleEndian)); err != nil || *box != step.want {
			t.Fatalf("%s: %v (%v), want %v", step.name, box, err, step.want)
		}
	}
}

func TestExtendOfNothing(t *testing.T) {
	for _, g := range []orb.Geometry{orb.Point{nan, nan}, orb.MultiPolygon{}, orb.MultiPolygon{{}}, orb.Polygon{{}}} {
		if box, err := geo.Extend(nil, marshal(t, g, geo.SRID, binary.LittleEndian)); err != nil || box != nil {
			t.Errorf("extent of %v = %v (%v)", g, box, err)
		}
	}
}

func TestExtendRefuses(t *testing.T) {
	point := geo.AppendPoint(nil, 1, 2)
	flagged := func(at int, flag byte) []byte {
		wkb := append([]byte{}, point...)
		wkb[at] |= flag
		return wkb
	}
	huge := binary.LittleEndian.AppendUint32([]byte{1, 2, 0, 0, 0}, math.MaxUint32)
	deep := []byte{}
	for range 100 {
		deep = append(deep, 1, 7, 0, 0, 0, 1, 0, 0, 0)
	}
	for _, c := range []struct {
		name string
		wkb  []byte
	}{
		{"nothing", nil},
		{"a byte more", append(append([]byte{}, point...), 0)},
		{"a height", flagged(4, 0x80)},
		{"a measure", flagged(4, 0x40)},
		{"a type of ISO with a height", append([]byte{1, 0xe9, 3, 0, 0}, point[9:]...)},
		{"a type that does not exist", flagged(1, 8)},
		{"a byte order that does not exist", append([]byte{2}, point[1:]...)},
		{"four billion vertices", huge},
		{"vertices whose bytes overflow their count", binary.LittleEndian.AppendUint32([]byte{1, 2, 0, 0, 0}, 1<<28)},
		{"four billion parts", append([]byte{1, 7, 0, 0, 0}, huge[5:]...)},
		{"collections without end", append(deep, point...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if box, err := geo.Extend(nil, c.wkb); err == nil {
				t.Errorf("extent = %v", box)
			}
		})
	}
}

func TestExtendRefusesWhatIsCutShort(t *testing.T) {
	for _, g := range shapes {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			wkb := marshal(t, g, geo.SRID, order)
			for n := range wkb {
				if box, err := geo.Extend(nil, wkb[:n]); err == nil {
					t.Errorf("%s cut to %d bytes of %d has the extent %v", g.GeoJSONType(), n, len(wkb), box)
				}
			}
		}
	}
}

// FuzzExtend: bytes are refused, or have an extent that is a box, and that the same bytes do not grow.
func FuzzExtend(f *testing.F) {
	for _, g := range shapes {
		f.Add(marshal(f, g, geo.SRID, binary.LittleEndian))
		f.Add(marshal(f, g, 0, binary.BigEndian))
	}
	f.Fuzz(func(t *testing.T, wkb []byte) {
		box, err := geo.Extend(nil, wkb)
		if err != nil || box == nil {
			return
		}
		if !(box.West <= box.East && box.South <= box.North) {
			t.Fatalf("extent %v", *box)
		}
		if lon, lat, ok := geo.PointOf(wkb); ok && *box != (geo.BBox{West: lon, South: lat, East: lon, North: lat}) {
			t.Fatalf("extent %v of a point at %v %v", *box, lon, lat)
		}
		again, err := geo.Extend(&geo.BBox{West: box.West, South: box.South, East: box.East, North: box.North}, wkb)
		if err != nil || *again != *box {
			t.Fatalf("extent %v, then %v (%v)", *box, again, err)
		}
	})
}
