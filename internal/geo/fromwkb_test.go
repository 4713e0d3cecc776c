package geo_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	geom "github.com/twpayne/go-geom"
	geomewkb "github.com/twpayne/go-geom/encoding/ewkb"
	geomwkb "github.com/twpayne/go-geom/encoding/wkb"

	"maille/internal/geo"
)

// dialects write a geometry as WKB in each of the ways that strangers do.
var dialects = map[string]func(g geom.T) ([]byte, error){
	"ISO little":  func(g geom.T) ([]byte, error) { return geomwkb.Marshal(g, binary.LittleEndian) },
	"ISO big":     func(g geom.T) ([]byte, error) { return geomwkb.Marshal(g, binary.BigEndian) },
	"EWKB little": func(g geom.T) ([]byte, error) { return geomewkb.Marshal(g, binary.LittleEndian) },
	"EWKB big":    func(g geom.T) ([]byte, error) { return geomewkb.Marshal(g, binary.BigEndian) },
}

var layouts = []geom.Layout{geom.XY, geom.XYZ, geom.XYM, geom.XYZM}

// raised adds heights and measures to positions.
func raised(layout geom.Layout, ring orb.Ring) (flat []float64) {
	for i, p := range ring {
		flat = append(flat, p[0], p[1])
		for d := 2; d < layout.Stride(); d++ {
			flat = append(flat, float64(1000*d+i))
		}
	}
	return flat
}

func TestFromWKB(t *testing.T) {
	for _, layout := range layouts {
		outer, inner := raised(layout, orbSquare), raised(layout, orbHole)
		both := slices.Concat(outer, inner)
		for _, c := range []struct {
			name string
			g    geom.T
			want string
			is   orb.Geometry
		}{
			{"a point", geom.NewPointFlat(layout, raised(layout, orb.Ring{{2.40000001, 48.63295824}})), "Point", orb.Point{2.4, 48.6329582}},
			{"a polygon becomes many", geom.NewPolygonFlat(layout, both, []int{len(outer), len(both)}), "MultiPolygon",
				orb.MultiPolygon{{orbSquare, orbHole}}},
			{"many polygons", geom.NewMultiPolygonFlat(layout, both, [][]int{{len(outer)}, {len(both)}}), "MultiPolygon",
				orb.MultiPolygon{{orbSquare}, {orbHole}}},
			{"an empty polygon among others is dropped", geom.NewMultiPolygonFlat(layout, both, [][]int{{len(outer)}, {}, {len(both)}}), "MultiPolygon",
				orb.MultiPolygon{{orbSquare}, {orbHole}}},
			{"an empty polygon", geom.NewPolygon(layout), "MultiPolygon", nil},
			{"no polygons", geom.NewMultiPolygon(layout), "MultiPolygon", nil},
		} {
			for dialect, marshal := range dialects {
				t.Run(fmt.Sprintf("%s/%v/%s", c.name, layout, dialect), func(t *testing.T) {
					data, err := marshal(c.g)
					if err != nil {
						t.Fatal(err)
					}
					wkb, err := geo.FromWKB(data, c.want, 1e-7)
					if err != nil {
						t.Fatal(err)
					}
					if c.is == nil {
						if wkb != nil {
							t.Errorf("EWKB %x", wkb)
						}
						return
					}
					if got, srid, err := ewkb.Unmarshal(wkb); err != nil || srid != geo.SRID || !orb.Equal(got, c.is) || wkb[0] != 1 {
						t.Errorf("%v of SRID %d (%v), want %v", got, srid, err, c.is)
					}
				})
			}
		}
	}
}

func TestFromWKBOfOtherReferences(t *testing.T) {
	data := marshal(t, orb.Point{2, 48}, 2154, binary.LittleEndian)
	if wkb, err := geo.FromWKB(data, "Point", 1e-7); err != nil || !bytes.Equal(wkb, geo.AppendPoint(nil, 2, 48)) {
		t.Errorf("%x (%v)", wkb, err)
	}
	if wkb, err := geo.FromWKB(marshal(t, orb.Point{nan, nan}, 0, binary.BigEndian), "Point", 1e-7); err != nil || wkb != nil {
		t.Errorf("an empty point: %x (%v)", wkb, err)
	}
}

