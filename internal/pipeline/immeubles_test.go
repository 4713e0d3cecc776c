package pipeline_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/synthetic"
)

// premisesOnly are the published datasets of premises and what they read: the others would only be published empty.
func premisesOnly(tb testing.TB) *dataset.Registry {
	tb.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"immeubles-ftth.json", "immeubles-ftth-communes.json", "immeubles-ftth-communes.sql", "communes-cog.json", "communes-contours.json",
		"communes-mouvements.json", "communes-passages.json", "communes-passages.sql", "arrondissements-municipaux-cog.json"} {
		text, err := os.ReadFile("../../datasets/" + name)
		if err != nil {
			tb.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return load(dataset.Files{Datasets: files, Schemas: os.DirFS("../../schemas")})
}

// premises is an instance whose only large dataset is a file of premises.
func premises(t *testing.T, cog, contours, path string) *world {
	t.Helper()
	w := build(t, premisesOnly(t))
	places := map[string]string{"communes-cog": cog, "communes-contours": contours, "immeubles-ftth": path,
		"communes-mouvements": "../../datasets/echantillon/insee-mouvements-91.csv"}
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if place := places[d.Name]; place != "" && resource == 0 {
			return []string{place}
		}
		return nil
	}
	return w
}

func samplePremises(t *testing.T, path string) *world {
	return premises(t, "../../datasets/echantillon/geo-api-communes-91.json", "../../datasets/echantillon/communes-100m.geojson.gz", path)
}

