package pipeline_test

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/pipeline"
	"maille/internal/release"
)

func (w *world) erase(t *testing.T) pipeline.Found {
	t.Helper()
	found, err := w.Erase(t.Context(), person, "à la demande de la personne", true)
	if err != nil || !found.Done {
		t.Fatalf("%+v, %v", found, err)
	}
	return found
}

// pieced is a world whose notes are of other resources, of which a bilan may be made.
func pieced(t *testing.T, change func(descriptors, schemas fstest.MapFS)) *world {
	t.Helper()
	files := smallFiles()
	change(files.Datasets.(fstest.MapFS), files.Schemas.(fstest.MapFS))
	w := build(t, load(files))
	w.put("codes.csv", codesCSV)
	w.put("lieux.csv", lieuxCSV)
	w.put("notes.json", notesJSON)
	return w
}

func TestEraseLookingDropsNothing(t *testing.T) {
	t.Parallel()
	w, _ := exposed(t)
	draft, err := w.another(t, small()).DB.Rebuild(t.Context(), w.Registry.Get("lieux"), nil, "x", noon)
	if err != nil {
		t.Fatal(err)
	}
	_, v, err := w.DB.LastLoad(t.Context(), "lieux")
	if err != nil {
		t.Fatal(err)
	}
	if err := draft.Without(t.Context(), *v, person); err != nil {
		t.Fatal(err)
	}
	made, err := draft.Seal(t.Context(), nil, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Erase(t.Context(), "rien de tel", "", false); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(w.tables(t), made.String()) {
		t.Error("a look drops what an erasure under way has made")
	}
	w.erase(t)
	w.forgotten(t)
}

// TestEraseAwayPublisher has a dataset keep the rows of a resource whose file went, until its publisher is back.
func TestEraseAwayPublisher(t *testing.T) {
	t.Parallel()
	w := pieced(t, func(descriptors, _ fstest.MapFS) {
		descriptors["notes.json"] = descriptor("notes", `"resources": [{"path": "a.csv", "format": "csv"}, {"path": "b.csv", "format": "csv"}]`, `"key": ["id"]`)
	})
	w.put("a.csv", "id,texte\n1,Jeanne Exemple\n2,x\n3,y\n")
	w.put("b.csv", "id,texte\n4,z\n5,t\n")
	w.run(t)
	w.publish(t)
	w.erase(t)
	away := w.files["a.csv"]
	delete(w.files, "a.csv")
	w.put("b.csv", "id,texte\n4,z\n5,t\n6,u\n")
	if got := w.run(t, "notes"); !strings.HasPrefix(got["notes"], "current") {
		t.Errorf("%v", got)
	}
	m, _ := w.publish(t)
	if e := m.Entry("notes"); e.Rows != 5 || len(e.Stale) != 1 || e.Stale[0].Resource != 0 {
		t.Errorf("%d rows, stale: %+v", e.Rows, e.Stale)
	}
	w.files["a.csv"] = away
	if got := w.run(t, "notes"); got["notes"] != "sealed" {
		t.Errorf("%v", got)
	}
	if m, _ = w.publish(t); m.Entry("notes").Rows != 6 || len(m.Entry("notes").Stale) != 0 {
		t.Errorf("%+v", m.Entry("notes"))
	}
	w.forgotten(t)
}

// TestErasedSentencesDoNotComeBack has the same row come again with an error, of which an issue would tell.
func TestErasedSentencesDoNotComeBack(t *testing.T) {
	t.Parallel()
	w, _ := exposed(t)
	w.erase(t)
	w.put("lieux.csv", strings.Replace(string(w.files["lieux.csv"].Data), "jeanne exemple,91021,2.24,48.58,Accès,", "jeanne exemple,91021,2.24,48.58,Accès,hier", 1)+"z,91021,2.24,48.58,Accès,\n")
	w.run(t)
	m, published := w.publish(t)
	if !published || m.Entry("lieux").Issues["type"] != 1 {
		t.Errorf("%v", m.Entry("lieux").Issues)
	}
	w.forgotten(t)
	w.put("lieux.csv", "id,code_insee,longitude,latitude,services,date_maj\na,91001,2.16,48.34,Aide,Jeanne Exemple\nb,91016,2.01,48.31,,Jeanne Exemple\n")
	w.run(t, "lieux")
	w.publish(t)
	if says := w.saying(t); len(says) > 0 {
		t.Errorf("%v", says)
	}
}

// TestEraseReasons takes a person out of sentences alone: why a file was refused, in the manifest too, and why a job failed.
func TestEraseReasons(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put("lieux.csv", "id,code_insee,longitude,latitude,services,date_maj\na,91001,2.16,48.34,Aide,Jeanne Exemple\nb,91016,2.01,48.31,,Jeanne Exemple\n")
	w.run(t)
	w.publish(t)
	for _, sql := range []string{"create table river.river_job (errors jsonb[])", `insert into river.river_job values (array['{"attempt": 1, "error": "autre"}', '{"attempt": 2, "error": "la clé Jeanne Exemple", "trace": "x"}']::jsonb[])`} {
		if _, err := w.conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Contains(w.saying(t), "maille.release") || !slices.Contains(w.saying(t), "river.river_job") {
		t.Fatalf("%v", w.saying(t))
	}
	w.erase(t)
	w.forgotten(t)
	if got := one[string](t, w.conn, "select errors[1] ->> 'error' || cardinality(errors) from river.river_job"); got != "autre2" {
		t.Error(got)
	}
}

// TestEraseSharedReport has a report of a load that another release has too.
func TestEraseSharedReport(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put("lieux.csv", lieuxCSV+"jeanne exemple,91021,2.24,48.58,Accès,hier\n")
	w.run(t)
	first, _ := w.publish(t)
	w.put("lieux.csv", lieuxCSV+"autre,91021,2.24,48.58,Accès,demain\n")
	w.put("notes.json", `[{"id": "1", "texte": "Un"}, {"id": "3", "texte": null}]`)
	w.run(t)
	second, _ := w.publish(t)
	if report(first) == report(second) || !strings.Contains(string(w.object(t, report(second))), "autre") {
		t.Error("a report is of another load")
	}
	w.erase(t)
	w.forgotten(t)
	for _, name := range []string{first.Release, second.Release} {
		m, err := w.DB.Release(t.Context(), name)
		if err != nil || m == nil || report(m) == "" || !w.keeps(report(m)) {
			t.Errorf("%q has no quality report: %v", name, err)
		}
	}
}

// report is the quality report of lieux.
func report(m *release.Manifest) string {
	for _, f := range m.Entry("lieux").Files {
		if f.Role == release.RoleQuality {
			return f.SHA256
		}
	}
	return ""
}

// TestEraseDerived has SQL put a text together that is in no source.
func TestEraseDerived(t *testing.T) {
	t.Parallel()
	w := pieced(t, func(descriptors, schemas fstest.MapFS) {
		descriptors["bilan.json"] = descriptor("bilan", `"derived": {"from": ["codes", "lieux"]}`, `"key": ["code_insee"]`)
		descriptors["bilan.sql"] = &fstest.MapFile{Data: []byte("select c.code_insee, (select min(l.id || ' ' || array_to_string(l.services, '')) from lieux l where l.code_insee = c.code_insee) as contact from codes c")}
		schemas["bilan.json"] = fields("code_insee string", "contact string")
	})
	w.put("lieux.csv", strings.Replace(lieuxCSV, "a,91001,2.16,48.34,Aide|Accès", "Jeanne,91001,2.16,48.34,Exemple", 1))
	w.run(t)
	w.publish(t)
	found := w.erase(t)
	if m := w.whole(t); m.Entry("bilan").Change.Changed != 1 || found.Finds[0].Rows != 1 {
		t.Errorf("%+v", m.Entry("bilan").Change)
	}
	w.forgotten(t)
	w.put("lieux.csv", string(w.files["lieux.csv"].Data)+"e,91021,2.25,48.58,Aide,\n")
	w.run(t)
	if m, _ := w.publish(t); m.Entry("bilan").Issues["erased"] != 1 {
		t.Errorf("%v", m.Entry("bilan").Issues)
	}
	w.forgotten(t)
}

// TestErasePieces deletes a publisher's file that says the text in two columns.
func TestErasePieces(t *testing.T) {
	t.Parallel()
	w := pieced(t, func(descriptors, _ fstest.MapFS) {
		descriptors["notes.json"] = descriptor("notes", `"resources": [{"path": "notes.csv", "format": "csv", "map": {"texte": {"template": "{prenom} {nom}"}}}]`, `"key": ["id"]`)
	})
	w.put("notes.csv", "id,prenom,nom\n1,Jeanne,Exemple\n2,Paul,Autre\n")
	w.run(t)
	m, _ := w.publish(t)
	if found := w.erase(t); found.Files != 1 || w.keeps(m.Entry("notes").Artefacts[0].SHA256) {
		t.Errorf("%+v", found)
	}
	w.run(t)
	w.publish(t)
	if w.keeps(m.Entry("notes").Artefacts[0].SHA256) {
		t.Error("it comes back")
	}
}

// TestEraseLeavings deletes what programs left that were killed: objects that nothing names, and drafts.
func TestEraseLeavings(t *testing.T) {
	t.Parallel()
	w, _ := exposed(t)
	orphan, err := w.Blobs.Put(t.Context(), func(out io.Writer) error { _, err := io.WriteString(out, "id,nom\n1,Jeanne Exemple\n"); return err })
	if err != nil {
		t.Fatal(err)
	}
	other := w.another(t, small())
	draft, err := other.DB.Begin(t.Context(), w.Registry.Get("notes"), "x", noon)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = draft.Abandon(t.Context(), release.Failed, "", nil, noon) }() // gives the broken connection back
	id := one[string](t, w.conn, "select max(id)::text from maille.load")
	for _, sql := range []string{`insert into draft."notes~` + id + `" (_resource, _line, id, texte) values (0, 1, 'x', 'Jeanne Exemple')`,
		"select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid() and database = (select oid from pg_database where datname = current_database())"} {
		if _, err := w.conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	w.erase(t)
	w.forgotten(t)
	if w.keeps(orphan.SHA256) {
		t.Error("an orphan stays")
	}
}

// TestEraseUnrestorable takes a person out although versions that were pruned cannot be had again, and restores none that does
// not say it.
func TestEraseUnrestorable(t *testing.T) {
	t.Parallel()
	w, first := exposed(t)
	w.put("codes.csv", strings.Replace(codesCSV, ",4000", ",5000", 1))
	w.put("lieux.csv", strings.Replace(lieuxCSV, "b,91016", "b1,91016", 1))
	w.put("notes.json", notesJSON)
	w.run(t)
	w.publish(t)
	if _, err := w.Prune(t.Context(), pipeline.Keep{}, true); err != nil {
		t.Fatal(err)
	}
	tables := w.tables(t)
	for _, f := range first.Entry("lieux").Files {
		if strings.HasSuffix(f.Name, ".parquet") || strings.HasSuffix(f.Name, ".geojson") {
			os.Remove(w.blobs + "/" + f.SHA256[:2] + "/" + f.SHA256)
		}
	}
	found := w.erase(t)
	if len(found.Lost) != 1 || found.Lost[0].String() != first.Entry("lieux").String() {
		t.Errorf("%+v", found.Lost)
	}
	w.forgotten(t)
	if got := w.tables(t); !slices.Equal(got, tables) {
		t.Errorf("%v, were %v", got, tables)
	}
	m, err := w.DB.Release(t.Context(), first.Release)
	if err != nil {
		t.Fatal(err)
	}
	if _, f := m.File("lieux.csv"); f != nil {
		t.Error("lieux.csv says it still")
	}
	if _, f := m.File("codes.2.csv"); f == nil {
		t.Error("the others have no successor")
	}
}
