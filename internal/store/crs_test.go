package store_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/store"
)

// TestPointsInAllSystems: wherever a point is, each system gives what PostGIS says, or no geometry where the projection is
// not meant to be; never an error.
func TestPointsInAllSystems(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, dots)
	places := append([][2]float64{{2.35, 48.85}, {-4.79, 48.45}, {9.45, 42.7}, {0, 0}, {180, 0}, {-180, 0}, {180, 90}, {0, -90}, {27, 0}, {29, 0}, {-153, 0}, {117, 0}, {135, 0}, {-45, 0}, {-33, 0}, {147, 0}}, overseas...)
	var rows []*dataset.Feature
	for i, p := range places {
		rows = append(rows, row(int64(i), point(p[0], p[1]), i, nil))
	}
	rows = append(rows, row(1000, nil, 1000, nil))
	v := load(t, db, d, rows...)
	for _, crs := range geo.OGCCRSs {
		texts := read(t, db, v, d, dataset.Query{Geometry: dataset.AsGeoJSON, CRS: crs})
		shapes := read(t, db, v, d, dataset.Query{Geometry: dataset.AsWKB, CRS: crs})
		for i, f := range texts {
			id := f.Values[0].Int()
			if id == 1000 {
				if f.GeoJSON != nil || shapes[i].WKB != nil {
					t.Errorf("%s: nowhere is %s", crs.Name, f.GeoJSON)
				}
				continue
			}
			p := places[id]
			here := p[0] >= crs.Area.West && p[0] <= crs.Area.East && p[1] >= crs.Area.South && p[1] <= crs.Area.North
			if (f.GeoJSON == nil) != (shapes[i].WKB == nil) || here && f.GeoJSON == nil {
				t.Errorf("%s: %v is %s and %x", crs.Name, p, f.GeoJSON, shapes[i].WKB)
			}
			if f.GeoJSON == nil {
				continue
			}
			x, y := moved(t, conn, p, crs.Code)
			if srid := binary.LittleEndian.Uint32(shapes[i].WKB[5:]); int(srid) != crs.Code || float(shapes[i].WKB[9:]) != x || float(shapes[i].WKB[17:]) != y {
				t.Errorf("%s: %v is %x, not %g %g", crs.Name, p, shapes[i].WKB, x, y)
			}
			if crs.Flipped {
				x, y = y, x
			}
			var got struct {
				Type        string
				Coordinates [2]float64
			}
			half := 0.51 * math.Pow10(-crs.Digits)
			if err := json.Unmarshal(f.GeoJSON, &got); err != nil || got.Type != "Point" || math.Abs(got.Coordinates[0]-x) > half || math.Abs(got.Coordinates[1]-y) > half {
				t.Errorf("%s: %v is %s, not %g %g", crs.Name, p, f.GeoJSON, x, y)
			}
			if decimals(string(f.GeoJSON)) > crs.Digits {
				t.Errorf("%s: %s has more than %d decimals", crs.Name, f.GeoJSON, crs.Digits)
			}
		}
	}
}

func moved(t *testing.T, conn *pgx.Conn, p [2]float64, code int) (x, y float64) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "select ST_X(p), ST_Y(p) from ST_Transform(ST_SetSRID(ST_Point($1, $2), 4326), $3::integer) p", p[0], p[1], code).Scan(&x, &y); err != nil {
		t.Fatal(err)
	}
	return x, y
}

func float(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

// decimals is how many the number with the most of them has.
func decimals(text string) (most int) {
	for _, number := range strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789.", r) }) {
		if _, fraction, ok := strings.Cut(number, "."); ok {
			most = max(most, len(fraction))
		}
	}
	return most
}