func written(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (w *world) sealed(t *testing.T) {
	t.Helper()
	statuses := w.run(t)
	for _, name := range []string{"immeubles-ftth", "immeubles-ftth-communes"} {
		if statuses[name] != release.Sealed {
			t.Fatalf("%s is %s", name, statuses[name])
		}
	}
	w.publish(t)
}

func (w *world) issues(t *testing.T, rule string) int {
	return one[int](t, w.conn, `select coalesce((select (counts ->> $1)::int from maille.load where dataset = 'immeubles-ftth' order by id desc limit 1), 0)`, rule)
}

// TestRealPremises reads what there is of the real file: its head of 2026, and 4 502 buildings of 2025 around Toulouse.
func TestRealPremises(t *testing.T) {
	notRaced(t)
	t.Parallel()
	mirror, formats := "../../../shared/data/mirror/", "../../../shared/data/formats/"
	for _, c := range []struct {
		file, format string
		answers      map[string]string
	}{
		{"cartefibre_immeubles_head_2026T2.csv", dataset.CSV, map[string]string{
			`select string_agg(concat_ws(' ', id, code_insee, etat, categorie, type, operateur, pm_ref, pm_etat,
				pm_date_mad, coalesce(date_completude::text, '-'), longitude, latitude), E'\n' order by code_insee) from opendata.immeubles_ftth`: "" +
				"005000AC009300101 01005 cible individuel pavillon SIEA NRO_01005_00002 deploye 2019-01-17 2018-03-31 4.904340977929885 45.996906044724284\n" +
				"0210000A032700301 01021 deploye individuel pavillon SIEA NRO_01021_00001 deploye 2022-06-12 - 4.822315130855023 45.99229697639252\n" +
				"143000AT021900101 01143 deploye individuel pavillon SIEA NRO_01143_00013 deploye 2025-05-24 2024-02-12 6.122185927925035 46.34616105470271"}},
		{"arcep-immeubles-toulouse-2025T3.geojson.gz", dataset.GeoJSON, map[string]string{
			`select concat_ws(', ', count(*), count(*) filter (where etat = 'en_cours_de_deploiement'), count(*) filter (where code_insee = '31555'),
				count(distinct code_insee), count(*) filter (where categorie = '12_ou_plus'), count(*) filter (where type = 'pavillon'),
				count(*) filter (where pm_etat = 'en_cours_de_deploiement'), count(date_completude)) from opendata.immeubles_ftth`: "4502, 4502, 4389, 18, 229, 2914, 292, 1247",
			`select concat_ws(', ', nom, immeubles, en_cours_de_deploiement, deployes, taux_deployes, individuels, de_2_a_11, de_12_ou_plus, operateurs,
				operateur_principal) from opendata.immeubles_ftth_communes where code_insee = '31149'`: "Colomiers, 26, 26, 0, 0, 11, 14, 1, 1, FRTE"}},
	} {
		if _, err := os.Stat(formats + c.file); err != nil {
			t.Skipf("no shared data: %v", err)
		}
		w := premises(t, mirror+"geo-api-communes.json", mirror+"communes-1000m.geojson.gz", formats+c.file)
		w.Registry.Get("immeubles-ftth").Resources[0].Format = c.format
		w.sealed(t)
		for sql, want := range c.answers {
			if got := one[string](t, w.conn, sql); got != want {
				t.Errorf("%s:\n%s, want\n%s", c.file, got, want)
			}
		}
	}
}

// TestGeneratedPremises holds the rules and the counts to what the generator was asked for, and to a count in Go.
func TestGeneratedPremises(t *testing.T) {
	t.Parallel()
	const rows, outside = 10_000, 0.02
	var file bytes.Buffer
	m := synthetic.Immeubles{Rows: rows, Seed: 7, Outside: outside}
	cog, contours := "../../datasets/echantillon/geo-api-communes-91.json", "../../datasets/echantillon/communes-100m.geojson.gz"
	if err := m.Write(t.Context(), &file, realCommunes(t, cog, contours)); err != nil {
		t.Fatal(err)
	}
	w := samplePremises(t, written(t, "immeubles-2026T2.csv", file.Bytes()))
	w.sealed(t)
	if n := one[int](t, w.conn, "select count(*) from opendata.immeubles_ftth"); n != rows {
		t.Errorf("%d rows", n)
	}
	warned := w.issues(t, "inside-commune")
	if warned < rows*outside*0.8 || warned > rows*outside*1.2 {
		t.Errorf("%d points lie outside, of %d", warned, rows)
	}
	if n := one[int](t, w.conn, "select sum(hors_commune) from opendata.immeubles_ftth_communes"); n != warned {
		t.Errorf("the counts have %d points outside, the rule %d", n, warned)
	}
	w.counted(t, file.Bytes())
	w.tidy(t)
}

// counted compares the counts by commune with those made here, in the plainest way.
func (w *world) counted(t *testing.T, file []byte) {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	states := []string{"deploye", "en cours de deploiement", "signe", "cible", "raccordable demande", "rad en cours de deploiement", "abandonne"}
	want, operators := map[string][]int{}, map[string]map[string]int{}
	for _, r := range records[1:] {
		code, n := r[8], want[r[8]]
		if n == nil {
			n, operators[code] = make([]int, 9), map[string]int{}
		}
		n[0]++
		n[1+slices.Index(states, r[12])]++
		if r[11] == "individuel" {
			n[8]++
		}
		want[code] = n
		operators[code][r[16]]++
	}
	rows, err := w.conn.Query(t.Context(), `select code_insee, array[immeubles, deployes, en_cours_de_deploiement, signes, cibles, raccordables_demande,
		raccordables_demande_en_cours, abandonnes, individuels]::int[], operateurs, operateur_principal, trimestre from opendata.immeubles_ftth_communes`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var code, main, quarter string
		var got []int
		var several int
		if err := rows.Scan(&code, &got, &several, &main, &quarter); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want[code]) || several != len(operators[code]) || operators[code][main] != slices.Max(slices.Collect(maps.Values(operators[code]))) || quarter != "2026T2" {
			t.Errorf("%s: %v, %d operators, %s, %s; want %v, %v", code, got, several, main, quarter, want[code], operators[code])
		}
		delete(want, code)
	}
	if len(want) > 0 {
		t.Errorf("%d communes are not counted", len(want))
	}
}

const premisesHeader = "x,y,imb_id,num_voie,cp_no_voie,type_voie,nom_voie,batiment,code_insee,code_poste,nom_com,catg_loc_imb,imb_etat," +
	"pm_ref,pm_etat,pm_date_mad,code_l331,type_imb,date_completude,date_completude_manquante\n"

