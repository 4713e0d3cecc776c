package pipeline_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ncruces/go-sqlite3"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/synthetic"
)

// only is a registry of the published datasets of these names and of all that they read.
func only(tb testing.TB, names ...string) *dataset.Registry {
	tb.Helper()
	return load(dataset.Files{Datasets: onlyFiles(tb, names...), Schemas: os.DirFS("../../schemas")})
}

func onlyFiles(tb testing.TB, names ...string) fstest.MapFS {
	tb.Helper()
	all := load(dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")})
	files := fstest.MapFS{}
	var take func(name string)
	take = func(name string) {
		if files[name+".json"] != nil {
			return
		}
		for _, extension := range []string{".json", ".sql"} {
			text, err := os.ReadFile("../../datasets/" + name + extension)
			if err != nil && (extension == ".json" || !os.IsNotExist(err)) {
				tb.Fatal(err)
			}
			if err == nil {
				files[name+extension] = &fstest.MapFile{Data: text}
			}
		}
		for _, input := range all.Get(name).Inputs() {
			take(input)
		}
	}
	for _, name := range names {
		take(name)
	}
	return files
}

// grids is an instance of what an operator gives of where people live, what they need and how far they drive. places are
// those of resources, by "dataset/rank".
func grids(t *testing.T, places map[string]string) *world {
	t.Helper()
	w := build(t, only(t, "population-carreaux", "contexte-communes", "matrice-couts"))
	w.Place = func(d *dataset.Dataset, resource int) []string {
		place, known := places[fmt.Sprintf("%s/%d", d.Name, resource)]
		switch {
		case known:
			return []string{place}
		case d.Name == "communes-cog":
			return []string{"../../datasets/echantillon/geo-api-communes-91.json"}
		}
		return nil
	}
	return w
}

func sampleCommunes(t *testing.T) []synthetic.Commune {
	t.Helper()
	cog, err := os.Open("../../datasets/echantillon/geo-api-communes-91.json")
	if err != nil {
		t.Fatal(err)
	}
	defer cog.Close()
	contours, err := os.Open("../../datasets/echantillon/communes-100m.geojson.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer contours.Close()
	communes, err := synthetic.Communes(t.Context(), cog, contours)
	if err != nil {
		t.Fatal(err)
	}
	return communes
}

// TestCellsOfTheGrid reads the same cells in Insee's two layouts, with what it publishes overseas.
func TestCellsOfTheGrid(t *testing.T) {
	notRaced(t)
	t.Parallel()
	communes := sampleCommunes(t)
	var cells bytes.Buffer
	if err := (synthetic.Cells{Seed: 1, System: 3035, Most: 12}).Write(t.Context(), &cells, communes); err != nil {
		t.Fatal(err)
	}
	var context, costs bytes.Buffer
	if err := synthetic.WriteContext(&context, 1, communes); err != nil {
		t.Fatal(err)
	}
	stop := synthetic.Stop{ID: "91228", Lon: 2.44, Lat: 48.62}
	if err := synthetic.WriteCosts(&costs, []synthetic.Stop{stop}, []synthetic.Stop{{ID: "a", Lon: 2.45, Lat: 48.62}, {ID: "b", Lon: 3, Lat: 48}}, 20_000); err != nil {
		t.Fatal(err)
	}
	overseas := strings.SplitAfterN(cells.String(), "\n", 2)[0] +
		"CRS5490RES200mN1592600E728800,,,1,0,97209,10.5,4" + strings.Repeat(",0", 26) + "\n" +
		"CRS2975RES200mN7634200E0359400,,,0,0,9741197407,100,40" + strings.Repeat(",0", 26) + "\n" +
		"CRS2973RES200mN1592600E728800,,,0,0,97209,1,1" + strings.Repeat(",0", 26) + "\n" // of another age, in a system that is not read
	archive := zipOf(t, map[string]string{"carreaux_200m_met.csv": cells.String(), "Martinique/carreaux_200m_mart.csv": overseas, "lisez-moi.txt": "?"})
	places := map[string]string{"population-carreaux/0": written(t, "cells.zip", archive), "contexte-communes/0": written(t, "c.csv", context.Bytes()),
		"matrice-couts/0": written(t, "m.csv", costs.Bytes())}
	w := grids(t, places)
	outcomes, err := w.Ingest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.Status != release.Sealed {
			t.Fatalf("%s is %s: %v", o.Dataset, o.Status, o.Err)
		}
	}
	w.publish(t)
	rows := strings.Count(cells.String(), "\n") - 1
	for _, c := range []struct{ what, sql, want string }{
		{"cells", "select count(*) from opendata.population_carreaux", fmt.Sprint(rows + 2)},
		{"people", "select sum(population) from opendata.population_carreaux where code_insee like '91%'", "1338485"},
		{"people of two homes", "select count(*) > 100 from opendata.population_carreaux where population <> floor(population)", "true"},
		{"fewer than eleven households are marked", "select count(*) > 10 and bool_and(impute = (menages < 11)) from opendata.population_carreaux", "true"},
		{"of several communes the first", "select code_insee || ' ' || impute from opendata.population_carreaux where id like 'CRS2975%'", "97411 false"},
		{"one side", "select string_agg(distinct cote_m::text, ' ') from opendata.population_carreaux", "200"},
		{"a system that is not read", "select count(*) from maille.issue i join maille.load l on l.id = i.load where l.dataset = 'population-carreaux' and i.level = 'error'", "3"},
		{"centres, farthest from PostGIS' in metres", `select max(st_distance(geometry::geography, st_transform(st_setsrid(st_makepoint(
			substring(id from 'E(\d+)$')::int + 100, substring(id from 'N(\d+)E')::int + 100), substring(id from 'CRS(\d+)')::int), 4326)::geography)) < 0.02
			from opendata.population_carreaux`, "true"},
		{"needs", "select count(*) || ' ' || count(*) filter (where taux_pauvrete is null) from opendata.contexte_communes", fmt.Sprintf("%d %d", len(communes), few91(communes))},
		{"no secret is zero", "select count(*) from opendata.contexte_communes where taux_pauvrete = 0 or revenu_median = 0", "0"},
		{"trips", "select string_agg(origine || ' ' || lieu || ' ' || metres, ', ') from opendata.matrice_couts", "91228 a 1104"},
	} {
		if got := one[string](t, w.conn, "select ("+c.sql+")::text"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	_, first, err := w.DB.LastLoad(t.Context(), "population-carreaux")
	if err != nil {
		t.Fatal(err)
	}
	delete(places, "population-carreaux/0")
	places["population-carreaux/1"] = geopackageOf(t, cells.String(), overseas)
	if got := w.run(t, "population-carreaux")["population-carreaux"]; got != release.Unchanged {
		t.Errorf("the GeoPackage is %s", got)
	}
	if _, v, err := w.DB.LastLoad(t.Context(), "population-carreaux"); err != nil || v.ID != first.ID {
		t.Errorf("the GeoPackage gives %s, not %s (%v)", v, first, err)
	}
}

// few91 counts the communes whose poverty is a secret.
func few91(communes []synthetic.Commune) (n int) {
	for _, c := range communes {
		if c.Population < 1000 {
			n++
		}
	}
	return n
}

func zipOf(t *testing.T, members map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range members {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// geopackageOf is the files as layers of polygons would be, in a zip: their columns as the real one has them, without shapes.
func geopackageOf(t *testing.T, files ...string) string {
	t.Helper()
	members := map[string]string{}
	for i, file := range files {
		records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "a.gpkg")
		db, err := sqlite3.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		sql := `create table gpkg_spatial_ref_sys (srs_name text, srs_id integer primary key, organization text, organization_coordsys_id integer, definition text);
			insert into gpkg_spatial_ref_sys values ('ETRS89 / LAEA', 3035, 'EPSG', 3035, '');
			create table gpkg_contents (table_name text primary key, data_type text, srs_id integer);
			insert into gpkg_contents values ('carreaux', 'features', 3035);
			create table gpkg_geometry_columns (table_name text, column_name text, geometry_type_name text, srs_id integer, z integer, m integer);
			insert into gpkg_geometry_columns values ('carreaux', 'geom', 'MULTIPOLYGON', 3035, 0, 0);
			create table carreaux (fid integer primary key, geom blob, idcar_200m text, i_est_200 integer, lcog_geo text, ind real, men real);`
		for _, r := range records[1:] {
			sql += fmt.Sprintf("insert into carreaux (idcar_200m, i_est_200, lcog_geo, ind, men) values ('%s', %s, '%s', %s, %s);", r[0], r[3], r[5], r[6], r[7])
		}
		if err := db.Exec("begin; " + sql + "commit"); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		members[fmt.Sprintf("carreaux_200m_%d.gpkg", i)] = string(content)
	}
	return written(t, "cells-gpkg.zip", zipOf(t, members))
}
