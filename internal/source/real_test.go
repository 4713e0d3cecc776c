package source_test

import (
	"cmp"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"maille/internal/source"
)

// shared opens a file of real data, which tests read where it is.
func shared(t testing.TB, path string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join(cmp.Or(os.Getenv("MAILLE_SHARED"), "../../../shared"), "data", path))
	if err != nil {
		t.Skipf("no shared data: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func columns(names ...string) string {
	text := `{"fields": [`
	for i, name := range names {
		if i > 0 {
			text += ","
		}
		text += `{"name": "` + name + `", "type": "string", "constraints": {"required": true}}`
	}
	return text + `]}`
}

func TestRealFiles(t *testing.T) {
	for _, c := range []struct {
		path, resource, schema string
		rows, line             int64
		last                   []string
		geometries             int64
	}{
		{"formats/lamednum_exemple-valide.csv", `{"format": "csv"}`, columns("id", "nom", "code_insee", "date_maj"),
			1, 2, []string{"structure-1", "Anonymal", "51454", "2024-04-02"}, 0},
		{"france/france-services-20240801.csv", `{"format": "csv", "map": {"id": {"template": "france-services_{id_fs}"}, "code_insee": "insee_com",
			"services": {"const": "Aide aux démarches administratives"}}}`, columns("id", "code_insee", "services"),
			2845, 2885, []string{"france-services_3264", "90010", "Aide aux démarches administratives"}, 0},
		{"formats/mci_statistiques_commune_meilleure_techno_thd_head_2026T2.csv", `{"format": "csv", "dialect": {"delimiter": ";"}, "where": [{"column": "type", "in": ["all"]}],
			"unpivot": [{"column": "elig_ftth", "set": {"technologie": "ftth"}}, {"column": "elig_coax", "set": {"technologie": "coax"}}],
			"map": {"trimestre": {"column": "date", "as": "quarter"}, "locaux": "_value"}}`, columns("code_insee", "trimestre", "technologie", "locaux"), 14, 8, []string{"49135", "2026T2", "coax", "0"}, 0},
		{"formats/mci_statistiques_commune_head_2026T2.csv", `{"format": "csv", "dialect": {"delimiter": ";"}}`, columns("code_insee", "nom_com", "nbr"), 14, 15, nil, 0},
		{"formats/cartefibre_communes_dbf_head_2026T2.csv", `{"format": "csv", "map": {"commune": "INSEE_COM", "prive": "ZMD_privé"}}`, columns("commune", "prive"), 3, 4, nil, 0},
		{"formats/mci_base_imb_head_2026T2.csv", `{"format": "csv", "dialect": {"delimiter": ";"}}`, columns("imb_id", "imb_code_insee"), 2, 3, nil, 0},
		{"formats/lieux-mediation-schema-0-auvergne-rhone-alpes-2022.json", `{"format": "json"}`, columns("id", "nom", "services"), 687, 687, nil, 0},
		{"mirror/geo-api-communes.json", `{"format": "json", "map": {"codes_postaux": "codesPostaux"}}`, columns("code", "nom", "codes_postaux", "population"), 34969, 34969, nil, 0},
		{"mirror/communes-1000m.geojson.gz", `{"format": "geojson"}`, columns("code", "nom", "epci"), 34746, 34746, nil, 34746},
		{"formats/arcep-immeubles-toulouse-2025T3.geojson.gz", `{"format": "geojson"}`, columns("imb_id", "code_insee", "x"), 4502, 4502, nil, 4502},
		{"france/arcep-2018T1-communes.csv.gz", `{"format": "csv", "dialect": {"headerRows": [5], "nullSequence": "-"},
			"map": {"code_insee": "Code commune", "locaux": {"column": "Logements", "as": "decimal-comma"}, "montagne": {"column": "Commune de montagne", "as": "decimal-comma"}}}`,
			columns("code_insee", "locaux", "montagne"), 35361, 35366, []string{"59669", "212", ""}, 0},
		{"france/cog-mvtcommunes.csv.gz", `{"format": "csv", "map": {"ancien": "COM_AV", "nouveau": "COM_AP"}}`, columns("ancien", "nouveau"), 13534, 13535, nil, 0},
	} {
		t.Run(c.path, func(t *testing.T) {
			var rows, line, geometries int64
			var cells []string
			for row, err := range source.Rows(context.Background(), shared(t, c.path), resourceOf(t, c.resource), 0, schemaOf(t, c.schema), c.path) {
				if err != nil {
					t.Fatal(err)
				}
				for _, issue := range row.Issues {
					t.Errorf("line %d: %s", row.Line, issue.Message)
				}
				if row.Geometry != nil {
					geometries++
				}
				rows, line, cells = rows+1, row.Line, append(cells[:0], row.Cells...)
			}
			t.Logf("%d rows, the last at line %d: %q", rows, line, cells)
			if rows != c.rows || line != c.line || c.geometries != geometries {
				t.Errorf("%d rows, the last at line %d, %d geometries", rows, line, geometries)
			}
			if c.last != nil && !slices.Equal(cells, c.last) {
				t.Errorf("the last row is %q", cells)
			}
		})
	}
}

// TestRealQuarters turns the columns of a workbook of 2018, saved as CSV, into rows: 10 965 667 premises connectable in France
// at the first quarter of 2018, 233 955 in Essonne, 20 158 in Massy (Arcep).
func TestRealQuarters(t *testing.T) {
	resource := resourceOf(t, `{"format": "csv", "dialect": {"headerRows": [5], "nullSequence": "-"}, "unpivot": [{"match": "T[1-4] \\d{4}"}],
		"where": [{"column": "Champ", "in": ["Locaux Raccordables"]}],
		"map": {"code_insee": "Code commune", "trimestre": {"column": "_column", "as": "quarter"}, "locaux": {"column": "_value", "as": "decimal-comma"}}}`)
	france, essonne := map[string]int{}, map[string]int{}
	for row, err := range source.Rows(t.Context(), shared(t, "france/arcep-2017T3-2018T1-ftth-communes.csv.gz"), resource, 0, schemaOf(t, columns("code_insee", "trimestre", "locaux")), "f") {
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(row.Cells[2])
		if err != nil {
			t.Fatalf("line %d: %v", row.Line, err)
		}
		france[row.Cells[1]] += n
		if strings.HasPrefix(row.Cells[0], "91") {
			essonne[row.Cells[1]] += n
		}
	}
	if want := map[string]int{"2017T3": 9557404, "2017T4": 10296296, "2018T1": 10965667}; !maps.Equal(france, want) {
		t.Errorf("France: %v", france)
	}
	if want := map[string]int{"2017T3": 200534, "2017T4": 221827, "2018T1": 233955}; !maps.Equal(essonne, want) {
		t.Errorf("Essonne: %v", essonne)
	}
}
