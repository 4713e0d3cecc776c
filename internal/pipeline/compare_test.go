package pipeline_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/parquet-go/parquet-go"

	"maille/internal/release"
)

// changesOf are the files of changes of a dataset in a release, by extension.
func (w *world) changesOf(t *testing.T, m *release.Manifest, name string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range m.Entry(name).Files {
		if f.Role == release.RoleChanges {
			files[strings.TrimPrefix(f.Name, name+".changes.")] = w.object(t, f.SHA256)
			if c := m.Entry(name).Change; f.Rows != c.Added+c.Removed+c.Changed || !f.Made.Equal(m.Published) {
				t.Errorf("%+v of %+v", f, c)
			}
		}
	}
	return files
}

// TestThreeRowsChange: a second ingest in which one row came, one went and one has another value.
func TestThreeRowsChange(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	for _, e := range first.Datasets {
		if e.Change != nil || slices.ContainsFunc(e.Files, func(f release.File) bool { return f.Role == release.RoleChanges }) {
			t.Errorf("the first release says that %s changed: %+v", e.Dataset, e.Change)
		}
	}
	w.put("lieux.csv", "id,code_insee,longitude,latitude,services,date_maj\n"+
		"a,91001,2.16,48.34,\"Aide|Accès\",2026-01-02\nb,91021,2.01,48.31,\"Aide\",\nd,91021,2.24,48.58,Accès,\ne,91001,2.1,48.3,,\n")
	w.run(t)
	second, published := w.publish(t)
	if !published {
		t.Fatal("nothing is published")
	}
	want := release.Change{Since: first.Release, Before: first.Entry("lieux").ID, Added: 1, Removed: 1, Changed: 1, Causes: []string{"source"}}
	if got := text(second.Entry("lieux").Change); got != text(&want) {
		t.Errorf("%s", got)
	}
	if got := text(second.Entry("bilan").Change.Causes); got != `["source"]` {
		t.Errorf("what is made of it changed because of %s", got)
	}
	files := w.changesOf(t, second, "lieux")
	lines := strings.Split(string(files["csv"]), "\r\n")
	slices.Sort(lines[1:])
	wantLines := []string{"nature,id,titre,code_insee,champ,avant,apres,cause", "", "ajout,e,,91001,,,,source",
		"modification,b,,91021,code_insee,91016,91021,source", "modification,b,,91021,services,,Aide,source", "retrait,c,,91016,,,,source"}
	if !slices.Equal(lines, wantLines) {
		t.Errorf("%q", lines)
	}
	var said struct {
		Dataset, Before, After  string
		Causes                  []string
		Rows                    []release.RowChange
		Added, Removed, Changed int
	}
	if err := json.Unmarshal(files["json"], &said); err != nil {
		t.Fatalf("%v: %s", err, files["json"])
	}
	if said.Dataset != "lieux" || said.Before != first.Entry("lieux").String() || said.After != second.Entry("lieux").String() || len(said.Rows) != 3 ||
		said.Added != 1 || said.Removed != 1 || said.Changed != 1 || said.Rows[2].ID != "c" {
		t.Errorf("%+v", said)
	}
	if rows := parquetLines(t, files["parquet"]); !slices.Equal(rows, wantLines[2:]) {
		t.Errorf("%q", rows)
	}
	for _, name := range []string{"codes", "notes"} {
		if text(second.Entry(name).Files) != text(first.Entry(name).Files) || second.Entry(name).Change != nil {
			t.Errorf("%s changed: %+v", name, second.Entry(name))
		}
	}
	got := one[string](t, w.conn, `select string_agg(concat_ws(' ', dataset, commune, added, removed, changed, jsonb_array_length(rows)), ', ' order by dataset, commune)
		from maille.commune_change where release = $1`, second.Release)
	if got != "lieux 91001 1 0 0 1, lieux 91016 0 1 1 2, lieux 91021 0 0 1 1" {
		t.Errorf("communes: %s", got)
	}
	w.tidy(t)

	if m, published := w.publish(t); published {
		t.Errorf("%s for nothing", m.Release)
	}
	w.put("notes.json", strings.Replace(notesJSON, "Un", "Deux", 1))
	w.run(t)
	third, _ := w.publish(t)
	if e := third.Entry("lieux"); e.Change != nil || len(w.changesOf(t, third, "lieux")) > 0 || text(e.Lasting()) != text(second.Entry("lieux").Lasting()) {
		t.Errorf("what did not change has changes: %+v", e)
	}
}

