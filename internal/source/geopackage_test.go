package source_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"maille/internal/fault"
)

// catalogue is the tables that every GeoPackage has, as much of them as is read.
const catalogue = `
	create table gpkg_spatial_ref_sys (srs_name text, srs_id integer primary key, organization text, organization_coordsys_id integer, definition text);
	insert into gpkg_spatial_ref_sys values ('WGS 84', 4326, 'EPSG', 4326, ''), ('Web', 3857, 'epsg', 3857, ''), ('Undefined', 0, 'NONE', 0, 'undefined'), ('Undefined', -1, 'NONE', -1, 'undefined'),
		('Lambert-93', 100000, 'IGNF', 93, 'PROJCS["RGF93 / Lambert-93"]'), ('Lambert II étendu', 27572, 'EPSG', 27572, 'PROJCS["NTF (Paris) / Lambert zone II"]');
	create table gpkg_contents (table_name text primary key, data_type text, srs_id integer);
	create table gpkg_geometry_columns (table_name text, column_name text, geometry_type_name text, srs_id integer, z integer, m integer);`

// communes is a layer of so many columns.
func communesOf(srs string) string {
	return catalogue + `
	create table communes (fid integer primary key, geom blob, code text, nom text, population integer, codes real);
	insert into gpkg_contents values ('communes', 'features', ` + srs + `);
	insert into gpkg_geometry_columns values ('communes', 'geom', 'POINT', ` + srs + `, 0, 0);`
}

// sqlite is the bytes of a database that the statements make.
func sqlite(t testing.TB, statements ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.gpkg")
	db, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range statements {
		if err := db.Exec(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// blob is a geometry in the header of a GeoPackage, as SQL writes it.
func blob(t testing.TB, flags byte, srs int32, envelope int, g orb.Geometry) string {
	t.Helper()
	order := binary.ByteOrder(binary.BigEndian)
	if flags&1 != 0 {
		order = binary.LittleEndian
	}
	b := []byte{'G', 'P', 0, flags, 0, 0, 0, 0}
	order.PutUint32(b[4:], uint32(srs))
	b = append(b, make([]byte, envelope)...)
	if g != nil {
		data, err := wkb.Marshal(g, order)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, data...)
	}
	return fmt.Sprintf("x'%x'", b)
}

const gpkg = `{"format": "gpkg"}`

func TestGeoPackageGeometries(t *testing.T) {
	point := orb.Point{2.4, 48.7}
	for _, c := range []struct{ name, srs, blob, want string }{
		{"none", "4326", "null", ""},
		{"no envelope", "4326", blob(t, 1, 4326, 0, point), " POINT(2.4 48.7)"},
		{"big-endian", "4326", blob(t, 0, 4326, 0, point), " POINT(2.4 48.7)"},
		{"an envelope", "4326", blob(t, 1|1<<1, 4326, 32, point), " POINT(2.4 48.7)"},
		{"an envelope with heights", "4326", blob(t, 2<<1, 4326, 48, point), " POINT(2.4 48.7)"},
		{"an envelope with measures", "4326", blob(t, 3<<1, 4326, 48, point), " POINT(2.4 48.7)"},
		{"an envelope with both", "4326", blob(t, 1|4<<1, 4326, 64, point), " POINT(2.4 48.7)"},
		{"empty", "4326", blob(t, 1|1<<4, 4326, 0, nil), ""},
		{"polygons", "4326", blob(t, 1, 4326, 0, orb.MultiPolygon{{{{0, 0}, {4, 0}, {4, 4}, {0, 0}}}}), " MULTIPOLYGON(((0 0,4 0,4 4,0 0)))"},
		{"a line", "4326", blob(t, 1, 4326, 0, orb.LineString{{0, 0}, {4, 0}}), " a LineString"},
		{"of the web", "3857", blob(t, 1, 3857, 0, orb.Point{267166.77790385653, 6224110.131660086}), " POINT(2.4 48.7)"},
		{"of a system known by its definition", "100000", blob(t, 0, 100000, 0, orb.Point{700000, 6600000}), " POINT(3 46.5)"},
		{"no blob", "4326", "'text'", " a "},
		{"a blob of another kind", "4326", "x'4750010100'", " a "},
		{"an envelope that is cut", "4326", blob(t, 1|1<<1, 4326, 8, nil), " a "},
		{"an envelope of no kind", "4326", blob(t, 1|7<<1, 4326, 64, point), " a "},
		{"a geometry of an extension", "4326", blob(t, 1|1<<5, 4326, 0, point), " a "},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := sqlite(t, communesOf(c.srs), `insert into communes (code, geom) values ('a', `+c.blob+`)`)
			checkShaped(t, data, gpkg, "1: a///"+c.want)
		})
	}
}

