package source_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"maille/internal/fault"
)

var (
	codes = []column{{"code", 'C', 5}}
	one   = []float64{0, 0, 0, 4, 4, 4, 4, 0, 0, 0} // clockwise
	hole  = []float64{1, 1, 2, 1, 2, 2, 1, 1}       // counter-clockwise
)

const shapefileOfAll = `{"format": "shapefile"}`

func checkShaped(t *testing.T, data []byte, resource string, want ...string) {
	t.Helper()
	got, err := shaped(t, data, resource, places, 1e-6)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestShapefileShapes(t *testing.T) {
	turned := []float64{0, 0, 4, 0, 4, 4, 0, 4, 0, 0} // counter-clockwise
	for _, c := range []struct {
		name  string
		shape []byte
		want  string
	}{
		{"no shape", null, ""},
		{"a point", shape(1, 2, 48), " POINT(2 48)"},
		{"a point with height and measure", shape(11, 2, 48, 100, 7), " POINT(2 48)"},
		{"a point with a measure", shape(21, 2, 48, 7), " POINT(2 48)"},
		{"a point of no value", shape(1, -1e39, -1e39), ""},
		{"many points that are one", append(le.AppendUint32(shape(8, 2, 48, 2, 48), 1), shape(0, 2, 48)[4:]...), " POINT(2 48)"},
		{"no points", le.AppendUint32(shape(18, 0, 0, 0, 0), 0), ""},
		{"many points", append(le.AppendUint32(shape(8, 2, 48, 2, 48), 2), shape(0, 2, 48, 3, 49)[4:]...), " a MultiPoint"},
		{"a line", shape(3, 0, 0, 0, 0), " a MultiLineString"},
		{"a surface in space", shape(31, 0, 0, 0, 0), " a 15"},
		{"a polygon", polygon(5, 0, one), " MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)))"},
		{"no ring", polygon(5, 0), ""},
		{"a polygon with heights", polygon(15, 16+5*8, one), " MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)))"},
		{"a hole", polygon(5, 0, one, hole), " MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,2 2,2 1,1 1)))"},
		{"a hole before its ring", polygon(25, 0, hole, one), " MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,2 2,2 1,1 1)))"},
		{"an island in a lake", polygon(5, 0, one, []float64{1, 1, 3, 1, 3, 3, 1, 3, 1, 1}, []float64{1.5, 1.5, 1.5, 2, 2, 2, 1.5, 1.5}),
			" MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,1 3,3 3,3 1,1 1)),((1.5 1.5,2 2,1.5 2,1.5 1.5)))"},
		{"a lake on an island in a lake goes to the island", polygon(5, 0, one, []float64{1, 1, 3, 1, 3, 3, 1, 3, 1, 1},
			[]float64{1.2, 1.2, 1.2, 2.8, 2.8, 2.8, 2.8, 1.2, 1.2, 1.2}, []float64{1.5, 1.5, 2, 1.5, 2, 2, 1.5, 1.5}),
			" MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,1 3,3 3,3 1,1 1)),((1.2 1.2,2.8 1.2,2.8 2.8,1.2 2.8,1.2 1.2),(1.5 1.5,2 2,2 1.5,1.5 1.5)))"},
		{"the smallest ring around a lake may come first", polygon(5, 0, []float64{1.2, 1.2, 1.2, 2.8, 2.8, 2.8, 2.8, 1.2, 1.2, 1.2}, one,
			[]float64{1.5, 1.5, 2, 1.5, 2, 2, 1.5, 1.5}),
			" MULTIPOLYGON(((1.2 1.2,2.8 1.2,2.8 2.8,1.2 2.8,1.2 1.2),(1.5 1.5,2 2,2 1.5,1.5 1.5)),((0 0,4 0,4 4,0 4,0 0)))"},
		{"holes of two rings", polygon(5, 0, one, []float64{10, 0, 10, 4, 14, 4, 14, 0, 10, 0}, []float64{11, 1, 12, 1, 12, 2, 11, 1}, hole),
			" MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,2 2,2 1,1 1)),((10 0,14 0,14 4,10 4,10 0),(11 1,12 2,12 1,11 1)))"},
		{"a hole that touches its ring", polygon(5, 0, []float64{10, 0, 10, 4, 14, 4, 14, 0, 10, 0}, one, []float64{0, 0, 2, 1, 2, 2, 0, 0}),
			" MULTIPOLYGON(((10 0,14 0,14 4,10 4,10 0)),((0 0,4 0,4 4,0 4,0 0),(0 0,2 2,2 1,0 0)))"},
		{"a hole of no ring is a polygon", polygon(5, 0, one, []float64{9, 9, 10, 9, 10, 10, 9, 9}),
			" MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((9 9,10 9,10 10,9 9)))"},
		{"all rings turn as holes", polygon(5, 0, hole, turned), " MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,2 2,2 1,1 1)))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := zipOf(t, "a.shp", shpOf(5, c.shape), "a.dbf", dbfOf(0, codes, []string{"91228"}))
			checkShaped(t, data, shapefileOfAll, "1: 91228///"+c.want)
		})
	}
}

