package dump_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/source"
)

// parquetOf writes a file and opens it.
func parquetOf(t testing.TB, c *dump.Content, want int) (*parquet.File, []byte) {
	t.Helper()
	var b bytes.Buffer
	if rows, err := dump.GeoParquet.Write(&b, c); err != nil || rows != int64(want) {
		t.Fatalf("%d rows (%v), want %d", rows, err, want)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if f.NumRows() != int64(want) {
		t.Fatalf("the file has %d rows, want %d", f.NumRows(), want)
	}
	return f, b.Bytes()
}

// leaves are the columns as Parquet has them: repetition, type, logical type, path.
func leaves(f *parquet.File) (lines []string) {
	for _, e := range f.Metadata().Schema[1:] {
		line := fmt.Sprint(e.RepetitionType.V, " ")
		if e.NumChildren.V == 0 {
			line += fmt.Sprint(e.Type.V, " ")
		}
		if l := e.LogicalType.Value; l != nil {
			if number, ok := l.(*format.IntType); ok && !number.IsSigned {
				line += "unsigned "
			}
			line += strings.TrimSuffix(strings.TrimPrefix(reflect.TypeOf(l).String(), "*format."), "Type") + " "
		}
		lines = append(lines, line+e.Name)
	}
	return lines
}

func TestParquetColumns(t *testing.T) {
	d, all := shapes(t, 10, 5)
	f, _ := parquetOf(t, content(d, features(all, nil)), 10)
	want := []string{
		"OPTIONAL BYTE_ARRAY String id", "OPTIONAL BYTE_ARRAY String nom", "OPTIONAL INT64 Int n", "OPTIONAL DOUBLE taux", "OPTIONAL BOOLEAN ouvert",
		"OPTIONAL INT32 Date date_maj", "OPTIONAL List services", "REPEATED list", "REQUIRED BYTE_ARRAY String element",
		"OPTIONAL BYTE_ARRAY geometry", "OPTIONAL bbox", "REQUIRED FLOAT xmin", "REQUIRED FLOAT ymin", "REQUIRED FLOAT xmax", "REQUIRED FLOAT ymax",
	}
	if got := leaves(f); !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	for _, c := range f.Metadata().RowGroups[0].Columns {
		if c.MetaData.Codec != format.Zstd {
			t.Errorf("%v is compressed by %v", c.MetaData.PathInSchema, c.MetaData.Codec)
		}
		bounded := c.MetaData.Statistics.MaxValue != nil
		if geometry := c.MetaData.PathInSchema[0] == "geometry"; geometry == bounded {
			t.Errorf("%v has bounds: %v", c.MetaData.PathInSchema, bounded)
		}
	}
}

func TestParquetOfSomeColumns(t *testing.T) {
	d, all := shapes(t, 10, 5)
	for _, c := range []struct {
		name       string
		columns    []int
		geometries bool
		want       []string
	}{
		{"some columns", []int{1, 3}, true, []string{"nom", "taux", "geometry", "bbox", "xmin", "ymin", "xmax", "ymax"}},
		{"no geometry", []int{5}, false, []string{"date_maj"}},
	} {
		chosen := content(d, features(all, nil))
		chosen.Columns, chosen.Geometries = c.columns, c.geometries
		f, _ := parquetOf(t, chosen, 10)
		var names []string
		for _, e := range f.Metadata().Schema[1:] {
			names = append(names, e.Name)
		}
		if _, geographic := f.Lookup("geo"); !slices.Equal(names, c.want) || geographic != c.geometries {
			t.Errorf("%s: %q, geo %v; want %q", c.name, names, geographic, c.want)
		}
	}
	plain, rows := restore(t), random(restore(t), 10)
	if f, _ := parquetOf(t, content(plain, features(rows, nil)), 10); len(f.Root().Columns()) != 7 {
		t.Errorf("a dataset without geometry has %d columns", len(f.Root().Columns()))
	}
}

// TestParquetReadsBack: our own reader, which is another's code too, gives the values and geometries over several row
// groups and pages.
func TestParquetReadsBack(t *testing.T) {
	if raced {
		t.Skip("one goroutine over many rows: without the race detector")
	}
	const n = 70_000
	d, all := shapes(t, n, 4)
	for i, f := range all {
		if i%7 == 0 {
			f.WKB = nil
		}
	}
	_, data := parquetOf(t, content(d, features(all, nil)), n)
	i := 0
	for row, err := range source.Rows(context.Background(), bytes.NewReader(data), &dataset.Resource{Format: dataset.Parquet}, 0, d.Schema, "f") {
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range all[i].Values {
			if got, bad := d.Schema.Columns[j].Parse(row.Cells[j]); !v.IsNull() && (bad != nil || got != v) || v.IsNull() && row.Cells[j] != "" {
				t.Fatalf("row %d, %s = %q, want %q", i, d.Schema.Columns[j].Name, row.Cells[j], v)
			}
		}
		var got []byte
		if row.WKB != nil {
			if got, err = geo.FromWKB(row.WKB, "MultiPolygon", 1e-7); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, all[i].WKB) {
			t.Fatalf("geometry %d = %x, want %x", i, got, all[i].WKB)
		}
		i++
	}
	if i != n {
		t.Errorf("%d rows", i)
	}
}

// TestParquetGroups: groups are of the size that GeoParquet advises, and smaller where shapes are large.
func TestParquetGroups(t *testing.T) {
	if raced {
		t.Skip("one goroutine over many rows: without the race detector")
	}
	d, all := points(t, 150_000)
	f, _ := parquetOf(t, content(d, features(all, nil)), len(all))
	var sizes []int64
	for _, g := range f.RowGroups() {
		sizes = append(sizes, g.NumRows())
	}
	if want := []int64{65536, 65536, 18928}; !slices.Equal(sizes, want) {
		t.Errorf("groups of %v, want %v", sizes, want)
	}
	d, all = shapes(t, 1, 200_000)
	all = slices.Repeat(all, 40) // of 3.2 MB each
	f, _ = parquetOf(t, content(d, features(all, nil)), len(all))
	if n := len(f.RowGroups()); n != 2 {
		t.Errorf("128 MB of shapes in %d groups, want 2", n)
	}
}

type geoText struct {
	Version string `json:"version"`
	Primary string `json:"primary_column"`
	Columns map[string]struct {
		Encoding    string                         `json:"encoding"`
		Types       []string                       `json:"geometry_types"`
		CRS         json.RawMessage                `json:"crs"`
		Orientation string                         `json:"orientation"`
		Edges       string                         `json:"edges"`
		BBox        []float64                      `json:"bbox"`
		Covering    map[string]map[string][]string `json:"covering"`
	} `json:"columns"`
}

func geoOf(t testing.TB, f *parquet.File) (g geoText) {
	t.Helper()
	text, _ := f.Lookup("geo")
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&g); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGeoParquetMetadata: GeoParquet 1.1.0, §Metadata.
func TestGeoParquetMetadata(t *testing.T) {
	d := located(t, "MultiPolygon")
	cover := map[string]map[string][]string{"bbox": {"xmin": {"bbox", "xmin"}, "ymin": {"bbox", "ymin"}, "xmax": {"bbox", "xmax"}, "ymax": {"bbox", "ymax"}}}
	for _, c := range []struct {
		name  string
		all   []*dataset.Feature
		types []string
		bbox  []float64
	}{
		{"no features", nil, []string{}, nil},
		{"none with a geometry", []*dataset.Feature{zone("a", nil)}, []string{}, nil},
		{"exactly the types there are, and the box of all", []*dataset.Feature{zone("a", multiPolygon([][][][2]float64{{box(1, 2, 3)}})), zone("b", nil),
			zone("c", multiPolygon([][][][2]float64{{box(-5, 7.5, 1)}}))}, []string{"MultiPolygon"}, []float64{-5, 2, 4, 8.5}},
		{"sorted types", []*dataset.Feature{zone("a", polygon([][][2]float64{box(0, 0, 1)})), zone("b", multiPolygon([][][][2]float64{{box(1, 2, 3)}}))},
			[]string{"MultiPolygon", "Polygon"}, []float64{0, 0, 4, 5}},
		{"an empty geometry has no box", []*dataset.Feature{zone("a", multiPolygon(nil))}, []string{"MultiPolygon"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, _ := parquetOf(t, content(d, features(c.all, nil)), len(c.all))
			g := geoOf(t, f)
			column := g.Columns["geometry"]
			if g.Version != "1.1.0" || g.Primary != "geometry" || len(g.Columns) != 1 || column.Encoding != "WKB" || column.CRS != nil ||
				column.Orientation != "counterclockwise" || column.Edges != "planar" || !reflect.DeepEqual(column.Covering, cover) {
				t.Errorf("geo = %+v", g)
			}
			if column.Types == nil || !slices.Equal(column.Types, c.types) || !slices.Equal(column.BBox, c.bbox) {
				t.Errorf("types %q, bbox %v; want %q, %v", column.Types, column.BBox, c.types, c.bbox)
			}
		})
	}
}

// TestGeoParquetCRS: each system that answers are given in is written, and our reader knows those that it reads.
func TestGeoParquetCRS(t *testing.T) {
	d := located(t, "Point")
	for _, crs := range geo.OGCCRSs {
		all := content(d, features([]*dataset.Feature{zone("a", geo.AppendPoint(nil, 500_000, 1_000_000))}, nil))
		all.CRS = crs
		f, _ := parquetOf(t, all, 1)
		text := geoOf(t, f).Columns["geometry"].CRS
		if crs.Code == geo.SRID {
			if text != nil {
				t.Errorf("%s: crs %s, want none: x comes first, which is OGC:CRS84", crs.URI, text)
			}
			continue
		}
		var said struct {
			Type, Name string
			ID         struct {
				Authority string
				Code      int
			}
		}
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatal(err)
		}
		if said.Type != "ProjectedCRS" || said.Name != crs.Name || said.ID.Authority != "EPSG" || said.ID.Code != crs.Code {
			t.Errorf("%s: %s", crs.URI, text)
		}
	}
}