// good are rows of Massy, which make the wrong ones few.
func good(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "2.27,48.73,ID-%d,1,,RUE,\"DES \"\"PRÉS\"\"\",,91377,91300,Massy,individuel,DE,PM1,deploye,2020-01-01,FRTE,PA,,t\n", i)
	}
	return b.String()
}

// TestHostilePremises: what is wrong with a row leaves it out and says why; the others stand.
func TestHostilePremises(t *testing.T) {
	t.Parallel()
	content := premisesHeader + good(200) +
		"2.27,48.73,ID-7,1,,RUE,X,,91377,91300,Massy,individuel,DE,PM1,deploye,2020-01-01,FRTE,PA,,t\n" + // a second ID-7
		"2.27,48.73,W1,1,,RUE,X,,91377,91300,Massy,individuel,en chantier,PM1,deploye,,FRTE,PA,,t\n" +
		"2.27,48.73,W2,1,,RUE,X,,99999,91300,Massy,individuel,EC,PM1,deploye,,FRTE,PA,,t\n" +
		"48.73,182,W3,1,,RUE,X,,91377,91300,Massy,individuel,EC,PM1,deploye,,FRTE,PA,,t\n" +
		"2.27,,W4,1,,RUE,X,,91377,91300,Massy,individuel,EC,PM1,deploye,,FRTE,PA,,t\n" +
		"2.27,48.73,W\x005,1,,RUE,X,,91377,91300,Massy,individuel,EC,PM1,deploye,,FRTE,PA,,t\n" +
		"2.27,48.73,,1,,RUE,X,,91377,91300,Massy,individuel,EC,PM1,deploye,,FRTE,PA,,t\n" +
		"7.26,43.70,OUT,1,,RUE,X,,91377,91300,Massy,100 et plus,RC,PM1,deploye,,FREE,IM,2024-02-30,t\n" + // a day that is not
		"7.26,43.70,FAR,1,,RUE,X,,91377,91300,Massy,100 et plus,RC,PM1,deploye,,FREE,IM,,t\n" +
		",,NOWHERE,1,,RUE,X,,91182,91080,Courcouronnes,entre 36 et 99,AB,PM1,deploye,,FREE,IM,,t\n" + // a commune that died in 2019
		"2.2,48.7,ÉTÉ,1,,RUE,\xc9cole,,91471,91400,Orsay,12 ou plus,RD,PM1,deploye,,,IM,,t\n" // windows-1252 in mid-file
	w := samplePremises(t, written(t, "immeubles-2026T2.csv", []byte(content)))
	w.sealed(t)
	for rule, n := range map[string]int{"unique-key": 1, "enum": 1, "known-commune": 1, "coordinates": 2, "encoding": 1, "required": 1, "type": 1, "inside-commune": 1} {
		if got := w.issues(t, rule); got != n {
			t.Errorf("%s: %d issues, not %d", rule, got, n)
		}
	}
	for _, c := range []struct{ code, want string }{
		{"91377", "201 immeubles, 200 deployes, 1 en cours sur demande, 0 sans point, 1 hors, FRTE de 2"},
		{"91228", "1 immeubles, 0 deployes, 0 en cours sur demande, 1 sans point, - hors, FREE de 1"},
		{"91471", "1 immeubles, 0 deployes, 0 en cours sur demande, 0 sans point, 0 hors, - de 0"},
	} {
		got := one[string](t, w.conn, `select format('%s immeubles, %s deployes, %s en cours sur demande, %s sans point, %s hors, %s de %s', immeubles, deployes,
			raccordables_demande_en_cours, sans_point, coalesce(hors_commune::text, '-'), coalesce(operateur_principal, '-'), operateurs)
			from opendata.immeubles_ftth_communes where code_insee = $1`, c.code)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.code, got, c.want)
		}
	}
}