func TestShapefileCells(t *testing.T) {
	for _, c := range []struct {
		kind byte
		cell string
		want string
	}{
		{'C', "  Évry   ", "  Évry"}, {'C', "a\x00\x00", "a"}, {'C', "", ""}, {'C', "01004", "01004"},
		{'N', "126892.000000000000000", "126892"}, {'N', "   12.500", "12.5"}, {'N', "-0.500", "-0.5"}, {'N', "0", "0"}, {'N', "100", "100"},
		{'N', ".0", "0"}, {'N', "", ""}, {'N', "01004", "01004"}, {'N', "1.26e+05", "126000"}, {'F', " 1.50000000000e+000", "1.5"},
		{'N', "1E400", "1E400"}, {'N', "42.978999999999999", "42.979"}, {'N', "-0.0", "0"}, {'N', "12,5", "12,5"}, {'N', ".", "."}, {'N', "1_0e1", "1_0e1"},
		{'N', "****", " [1 nom overflow warning nom : le nombre est trop grand pour sa colonne, le fichier a des astérisques à sa place]"},
		{'D', "20260630", "2026-06-30"}, {'D', "00000000", ""}, {'D', "", ""}, {'D', "2026-6-3", "2026-6-3"}, {'D', "2026", "2026"},
		{'L', "T", "true"}, {'L', "y", "true"}, {'L', "F", "false"}, {'L', "n", "false"}, {'L', "?", ""}, {'L', " ", ""},
	} {
		t.Run(fmt.Sprintf("%c%q", c.kind, c.cell), func(t *testing.T) {
			length := 24
			if c.kind == 'L' {
				length = 1
			}
			columns := []column{{"code", 'C', 5}, {"memo", 'M', 10}, {"nom", c.kind, length}}
			data := zipOf(t, "a.shp", shpOf(1, null), "a.dbf", dbfOf(0, columns, []string{"91228", "7", c.cell}))
			want := "1: 91228/" + c.want + "//"
			if cell, issue, said := strings.Cut(c.want, " ["); said {
				want = "1: 91228/" + cell + "// [" + issue
			}
			checkShaped(t, data, shapefileOfAll, want)
		})
	}
}

func TestShapefileEncodings(t *testing.T) {
	named := []column{{"code", 'C', 5}, {"nom", 'C', 24}}
	const utf8, latin, dos = "Cœur de Lozère", "C\x9cur de Loz\xe8re", "Loz\x8are"
	for _, c := range []struct {
		name     string
		resource string
		cpg      string
		language byte
		cell     string
		want     string
	}{
		{"nothing said, UTF-8", ``, "", 0, utf8, utf8},
		{"nothing said, latin-1", ``, "", 0, latin, utf8},
		{"a .cpg that lies", ``, "UTF-8", 0, latin, utf8},
		{"a .cpg that lies the other way", ``, "ISO-8859-1", 0x57, utf8, utf8},
		{"a .cpg that says so", ``, "1252\r\n", 0, latin, utf8},
		{"a .cpg of DOS", ``, "CP850", 0, dos, "Lozère"},
		{"a header of DOS", ``, "", 2, dos, "Lozère"},
		{"the .cpg knows better than the header", ``, "UTF-8", 2, latin, utf8},
		{"latin-9", ``, "ISO 8859-15", 0, "\xbd", "œ"},
		{"the resource says latin-1", `, "encoding": "iso-8859-1"`, "UTF-8", 0, "\xc3\xa9", "Ã©"},
		{"the resource says UTF-8", `, "encoding": "utf-8"`, "1252", 0, "\xe9", "\xe9"},
		{"the resource says to look", `, "encoding": "detect"`, "", 0, latin, utf8},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := []any{"a.shp", shpOf(1, null), "a.dbf", dbfOf(c.language, named, []string{"91228", c.cell})}
			if c.cpg != "" {
				files = append(files, "a.cpg", c.cpg)
			}
			checkShaped(t, zipOf(t, files...), `{"format": "shapefile"`+c.resource+`}`, "1: 91228/"+c.want+"//")
		})
	}
}

