package geo_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/geo"
)

const (
	square = `[[2,48],[3,48],[3,49],[2,49],[2,48]]`
	hole   = `[[2.2,48.2],[2.2,48.4],[2.4,48.4],[2.2,48.2]]`
)

var (
	orbSquare = orb.Ring{{2, 48}, {3, 48}, {3, 49}, {2, 49}, {2, 48}}
	orbHole   = orb.Ring{{2.2, 48.2}, {2.2, 48.4}, {2.4, 48.4}, {2.2, 48.2}}
)

func TestFromGeoJSON(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want string
		is   orb.Geometry // nil for no geometry
	}{
		{"a point", `{"type":"Point","coordinates":[2.4,48.6]}`, "Point", orb.Point{2.4, 48.6}},
		{"a point whose height is dropped", `{"type":"Point","coordinates":[2.4,48.6,35]}`, "Point", orb.Point{2.4, 48.6}},
		{"a point with a measure too", `{"type":"Point","coordinates":[2.4,48.6,35,1]}`, "Point", orb.Point{2.4, 48.6}},
		{"coordinates go to the grid", `{"type":"Point","coordinates":[2.40000001,48.63295824]}`, "Point", orb.Point{2.4, 48.6329582}},
		{"other members are passed over", `{"coordinates":[2,48],"bbox":[2,48,2,48],"crs":null,"x":1,"type":"Point"}`, "Point", orb.Point{2, 48}},
		{"the corners of the globe", `{"type":"Point","coordinates":[-180,90]}`, "Point", orb.Point{-180, 90}},
		{"many polygons", `{"type":"MultiPolygon","coordinates":[[` + square + `],[` + hole + `]]}`, "MultiPolygon",
			orb.MultiPolygon{{orbSquare}, {orbHole}}},
		{"a polygon becomes many", `{"type":"Polygon","coordinates":[` + square + `,` + hole + `]}`, "MultiPolygon",
			orb.MultiPolygon{{orbSquare, orbHole}}},
		{"holes of the second polygon", `{"type":"MultiPolygon","coordinates":[[` + hole + `],[` + square + `,` + hole + `]]}`, "MultiPolygon",
			orb.MultiPolygon{{orbHole}, {orbSquare, orbHole}}},
		{"heights of a polygon are dropped", `{"type":"Polygon","coordinates":[[[2,48,1],[3,48,2],[3,49,3],[2,49,4],[2,48,1]]]}`, "MultiPolygon",
			orb.MultiPolygon{{orbSquare}}},
		{"an empty polygon among others is dropped", `{"type":"MultiPolygon","coordinates":[[` + square + `],[]]}`, "MultiPolygon",
			orb.MultiPolygon{{orbSquare}}},
		{"null", ` null `, "Point", nil},
		{"an empty point", `{"type":"Point","coordinates":[]}`, "Point", nil},
		{"an empty polygon", `{"type":"Polygon","coordinates":[]}`, "MultiPolygon", nil},
		{"an empty ring", `{"type":"Polygon","coordinates":[[]]}`, "MultiPolygon", nil},
		{"no polygons", `{"type":"MultiPolygon","coordinates":[]}`, "MultiPolygon", nil},
		{"null coordinates", `{"type":"Point","coordinates":null}`, "Point", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			wkb, err := geo.FromGeoJSON([]byte(c.text), c.want, 1e-7)
			if err != nil {
				t.Fatal(err)
			}
			if c.is == nil {
				if wkb != nil {
					t.Errorf("EWKB %x", wkb)
				}
				return
			}
			got, srid, err := ewkb.Unmarshal(wkb)
			if err != nil || srid != geo.SRID || !orb.Equal(got, c.is) {
				t.Errorf("%v of SRID %d (%v), want %v", got, srid, err, c.is)
			}
			if wkb[0] != 1 {
				t.Error("not little-endian")
			}
		})
	}
}

func TestFromGeoJSONRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want string
		err  error
	}{
		{"a line", `{"type":"LineString","coordinates":[[2,48],[3,49]]}`, "MultiPolygon", geo.ErrType},
		{"a polygon for a point", `{"type":"Polygon","coordinates":[` + square + `]}`, "Point", geo.ErrType},
		{"a point for polygons", `{"type":"Point","coordinates":[2,48]}`, "MultiPolygon", geo.ErrType},
		{"many points for one", `{"type":"MultiPoint","coordinates":[[2,48]]}`, "Point", geo.ErrType},
		{"a collection", `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[2,48]}]}`, "Point", geo.ErrType},
		{"an empty collection", `{"type":"GeometryCollection","geometries":[]}`, "Point", geo.ErrType},
		{"a feature", `{"type":"Feature","geometry":null,"properties":{}}`, "Point", geo.ErrType},
		{"a type in small letters", `{"type":"point","coordinates":[2,48]}`, "Point", geo.ErrType},
		{"a longitude beyond the globe", `{"type":"Point","coordinates":[180.1,48]}`, "Point", geo.ErrRange},
		{"Lambert 93", `{"type":"Point","coordinates":[652381,6862047]}`, "Point", geo.ErrRange},
		{"one vertex of many beyond the globe", `{"type":"Polygon","coordinates":[[[2,48],[3,48],[3,91],[2,48]]]}`, "MultiPolygon", geo.ErrRange},
		{"a ring that does not close", `{"type":"Polygon","coordinates":[[[2,48],[3,48],[3,49],[2,49]]]}`, "MultiPolygon", geo.ErrRing},
		{"a hole that does not close", `{"type":"Polygon","coordinates":[` + square + `,[[2.2,48.2],[2.2,48.4],[2.4,48.4],[2.3,48.2]]]}`, "MultiPolygon", geo.ErrRing},
		{"a ring of three positions", `{"type":"Polygon","coordinates":[[[2,48],[3,48],[2,48]]]}`, "MultiPolygon", geo.ErrRing},
		{"an empty hole", `{"type":"Polygon","coordinates":[` + square + `,[]]}`, "MultiPolygon", geo.ErrRing},
		{"a point of one number", `{"type":"Point","coordinates":[2]}`, "Point", geo.ErrUnreadable},
		{"null coordinates are no zeros", `{"type":"Point","coordinates":[null,null]}`, "Point", geo.ErrUnreadable},
		{"a null position", `{"type":"Polygon","coordinates":[[[2,48],null,[3,49],[2,48]]]}`, "MultiPolygon", geo.ErrUnreadable},
		{"texts for numbers", `{"type":"Point","coordinates":["2","48"]}`, "Point", geo.ErrUnreadable},
		{"an object for coordinates", `{"type":"Point","coordinates":{"lon":2}}`, "Point", geo.ErrUnreadable},
		{"a number too great", `{"type":"Point","coordinates":[1e999,48]}`, "Point", geo.ErrUnreadable},
		{"positions of different lengths", `{"type":"Polygon","coordinates":[[[2,48],[3,48,1],[3,49],[2,48]]]}`, "MultiPolygon", geo.ErrUnreadable},
		{"a polygon as deep as many", `{"type":"Polygon","coordinates":[[` + square + `]]}`, "MultiPolygon", geo.ErrUnreadable},
		{"many polygons as flat as one", `{"type":"MultiPolygon","coordinates":[` + square + `]}`, "MultiPolygon", geo.ErrUnreadable},
		{"cut short", `{"type":"Point","coordinates":[2,48]`, "Point", geo.ErrUnreadable},
		{"nothing", ``, "Point", geo.ErrUnreadable},
		{"a text", `"POINT(2 48)"`, "Point", geo.ErrUnreadable},
		{"an array", `[2,48]`, "Point", geo.ErrUnreadable},
		{"no type", `{"coordinates":[2,48]}`, "Point", geo.ErrUnreadable},
		{"a type that is no text", `{"type":1,"coordinates":[2,48]}`, "Point", geo.ErrUnreadable},
		{"arrays as deep as a bomb", `{"type":"Point","coordinates":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`, "Point", geo.ErrUnreadable},
		{"collections as deep as JSON allows", nested(4000), "Point", geo.ErrType},
	} {
		t.Run(c.name, func(t *testing.T) {
			wkb, err := geo.FromGeoJSON([]byte(c.text), c.want, 1e-7)
			if !errors.Is(err, c.err) || wkb != nil {
				t.Errorf("%x, %v; want %v", wkb, err, c.err)
			}
		})
	}
}

// nested is a point inside so many collections.
func nested(depth int) string {
	return strings.Repeat(`{"type":"GeometryCollection","geometries":[`, depth) + `{"type":"Point","coordinates":[2,48]}` + strings.Repeat(`]}`, depth)
}

