package dump_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
	"maille/internal/schema"
)

func box(x, y, side float64) [][2]float64 {
	return [][2]float64{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}
}

// ushape is a U: its centroid and the middle of its box are outside.
var ushape = [][2]float64{{0, 0}, {10, 0}, {10, 10}, {8, 10}, {8, 1}, {1, 1}, {1, 10}, {0, 10}, {0, 0}}

// located is a dataset of one column with geometries of a type; "" for none.
func located(t testing.TB, geometry string) *dataset.Dataset {
	t.Helper()
	descriptor := `{"name": "zones", "publication": {"key": ["id"]}}`
	if geometry != "" {
		descriptor = `{"name": "zones", "publication": {"key": ["id"], "geometry": {"type": "` + geometry + `"}}}`
	}
	d, err := dataset.Restore([]byte(descriptor), []byte(`{"fields": [{"name": "id", "type": "string"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func zone(id string, wkb []byte) *dataset.Feature {
	return &dataset.Feature{Values: []schema.Value{schema.Text(id)}, WKB: wkb}
}

func TestCSVShapes(t *testing.T) {
	lambert := geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2154")
	latLon := geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/4326")
	for _, c := range []struct {
		name     string
		geometry string
		crs      *geo.OGCCRS
		shape    dump.Shape
		wkb      []byte
		want     string
	}{
		{"none is asked", "Point", nil, dump.InColumns, geo.AppendPoint(nil, 2, 48), "id\r\na\r\n"},
		{"a point as text, with the digits it has", "Point", nil, dump.AsWKT, geo.AppendPoint(nil, 2.1234567, -48), "id,geometry_wkt\r\na,POINT (2.1234567 -48)\r\n"},
		{"a point in columns", "Point", nil, dump.AsLonLat, geo.AppendPoint(nil, 2.5, 48), "id,longitude,latitude\r\na,2.5,48\r\n"},
		{"no geometry", "Point", nil, dump.AsLonLat, nil, "id,longitude,latitude\r\na,,\r\n"},
		{"no geometry as text", "Point", nil, dump.AsWKT, nil, "id,geometry_wkt\r\na,\r\n"},
		{"an empty point", "Point", nil, dump.AsLonLat, geo.AppendPoint(nil, math.NaN(), math.NaN()), "id,longitude,latitude\r\na,,\r\n"},
		{"an empty point as text", "Point", nil, dump.AsWKT, geo.AppendPoint(nil, math.NaN(), math.NaN()), "id,geometry_wkt\r\na,POINT EMPTY\r\n"},
		{"a projected point is rounded to a centimetre", "Point", lambert, dump.AsWKT, geo.AppendPoint(nil, 652469.0212345, 6862035.255), "id,geometry_wkt\r\na,POINT (652469.02 6862035.26)\r\n"},
		{"projected columns are x and y", "Point", lambert, dump.AsLonLat, geo.AppendPoint(nil, 652469.0212345, 6862035), "id,x,y\r\na,652469.02,6862035\r\n"},
		{"EPSG:4326 has its longitude first in files", "Point", latLon, dump.AsLonLat, geo.AppendPoint(nil, 2, 48), "id,longitude,latitude\r\na,2,48\r\n"},
		{"polygons with a hole and an island", "MultiPolygon", nil, dump.AsWKT, multiPolygon([][][][2]float64{{box(0, 0, 4), box(1, 1, 1)}, {box(9, 9, 1)}}),
			"id,geometry_wkt\r\na,\"MULTIPOLYGON (((0 0,4 0,4 4,0 4,0 0),(1 1,2 1,2 2,1 2,1 1)),((9 9,10 9,10 10,9 10,9 9)))\"\r\n"},
		{"a polygon alone", "MultiPolygon", nil, dump.AsWKT, polygon([][][2]float64{box(0, 0, 1)}), "id,geometry_wkt\r\na,\"POLYGON ((0 0,1 0,1 1,0 1,0 0))\"\r\n"},
		{"no polygons", "MultiPolygon", nil, dump.AsWKT, multiPolygon(nil), "id,geometry_wkt\r\na,MULTIPOLYGON EMPTY\r\n"},
		{"no polygons have no point", "MultiPolygon", nil, dump.AsLonLat, multiPolygon(nil), "id,longitude,latitude\r\na,,\r\n"},
		{"a point inside the largest polygon", "MultiPolygon", nil, dump.AsLonLat, multiPolygon([][][][2]float64{{box(20, 20, 1)}, {box(0, 0, 4)}}), "id,longitude,latitude\r\na,2,2\r\n"},
		{"a point inside a U", "MultiPolygon", nil, dump.AsLonLat, multiPolygon([][][][2]float64{{ushape}}), "id,longitude,latitude\r\na,9,5.5\r\n"},
		{"a hole with vertices on the line across", "MultiPolygon", nil, dump.AsLonLat, multiPolygon([][][][2]float64{{box(0, 0, 4), {{1, 2}, {2, 3}, {3, 2}, {2, 1}, {1, 2}}}}), "id,longitude,latitude\r\na,0.5,2\r\n"},
		{"a hole with vertices on the line, turned the other way", "MultiPolygon", nil, dump.AsLonLat, multiPolygon([][][][2]float64{{box(0, 0, 4), {{1, 2}, {2, 1}, {3, 2}, {2, 3}, {1, 2}}}}), "id,longitude,latitude\r\na,0.5,2\r\n"},
		{"a shape as small as the grid", "MultiPolygon", nil, dump.AsLonLat, multiPolygon([][][][2]float64{{box(0, 0, 1e-7)}}), "id,longitude,latitude\r\na,0.00000005,0.00000005\r\n"},
		{"a ring without area has its first position", "MultiPolygon", nil, dump.AsLonLat, multiPolygon([][][][2]float64{{{{3, 7}, {5, 7}, {3, 7}, {3, 7}}}}), "id,longitude,latitude\r\na,3,7\r\n"},
		{"a dataset without geometry", "", nil, dump.AsWKT, nil, "id\r\na\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := content(located(t, c.geometry), features([]*dataset.Feature{zone("a", c.wkb)}, nil))
			all.Shape, all.CRS = c.shape, c.crs
			var b bytes.Buffer
			if rows, err := dump.WriteCSV(&b, all); rows != 1 || err != nil || b.String() != c.want {
				t.Errorf("%d rows (%v)\n got %q\nwant %q", rows, err, b.String(), c.want)
			}
			if all.Geometries = false; c.wkb == nil {
				return
			}
			b.Reset()
			if rows, err := dump.WriteCSV(&b, all); rows != 1 || err != nil || b.String() != "id\r\na\r\n" {
				t.Errorf("without geometries: %d rows (%v) %q", rows, err, b.String())
			}
		})
	}
}

// TestCSVAddsNoColumnTwice: points have their columns; they are added back where they were not chosen.
func TestCSVAddsNoColumnTwice(t *testing.T) {
	d, all := points(t, 1)
	v := all[0].Values
	both := v[4].String() + "," + v[5].String()
	for _, c := range []struct {
		columns []int
		want    string
	}{
		{nil, "id,code_insee,etat,locaux,longitude,latitude\r\n"},
		{[]int{3, 4, 5}, "locaux,longitude,latitude\r\n" + v[3].String() + "," + both + "\r\n"},
		{[]int{3}, "locaux,longitude,latitude\r\n" + v[3].String() + "," + both + "\r\n"},
		{[]int{3, 5}, "locaux,latitude,longitude\r\n" + v[3].String() + "," + v[5].String() + "," + v[4].String() + "\r\n"},
	} {
		chosen := content(d, features(all, nil))
		chosen.Shape, chosen.Columns = dump.AsLonLat, c.columns
		var b bytes.Buffer
		if _, err := dump.WriteCSV(&b, chosen); err != nil || !strings.HasPrefix(b.String(), c.want) {
			t.Errorf("%v: %q (%v), want %q", c.columns, b.String(), err, c.want)
		}
	}
}

func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		name       string
		format     *dump.Format
		geometry   string
		geometries bool
		shape      dump.Shape
		want       dataset.Encoding
	}{
		{"CSV reads no geometry", dump.CSV, "Point", true, dump.InColumns, dataset.NoGeometry},
		{"but to write it as text", dump.CSV, "Point", true, dump.AsWKT, dataset.AsWKB},
		{"or in columns", dump.CSV, "MultiPolygon", true, dump.AsLonLat, dataset.AsWKB},
		{"nor what is left out", dump.CSV, "Point", false, dump.AsWKT, dataset.NoGeometry},
		{"nor what there is not", dump.CSV, "", true, dump.AsWKT, dataset.NoGeometry},
		{"GeoJSON", dump.GeoJSON, "Point", true, dump.InColumns, dataset.AsGeoJSON},
		{"a shape is CSV's", dump.GeoJSON, "Point", true, dump.AsWKT, dataset.AsGeoJSON},
		{"GeoJSON without geometries", dump.GeoJSON, "Point", false, dump.InColumns, dataset.NoGeometry},
		{"GeoParquet", dump.GeoParquet, "Point", true, dump.InColumns, dataset.AsWKB},
		{"Parquet", dump.GeoParquet, "", true, dump.InColumns, dataset.NoGeometry},
		{"XLSX", dump.XLSX, "Point", true, dump.InColumns, dataset.NoGeometry},
	} {
		all := &dump.Content{Dataset: located(t, c.geometry), Geometries: c.geometries, Shape: c.shape}
		if got := c.format.Needs(all); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestPointsInside: of a thousand stars with holes, the point is inside, whatever their size, and of few digits.
func TestPointsInside(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var all []*dataset.Feature
	var stars []orb.Polygon
	for i := range 1000 {
		size := math.Pow10(-r.IntN(5))
		x, y := r.Float64()*300-150, r.Float64()*120-60
		star := star(r, x, y, size)
		hole := circle(x, y, size*0.05, 8) // of a star whose arms are longer
		stars = append(stars, orb.Polygon{ring(star), ring(hole)})
		all = append(all, zone(strconv.Itoa(i), multiPolygon([][][][2]float64{{star, hole}})))
	}
	chosen := content(located(t, "MultiPolygon"), features(all, nil))
	chosen.Shape = dump.AsLonLat
	var b bytes.Buffer
	if _, err := dump.WriteCSV(&b, chosen); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 1001 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for i, row := range rows[1:] {
		x, errX := strconv.ParseFloat(row[1], 64)
		y, errY := strconv.ParseFloat(row[2], 64)
		if errX != nil || errY != nil || !planar.PolygonContains(stars[i], orb.Point{x, y}) {
			t.Errorf("star %d: %v is not inside", i, row)
		}
		if _, decimals, _ := strings.Cut(row[1], "."); len(decimals) > 7 {
			t.Errorf("star %d: %v is too precise", i, row)
		}
	}
}

func star(r *rand.Rand, x, y, size float64) (ring [][2]float64) {
	n := 5 + r.IntN(30)
	for i := range n {
		radius := size * (0.1 + 0.9*r.Float64())
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		ring = append(ring, [2]float64{geo.Snap(x+radius*cos, 1e-7), geo.Snap(y+radius*sin, 1e-7)})
	}
	return append(ring, ring[0])
}

func ring(positions [][2]float64) (r orb.Ring) {
	for _, p := range positions {
		r = append(r, orb.Point(p))
	}
	return r
}

// FuzzShape: bytes that are no geometry end with an error, whatever reads them.
func FuzzShape(f *testing.F) {
	whole := multiPolygon([][][][2]float64{{box(0, 0, 4), box(1, 1, 1)}, {box(9, 9, 1)}})
	for _, seed := range [][]byte{nil, {1}, geo.AppendPoint(nil, 2, 48), whole, whole[:len(whole)-1], polygon(nil), polygon([][][2]float64{{}}), polygon([][][2]float64{{{1, 2}}}), multiPolygon([][][][2]float64{{}})} {
		f.Add(seed)
	}
	d := located(f, "MultiPolygon")
	f.Fuzz(func(t *testing.T, wkb []byte) {
		for _, shape := range []dump.Shape{dump.AsWKT, dump.AsLonLat} {
			all := content(d, features([]*dataset.Feature{zone("a", wkb)}, nil))
			all.Shape = shape
			_, _ = dump.WriteCSV(&bytes.Buffer{}, all)
		}
		_, _ = dump.GeoParquet.Write(&bytes.Buffer{}, content(d, features([]*dataset.Feature{zone("a", wkb)}, nil)))
	})
}

// TestABrokenGeometryIsAFault: cut anywhere, or longer than it says.
func TestABrokenGeometryIsAFault(t *testing.T) {
	d := located(t, "MultiPolygon")
	whole := multiPolygon([][][][2]float64{{box(0, 0, 4), box(1, 1, 1)}})
	broken := [][]byte{append(whole[:len(whole):len(whole)], 0), geo.AppendPoint(nil, 2, 48)[:24], head(2, true)}
	for n := range whole[1:] {
		broken = append(broken, whole[:1+n])
	}
	for _, wkb := range broken {
		wrong := append([]byte{}, wkb...)
		for _, shape := range []dump.Shape{dump.AsWKT, dump.AsLonLat} {
			all := content(d, features([]*dataset.Feature{zone("a", wrong)}, nil))
			all.Shape = shape
			if _, err := dump.WriteCSV(&bytes.Buffer{}, all); err == nil {
				t.Fatalf("%s of %d bytes of %d: no error", shape, len(wkb), len(whole))
			}
		}
		if _, err := dump.GeoParquet.Write(&bytes.Buffer{}, content(d, features([]*dataset.Feature{zone("a", wrong)}, nil))); err == nil {
			t.Fatalf("parquet of %d bytes of %d: no error", len(wkb), len(whole))
		}
	}
}

func TestGeoJSONSeq(t *testing.T) {
	d := restore(t)
	var b bytes.Buffer
	if rows, err := dump.GeoJSONSeq.Write(&b, content(d, features(nil, nil))); rows != 0 || err != nil || b.Len() > 0 {
		t.Errorf("no features: %d rows (%v) %q", rows, err, b.String())
	}
	all := random(d, 3000)
	rows, err := dump.GeoJSONSeq.Write(&b, content(d, features(all, nil)))
	if err != nil || rows != 3000 {
		t.Fatalf("%d rows (%v)", rows, err)
	}
	e := dump.NewFeatureEncoder(d, nil)
	for i, f := range all {
		record, _ := b.ReadString('\n')
		if want := "\x1e" + string(e.Append(nil, f)) + "\n"; record != want {
			t.Fatalf("record %d = %q, want %q", i, record, want)
		}
	}
	if b.Len() > 0 {
		t.Errorf("more: %q", b.String())
	}
}

// TestGeometriesLeftOutAreNull: a reader finds the member, as RFC 7946 §3.2 asks, even when the features have them.
func TestGeometriesLeftOutAreNull(t *testing.T) {
	for _, format := range []*dump.Format{dump.GeoJSON, dump.GeoJSONSeq} {
		all := content(restore(t), features([]*dataset.Feature{full()}, nil))
		all.Geometries, all.Columns = false, []int{1, 2}
		var b bytes.Buffer
		if _, err := format.Write(&b, all); err != nil {
			t.Fatal(err)
		}
		if want := `{"type":"Feature","id":"a%3Ab:-7","geometry":null,"properties":{"nom":"L'été, \"ici\"","n":-7}}`; !strings.Contains(b.String(), want) {
			t.Errorf("%s = %s, want %s in it", format.Extension, b.String(), want)
		}
	}
}