func TestFromWKBRefuses(t *testing.T) {
	le := binary.LittleEndian
	point := marshal(t, orb.Point{2, 48}, 0, le)
	many := func(polygons uint32, rest ...byte) []byte {
		return append(le.AppendUint32([]byte{1, 6, 0, 0, 0}, polygons), rest...)
	}
	polygon := func(rings uint32, rest ...byte) []byte {
		return append(le.AppendUint32([]byte{1, 3, 0, 0, 0}, rings), rest...)
	}
	open := orb.MultiPolygon{{orb.Ring{{2, 48}, {3, 48}, {3, 49}, {2, 49}}}}
	for _, c := range []struct {
		name string
		data []byte
		want string
		err  error
	}{
		{"nothing", nil, "Point", geo.ErrUnreadable},
		{"a byte order that does not exist", append([]byte{2}, point[1:]...), "Point", geo.ErrUnreadable},
		{"a byte more", append(slices.Clone(point), 0), "Point", geo.ErrUnreadable},
		{"a type that does not exist", []byte{1, 99, 0, 0, 0}, "Point", geo.ErrUnreadable},
		{"a type of no dimension", []byte{1, 0xa1, 0x0f, 0, 0}, "Point", geo.ErrUnreadable},
		{"dimensions said twice", append([]byte{1, 0xe9, 3, 0, 0x80}, point[5:]...), "Point", geo.ErrUnreadable},
		{"a line", marshal(t, orb.LineString{{2, 48}, {3, 49}}, 0, le), "MultiPolygon", geo.ErrType},
		{"a polygon for a point", marshal(t, orb.Polygon{orbSquare}, 0, le), "Point", geo.ErrType},
		{"many points for one", marshal(t, orb.MultiPoint{{2, 48}}, 0, le), "Point", geo.ErrType},
		{"a collection", marshal(t, orb.Collection{orb.Point{2, 48}}, 0, le), "Point", geo.ErrType},
		{"a line among polygons", many(1, marshal(t, orb.LineString{{2, 48}, {3, 49}}, 0, le)...), "MultiPolygon", geo.ErrUnreadable},
		{"four billion polygons", many(math.MaxUint32), "MultiPolygon", geo.ErrUnreadable},
		{"four billion rings", polygon(math.MaxUint32), "MultiPolygon", geo.ErrUnreadable},
		{"four billion positions", polygon(1, 255, 255, 255, 255), "MultiPolygon", geo.ErrUnreadable},
		{"Lambert 93", marshal(t, orb.Point{652381, 6862047}, 2154, le), "Point", geo.ErrRange},
		{"half a point", marshal(t, orb.Point{2, nan}, 0, le), "Point", geo.ErrRange},
		{"an infinite vertex", marshal(t, orb.Polygon{{{2, 48}, {inf, 48}, {3, 49}, {2, 48}}}, 0, le), "MultiPolygon", geo.ErrRange},
		{"a ring that does not close", marshal(t, open, 0, le), "MultiPolygon", geo.ErrRing},
		{"a ring of three positions", marshal(t, orb.Polygon{{{2, 48}, {3, 48}, {2, 48}}}, 0, le), "MultiPolygon", geo.ErrRing},
		{"an empty hole", marshal(t, orb.Polygon{orbSquare, {}}, 0, le), "MultiPolygon", geo.ErrRing},
	} {
		t.Run(c.name, func(t *testing.T) {
			if wkb, err := geo.FromWKB(c.data, c.want, 1e-7); !errors.Is(err, c.err) || wkb != nil {
				t.Errorf("%x, %v; want %v", wkb, err, c.err)
			}
		})
	}
}