func TestFromGeoJSONTakesAGreatGeometry(t *testing.T) {
	const vertices = 100_000
	var b strings.Builder
	b.WriteString(`{"type":"Polygon","coordinates":[[[0,0]`)
	for range vertices {
		b.WriteString(`,[1.5,2.5]`)
	}
	b.WriteString(`,[0,0]]]}`)
	wkb, err := geo.FromGeoJSON([]byte(b.String()), "MultiPolygon", 1e-7)
	if want := 13 + 9 + 4 + 16*(vertices+2); err != nil || len(wkb) != want {
		t.Errorf("%d bytes (%v), want %d", len(wkb), err, want)
	}
}

func TestTypeOf(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"LineString","coordinates":[]}`: "LineString", `{}`: "", `null`: "", `{"type":3}`: "", `{"type":"Po`: "", ``: "",
	} {
		if got := geo.TypeOf([]byte(text)); got != want {
			t.Errorf("TypeOf(%s) = %q, want %q", text, got, want)
		}
	}
}

func TestInRange(t *testing.T) {
	for _, c := range []struct {
		lon, lat float64
		want     bool
	}{{180, 90, true}, {-180, -90, true}, {180.0000001, 0, false}, {0, -90.1, false}, {nan, 0, false}, {0, nan, false}, {inf, 0, false}, {0, -inf, false}} {
		if got := geo.InRange(c.lon, c.lat); got != c.want {
			t.Errorf("InRange(%v, %v) = %v", c.lon, c.lat, got)
		}
	}
}

// FuzzFromGeoJSON: a stranger's geometry is refused, is none, or is EWKB on the globe that another reader reads and
// whose rings close, as PostGIS asks.
func FuzzFromGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"Point","coordinates":[2.4,48.6,1]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[` + square + `,` + hole + `]}`))
	f.Add([]byte(`{"type":"MultiPolygon","coordinates":[[` + square + `],[` + hole + `]]}`))
	f.Add([]byte(nested(3)))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[],[null]]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[` + hole + `,` + square + `]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, want := range []string{"Point", "MultiPolygon"} {
			wkb, err := geo.FromGeoJSON(data, want, 1e-7)
			if err != nil {
				if !errors.Is(err, geo.ErrUnreadable) && !errors.Is(err, geo.ErrType) && !errors.Is(err, geo.ErrRange) && !errors.Is(err, geo.ErrRing) {
					t.Fatalf("an error of no kind: %v", err)
				}
				continue
			}
			if wkb == nil {
				continue
			}
			if !json.Valid(data) {
				t.Fatalf("%q is no JSON and has a geometry", data)
			}
			checkEWKB(t, wkb, want)
		}
	})
}

// bound is orb's, with the holes that a stranger puts outside of their polygon, which orb passes over.
func bound(g orb.Geometry) orb.Bound {
	b := g.Bound()
	if polygons, ok := g.(orb.MultiPolygon); ok {
		for _, polygon := range polygons {
			for _, ring := range polygon {
				b = b.Union(ring.Bound())
			}
		}
	}
	return b
}

func checkEWKB(t *testing.T, wkb []byte, want string) {
	t.Helper()
	g, srid, err := ewkb.Unmarshal(wkb)
	if err != nil || srid != geo.SRID || g.GeoJSONType() != want {
		t.Fatalf("EWKB %x: %v of SRID %d (%v)", wkb, g, srid, err)
	}
	box, err := geo.Extend(nil, wkb)
	if err != nil || box == nil {
		t.Fatalf("EWKB %x has no extent: %v (%v)", wkb, box, err)
	}
	b := bound(g)
	if want := (geo.BBox{West: b.Left(), South: b.Bottom(), East: b.Right(), North: b.Top()}); want != *box {
		t.Fatalf("extent %v, want %v", *box, want)
	}
	if !geo.InRange(box.West, box.South) || !geo.InRange(box.East, box.North) {
		t.Fatalf("beyond the globe: %v", *box)
	}
	if polygons, ok := g.(orb.MultiPolygon); ok {
		for _, polygon := range polygons {
			for _, ring := range polygon {
				if len(ring) < 4 || !ring.Closed() {
					t.Fatalf("ring %v", ring)
				}
			}
		}
	}
}