func TestShapefileRecords(t *testing.T) {
	shp := shpOf(1, shape(1, 1, 1), shape(1, 2, 2), shape(1, 3, 3))
	dbf := dbfOf(0, codes, []string{"a"}, []string{"†b"}, []string{"c"})
	data := zipOf(t, "a.shp", shp, "a.dbf", dbf)
	checkShaped(t, data, shapefileOfAll, "1: a/// POINT(1 1)", "3: c/// POINT(3 3)")
	checkShaped(t, data, `{"format": "shapefile", "where": [{"column": "code", "in": ["c"]}]}`, "3: c/// POINT(3 3)")
	checkShaped(t, zipOf(t, "a.shp", shpOf(1), "a.dbf", dbfOf(0, codes)), shapefileOfAll)
	checkShaped(t, []byte(gzipped(string(data))), shapefileOfAll, "1: a/// POINT(1 1)", "3: c/// POINT(3 3)")

	accented := []column{{"ZMD_priv\xe9", 'C', 5}, {"L_33-13", 'N', 5}, {"n", 'N', 5}}
	data = zipOf(t, "a.shp", shpOf(1, null), "a.dbf", dbfOf(0, accented, []string{"a", "****", "7"}), "a.cpg", "UTF-8")
	checkShaped(t, data, `{"format": "shapefile", "map": {"code": "ZMD_privé", "nom": "_column", "population": "_value"},
		"unpivot": [{"column": "L_33-13"}, {"column": "n"}, {"match": "L_.*|n"}]}`,
		"1: a/n/7/ [1 L_33-13 overflow warning L_33-13 : le nombre est trop grand pour sa colonne, le fichier a des astérisques à sa place]", "1: a/n/7/")
}

func TestShapefileLayers(t *testing.T) {
	layer := func(code string) (shp, dbf []byte) {
		return shpOf(1, null), dbfOf(0, codes, []string{code})
	}
	shp, a := layer("a")
	_, b := layer("b")
	two := zipOf(t, "x/A.SHP", shp, "x/a.Dbf", a, "__MACOSX/x/._A.SHP", "", "x/b/b.shp", shp, "x/b/b.dbf", b, "lisez-moi.txt", "")
	checkShaped(t, two, `{"format": "shapefile", "member": "x/*.SHP"}`, "1: a///")
	checkShaped(t, two, `{"format": "shapefile", "member": "**/b.shp"}`, "1: b///")
	checkShaped(t, zipOf(t, "x/A.SHP", shp, "x/a.Dbf", a, "__MACOSX/x/._A.SHP", ""), shapefileOfAll, "1: a///")
	for resource, message := range map[string]string{
		shapefileOfAll: "f : l'archive contient plusieurs fichiers, la ressource doit dire lesquels : « x/A.SHP », « x/b/b.shp »",
		`{"format": "shapefile", "member": "*.shp"}`: "f : aucun fichier de l'archive ne répond à « *.shp » ; elle contient « x/A.SHP », « x/b/b.shp »",
	} {
		if _, err := shaped(t, two, resource, places, 1); fault.KindOf(err) != fault.Refused || fault.Message(err) != message {
			t.Errorf("%s: %v", resource, err)
		}
	}
}

