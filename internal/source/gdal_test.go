package source_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maille/internal/geo"
	"maille/internal/source"
)

// ogr runs GDAL's ogr2ogr, or skips the test where it is not installed.
func ogr(t *testing.T, arguments ...string) {
	t.Helper()
	path, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("ogr2ogr (gdal-bin) is not installed")
	}
	if out, err := exec.Command(path, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr %q: %v\n%s", arguments, err, out)
	}
}

// someFeatures is GeoJSON of points or polygons with holes and islands over France, with names that have accents.
func someFeatures(t *testing.T, polygons bool) string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	square := func(x, y, size float64) string {
		return fmt.Sprintf("[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]", x, y, x+size, y, x+size, y+size, x, y+size, x, y)
	}
	hole := func(x, y, size float64) string {
		return fmt.Sprintf("[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]", x, y, x, y+size, x+size, y+size, x+size, y, x, y)
	}
	var features []string
	for i := range 300 {
		x, y := -4+r.Float64()*12, 42+r.Float64()*8
		geometry := fmt.Sprintf(`{"type":"Point","coordinates":[%.6f,%.6f]}`, x, y)
		if polygons {
			geometry = `{"type":"MultiPolygon","coordinates":[[` + square(x, y, .4) + "," + hole(x+.1, y+.1, .2) + "],[" + square(x+.15, y+.15, .1) + `]]}`
		}
		if i%50 == 7 {
			geometry = "null"
		}
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":"%05d","nom":"Évry-sur-Œuvre n°%d","population":%d,"taux":%.3f,"date":"2026-06-%02d"},"geometry":%s}`,
			i, i, r.IntN(1e6), r.Float64()*100, i%30+1, geometry))
	}
	path := filepath.Join(t.TempDir(), "a.geojson")
	text := `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const gdalMap = `"map": {"codes": {"template": "{taux} {date}"}}}`

// TestAgainstGDAL writes files with GDAL, in the systems of France, and compares what we read of them with what GDAL
// does: its GeoJSON in CRS84.
func TestAgainstGDAL(t *testing.T) {
	for _, polygons := range []bool{false, true} {
		from := someFeatures(t, polygons)
		for _, c := range []struct{ driver, extension, crs, options, resource string }{
			{"ESRI Shapefile", "shp", "EPSG:4326", "ENCODING=UTF-8", `{"format": "shapefile", `},
			{"ESRI Shapefile", "shp", "EPSG:3857", "ENCODING=ISO-8859-1", `{"format": "shapefile", `},
			{"ESRI Shapefile", "shp", "EPSG:2154", "ENCODING=CP1252", `{"format": "shapefile", `},
			{"ESRI Shapefile", "shp", "EPSG:4171", "ENCODING=UTF-8", `{"format": "shapefile", `},
			{"GPKG", "gpkg", "EPSG:4326", "SPATIAL_INDEX=YES", `{"format": "gpkg", `},
			{"GPKG", "gpkg", "EPSG:3857", "SPATIAL_INDEX=YES", `{"format": "gpkg", `},
			{"GPKG", "gpkg", "EPSG:2154", "SPATIAL_INDEX=NO", `{"format": "gpkg", `},
		} {
			t.Run(fmt.Sprintf("%s/%s/%v", c.extension, c.crs, polygons), func(t *testing.T) {
				folder := t.TempDir()
				made, back := filepath.Join(folder, "a."+c.extension), filepath.Join(folder, "back.geojson")
				ogr(t, "-f", c.driver, "-t_srs", c.crs, "-lco", c.options, made, from)
				ogr(t, "-f", "GeoJSON", "-t_srs", "OGC:CRS84", "-lco", "RFC7946=YES", "-lco", "COORDINATE_PRECISION=9", back, made)
				data := readFile(t, made)
				if c.extension == "shp" {
					data = zipFolder(t, folder)
				}
				const schema = `{"fields": [{"name": "code", "type": "string"}, {"name": "nom", "type": "string"}, {"name": "population", "type": "integer"}, {"name": "codes", "type": "string"}]}`
				got, err := shaped(t, data, c.resource+gdalMap, schema, 1e-6)
				if err != nil {
					t.Fatal(err)
				}
				want := backOf(t, readFile(t, back), schema)
				if len(got) != 300 || len(want) != 300 {
					t.Fatalf("%d rows, GDAL reads %d", len(got), len(want))
				}
				for i := range got {
					if got[i] != want[i] {
						t.Fatalf("\n got %s\nwant %s", got[i], want[i])
					}
				}
			})
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func zipFolder(t *testing.T, folder string) []byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "a.*"))
	if err != nil {
		t.Fatal(err)
	}
	var files []any
	for _, path := range slices.Sorted(slices.Values(paths)) {
		files = append(files, "couche/"+filepath.Base(path), readFile(t, path))
	}
	return zipOf(t, files...)
}

// backOf reads GDAL's GeoJSON as shaped writes rows, a polygon as one of many.
func backOf(t *testing.T, data []byte, schemaText string) (got []string) {
	t.Helper()
	for row, err := range source.Rows(context.Background(), bytes.NewReader(data), resourceOf(t, `{"format": "geojson", `+gdalMap), 0, schemaOf(t, schemaText), "f") {
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Cells, "/"))
		if row.Geometry != nil {
			want := "MultiPolygon"
			if geo.TypeOf(row.Geometry) == "Point" {
				want = "Point"
			}
			wkb, err := geo.FromGeoJSON(row.Geometry, want, 1e-9)
			if err != nil {
				t.Fatal(err)
			}
			line += " " + textOf(t, wkb, 1e-6)
		}
		got = append(got, line)
	}
	return got
}