func TestSurfacesInAllSystems(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, described{name: "carreaux", columns: []string{"id string"}, publication: `"geometry": {"type": "MultiPolygon", "generalise": [0.01]}`})
	var rows []*dataset.Feature
	for i, west := range []float64{2, -61.5, -53, 45, 55.4, 165} {
		south := []float64{48, 16, 4, -12.9, -21.2, -21}[i]
		rows = append(rows, row(int64(i), polygons(t, fmt.Sprintf("[[[[%[1]g,%[2]g],[%[3]g,%[2]g],[%[3]g,%[4]g],[%[1]g,%[2]g]]]]", west, south, west+0.123456, south+0.2)), fmt.Sprint("c", i)))
	}
	v := load(t, db, d, append(rows, row(99, nil, "nulle-part"))...)
	table := pgx.Identifier{"data", v.String()}.Sanitize()
	var shapes []dataset.Feature = read(t, db, v, d, dataset.Query{Geometry: dataset.AsWKB})
	if err := db.AddLevel(t.Context(), v, d, 0.01, func(yield func(int64, []byte) bool) {
		for _, f := range shapes {
			if f.WKB != nil && !yield(f.Ord, f.WKB) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	for _, crs := range geo.OGCCRSs {
		places, shape := crs.Digits, fmt.Sprintf("ST_Transform(ST_ForcePolygonCCW(geometry), %d)", crs.Code)
		if crs.Flipped {
			shape = "ST_FlipCoordinates(" + shape + ")"
		}
		for _, level := range []float64{0, 0.01} {
			nulls := 0
			for i, f := range read(t, db, v, d, dataset.Query{Geometry: dataset.AsGeoJSON, CRS: crs, Level: level}) {
				if f.GeoJSON == nil {
					nulls++
					continue
				}
				want := one[string](t, conn, fmt.Sprintf("select ST_AsGeoJSON(%s, %d, 0) from %s where _ord = $1", shape, places, table), f.Ord)
				if string(f.GeoJSON) != want {
					t.Errorf("%s, level %g, %d: %s, not %s", crs.Name, level, i, f.GeoJSON, want)
				}
			}
			if nulls > 4 || nulls < 1 || crs.Area.West == -180 && nulls != 1 {
				t.Errorf("%s: %d without geometry", crs.Name, nulls)
			}
		}
		for i, f := range read(t, db, v, d, dataset.Query{Geometry: dataset.AsWKB, CRS: crs}) {
			if f.WKB != nil && int(binary.LittleEndian.Uint32(f.WKB[5:])) != crs.Code {
				t.Errorf("%s: %d has SRID %x", crs.Name, i, f.WKB[5:9])
			}
		}
	}
}

// TestBoxesOfProjections compares boxes with PostGIS, which moves each feature; a point is in the box of its own coordinates.
func TestBoxesOfProjections(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	random := rand.New(rand.NewPCG(7, 8))
	dotted, squares := describe(t, dots), describe(t, contours)
	for _, crs := range geo.OGCCRSs[2:] {
		area := crs.Area
		if crs.Code == 3857 {
			area = geo.BBox{West: -180, South: -85, East: 180, North: 85}
		}
		var points, surfaces []*dataset.Feature
		for i := range 600 {
			west, south := area.West+random.Float64()*(area.East-area.West)*0.98, area.South+random.Float64()*(area.North-area.South)*0.98
			points = append(points, row(int64(i), point(geo.Snap(west, 1e-7), geo.Snap(south, 1e-7)), i, nil))
			surfaces = append(surfaces, row(int64(i), square(t, geo.Snap(west, 1e-7), geo.Snap(south, 1e-7), geo.Snap(west+0.05, 1e-7), geo.Snap(south+0.05, 1e-7)), fmt.Sprint("s", i)))
		}
		points[5].WKB, surfaces[5].WKB = nil, nil
		for _, world := range []struct {
			d    *dataset.Dataset
			rows []*dataset.Feature
		}{{dotted, points}, {squares, surfaces}} {
			v := load(t, db, world.d, world.rows...)
			table, key := pgx.Identifier{"data", v.String()}.Sanitize(), world.d.Publication.Key[0]
			var all geo.BBox
			if err := conn.QueryRow(t.Context(), fmt.Sprintf("select ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) from (select ST_Extent(ST_Transform(geometry, %d)) e from %s) x", crs.Code, table)).
				Scan(&all.West, &all.South, &all.East, &all.North); err != nil {
				t.Fatal(err)
			}
			boxes := []geo.BBox{all, {West: -1e9, South: -1e9, East: 1e9, North: 1e9}, {West: all.West, South: all.South, East: all.West, North: all.North}}
			for range 12 {
				w, s := all.West+random.Float64()*(all.East-all.West), all.South+random.Float64()*(all.North-all.South)
				boxes = append(boxes, geo.BBox{West: w, South: s, East: w + random.Float64()*(all.East-w), North: s + random.Float64()*(all.North-s)})
			}
			for i := range 20 {
				lon, lat, located := geo.PointOf(points[i*7].WKB)
				if world.d == dotted && located {
					x, y := moved(t, conn, [2]float64{lon, lat}, crs.Code)
					boxes = append(boxes, geo.BBox{West: x, South: y, East: x, North: y}, geo.BBox{West: x, South: y, East: all.East, North: all.North})
				}
			}
			for _, box := range boxes {
				rows, err := conn.Query(t.Context(), fmt.Sprintf(`select %s::text from %s where geometry is null or ST_Intersects(ST_Transform(geometry, %d),
					ST_SetSRID(ST_MakeBox2D(ST_Point($1, $2), ST_Point($3, $4))::geometry, %[3]d)) order by _ord`, key, table, crs.Code), box.West, box.South, box.East, box.North)
				if err != nil {
					t.Fatal(err)
				}
				want, err := pgx.CollectRows(rows, pgx.RowTo[string])
				if err != nil {
					t.Fatal(err)
				}
				q := dataset.Query{BBox: &box, BBoxCRS: crs}
				if got := keys(world.d, read(t, db, v, world.d, q)); !slices.Equal(got, want) || len(got) < 1 {
					t.Errorf("%s, %s: %d of %s, not %d", crs.Name, box, len(got), world.d.Name, len(want))
				}
				if n, known, err := db.Count(t.Context(), v, world.d, q); n != int64(len(want)) || !known || err != nil {
					t.Errorf("%s, %s: %d counted, %v %v", crs.Name, box, n, known, err)
				}
			}
		}
	}
}

// TestBoxesOfLatitudeFirst: a box has its x and y whatever the axis order, and may cross the antimeridian.
func TestBoxesOfLatitudeFirst(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, dots)
	v := load(t, db, d, scatter(2000)...)
	for _, box := range []geo.BBox{{West: 0, South: 40, East: 10, North: 50}, {West: 170, South: -20, East: -170, North: 40}} {
		want := integers(read(t, db, v, d, dataset.Query{BBox: &box}))
		if got := integers(read(t, db, v, d, dataset.Query{BBox: &box, BBoxCRS: geo.OGCCRSs[1]})); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%s: %d features, not %d", box, len(got), len(want))
		}
	}
}

// TestBoxesWhereAProjectionIsNot: features that a projection cannot hold are in none of its boxes, and harm nobody.
func TestBoxesWhereAProjectionIsNot(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, dots)
	var rows []*dataset.Feature
	for i, p := range append(overseas, [2]float64{27, 0}, [2]float64{0, -90}, [2]float64{0, 90}) {
		rows = append(rows, row(int64(i), point(p[0], p[1]), i, nil))
	}
	v := load(t, db, d, rows...)
	for _, crs := range geo.OGCCRSs[2:] {
		for _, size := range []float64{1, 1e5, 1e7, 2e7, 1e8, 1e12, 1e300} {
			read(t, db, v, d, dataset.Query{BBox: &geo.BBox{West: -size, South: -size, East: size, North: size}, BBoxCRS: crs, CRS: crs, Geometry: dataset.AsGeoJSON})
		}
	}
}