func text(value any) string {
	b, _ := json.Marshal(value)
	return string(b)
}

// parquetLines are the rows as the CSV has them, sorted.
func parquetLines(t *testing.T, content []byte) (lines []string) {
	t.Helper()
	type row struct {
		Nature    string `parquet:"nature,optional"`
		ID        string `parquet:"id,optional"`
		Titre     string `parquet:"titre,optional"`
		CodeInsee string `parquet:"code_insee,optional"`
		Champ     string `parquet:"champ,optional"`
		Avant     string `parquet:"avant,optional"`
		Apres     string `parquet:"apres,optional"`
		Cause     string `parquet:"cause,optional"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		lines = append(lines, strings.Join([]string{r.Nature, r.ID, r.Titre, r.CodeInsee, r.Champ, r.Avant, r.Apres, r.Cause}, ","))
	}
	slices.Sort(lines)
	return lines
}

// TestCauses: what is known of why a dataset changed.
func TestCauses(t *testing.T) {
	t.Parallel()
	w := settled(t)
	causes := func(name string) string {
		t.Helper()
		w.run(t)
		m, published := w.publish(t)
		if !published || m.Entry(name).Change == nil {
			t.Fatalf("%s: %v, %+v", name, published, m.Entry(name).Change)
		}
		return strings.Join(m.Entry(name).Change.Causes, " ")
	}
	w.put("codes.csv", codesCSV+"91027,Athis-Mons,36000\n")
	if got := causes("bilan"); got != "geography" {
		t.Errorf("a new commune: %s", got)
	}
	files := withSQL("select code_insee, 1 as lieux, 2 as part from codes")
	w.Registry = load(files)
	if got := causes("bilan"); got != "rule" {
		t.Errorf("other SQL: %s", got)
	}
	files.Schemas.(fstest.MapFS)["codes.json"] = fields("code_insee string", "nom string", "population string")
	w.Registry = load(files)
	w.Correction, w.Accept = "La population était fausse.", []string{"codes"}
	w.run(t)
	m, _ := w.publish(t)
	c := m.Entry("codes").Change
	if strings.Join(c.Causes, " ") != "rule correction" || strings.Join(c.Columns, " ") != "population" || c.Changed != 0 || m.Correction != w.Correction {
		t.Errorf("another type of the same texts: %+v", c)
	}
}

// TestANewDataset: it has counts and no rows, and nothing to be compared with.
func TestANewDataset(t *testing.T) {
	t.Parallel()
	w := settled(t)
	files := smallFiles()
	files.Datasets.(fstest.MapFS)["listes.json"] = descriptor("listes", `"resources": [{"path": "listes.csv", "format": "csv"}]`, `"key": ["id"]`)
	files.Schemas.(fstest.MapFS)["listes.json"] = fields("id string")
	w.Registry = load(files)
	w.put("listes.csv", "id\n1\n2\n")
	w.run(t)
	m, _ := w.publish(t)
	if got := text(m.Entry("listes").Change); got != `{"since":"2026-11-22.1","added":2,"removed":0,"changed":0}` || len(w.changesOf(t, m, "listes")) > 0 {
		t.Errorf("%s", got)
	}
}

// TestComparisonsOfReleases: which came first, and what a comparison says of erasures and programs.
func TestComparisonsOfReleases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{{"2026-11-22.1", "2026-11-22.2", true}, {"2026-11-22.2", "2026-11-22.10", true}, {"2026-11-22.10", "2026-11-23.1", true}, {"2026-11-22.1", "2026-11-22.1", false}, {"2026-11-23.1", "2026-11-22.9", false}} {
		if release.Earlier(c.a, c.b) != c.want {
			t.Errorf("%s before %s", c.a, c.b)
		}
	}
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	entry := release.Entry{Version: release.Version{Dataset: "lieux"}, Load: 1}
	before := &release.Manifest{Published: at(0), Datasets: []release.Entry{entry}, Erased: []release.Tombstone{{Dataset: "lieux", At: at(1)}}}
	after := &release.Manifest{Published: at(2), Datasets: []release.Entry{entry}}
	asked := release.Comparison{Before: before, After: after, Geography: func(string) bool { return false }, Recoded: func(int64, int64) bool { return true }}
	if got := asked.Causes("lieux"); text(got) != `["erasure"]` {
		t.Errorf("%v", got)
	}
	before.Erased[0].At = at(3)
	if got := asked.Causes("lieux"); text(got) != `["program"]` {
		t.Errorf("%v", got)
	}
}
