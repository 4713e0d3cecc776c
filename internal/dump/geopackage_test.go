package dump_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
	"maille/internal/schema"
)

// sqlite opens a file and gives a function that reads the rows of a query, their values joined by |.
func sqlite(t testing.TB, path string) func(sql string) []string {
	t.Helper()
	db, err := sqlite3.OpenFlags(path, sqlite3.OPEN_READONLY)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return func(sql string) (rows []string) {
		s, _, err := db.Prepare(sql)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for s.Step() {
			var row []string
			for i := range s.ColumnCount() {
				row = append(row, s.ColumnText(i))
			}
			rows = append(rows, strings.Join(row, "|"))
		}
		if s.Err() != nil {
			t.Fatal(s.Err())
		}
		return rows
	}
}

// TestGeoPackageTables: what the file says of itself.
func TestGeoPackageTables(t *testing.T) {
	c := of(t, layer(t, "MultiPolygon"), given([]*dataset.Feature{{Values: placed(t, 1, "")[0].Values, WKB: shapeAt(t, "MultiPolygon", 650000.5, 6600000, 0)}}, nil))
	c.CRS = geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2154")
	query := sqlite(t, made(t, dump.GeoPackage, c, 1))
	for _, c := range []struct {
		sql  string
		want []string
	}{
		{"pragma application_id", []string{"1196444487"}},
		{"pragma user_version", []string{"10300"}},
		{"select srs_id, organization, organization_coordsys_id, substr(definition, 1, 9) from gpkg_spatial_ref_sys order by 1",
			[]string{"-1|NONE|-1|undefined", "0|NONE|0|undefined", `2154|EPSG|2154|PROJCS["R`, `4326|EPSG|4326|GEOGCS["W`}},
		{"select * from gpkg_contents order by data_type desc", []string{"lieux_publics|features|Lieux d'été|Où l'on va.|2026-11-22T08:30:00.000Z|650000.5|6600000.0|650000.9|6600000.4|2154",
			"layer_styles|attributes|layer_styles||2026-11-22T08:30:00.000Z|||||"}},
		{"select f_table_schema = '', f_table_name, f_geometry_column, styleName, useAsDefault, update_time from layer_styles",
			[]string{"1|lieux_publics|geom|Lieux d'été|1|2026-11-22T08:30:00.000Z"}},
		{"select * from gpkg_geometry_columns", []string{"lieux_publics|geom|MULTIPOLYGON|2154|0|0"}},
		{"select table_name, column_name, extension_name, scope from gpkg_extensions where table_name = 'lieux_publics'", []string{"lieux_publics|geom|gpkg_rtree_index|write-only"}},
		{"select column_name, name, title, description, constraint_name from gpkg_data_columns where column_name in ('nom', 'n', 'genre') order by 1",
			[]string{"genre||||lieux_publics_genre", "n||||", "nom|Nom d'usage|Nom d'usage|Tel qu'on le dit.|"}},
		{"select constraint_type, value from gpkg_data_column_constraints", []string{"enum|mairie", "enum|école"}},
		{"select * from gpkg_metadata_reference", []string{"table|lieux_publics|||2026-11-22T08:30:00.000Z|1|"}},
		{"select hex(substr(geom, 1, 8)), count(*) from lieux_publics", []string{"475000036A080000|1"}},
		{"select name from sqlite_schema where type = 'trigger' order by 1", []string{"rtree_lieux_publics_geom_delete", "rtree_lieux_publics_geom_insert",
			"rtree_lieux_publics_geom_update1", "rtree_lieux_publics_geom_update2", "rtree_lieux_publics_geom_update3", "rtree_lieux_publics_geom_update4"}},
	} {
		if got := query(c.sql); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.sql, got, c.want)
		}
	}
	var about struct {
		Licenses  []dataset.License
		Sources   []dataset.Source
		Release   string
		Published string
	}
	if err := json.Unmarshal([]byte(query("select metadata from gpkg_metadata")[0]), &about); err != nil || len(about.Licenses) != 1 ||
		about.Licenses[0].Title != "Licence Ouverte 2.0" || about.Sources[0].Title != "Mairie de Saint-Étienne" || about.Release != "2026-11-22.1" || about.Published != "2026-11-22T08:30:00Z" {
		t.Errorf("metadata = %+v (%v)", about, err)
	}
}

// TestGeoPackageIndex: the R-tree that is packed is one that SQLite takes for its own, whatever its depth, and it names
// each row that has a geometry, in a box that holds it.
func TestGeoPackageIndex(t *testing.T) {
	for _, n := range []int{0, 1, 51, 52, 53, 2601, 2602, 20_000} {
		all := placed(t, n, "Point")
		query := sqlite(t, made(t, dump.GeoPackage, of(t, layer(t, "Point"), given(all, nil)), n))
		shapes := 0
		for _, f := range all {
			if f.WKB != nil {
				shapes++
			}
		}
		for sql, want := range map[string]string{
			"pragma integrity_check":                        "ok",
			"select rtreecheck('rtree_lieux_publics_geom')": "ok",
			"select count(*) from rtree_lieux_publics_geom": fmt.Sprint(shapes),
			"select count(*) from lieux_publics":            fmt.Sprint(n),
			"select count(*) from lieux_publics where geom is not null and fid not in (select id from rtree_lieux_publics_geom)": "0",
		} {
			if got := query(sql); !slices.Equal(got, []string{want}) {
				t.Errorf("%d rows: %s: %q, want %s", n, sql, got, want)
			}
		}
		for i, f := range all {
			if x, y, ok := geo.PointOf(f.WKB); ok && i%97 == 0 {
				sql := fmt.Sprintf("select id from rtree_lieux_publics_geom where minx <= %.17g and maxx >= %.17g and miny <= %.17g and maxy >= %.17g", x, x, y, y)
				if got := query(sql); !slices.Contains(got, fmt.Sprint(i+1)) {
					t.Errorf("%d rows: row %d is not found at its place: %q", n, i+1, got)
				}
			}
		}
	}
}

