package pipeline_test

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/release"
)

// france is over for real files of all of France, which tests read where they are.
func france(t *testing.T, places map[string][]string) *world {
	t.Helper()
	root := cmp.Or(os.Getenv("MAILLE_SHARED"), "../../../shared")
	if _, err := os.Stat(filepath.Join(root, "data/france")); err != nil {
		t.Skipf("no shared data: %v", err)
	}
	return over(t, os.DirFS(filepath.Join(root, "data")), places)
}

// over is an instance, published, of some of the real descriptors over files; places are by dataset, one per resource,
// "-" or none for those that are left out. A dataset that is not named has no descriptor there.
func over(t *testing.T, files fs.FS, places map[string][]string) *world {
	t.Helper()
	datasets := fstest.MapFS{}
	for name := range places {
		for _, file := range []string{name + ".json", name + ".sql"} {
			if text, err := os.ReadFile("../../datasets/" + file); err == nil {
				datasets[file] = &fstest.MapFile{Data: text}
			}
		}
	}
	r, err := dataset.Load(dataset.Files{Datasets: datasets, Schemas: os.DirFS("../../schemas")})
	if err != nil {
		t.Fatal(err)
	}
	w := build(t, r)
	w.Fetcher.Files = files
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if at := places[d.Name]; resource < len(at) && at[resource] != "-" {
			return []string{at[resource]}
		}
		return nil
	}
	for name, status := range w.run(t) {
		if got, _, _ := strings.Cut(status, ":"); got != release.Sealed {
			t.Fatalf("%s is %s", name, status)
		}
	}
	w.publish(t)
	return w
}

