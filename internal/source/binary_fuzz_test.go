package source_test

import (
	"bytes"
	"testing"

	"github.com/paulmach/orb"

	"maille/internal/fault"
)

func checkRefused(t *testing.T, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Refused || fault.Message(err) == "" {
		t.Fatalf("not a refusal: %v", err)
	}
}

func FuzzShapefile(f *testing.F) {
	table := dbfOf(0, codes, []string{"91228"}, []string{"†b"})
	f.Add(zipOf(f, "a.shp", shpOf(5, polygon(5, 0, one, hole), null), "a.dbf", table, "a.prj", `GEOGCS["GCS_WGS_1984"]`, "a.cpg", "UTF-8"))
	f.Add(zipOf(f, "a.shp", shpOf(1, shape(1, 2, 48), shape(11, 2, 48, 1, 1)), "a.dbf", table))
	fuzz(f, shapefileOfAll)
}

// FuzzShapes takes the bytes of a .shp, and of its .dbf.
func FuzzShapes(f *testing.F) {
	table := dbfOf(0, codes, []string{"91228"}, []string{"†b"})
	f.Add(shpOf(5, polygon(5, 0, one, hole), null), table)
	f.Add(shpOf(5, polygon(15, 80, hole, one), shape(8, 0, 0, 0, 0)), table)
	f.Add(shpOf(1, shape(1, 2, 48), shape(21, 2, 48, 1)), table)
	f.Fuzz(func(t *testing.T, shp, dbf []byte) {
		got, err := shaped(t, zipOf(t, "a.shp", shp, "a.dbf", dbf), shapefileOfAll, places, 1e-7)
		if err != nil {
			checkRefused(t, err)
		}
		if len(got) > len(shp)/8 {
			t.Fatalf("%d rows of %d bytes", len(got), len(shp))
		}
	})
}

// FuzzDBF takes the bytes of a table, whose shapes are two.
func FuzzDBF(f *testing.F) {
	every := []column{{"code", 'C', 5}, {"nom", 'N', 8}, {"population", 'F', 8}, {"codes", 'D', 8}, {"l", 'L', 1}}
	f.Add(dbfOf(0, every, []string{"91228", "12.500", "1e5", "20260630", "T"}, []string{"†b", "****", "", "", ""}))
	f.Add(dbfOf(2, every, []string{"\x8a", "", "", "", "?"}, []string{"\xe9", "-.0", ".", "00000000", ""}))
	shp := shpOf(1, null, null)
	f.Fuzz(func(t *testing.T, dbf []byte) {
		if _, err := shaped(t, zipOf(t, "a.shp", shp, "a.dbf", dbf), shapefileOfAll, places, 1); err != nil {
			checkRefused(t, err)
		}
	})
}

func FuzzGeoPackage(f *testing.F) {
	f.Add(sqlite(f, communesOf("3857"), `insert into communes (code, geom) values ('a', `+blob(f, 1, 3857, 0, orb.Point{2, 48})+`), ('b', null)`))
	f.Add(sqlite(f, catalogue, `create table c (code text, nom boolean); insert into c values ('a', 1); insert into gpkg_contents values ('c', 'attributes', 0)`))
	fuzz(f, gpkg)
}

func FuzzParquet(f *testing.F) {
	f.Add(parquetOf(f, someCommunes))
	type row struct {
		Code string   `parquet:"code,dict"`
		Nom  string   `parquet:"nom,delta"`
		N    int64    `parquet:"population,delta"`
		L    []string `parquet:"codes"`
	}
	f.Add(parquetOf(f, []row{{"a", "b", 1, nil}, {"a", "bc", 2, []string{"x", "y"}}}))
	f.Add(bytes.Repeat([]byte("PAR1"), 10))
	fuzz(f, parquetOfAll)
}
