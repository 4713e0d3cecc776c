package dump_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/schema"
)

// layers are the formats that a GIS opens: one layer, with geometry and a spatial index.
var layers = []*dump.Format{dump.FlatGeobuf, dump.GeoPackage}

// tableNames are how the formats call the layer of the features.
var tableNames = map[*dump.Format]string{dump.FlatGeobuf: "lieux-publics", dump.GeoPackage: "lieux_publics"}

// layer is a dataset of places whose geometries are of a type; of none when it is "".
func layer(t testing.TB, geometry string) *dataset.Dataset {
	t.Helper()
	descriptor := `{"name": "lieux-publics", "title": "Lieux d'été", "description": "Où l'on va.",
		"licenses": [{"name": "etalab-2.0", "title": "Licence Ouverte 2.0", "path": "https://example.org/licence"}],
		"sources": [{"title": "Mairie de Saint-Étienne", "path": "https://example.org/"}],
		"publication": {"key": ["id"]`
	if geometry != "" {
		descriptor += `, "geometry": {"type": "` + geometry + `"}`
	}
	d, err := dataset.Restore([]byte(descriptor+`}}`), []byte(`{"fields": [
		{"name": "id", "type": "string", "title": "Identifiant", "constraints": {"required": true, "unique": true}},
		{"name": "nom", "type": "string", "title": "Nom d'usage", "description": "Tel qu'on le dit."},
		{"name": "n", "type": "integer"},
		{"name": "taux", "type": "number"},
		{"name": "ouvert", "type": "boolean"},
		{"name": "date_maj", "type": "date", "title": "Mis à jour"},
		{"name": "services", "type": "list", "delimiter": "|"},
		{"name": "genre", "type": "string", "constraints": {"enum": ["mairie", "école"]}}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var published = time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)

// of is all of some features of a layer.
func of(t testing.TB, d *dataset.Dataset, f dump.Features) *dump.Content {
	return &dump.Content{Dataset: d, Geometries: true, Features: f, Rows: -1, Folder: t.TempDir(),
		About: dump.About{Instance: "Maille", Release: "2026-11-22.1", Published: published, Version: "lieux@1", Link: "https://example.org/r"}}
}

// given yields each feature, then err if there is one, through one Feature and one buffer that are used again.
func given(all []*dataset.Feature, err error) dump.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		var f dataset.Feature
		var wkb []byte
		for _, next := range all {
			f.Values = append(f.Values[:0], next.Values...)
			wkb = append(wkb[:0], next.WKB...)
			if f.WKB = wkb; next.WKB == nil {
				f.WKB = nil
			}
			if !yield(&f, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// placed are features all over metropolitan France with a value of every kind, null here and there, and one in twenty
// without geometry.
func placed(t testing.TB, n int, geometry string) []*dataset.Feature {
	r := rand.New(rand.NewPCG(7, 7))
	all := make([]*dataset.Feature, n)
	for i := range all {
		values := []schema.Value{
			schema.Text(fmt.Sprintf("%05d", i)), schema.Text("L'Haÿ-les-Roses \"" + strconv.Itoa(r.IntN(99)) + "\"\nŒuvre 日"),
			schema.Int(r.Int64() >> r.IntN(60)), schema.Float(r.NormFloat64() * 1e3), schema.Bool(r.IntN(2) == 0),
			schema.DateOf(r.Int32N(30000)), schema.Joined("Se présenter|Téléphoner \"vite\"|" + strconv.Itoa(i)), schema.Text("école"),
		}
		for j := 1; j < len(values); j++ {
			if r.IntN(5) == 0 {
				values[j] = schema.Value{}
			}
		}
		all[i] = &dataset.Feature{Values: values}
		if r.IntN(20) > 0 {
			all[i].WKB = shapeAt(t, geometry, geo.Snap(-4+r.Float64()*12, 1e-7), geo.Snap(42+r.Float64()*8, 1e-7), r.IntN(3))
		}
	}
	return all
}

// shapeAt is a point; or a square with a hole, and so many islands.
func shapeAt(t testing.TB, geometry string, x, y float64, islands int) []byte {
	switch geometry {
	case "":
		return nil
	case "Point":
		return geo.AppendPoint(nil, x, y)
	}
	shape := orb.MultiPolygon{{square(x, y, .4), hole(x+.1, y+.1, .2)}}
	for i := range islands {
		shape = append(shape, orb.Polygon{square(x+.5+float64(i)/8, y, .1)})
	}
	var g orb.Geometry = shape
	if geometry == "Polygon" {
		g = shape[0]
	}
	wkb, err := ewkb.Marshal(g, geo.SRID)
	if err != nil {
		t.Fatal(err)
	}
	return wkb
}

func square(x, y, side float64) orb.Ring {
	return orb.Ring{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}
}

func hole(x, y, side float64) orb.Ring {
	return orb.Ring{{x, y}, {x, y + side}, {x + side, y + side}, {x + side, y}, {x, y}}
}

// made writes a file and says where it is.
func made(t testing.TB, f *dump.Format, c *dump.Content, want int) string {
	t.Helper()
	var b bytes.Buffer
	rows, err := f.Write(&b, c)
	if err != nil || rows != int64(want) {
		t.Fatalf("%s: %d rows (%v), want %d", f.Extension, rows, err, want)
	}
	if left, _ := os.ReadDir(c.Folder); len(left) > 0 {
		t.Errorf("%s leaves %s", f.Extension, left[0].Name())
	}
	path := filepath.Join(t.TempDir(), "a."+f.Extension)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// gdal runs one of its tools and gives what it prints; a word of warning fails the test.
func gdal(t testing.TB, tool string, arguments ...string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Skip(tool + " (gdal-bin) is not installed")
	}
	var out, warnings bytes.Buffer
	command := exec.Command(path, arguments...)
	command.Stdout, command.Stderr = &out, &warnings
	if err := command.Run(); err != nil || warnings.Len() > 0 {
		t.Fatalf("%s %q: %v\n%s", tool, arguments, err, &warnings)
	}
	return out.String()
}

// python is the one that GDAL's packages install for.
const python = "/usr/bin/python3"

type seen struct {
	WKB        *string
	Properties map[string]any
}

// read gives what GDAL reads of a file, by id: all, or what meets a box, or a condition.
func read(t testing.TB, path, box, where string) map[string]seen {
	t.Helper()
	if exec.Command(python, "-c", "from osgeo import ogr").Run() != nil {
		t.Skip("osgeo (python3-gdal) is not installed")
	}
	byID, n := map[string]seen{}, 0
	decoder := json.NewDecoder(strings.NewReader(gdal(t, python, "testdata/readlayer.py", path, box, where)))
	decoder.UseNumber()
	for ; decoder.More(); n++ {
		var f seen
		if err := decoder.Decode(&f); err != nil {
			t.Fatal(err)
		}
		byID[fmt.Sprint(f.Properties["id"])] = f
	}
	if len(byID) != n {
		t.Fatalf("%d features under %d ids", n, len(byID))
	}
	return byID
}

// TestGDALReadsLayers: every value and every coordinate of every feature.
func TestGDALReadsLayers(t *testing.T) {
	if raced {
		t.Skip("one goroutine over many rows: without the race detector")
	}
	for _, format := range layers {
		for _, geometry := range []string{"Point", "Polygon", "MultiPolygon", ""} {
			for _, n := range []int{0, 1, 2, 17, 1000} {
				t.Run(fmt.Sprintf("%s/%s/%d", format.Extension, geometry, n), func(t *testing.T) {
					d, all := layer(t, geometry), placed(t, n, geometry)
					got := read(t, made(t, format, of(t, d, given(all, nil)), n), "", "")
					if len(got) != n {
						t.Fatalf("GDAL reads %d features of %d", len(got), n)
					}
					for _, f := range all {
						same(t, format, d, f, got[f.Values[0].Text()])
					}
				})
			}
		}
	}
}

func same(t *testing.T, format *dump.Format, d *dataset.Dataset, f *dataset.Feature, got seen) {
	t.Helper()
	for i, v := range f.Values {
		c := &d.Schema.Columns[i]
		if want := asGDAL(format, v); fmt.Sprint(got.Properties[c.Name]) != want {
			t.Errorf("%s: %s = %v, want %s", f.Values[0].Text(), c.Name, got.Properties[c.Name], want)
		}
	}
	want := "<nil>"
	if f.WKB != nil { // without the SRID, which only PostGIS's has
		want = hex.EncodeToString(f.WKB[:4]) + "00" + hex.EncodeToString(f.WKB[9:])
	}
	if wkb := "<nil>"; got.WKB != nil || want != wkb {
		if got.WKB != nil {
			wkb = *got.WKB
		}
		if wkb != want {
			t.Errorf("%s: geometry\n got %s\nwant %s", f.Values[0].Text(), wkb, want)
		}
	}
}

// asGDAL is how a value reads.
func asGDAL(format *dump.Format, v schema.Value) string {
	switch {
	case v.IsNull():
		return "<nil>"
	case v.Type() == schema.Number:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case format == dump.FlatGeobuf && v.Type() == schema.List:
		return string(v.AppendJSON(nil, "|"))
	}
	return v.String()
}

// TestGDALFiltersLayers: by a box, with the index, the features whose own box meets it; and by id.
func TestGDALFiltersLayers(t *testing.T) {
	const west, south, east, north = 2, 44.5, 3.5, 47
	for _, format := range layers {
		for _, geometry := range []string{"Point", "MultiPolygon"} {
			d, all := layer(t, geometry), placed(t, 5000, "Point")
			for _, f := range all {
				if x, y, ok := geo.PointOf(f.WKB); ok && geometry != "Point" {
					f.WKB = shapeAt(t, geometry, x, y, 0) // a square and its box meet the same boxes
				}
			}
			path := made(t, format, of(t, d, given(all, nil)), len(all))
			var want []string
			for _, f := range all {
				if box, _ := geo.Extend(nil, f.WKB); f.WKB != nil && box.Meets(geo.BBox{West: west, South: south, East: east, North: north}) {
					want = append(want, f.Values[0].Text())
				}
			}
			var got []string
			for id := range read(t, path, "2,44.5,3.5,47", "") {
				got = append(got, id)
			}
			slices.Sort(got)
			if len(want) < 100 || !slices.Equal(got, want) {
				t.Errorf("%s of %s: %d features in the box, want %d", format.Extension, geometry, len(got), len(want))
			}
			if got := read(t, path, "", "id = '04321'"); len(got) != 1 {
				t.Errorf("%s of %s: %d features of one id", format.Extension, geometry, len(got))
			}
		}
	}
}

// TestGDALDescribesLayers: names, types, titles, extent and system as GDAL sees them.
func TestGDALDescribesLayers(t *testing.T) {
	for _, c := range []struct {
		format *dump.Format
		want   []string
	}{
		{dump.FlatGeobuf, []string{"Layer name: lieux-publics", "date_maj: DateTime (0.0)", "services: String (0.0)", "id: String (0.0) UNIQUE NOT NULL", "nom: String (0.0), alternative name=\"Nom d'usage\""}},
		{dump.GeoPackage, []string{"Layer name: lieux_publics", "date_maj: Date (0.0)", "services: String (0.0)", "FID Column = fid", "Geometry Column = geom", "domain name=lieux_publics_genre", "IDENTIFIER=Lieux d'été"}},
	} {
		d := layer(t, "MultiPolygon")
		all := []*dataset.Feature{{Values: placed(t, 1, "")[0].Values, WKB: shapeAt(t, "MultiPolygon", 2, 48, 0)}}
		text := gdal(t, "ogrinfo", "-so", "-al", made(t, c.format, of(t, d, given(all, nil)), 1))
		for _, want := range append(c.want, "Geometry: Multi Polygon", "Feature Count: 1", "Extent: (2.000000, 48.000000) - (2.400000, 48.400000)",
			`ID["EPSG",4326]`, "nom: String (0.0)", "n: Integer64 (0.0)", "taux: Real (0.0)", "ouvert: Integer(Boolean) (0.0)") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", c.format.Extension, want, text)
			}
		}
	}
}

// TestLayersInAnySystem: GDAL takes the definition for EPSG's, and puts a point where it is.
func TestLayersInAnySystem(t *testing.T) {
	for _, format := range layers {
		for _, crs := range geo.OGCCRSs {
			d := layer(t, "Point")
			all := []*dataset.Feature{{Values: placed(t, 1, "")[0].Values, WKB: geo.AppendPoint(nil, 700123.25, 6600456.5)}}
			if crs.Code == geo.SRID {
				all[0].WKB = geo.AppendPoint(nil, 2.5, 48.25)
			}
			c := of(t, d, given(all, nil))
			c.CRS = crs
			path := made(t, format, c, 1)
			if text := gdal(t, "ogrinfo", "-so", "-al", path); !strings.Contains(text, fmt.Sprintf(`ID["EPSG",%d]]`, crs.Code)) {
				t.Errorf("%s in %s is read as\n%s", format.Extension, crs.URI, text)
			}
			if crs.Code != geo.SRID {
				got := gdal(t, "ogr2ogr", "-f", "CSV", "/vsistdout/", path, tableNames[format], "-lco", "GEOMETRY=AS_XY", "-select", "n")
				if !strings.Contains(got, "700123.25,6600456.5") {
					t.Errorf("%s in %s: %s", format.Extension, crs.URI, got)
				}
			}
		}
	}
}

// TestDefinitionsAreEPSGs: PROJ's own database has the same parameters under the code.
func TestDefinitionsAreEPSGs(t *testing.T) {
	for _, crs := range geo.OGCCRSs {
		ours := strings.Fields(gdal(t, "gdalsrsinfo", "-o", "proj4", dump.Definition(crs)))
		theirs := strings.Fields(gdal(t, "gdalsrsinfo", "-o", "proj4", "EPSG:"+strconv.Itoa(crs.Code)))
		if len(ours) < 3 || !slices.Equal(ours, theirs) {
			t.Errorf("%d: %q, want %q", crs.Code, ours, theirs)
		}
	}
}

// TestLayersOfColumnsWithoutGeometry: what is not chosen is not there.
func TestLayersOfColumnsWithoutGeometry(t *testing.T) {
	for _, format := range layers {
		d, all := layer(t, "Point"), placed(t, 100, "Point")
		c := of(t, d, given(all, nil))
		c.Columns, c.Geometries = []int{0, 3, 6}, false
		path := made(t, format, c, 100)
		got := read(t, path, "", "")
		for _, f := range all {
			g := got[f.Values[0].Text()]
			if len(g.Properties) != 3 || g.WKB != nil || fmt.Sprint(g.Properties["taux"]) != asGDAL(format, f.Values[3]) || fmt.Sprint(g.Properties["services"]) != asGDAL(format, f.Values[6]) {
				t.Fatalf("%s: %+v", format.Extension, g)
			}
		}
		if text := gdal(t, "ogrinfo", "-so", "-al", path); strings.Contains(text, "EPSG") || strings.Contains(text, "Geometry: Point") {
			t.Errorf("%s has a geometry:\n%s", format.Extension, text)
		}
	}
}

// TestLayersAreTheSameBytes whenever they are written.
func TestLayersAreTheSameBytes(t *testing.T) {
	for _, format := range append(slices.Clone(layers), dump.GeoParquet) {
		var first []byte
		for range 2 {
			var b bytes.Buffer
			if _, err := format.Write(&b, of(t, layer(t, "MultiPolygon"), given(placed(t, 3000, "MultiPolygon"), nil))); err != nil {
				t.Fatal(err)
			}
			if first != nil && !bytes.Equal(first, b.Bytes()) {
				t.Errorf("%s differs", format.Extension)
			}
			first = b.Bytes()
		}
	}
}

// TestALayerOfTooManyRows is refused while it is read, since how many there are may not be known before.
func TestALayerOfTooManyRows(t *testing.T) {
	d := layer(t, "Point")
	all := placed(t, 101, "Point")
	dump.HoldingAtMost(t, 100)
	for _, format := range layers {
		for _, n := range []int{100, 101} {
			var b bytes.Buffer
			_, err := format.Write(&b, of(t, d, given(all[:n], nil)))
			if refused := fault.KindOf(err) == fault.Invalid && fault.Subject(err) == "f" && b.Len() == 0; refused != (n > 100) || n <= 100 && err != nil {
				t.Errorf("%s of %d rows: %v, %d bytes", format.Extension, n, err, b.Len())
			}
		}
	}
}

// TestALayerThatFails gives the error as it is, writes nothing, and leaves nothing in its folder.
func TestALayerThatFails(t *testing.T) {
	d := layer(t, "Point")
	all := placed(t, 3000, "Point")
	for _, format := range layers {
		for _, n := range []int{0, 1, 3000} {
			var b bytes.Buffer
			c := of(t, d, given(all[:n], errFull))
			if _, err := format.Write(&b, c); err != errFull || b.Len() > 0 {
				t.Errorf("%s after %d rows: %v, %d bytes", format.Extension, n, err, b.Len())
			}
			nothingIn(t, format, c.Folder)
		}
		for _, room := range []int{0, 1000, 200_000} {
			c := of(t, d, given(all, nil))
			if _, err := format.Write(&narrow{room: room}, c); err != errFull {
				t.Errorf("%s with room for %d bytes: %v", format.Extension, room, err)
			}
			nothingIn(t, format, c.Folder)
		}
		c := of(t, d, given([]*dataset.Feature{{Values: all[0].Values, WKB: []byte("no geometry")}}, nil))
		if _, err := format.Write(&bytes.Buffer{}, c); err == nil {
			t.Errorf("%s takes bytes for a geometry", format.Extension)
		}
		nothingIn(t, format, c.Folder)
		c.Folder = filepath.Join(c.Folder, "away")
		if _, err := format.Write(&bytes.Buffer{}, c); !os.IsNotExist(err) {
			t.Errorf("%s without a folder: %v", format.Extension, err)
		}
	}
}

func nothingIn(t *testing.T, format *dump.Format, folder string) {
	t.Helper()
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%s leaves %v (%v)", format.Extension, left, err)
	}
}

// TestLayersInMemory: of a feature only its place is kept, whatever else it has.
func TestLayersInMemory(t *testing.T) {
	const rows, perRow, buffers = 300_000, 64, 24 << 20
	for _, format := range layers {
		d := layer(t, "Point")
		before, most, whole := inUse(), uint64(0), false
		watched := func(yield func(*dataset.Feature, error) bool) {
			for f, err := range many(rows) {
				if f.Values[2].Int()%100_000 == 99_999 {
					most = max(most, inUse())
				}
				if !yield(f, err) {
					return
				}
			}
		}
		out := writerFunc(func(p []byte) (int, error) {
			if !whole { // the index is made, and nothing is written yet
				most, whole = max(most, inUse()), true
			}
			return len(p), nil
		})
		if n, err := format.Write(out, of(t, d, watched)); err != nil || n != rows {
			t.Fatalf("%s: %d rows (%v)", format.Extension, n, err)
		}
		if t.Logf("%s: %d MB", format.Extension, (int64(most)-int64(before))>>20); most > before+rows*perRow+buffers {
			t.Errorf("%s: %d rows take %d MB", format.Extension, rows, (most-before)>>20)
		}
	}
}

type writerFunc func(p []byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