// table is a gzipped CSV file of real data, without its header.
func table(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(cmp.Or(os.Getenv("MAILLE_SHARED"), "../../../shared"), "data", name))
	if err != nil {
		t.Skipf("no shared data: %v", err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unpacked).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

var history = map[string][]string{
	"communes-cog":        {"mirror/geo-api-communes.json"},
	"communes-mouvements": {"france/cog-mvtcommunes.csv.gz"},
	"communes-passages":   nil,
}

func TestPassages(t *testing.T) {
	notRaced(t)
	t.Parallel()
	w := france(t, history)
	t.Run("every movement is kept", func(t *testing.T) {
		if n := one[int](t, w.conn, "select count(*) from opendata.communes_mouvements"); n != 13534 {
			t.Errorf("%d", n)
		}
	})
	t.Run("histories", w.histories)
	t.Run("whole", w.wholePassages)
	t.Run("the table of INSEE", w.asINSEE)
	t.Run("communes of 2018", w.codesThatDied)
	w.tidy(t)
}

// histories are lives that were read in INSEE's file.
func (w *world) histories(t *testing.T) {
	lives := func(nature, code string) string {
		return one[string](t, w.conn, `select coalesce(string_agg(extract(year from debut) || '-' || coalesce(extract(year from fin)::text, '') || ' ' ||
			coalesce(type, '') || ' ' || code_insee || case when principal then '*' else '' end, ', ' order by debut, code_insee), '')
			from opendata.communes_passages where nature = $1 and code_ancien = $2`, nature, code)
	}
	for _, c := range []struct{ what, nature, code, want string }{
		{"a merger", "commune", "91222", "1968-2019 commune_nouvelle 91390*"},
		{"the commune of the same code", "commune", "91228", "1968-2019 commune_nouvelle 91228*, 2019- 91228*"},
		{"a département was divided before the merger", "commune", "78182", "1943-1968 changement_departement 91228*"},
		{"a commune that a restoration took apart", "commune", "85084",
			"1943-2016 commune_nouvelle 85084*, 2016-2024 retablissement 85084*, 2016-2024 retablissement 85165, 2016-2024 retablissement 85212, 2024- 85084*"},
		{"a commune that was restored goes to itself", "commune", "85165", "1943-2016 commune_nouvelle 85165*, 2024- 85165*"},
		{"its neighbour that was not restored stays with the seat", "commune", "85030", "1943-2016 commune_nouvelle 85084*"},
		{"while it was a part it had a status of its own", "deleguee", "85165", "2016-2024 retablissement 85165*"},
		{"a part that shares the commune's code", "deleguee", "91228", "2019-2020 suppression_deleguee 91228*"},
		{"a part that still is one", "deleguee", "01330", "2025- 01187*"},
		{"two events of one day", "commune", "14513", "1943-1973 fusion_association 50592*, 1973-2018 changement_departement 50592*"},
		{"the code that lived between them", "commune", "50649", "2018-2018 commune_nouvelle 50592*"},
		{"a seat that moved to and fro", "commune", "27058", "1943-1946 changement_nom 27676*, 1946-2017 commune_nouvelle 27676*, 2021-2023 changement_chef_lieu 27676*"},
		{"a territory that was divided", "commune", "08227", "1943-1968 suppression 08203*, 1943-1968 suppression 08454"},
		{"Corsica", "commune", "20004", "1943-1976 changement_departement 2A004*"},
		{"a commune that nothing ever touched", "commune", "91377", "1968- 91377*"},
		{"an arrondissement is no commune", "commune", "75120", ""},
	} {
		if got := strings.ReplaceAll(lives(c.nature, c.code), "  ", " "); got != c.want {
			t.Errorf("%s: %s is\n  %s, not\n  %s", c.what, c.code, got, c.want)
		}
	}
}

func (w *world) wholePassages(t *testing.T) {
	for what, sql := range map[string]string{
		"communes of the COG that no lasting life leads to themselves": `select code_insee from opendata.communes_cog c where not exists (select
			from opendata.communes_passages where code_ancien = c.code_insee and code_insee = c.code_insee and nature = 'commune' and fin is null)`,
		"lives that last of codes that are no commune": `select code_ancien from opendata.communes_passages p where nature = 'commune' and fin is null
			and not exists (select from opendata.communes_cog where code_insee = p.code_ancien)`,
		"lives without one principal successor": `select code_ancien from opendata.communes_passages group by code_ancien, nature, debut
			having count(*) filter (where principal) <> 1 or count(*) <> max(successeurs) or count(*) <> min(successeurs)`,
		"lives that overlap": `select code_ancien from (select code_ancien, fin, lead(debut) over (partition by code_ancien order by debut, fin) as suivant
			from opendata.communes_passages where nature = 'commune' and principal) v where suivant < coalesce(fin, 'infinity')`,
	} {
		if got := one[string](t, w.conn, "select coalesce(string_agg(code, ' '), '') from ("+sql+") q(code)"); got != "" {
			t.Errorf("%s: %s", what, got)
		}
	}
}

// neverBorne are codes of INSEE's table that no commune ever bore: arrondissements municipaux apart, they are those
// that communes which were gone before their département was divided, or changed, would have had.
var neverBorne = strings.Fields("01220 2A237 2A294 2A325 2B044 2B076 2B151 54448 54454 66131 91221 95025 95065")

// asINSEE compares each life with INSEE's own table of passage, which gives one commune for each code.
func (w *world) asINSEE(t *testing.T) {
	rows := table(t, "france/cog-table_passage_com_historique.csv.gz")
	var codes []string
	for _, row := range rows {
		codes = append(codes, row[0], row[1])
	}
	got := one[string](t, w.conn, `
		with insee as (
			select c.code as ancien, n.code as actuel
			from unnest($1::text[]) with ordinality c(code, i) join unnest($1::text[]) with ordinality n(code, i) on n.i = c.i + 1
			where c.i % 2 = 1 and not c.code = any ($2) and not c.code between '75101' and '75120'
			and not c.code between '69381' and '69389' and not c.code between '13201' and '13216'
		)
		select left(coalesce(string_agg(distinct ancien || ': ' || actuel || ', not ' || coalesce(code_insee, 'nothing'), '; '), ''), 500)
		from insee left join opendata.communes_passages p on code_ancien = ancien and nature = 'commune' and principal
		where code_insee is distinct from actuel`, codes, neverBorne)
	// Lamarche-en-Woëvre left Madine with Nonsard in 1983, as a commune associée: no movement goes from commune to commune.
	if want := "55273: 55386, not 55245"; got != want || len(rows) != 39161 {
		t.Errorf("of %d codes: %s", len(rows), got)
	}
}

// codesOf2018 are the communes of 2018, read from their contours.
func codesOf2018(t *testing.T) (codes []string) {
	t.Helper()
	f, err := os.Open(filepath.Join(cmp.Or(os.Getenv("MAILLE_SHARED"), "../../../shared"), "data/france/communes-2018-par-departement.tar.gz"))
	if err != nil {
		t.Skipf("no shared data: %v", err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`"code":"(\w{5})"`)
	for files := tar.NewReader(unpacked); ; {
		member, err := files.Next()
		if err == io.EOF {
			return codes
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(path.Base(member.Name), "communes-") {
			continue // cantons and arrondissements have codes too
		}
		text, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range code.FindAllSubmatch(text, -1) {
			codes = append(codes, string(found[1]))
		}
	}
}

// codesThatDied: the communes of 2018 that are no more all have their place today.
func (w *world) codesThatDied(t *testing.T) {
	codes := codesOf2018(t)
	got := one[string](t, w.conn, `
		select count(*) || ' codes, ' || count(*) filter (where c.code_insee is null) || ' died, ' || count(p.code_insee) filter (where c.code_insee is null) || ' have successors, '
			|| count(*) filter (where code like '91%') || ' of Essonne become ' || count(distinct p.code_insee) filter (where code like '91%')
		from unnest($1::text[]) code
		left join opendata.communes_cog c on c.code_insee = code
		left join opendata.communes_passages p on code_ancien = code and nature = 'commune' and principal and debut <= '2018-01-01' and coalesce(fin > '2018-01-01', true)`, codes)
	if want := "35357 codes, 493 died, 493 have successors, 196 of Essonne become 194"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}