func TestShapefileCRS(t *testing.T) {
	mercator := shape(1, 267166.7779, 6224110.1317) // 2.4 48.7
	for _, c := range []struct{ name, prj, resource, want string }{
		{"of ESRI", `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984"]]`, shapefileOfAll, "1: a/// POINT(2.4 48.7)"},
		{"of the resource", ``, `{"format": "shapefile", "crs": "EPSG:3857"}`, "1: a/// POINT(2.4 48.7)"},
		{"the file knows better", `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984"]]`, `{"format": "shapefile", "crs": "EPSG:2154"}`, "1: a/// POINT(2.4 48.7)"},
		{"unknown", `PROJCS["NTF_Lambert_II_étendu",GEOGCS["x"]]`, shapefileOfAll, "f : le système de coordonnées « NTF_Lambert_II_étendu » n'est pas lu"},
		{"no text at all", `???`, shapefileOfAll, "f : le système de coordonnées « ??? » n'est pas lu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := zipOf(t, "a.shp", shpOf(1, mercator), "a.dbf", dbfOf(0, codes, []string{"a"}), "A.PRJ", c.prj)
			got, err := shaped(t, data, c.resource, places, 1e-5)
			if err != nil {
				got = []string{fault.Message(err)}
			}
			if !slices.Equal(got, []string{c.want}) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestShapefileRefuses(t *testing.T) {
	shp, dbf := shpOf(1, shape(1, 1, 1), shape(1, 2, 2)), dbfOf(0, codes, []string{"a"}, []string{"b"})
	changed := func(data []byte, at int, with ...byte) []byte {
		data = slices.Clone(data)
		copy(data[at:], with)
		return data
	}
	withShp := func(shp []byte) []byte { return zipOf(t, "x/a.shp", shp, "x/a.dbf", dbf) }
	withDBF := func(dbf []byte) []byte { return zipOf(t, "x/a.shp", shp, "x/a.dbf", dbf) }
	whole := withShp(shp)
	tangled := make([][]float64, 0, 24000)
	for i := range 12000 {
		x := float64(i)
		tangled = append(tangled, []float64{-x - 1, -x - 1, -x - 1, x + 1, x + 1, x + 1, -x - 1, -x - 1}, []float64{0, 0, 1e-9 * x, 0, 1e-9 * x, 1e-9 * x, 0, 0})
	}
	for _, c := range []struct {
		name    string
		data    []byte
		rows    int
		message string
	}{
		{"nothing", nil, 0, "f : le fichier est vide"},
		{"a page", []byte("<!doctype html><html>"), 0, "f : le fichier est une page HTML, pas du shapefile"},
		{"no zip", shp, 0, "f : le fichier n'est pas une archive ZIP, où un shapefile doit se trouver"},
		{"a zip cut short", whole[:len(whole)-30], 0, "f : le fichier zip est altéré"},
		{"an empty zip", zipOf(t), 0, "f : l'archive ne contient pas de shapefile (.shp)"},
		{"a table alone", zipOf(t, "a.dbf", dbf), 0, "f : l'archive ne contient pas de shapefile (.shp)"},
		{"shapes alone", zipOf(t, "x/a.shp", shp, "a.dbf", dbf), 0, "f : l'archive contient « x/a.shp » sans le fichier .dbf du même nom"},
		{"twice the same", zipOf(t, "a.shp", shp, "A.SHP", shp, "a.dbf", dbf), 0, "f : l'archive contient deux fois « A.SHP »"},
		{"a DBF shorter than its SHP", withDBF(dbfOf(0, codes, []string{"a"})), 1, "f > x/a.dbf : le fichier s'arrête après l'enregistrement 1, alors que a.shp continue"},
		{"a SHP shorter than its DBF", withShp(shpOf(1, shape(1, 1, 1))), 1, "f > x/a.shp : le fichier s'arrête après l'enregistrement 1, alors que a.dbf continue"},
		{"a DBF cut in a record", withDBF(dbf[:len(dbf)-3]), 1, "f > x/a.dbf : le fichier est tronqué à l'enregistrement 2 sur 2"},
		{"a DBF cut in its header", withDBF(dbf[:40]), 0, "f > x/a.dbf : le fichier est tronqué à l'enregistrement 0 sur 2"},
		{"a DBF of nothing", withDBF(nil), 0, "f > x/a.dbf : le fichier est tronqué à l'enregistrement 0 sur 0"},
		{"a DBF with four billion records", withDBF(changed(dbf, 4, 255, 255, 255, 255)), 2, "f > x/a.dbf : le fichier est tronqué à l'enregistrement 3 sur 4294967295"},
		{"a DBF of dBase 7", withDBF(changed(dbf, 0, 4)), 0, "f > x/a.dbf : le fichier n'est pas une table dBase III ou IV (version 4)"},
		{"a header of no length", withDBF(changed(dbf, 8, 0, 0)), 0, "f > x/a.dbf : l'en-tête de la table est altéré"},
		{"a header of no field", withDBF(changed(dbf, 8, 33, 0)), 0, "f > x/a.dbf : l'en-tête de la table est altéré"},
		{"records of no length", withDBF(changed(dbf, 10, 0, 0)), 0, "f > x/a.dbf : l'en-tête de la table est altéré"},
		{"fields beyond the record", withDBF(changed(dbf, 10, 5, 0)), 0, "f > x/a.dbf : l'en-tête de la table est altéré"},
		{"a field as wide as the sky", withDBF(changed(dbf, 32+16, 255)), 0, "f > x/a.dbf : l'en-tête de la table est altéré"},
		{"a mark that is none", withDBF(changed(dbf, 65, 'x')), 0, "f > x/a.dbf : l'enregistrement 1 est altéré"},
		{"a memo that is asked for", withDBF(changed(dbf, 32+11, 'M')), 0, "f > x/a.dbf : la colonne « code » est de type M, qui n'est pas lu"},
		{"a column that is not there", withDBF(dbfOf(0, []column{{"insee", 'C', 5}})), 0, "f > x/a.dbf : l'en-tête n'a pas de colonne « code » ; il a « insee »"},
		{"a column that is there twice", withDBF(dbfOf(0, []column{{"code", 'C', 5}, {"code", 'C', 5}})), 0, "f > x/a.dbf : la colonne « code » figure plusieurs fois dans l'en-tête"},
		{"a SHP that is none", withShp(changed(shp, 0, 1)), 0, "f > x/a.shp : le fichier n'est pas un shapefile"},
		{"a SHP of nothing", withShp(nil), 0, "f > x/a.shp : le fichier est tronqué à l'enregistrement 0"},
		{"a SHP cut in a record", withShp(shp[:len(shp)-4]), 1, "f > x/a.shp : le fichier est tronqué à l'enregistrement 2"},
		{"a SHP cut between records", withShp(shp[:128]), 1, "f > x/a.shp : le fichier est tronqué à l'enregistrement 2"},
		{"records out of order", withShp(changed(shp, 103, 2)), 0, "f > x/a.shp : l'enregistrement 1 n'est pas à sa place ; réécrivez le shapefile, qui a été modifié sur place"},
		{"a record of four gigabytes", withShp(changed(shp, 104, 0x7f, 255, 255, 255)), 0, "f > x/a.shp : l'enregistrement 1 dépasse 64 Mio"},
		{"a record beyond the file", withShp(changed(shp, 104, 0, 0, 255, 255)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"a record of no type", withShp(changed(shp, 104, 0, 0, 0, 1)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"a type that does not exist", withShp(changed(shp, 108, 2)), 0, "f > x/a.shp : l'enregistrement 1 est d'un type inconnu (2)"},
		{"a type that does not exist, with heights", withShp(changed(shp, 108, 12)), 0, "f > x/a.shp : l'enregistrement 1 est d'un type inconnu (12)"},
		{"half a point", withShp(shpOf(1, shape(1, 1), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"half of many points", withShp(shpOf(1, shape(8, 1, 1), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"half a polygon", withShp(shpOf(1, shape(5, 1, 1), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"four billion points", withShp(shpOf(5, changed(polygon(5, 0, one), 40, 255, 255, 255, 255), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"four billion rings", withShp(shpOf(5, changed(polygon(5, 0, one), 36, 255, 255, 255, 255), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"more rings than points", withShp(shpOf(5, append(le.AppendUint32(le.AppendUint32(shape(5, 0, 0, 0, 0), 50), 1), make([]byte, 300)...), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"a ring that begins beyond its points", withShp(shpOf(5, changed(polygon(5, 0, one, hole), 48, 200), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"a first ring that begins late", withShp(shpOf(5, changed(polygon(5, 0, one, hole), 44, 1), null)), 0, "f > x/a.shp : l'enregistrement 1 est altéré"},
		{"rings beyond reason", withShp(shpOf(5, polygon(5, 0, tangled...), null)), 0, "f > x/a.shp : l'enregistrement 1 a trop de contours emmêlés"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := shaped(t, c.data, shapefileOfAll, places, 1e-7)
			if fault.KindOf(err) != fault.Refused || fault.Message(err) != c.message {
				t.Errorf("\n got %v\nwant %s", err, c.message)
			}
			if len(got) != c.rows {
				t.Errorf("%d rows before the failure, want %d", len(got), c.rows)
			}
		})
	}
}

// TestShapefileBomb: shapes of nothing that unpack to a thousand times their size.
func TestShapefileBomb(t *testing.T) {
	nothing := append(shape(5), make([]byte, 60<<20)...)
	data := zipOf(t, "a.shp", shpOf(5, nothing, nothing), "a.dbf", dbfOf(0, codes, []string{"a"}, []string{"b"}))
	got, err := shaped(t, data, shapefileOfAll, places, 1)
	const message = "f > a.shp : le fichier se décompresse en plus de 64 Gio, ou en plus de 200 fois sa taille"
	if fault.KindOf(err) != fault.Refused || fault.Message(err) != message || len(got) != 1 {
		t.Errorf("%d rows: %v", len(got), err)
	}
}

// TestShapefileOfArcep reads the commune layer of "Ma carte fibre" as Arcep writes it: latin-1 under a .cpg that says
// UTF-8, numbers with fifteen decimals, names of columns with accents, Web Mercator.
func TestShapefileOfArcep(t *testing.T) {
	head, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "formats", "cartefibre_communes_dbf_head_2026T2.csv"))
	if err != nil {
		t.Skip("the head of Arcep's file is not there")
	}
	defer head.Close()
	records, err := csv.NewReader(head).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	latin := func(text string) string {
		encoded, err := charmap.Windows1252.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	var columns []column
	for i, name := range records[0] {
		c := column{latin(name), 'C', 80}
		if strings.HasSuffix(records[1][i], ".000000000000000") {
			c = column{latin(name), 'N', 33}
		}
		columns = append(columns, c)
	}
	var shapes [][]byte
	for _, row := range records[1:] {
		for i := range row {
			row[i] = latin(row[i])
		}
		shapes = append(shapes, polygon(5, 0, []float64{267000, 6224000, 267000, 6225000, 268000, 6225000, 267000, 6224000}))
	}
	data := zipOf(t, "2026t2-commune/commune.shp", shpOf(5, shapes...), "2026t2-commune/commune.dbf", dbfOf(0, columns, records[1:]...), "2026t2-commune/commune.cpg", "UTF-8",
		"2026t2-commune/commune.prj", `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984"],PROJECTION["Mercator_Auxiliary_Sphere"],UNIT["Meter",1.0]]`)
	checkShaped(t, data, `{"format": "shapefile", "map": {"code": "INSEE_COM", "nom": "NOM_REG", "population": "Locaux", "codes": {"template": "{ftth} {couv} {ZMD_privé} {L_33-13} {zone}"}}}`,
		"1: 75120/Île-de-France/126892/120757 95 0 0 ZTD MULTIPOLYGON(((2.398502 48.699347,2.407485 48.705276,2.398502 48.705276,2.398502 48.699347)))",
		"2: 75119/Île-de-France/120694/112391 80 0 0 ZTD MULTIPOLYGON(((2.398502 48.699347,2.407485 48.705276,2.398502 48.705276,2.398502 48.699347)))",
		"3: 48095/Occitanie/9691/9435 95 0 Orange zipri MULTIPOLYGON(((2.398502 48.699347,2.407485 48.705276,2.398502 48.705276,2.398502 48.699347)))")
}