func TestGeoPackageCells(t *testing.T) {
	data := sqlite(t, catalogue, `
		create table communes (code text, nom text, population mediumint, codes double, ouvert boolean, jour date, autre blob);
		insert into gpkg_contents values ('communes', 'attributes', 0);
		insert into communes values ('01004', 'Évry', 9007199254740993, 0.1, 1, '2026-06-30', x'00'), (null, '', -1, 1e21, 0, null, null), (91228, 12.5, 'texte', 12, 2, null, null);`)
	checkShaped(t, data, gpkg, "1: 01004/Évry/9007199254740993/0.1", "2: //-1/1000000000000000000000", "3: 91228/12.5/texte/12")
	checkShaped(t, data, `{"format": "gpkg", "map": {"nom": "ouvert", "codes": "jour"}}`, "1: 01004/true/9007199254740993/2026-06-30", "2: /false/-1/", "3: 91228/2/texte/")
	checkShaped(t, data, `{"format": "gpkg", "where": [{"column": "ouvert", "in": ["2"]}]}`, "3: 91228/12.5/texte/12")
	checkShaped(t, []byte(gzipped(string(zipOf(t, "x/a.gpkg", data)))), gpkg, "1: 01004/Évry/9007199254740993/0.1", "2: //-1/1000000000000000000000", "3: 91228/12.5/texte/12")
}

func TestGeoPackageLayers(t *testing.T) {
	data := sqlite(t, communesOf("4326"), `
		create table "l'autre ""couche""" (code text);
		insert into gpkg_contents values ('l''autre "couche"', 'attributes', 0), ('images', 'tiles', 0);
		insert into "l'autre ""couche""" values ('b')`)
	checkShaped(t, data, `{"format": "gpkg", "dialect": {"table": "l'autre \"couche\""}}`, "1: b///")
	checkShaped(t, data, `{"format": "gpkg", "dialect": {"table": "communes"}}`)
}