// TestParquetBoxes: a box in single precision holds its geometry and is hardly larger; it is null with it.
func TestParquetBoxes(t *testing.T) {
	d, all := shapes(t, 2000, 30)
	all[3].WKB = nil
	_, data := parquetOf(t, content(d, features(all, nil)), len(all))
	type row struct {
		Geometry *[]byte `parquet:"geometry,optional"`
		BBox     *struct {
			XMin float32 `parquet:"xmin"`
			YMin float32 `parquet:"ymin"`
			XMax float32 `parquet:"xmax"`
			YMax float32 `parquet:"ymax"`
		} `parquet:"bbox,optional"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(data), int64(len(data)))
	if err != nil || len(rows) != len(all) {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	for i, r := range rows {
		if i == 3 {
			if r.Geometry != nil || r.BBox != nil {
				t.Errorf("row 3 has a geometry or a box")
			}
			continue
		}
		g, err := wkb.Unmarshal(*r.Geometry)
		if err != nil {
			t.Fatal(err)
		}
		b := g.Bound()
		got := orb.Bound{Min: orb.Point{float64(r.BBox.XMin), float64(r.BBox.YMin)}, Max: orb.Point{float64(r.BBox.XMax), float64(r.BBox.YMax)}}
		if !got.Contains(b.Min) || !got.Contains(b.Max) || math.Abs(got.Min[0]-b.Min[0])+math.Abs(got.Max[1]-b.Max[1]) > 1e-5 {
			t.Fatalf("row %d: box %v of %v", i, got, b)
		}
	}
}

// TestParquetRings: geometries are those that are stored, to the bit, without an SRID; "orientation" is said where it is so.
func TestParquetRings(t *testing.T) {
	turned := func(ring [][2]float64) [][2]float64 {
		ring = slices.Clone(ring)
		slices.Reverse(ring)
		return ring
	}
	outer, hole := box(0, 0, 4), box(1, 1, 1)
	d := located(t, "MultiPolygon")
	for _, c := range []struct {
		shape []byte
		want  string
	}{
		{multiPolygon([][][][2]float64{{outer, turned(hole)}, {outer}}), "counterclockwise"},
		{multiPolygon([][][][2]float64{{outer, turned(hole)}, {turned(outer)}}), ""},
		{multiPolygon([][][][2]float64{{outer, hole}}), ""},
		{polygon([][][2]float64{turned(outer)}), ""},
	} {
		f, data := parquetOf(t, content(d, features([]*dataset.Feature{zone("a", c.shape)}, nil)), 1)
		type row struct {
			Geometry []byte `parquet:"geometry,optional"`
		}
		rows, err := parquet.Read[row](bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if got := rows[0].Geometry; !bytes.Equal(got[5:], c.shape[9:]) || !bytes.Equal(got[:5], []byte{1, c.shape[1], 0, 0, 0}) {
			t.Errorf("geometry = %x of %x", got, c.shape)
		}
		if got := geoOf(t, f).Columns["geometry"].Orientation; got != c.want {
			t.Errorf("orientation = %q, want %q", got, c.want)
		}
	}
}

// TestParquetNames: a dataset's own columns keep their names.
func TestParquetNames(t *testing.T) {
	d, err := dataset.Restore([]byte(`{"name": "odd", "publication": {"key": ["geometry"], "geometry": {"type": "Point"}}}`),
		[]byte(`{"fields": [{"name": "geometry", "type": "string"}, {"name": "bbox", "type": "integer"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f, _ := parquetOf(t, content(d, features([]*dataset.Feature{{WKB: geo.AppendPoint(nil, 2, 48), Values: []schema.Value{schema.Text("a"), schema.Int(1)}}}, nil)), 1)
	g := geoOf(t, f)
	if got := leaves(f)[:4]; !slices.Equal(got, []string{"OPTIONAL BYTE_ARRAY String geometry", "OPTIONAL INT64 Int bbox", "OPTIONAL BYTE_ARRAY geometry_", "OPTIONAL bbox_"}) ||
		g.Primary != "geometry_" || g.Columns["geometry_"].Covering["bbox"]["xmin"][0] != "bbox_" {
		t.Errorf("%q, %+v", got, g)
	}
}

func TestParquetSaysWhatItIs(t *testing.T) {
	d := told(t)
	all := content(d, features(nil, nil))
	all.About = dump.About{Instance: "Maille d'essai", Release: "2026-11-22.1", Published: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Version: "lieux@1",
		Link: "https://example.org/r/2026-11-22.1", Choice: "population supérieure à 1000"}
	f, data := parquetOf(t, all, 0)
	for key, want := range map[string]string{
		"title": "Lieux d'accueil", "description": "Où l'on accueille.", "license": "lov2, Licence Ouverte 2.0, https://example.org/lov2", "source": "Une ville, https://example.org/\nUne autre",
		"publisher": "Maille d'essai", "release": "2026-11-22.1", "published": "2026-11-22T08:00:00Z", "version": "lieux@1",
		"link": "https://example.org/r/2026-11-22.1", "choice": "population supérieure à 1000",
	} {
		if got, _ := f.Lookup(key); got != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	if _, again := parquetOf(t, all, 0); !bytes.Equal(data, again) {
		t.Error("the same content gives other bytes")
	}
}

// TestABrokenParquetIsNone: an error is returned, and what was written has no footer; a full disk stops the reading.
func TestABrokenParquetIsNone(t *testing.T) {
	cause := errors.New("the connection broke")
	d, all := shapes(t, 3000, 20)
	for _, n := range []int{0, 1, 3000} {
		var b bytes.Buffer
		if _, err := dump.GeoParquet.Write(&b, content(d, features(all[:n], cause))); !errors.Is(err, cause) {
			t.Errorf("after %d rows: %v", n, err)
		}
		if _, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
			t.Errorf("after %d rows: a file", n)
		}
	}
	for _, room := range []int{0, 100_000} {
		if _, err := dump.GeoParquet.Write(&narrow{room: room}, content(d, features(all, nil))); !errors.Is(err, errFull) {
			t.Errorf("room for %d: %v", room, err)
		}
	}
	asked := 0
	again := func(yield func(*dataset.Feature, error) bool) {
		for asked < 500_000 && yield(all[asked%len(all)], nil) {
			asked++
		}
	}
	if _, err := dump.GeoParquet.Write(&narrow{room: 1 << 20}, content(d, again)); !errors.Is(err, errFull) || asked == 500_000 {
		t.Errorf("%d rows read (%v)", asked, err)
	}
}

// told is a dataset with texts.
func told(t testing.TB) *dataset.Dataset {
	t.Helper()
	d, err := dataset.Restore([]byte(`{"name": "lieux", "title": "Lieux d'accueil", "description": "Où l'on accueille.",
		"licenses": [{"name": "lov2", "title": "Licence Ouverte 2.0", "path": "https://example.org/lov2"}],
		"sources": [{"title": "Une ville", "path": "https://example.org/"}, {"title": "Une autre"}],
		"publication": {"key": ["id"], "geometry": {"type": "Point"}}}`),
		[]byte(`{"fields": [
			{"name": "id", "type": "string", "title": "Identifiant", "description": "Celui du lieu.", "constraints": {"required": true}},
			{"name": "nom", "type": "string", "title": "Nom"},
			{"name": "population", "type": "integer", "unit": "habitants"},
			{"name": "taux", "type": "number", "unit": "%"},
			{"name": "ouvert", "type": "boolean"},
			{"name": "date_maj", "type": "date"},
			{"name": "services", "type": "list", "delimiter": "|", "items": {"enum": ["Accueil", "Atelier"]}},
			{"name": "genre", "type": "string", "constraints": {"enum": ["mairie", "école"]}}
		]}`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestParquetDefinesItsColumns: titles, definitions and units are under one key, as a Data Resource, of what is written.
func TestParquetDefinesItsColumns(t *testing.T) {
	d := layer(t, "Point")
	c := of(t, d, given(placed(t, 3, "Point"), nil))
	c.Columns = []int{0, len(d.Schema.Columns) - 1}
	f, _ := parquetOf(t, c, 3)
	text, ok := f.Lookup("datapackage")
	var resource struct {
		Name   string
		Schema struct {
			Fields []struct{ Name, Title, Description string }
		}
	}
	if err := json.Unmarshal([]byte(text), &resource); !ok || err != nil || resource.Name != d.Name || len(resource.Schema.Fields) != 2 {
		t.Fatalf("%s (%v)", text, err)
	}
	for i, position := range c.Columns {
		if column, got := &d.Schema.Columns[position], resource.Schema.Fields[i]; got.Name != column.Name || got.Title != column.Title || got.Description != column.Description {
			t.Errorf("%+v", got)
		}
	}
}