func TestFromWKBRefusesWhatIsCutShort(t *testing.T) {
	for _, g := range []orb.Geometry{orb.Point{2, 48}, orb.MultiPolygon{{orbSquare, orbHole}, {orbSquare}}} {
		data := marshal(t, g, geo.SRID, binary.BigEndian)
		for n := range data {
			if wkb, err := geo.FromWKB(data[:n], g.GeoJSONType(), 1e-7); err == nil {
				t.Errorf("%s cut to %d bytes of %d: %x", g.GeoJSONType(), n, len(data), wkb)
			}
		}
	}
}

// TestFromWKBAllocatesWhatIsThere: counts are a stranger's, and must not make memory.
func TestFromWKBAllocatesWhatIsThere(t *testing.T) {
	data := append(binary.LittleEndian.AppendUint32([]byte{1, 3, 0, 0, 0, 1, 0, 0, 0}, 1<<27), make([]byte, 4096)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := geo.FromWKB(data, "MultiPolygon", 1e-7)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; err == nil || grown > 1<<20 {
		t.Errorf("%d bytes allocated (%v)", grown, err)
	}
}

// TestFromWKBOfEmptyRings: a ring of no point is four bytes, and would be twenty-four of memory.
func TestFromWKBOfEmptyRings(t *testing.T) {
	const rings = 4 << 20
	square := marshal(t, orb.Polygon{orbSquare}, 0, binary.LittleEndian)
	data := binary.LittleEndian.AppendUint32(bytes.Clone(square[:5]), rings+1)
	data = append(append(data, square[9:]...), make([]byte, 4*rings)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := geo.FromWKB(data, "MultiPolygon", 1e-7)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, geo.ErrRing) {
		t.Errorf("%v", err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d MiB allocated for %d", grown>>20, len(data)>>20)
	}
}

func TestTypeOfWKB(t *testing.T) {
	for _, g := range shapes {
		if got := geo.TypeOfWKB(marshal(t, g, geo.SRID, binary.BigEndian)); got != g.GeoJSONType() {
			t.Errorf("TypeOfWKB(%s) = %s", g.GeoJSONType(), got)
		}
	}
	for text, want := range map[string]string{"\x01\xf7\x03\x00\x00": "15", "\x01\xe9\x03\x00\x00": "Point", "\x01\x01": "", "": ""} {
		if got := geo.TypeOfWKB([]byte(text)); got != want {
			t.Errorf("TypeOfWKB(%x) = %q, want %q", text, got, want)
		}
	}
}

// FuzzFromWKB: a stranger's bytes are refused, are no geometry, or are EWKB on the globe that another reader reads and
// whose rings close, as PostGIS asks. Where go-geom reads them too, both say the same.
func FuzzFromWKB(f *testing.F) {
	for _, g := range shapes {
		f.Add(marshal(f, g, geo.SRID, binary.LittleEndian))
		f.Add(marshal(f, g, 0, binary.BigEndian))
	}
	for _, marshal := range dialects {
		data, err := marshal(geom.NewMultiPolygonFlat(geom.XYZM, raised(geom.XYZM, orbSquare), [][]int{{20}}))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, want := range []string{"Point", "MultiPolygon"} {
			wkb, err := geo.FromWKB(data, want, 1e-7)
			if err != nil {
				if !errors.Is(err, geo.ErrUnreadable) && !errors.Is(err, geo.ErrType) && !errors.Is(err, geo.ErrRange) && !errors.Is(err, geo.ErrRing) {
					t.Fatalf("an error of no kind: %v", err)
				}
				continue
			}
			if wkb != nil {
				checkEWKB(t, wkb, want)
			}
		}
		lambert, _ := geo.OfEPSG(2154)
		moved := slices.Clone(data)
		lambert.Reproject(moved)
		if len(moved) != len(data) || !strings.HasPrefix(string(moved), string(data[:min(len(data), 5)])) {
			t.Fatalf("%x moved to %x", data, moved)
		}
	})
}