func TestGeoPackageRefuses(t *testing.T) {
	row := func(values string) string { return `insert into communes (code, geom, nom) values ` + values }
	point := orb.Point{2.4, 48.7}
	sound := sqlite(t, communesOf("4326"), row(`('a', `+blob(t, 1, 4326, 0, point)+`, '')`))
	corrupt := slices.Clone(sound)
	for i := 4096; i < len(corrupt); i++ {
		corrupt[i] ^= 0x55
	}
	for _, c := range []struct {
		name     string
		resource string
		data     []byte
		rows     int
		message  string
	}{
		{"nothing", gpkg, nil, 0, "f : le fichier est vide"},
		{"a page", gpkg, []byte("<html>"), 0, "f : le fichier est une page HTML, pas du GeoPackage"},
		{"no database", gpkg, []byte(strings.Repeat("x", 5000)), 0, "f : le fichier n'est pas une base SQLite, ce qu'est un GeoPackage"},
		{"a database of another kind", gpkg, sqlite(t, `create table a (b)`), 0, "f : la base SQLite n'est pas un GeoPackage"},
		{"cut short", gpkg, sound[:6000], 0, "f : le GeoPackage est altéré"},
		{"altered", gpkg, corrupt, 0, "f : le GeoPackage est altéré"},
		{"no layer", gpkg, sqlite(t, catalogue), 0, "f : le GeoPackage n'a pas de couche"},
		{"several layers", gpkg, sqlite(t, communesOf("4326"), `insert into gpkg_contents values ('autres', 'features', 0)`), 0,
			"f : le GeoPackage a plusieurs couches, la ressource doit dire laquelle : « autres », « communes »"},
		{"another layer", `{"format": "gpkg", "dialect": {"table": "epci"}}`, sound, 0, "f : le GeoPackage n'a pas de couche « epci » ; il a « communes »"},
		{"a view", gpkg, sqlite(t, catalogue, `create view v as with recursive r(n) as (select 1 union all select n + 1 from r) select n as code from r;
			insert into gpkg_contents values ('v', 'attributes', 0)`), 0, "f : la couche « v » n'est pas une table, et elle seule est lue"},
		{"a catalogue that is a view", gpkg, sqlite(t, `create view gpkg_contents as with recursive r(n) as (select 1 union all select n + 1 from r) select n as table_name, 'features' as data_type from r`), 0,
			"f : le GeoPackage est altéré"},
		{"a virtual table", gpkg, sqlite(t, catalogue, `create virtual table v using rtree(id, a, b); insert into gpkg_contents values ('v', 'attributes', 0)`), 0,
			"f : la couche « v » n'est pas une table, et elle seule est lue"},
		{"a layer that is not there", gpkg, sqlite(t, catalogue, `insert into gpkg_contents values ('communes', 'features', 0)`), 0, "f : la couche « communes » n'est pas une table, et elle seule est lue"},
		{"no geometry column", gpkg, sqlite(t, communesOf("4326"), `alter table communes drop column geom`), 0, "f : la couche « communes » n'a pas la colonne « geom » où sa géométrie doit se trouver"},
		{"SRS 0", gpkg, sqlite(t, communesOf("0")), 0, "f : la couche « communes » n'a pas de système de coordonnées connu (srs_id 0)"},
		{"SRS -1", gpkg, sqlite(t, communesOf("-1")), 0, "f : la couche « communes » n'a pas de système de coordonnées connu (srs_id -1)"},
		{"a SRS that no one defines", gpkg, sqlite(t, communesOf("2154")), 0, "f : la couche « communes » n'a pas de système de coordonnées connu (srs_id 2154)"},
		{"a SRS that is not read", gpkg, sqlite(t, communesOf("27572")), 0, "f : le système de coordonnées « Lambert II étendu (EPSG:27572) » n'est pas lu"},
		{"a geometry of another SRS", gpkg, sqlite(t, communesOf("4326"), row(`('a', null, ''), ('b', `+blob(t, 1, 3857, 0, point)+`, '')`)), 1,
			"f, ligne 2 : la géométrie est du système de coordonnées 3857, alors que sa couche est de 4326"},
		{"a cell of bytes", gpkg, sqlite(t, communesOf("4326"), row(`('a', null, ''), ('b', null, x'00ff')`)), 1, "f, ligne 2 : la colonne « nom » contient des octets, pas du texte"},
		{"a column that is not there", gpkg, sqlite(t, communesOf("4326"), `alter table communes rename column code to insee`), 0,
			"f : l'en-tête n'a pas de colonne « code » ; il a « fid », « geom », « insee », « nom », « population », « codes »"},
		{"a cell of a hundred megabytes", gpkg, sqlite(t, catalogue, `create table c (code text, nom text as (zeroblob(100000000))); insert into c values ('a'); insert into gpkg_contents values ('c', 'attributes', 0)`), 0,
			"f : le GeoPackage est altéré"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := shaped(t, c.data, c.resource, places, 1e-7)
			if fault.KindOf(err) != fault.Refused || fault.Message(err) != c.message {
				t.Errorf("\n got %v\nwant %s", err, c.message)
			}
			if len(got) != c.rows {
				t.Errorf("%d rows before the failure, want %d", len(got), c.rows)
			}
		})
	}
}