// TestPremisesOf2020: files that do not name the commune are counted where their points lie.
func TestPremisesOf2020(t *testing.T) {
	t.Parallel()
	content := "x,y,imb_id,catg_loc_imb,imb_etat,pm_ref,pm_etat,code_l331,type_imb\n" +
		"2.27,48.73,A,individuel,déployé,PM1,deploye,FRTE,pavillon\n2.2,48.7,B,entre 2 et 11,signe,PM1,deploye,FRTE,immeuble\n7.26,43.70,C,individuel,signe,PM1,deploye,FRTE,pavillon\n"
	w := samplePremises(t, written(t, "immeubles-2026T2.csv", []byte(content)))
	w.sealed(t)
	got := one[string](t, w.conn, `select string_agg(concat_ws(' ', code_insee, immeubles, deployes, hors_commune), ', ' order by code_insee) from opendata.immeubles_ftth_communes`)
	if want := "91377 1 1 0, 91471 1 0 0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestPremisesBeforeASplit: what a commune held before others left it stays on it, flagged; what merged since adds up.
func TestPremisesBeforeASplit(t *testing.T) {
	t.Parallel()
	commune := func(code string) string {
		return `{"code": "` + code + `", "nom": "N", "siren": "", "codesPostaux": [], "codeEpci": "", "codeDepartement": "` + code[:2] + `", "codeRegion": "52", "population": 1}`
	}
	content := premisesHeader
	for i, code := range []string{"85084", "85084", "85165", "91182", "91228"} {
		content += fmt.Sprintf(",,ID-%d,1,,RUE,X,,%s,85140,N,individuel,DE,PM1,deploye,2020-01-01,FRTE,PA,,t\n", i, code)
	}
	files := fstest.MapFS{
		"communes.json": {Data: []byte("[" + commune("85084") + "," + commune("85165") + "," + commune("91228") + "]")},
		"mouvements.csv": {Data: []byte("MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP\n" +
			"32,2016-01-01,COM,85165,,,,O,COM,85084,,,,EB\n32,2016-01-01,COM,85084,,,,LE,COM,85084,,,,EB\n" +
			"21,2024-01-01,COM,85084,,,,EB,COM,85084,,,,EB\n21,2024-01-01,COM,85084,,,,EB,COM,85165,,,,O\n" +
			"32,2019-01-01,COM,91182,,,,C,COM,91228,,,,EC\n32,2019-01-01,COM,91228,,,,E,COM,91228,,,,EC\n")},
		"immeubles-2022T1.csv": {Data: []byte(content)}, "immeubles-2026T1.csv": {Data: []byte(content)},
	}
	for file, want := range map[string]string{
		"immeubles-2022T1.csv": "85084 2022T1 2 serie_rompue, 85165 2022T1 1 ok, 91228 2022T1 2 ok",
		"immeubles-2026T1.csv": "85084 2026T1 2 ok, 85165 2026T1 1 ok, 91228 2026T1 2 ok",
	} {
		w := over(t, files, map[string][]string{
			"communes-cog": {"communes.json"}, "communes-contours": nil, "communes-mouvements": {"mouvements.csv"}, "communes-passages": nil,
			"arrondissements-municipaux-cog": nil, "immeubles-ftth": {file}, "immeubles-ftth-communes": nil,
		})
		got := one[string](t, w.conn, `select string_agg(concat_ws(' ', code_insee, trimestre, immeubles, drapeau), ', ' order by code_insee) from opendata.immeubles_ftth_communes`)
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestNoPremises: an instance that names no file has an empty version, and no count.
func TestNoPremises(t *testing.T) {
	t.Parallel()
	w := samplePremises(t, "")
	if statuses := w.run(t); !strings.HasPrefix(statuses["immeubles-ftth"], release.Sealed+": ") || statuses["immeubles-ftth-communes"] != release.Sealed {
		t.Errorf("%v", statuses)
	}
	w.publish(t)
	if n := one[int](t, w.conn, "select (select count(*) from opendata.immeubles_ftth) + (select count(*) from opendata.immeubles_ftth_communes)"); n != 0 {
		t.Errorf("%d rows of nothing", n)
	}
}
