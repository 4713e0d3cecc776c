package pipeline_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"maille/datasets"
	"maille/internal/pgtest"
)

// TestNeighboursAreThoseOfPySALAndSpdep runs the SQL of communes-voisines over the 78 counties of contiguity_queen_rook.json: by
// a side they are those of the published stl_hom_rook.gal, by a corner too those of Queen.from_shapefile and of poly2nb.
func TestNeighboursAreThoseOfPySALAndSpdep(t *testing.T) {
	var file struct {
		Cases []struct {
			Input    struct{ WKT, FIPS []string }
			Expected struct{ Queen, Rook [][]int }
		}
	}
	text, err := os.ReadFile("testdata/contiguity_queen_rook.json")
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil || len(file.Cases) != 1 {
		t.Fatalf("%d cases: %v", len(file.Cases), err)
	}
	c := file.Cases[0]
	conn := connect(t, pgtest.URL(t))
	if _, err := conn.Exec(t.Context(), `create temporary table communes as select code_insee, st_geomfromtext(wkt, 4326) as geometry
		from unnest($1::text[], $2::text[]) as t(code_insee, wkt)`, c.Input.FIPS, c.Input.WKT); err != nil {
		t.Fatal(err)
	}
	query, err := datasets.Files.ReadFile("communes-voisines.sql")
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string][][]int{"": c.Expected.Queen, " where contact = 'cote'": c.Expected.Rook} {
		if got := neighbours(t, conn, "select code_insee, code_voisine from ("+string(query)+") v"+what, c.Input.FIPS); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%q gives %v, not %v", what, got, want)
		}
	}
}

// neighbours are positions of the codes beside each, rising.
func neighbours(t *testing.T, conn *pgx.Conn, query string, codes []string) [][]int {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all := make([][]int, len(codes))
	var one, other string
	if _, err := pgx.ForEachRow(rows, []any{&one, &other}, func() error {
		i := slices.Index(codes, one)
		all[i] = append(all[i], slices.Index(codes, other))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		slices.Sort(all[i])
	}
	return all
}