// TestGeoPackageNames: a schema may have columns named as the file's own.
func TestGeoPackageNames(t *testing.T) {
	d, err := dataset.Restore([]byte(`{"name": "a", "publication": {"key": ["FID"], "geometry": {"type": "Point"}}}`),
		[]byte(`{"fields": [{"name": "FID", "type": "string", "title": "a"}, {"name": "geom", "type": "string", "title": "a"}, {"name": "geom_", "type": "integer"}, {"name": "or\"der", "type": "integer"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f := &dataset.Feature{Values: []schema.Value{schema.Text("x"), schema.Text("y"), schema.Int(1), schema.Int(2)}, WKB: geo.AppendPoint(nil, 2, 48)}
	query := sqlite(t, made(t, dump.GeoPackage, of(t, d, given([]*dataset.Feature{f}, nil)), 1))
	if got := query(`select fid_, FID, geom, geom_, "or""der", length(geom__) from a`); !slices.Equal(got, []string{"1|x|y|1|2|29"}) {
		t.Errorf("rows = %q", got)
	}
	if got := query(`select id from rtree_a_geom__`); !slices.Equal(got, []string{"1"}) {
		t.Errorf("index = %q", got)
	}
}

// TestGeoPackageRefusesOtherShapes: the one type of a table's geometries is a promise (/req/core/geometry_columns).
func TestGeoPackageRefusesOtherShapes(t *testing.T) {
	c := of(t, layer(t, "MultiPolygon"), given([]*dataset.Feature{{Values: placed(t, 1, "")[0].Values, WKB: geo.AppendPoint(nil, 2, 48)}}, nil))
	if _, err := dump.GeoPackage.Write(&bytes.Buffer{}, c); err == nil {
		t.Error("a point passes among polygons")
	}
}

// TestGeoPackageIsValid asks GDAL's validator, with its checks of every value.
func TestGeoPackageIsValid(t *testing.T) {
	const validator = "from osgeo_utils.samples import validate_gpkg; import sys; validate_gpkg.check(sys.argv[1], extra_checks=True, warning_as_error=True)"
	if exec.Command(python, "-c", "from osgeo_utils.samples import validate_gpkg").Run() != nil {
		t.Skip("osgeo_utils (python3-gdal) is not installed")
	}
	for _, geometry := range []string{"Point", "Polygon", "MultiPolygon", ""} {
		for _, n := range []int{0, 500} {
			path := made(t, dump.GeoPackage, of(t, layer(t, geometry), given(placed(t, n, geometry), nil)), n)
			if out := gdal(t, python, "-c", validator, path); out != "" {
				t.Errorf("%s: %s", geometry, out)
			}
		}
	}
}

// TestGeoPackageStyle: QGIS draws the table as it opens it as the map of the dataset does, with its columns' titles, and its own list
// of layers has the table alone.
func TestGeoPackageStyle(t *testing.T) {
	if exec.Command(python, "-c", "import qgis.core").Run() != nil {
		t.Skip("QGIS (python3-qgis) is not installed")
	}
	d, err := dataset.Restore([]byte(`{"name": "zones", "title": "Zones", "publication": {"key": ["id"], "geometry": {"type": "MultiPolygon"},
		"style": {"kind": "classes", "property": "taux", "palette": "blue", "breaks": [1, 2, 3]}}}`),
		[]byte(`{"fields": [{"name": "id", "type": "string", "title": "Identifiant"}, {"name": "taux", "type": "number", "title": "Taux"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	all := []*dataset.Feature{{Values: []schema.Value{schema.Text("a"), schema.Float(1.5)}, WKB: shapeAt(t, "MultiPolygon", 2, 48, 0)}}
	for _, c := range []struct {
		columns []int
		want    string
	}{
		{nil, "RuleRenderer [['id', 'Identifiant'], ['taux', 'Taux']] ['zones']"},
		{[]int{0}, "singleSymbol [['id', '']] ['zones']"}, // a style would name a column that is not there
	} {
		content := of(t, d, given(all, nil))
		content.Columns = c.columns
		command := exec.Command(python, "testdata/qgislayer.py", made(t, dump.GeoPackage, content, 1))
		command.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen", "XDG_RUNTIME_DIR="+t.TempDir())
		out, err := command.Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("%v: %s (%v), want %s", c.columns, got, err, c.want)
		}
	}
}

// TestGeoPackageOfNoRelease has a day that is not the clock's.
func TestGeoPackageOfNoRelease(t *testing.T) {
	c := of(t, layer(t, "Point"), given(placed(t, 1, "Point"), nil))
	c.About = dump.About{Version: "lieux@1"}
	query := sqlite(t, made(t, dump.GeoPackage, c, 1))
	if got := query("select distinct last_change from gpkg_contents union select timestamp from gpkg_metadata_reference union select update_time from layer_styles"); !slices.Equal(got, []string{"1970-01-01T00:00:00.000Z"}) {
		t.Errorf("%q", got)
	}
}
