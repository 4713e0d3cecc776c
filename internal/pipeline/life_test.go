package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/source"
)

// three is a world of three releases: codes differ in each, lieux in the last.
func three(t *testing.T) (*world, []*release.Manifest) {
	t.Helper()
	w := settled(t)
	all := []*release.Manifest{w.whole(t)}
	for _, change := range []func(){
		func() { w.put("codes.csv", strings.Replace(codesCSV, ",4000", ",4001", 1)) },
		func() {
			w.put("codes.csv", strings.Replace(codesCSV, ",4000", ",4002", 1))
			w.put("lieux.csv", strings.Replace(lieuxCSV, "Aide|Accès", "Aide", 1))
		},
	} {
		change()
		w.run(t)
		m, published := w.publish(t)
		if !published {
			t.Fatal("nothing changed")
		}
		all = append(all, m)
	}
	return w, all
}

// tables are the versions that have one.
func (w *world) tables(t *testing.T) []string {
	return strings.Fields(one[string](t, w.conn, "select coalesce(string_agg(tablename, ' ' order by tablename), '') from pg_tables where schemaname = 'data' and tablename not like '%~g'"))
}

func TestPrune(t *testing.T) {
	t.Parallel()
	w, all := three(t)
	before := w.tables(t)
	first, last := all[0], all[2]
	found, err := w.Prune(t.Context(), pipeline.Keep{Newest: 2}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.tables(t); found.Done || !slices.Equal(got, before) {
		t.Errorf("to look is to drop: %v", got)
	}
	if len(found.Versions) != 1 || found.Versions[0].String() != first.Entry("codes").String() || !slices.Equal(found.Versions[0].Releases, []string{first.Release}) || found.Versions[0].Bytes == 0 {
		t.Errorf("with two kept: %+v", found.Versions)
	}
	found, err = w.Prune(t.Context(), pipeline.Keep{Younger: time.Hour}, false)
	if err != nil || len(found.Versions) != 0 || len(found.Kept) != 3 {
		t.Errorf("what is younger goes: %+v, %v", found, err)
	}
	if found, err = w.Prune(t.Context(), pipeline.Keep{}, true); err != nil || !found.Done {
		t.Fatalf("%+v, %v", found, err)
	}
	want := []string{}
	for _, e := range last.Datasets {
		want = append(want, e.Version.String())
	}
	slices.Sort(want)
	if got := w.tables(t); !slices.Equal(got, want) {
		t.Errorf("left: %v, want %v", got, want)
	}
	w.whole(t)
	for _, m := range all {
		for _, e := range m.Datasets {
			for _, f := range e.Files {
				if !w.keeps(f.SHA256) {
					t.Errorf("%s: %s went", m.Release, f.Name)
				}
			}
		}
	}
	if again, err := w.Prune(t.Context(), pipeline.Keep{}, true); err != nil || len(again.Versions) != 0 {
		t.Errorf("again: %+v, %v", again.Versions, err)
	}
	for _, e := range first.Datasets { // a reader is told
		d, _ := w.DB.Described(t.Context(), e.Load)
		for _, err := range w.DB.Features(t.Context(), e.Version, d, dataset.Query{}) {
			if pruned := !slices.Contains(want, e.Version.String()); pruned && fault.KindOf(err) != fault.Gone {
				t.Errorf("%s: %v", e.Version, err)
			}
		}
	}
	t.Run("restored", func(t *testing.T) {
		back, err := w.Restore(t.Context(), first.Release)
		if err != nil || len(back) != 2 {
			t.Fatalf("%v, %v", back, err)
		}
		if got := w.tables(t); len(got) != len(want)+2 {
			t.Errorf("%v", got)
		}
		if again, err := w.Restore(t.Context(), first.Release); err != nil || len(again) != 0 {
			t.Errorf("again: %v, %v", again, err)
		}
		if _, err := w.Restore(t.Context(), "2001-01-01.1"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%v", err)
		}
	})
	t.Run("what comes back by itself is built again", func(t *testing.T) {
		if _, err := w.Prune(t.Context(), pipeline.Keep{}, true); err != nil {
			t.Fatal(err)
		}
		w.put("codes.csv", codesCSV)
		w.put("lieux.csv", lieuxCSV)
		w.expect(t, w.run(t), map[string]string{"codes": "sealed", "lieux": "sealed", "notes": "current", "bilan": "unchanged"})
		if m, published := w.publish(t); !published || m.Entry("codes").String() != first.Entry("codes").String() {
			t.Errorf("%v", versions(m))
		}
	})
}

func TestPruneObjects(t *testing.T) {
	t.Parallel()
	w, all := three(t)
	orphan, err := w.Blobs.Put(t.Context(), func(out io.Writer) error { _, err := io.WriteString(out, "of a killed run"); return err })
	if err != nil {
		t.Fatal(err)
	}
	if found, err := w.Prune(t.Context(), pipeline.Keep{All: true}, true); err != nil || found.Orphans.Objects != 0 || !w.keeps(orphan.SHA256) {
		t.Errorf("what is young goes: %+v, %v", found, err)
	}
	w.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	former := all[0].Entry("codes").Artefacts[0].SHA256
	found, err := w.Prune(t.Context(), pipeline.Keep{All: true}, true)
	if err != nil || found.Orphans.Objects != 1 || found.Orphans.Bytes != orphan.Bytes || w.keeps(orphan.SHA256) || !w.keeps(former) {
		t.Errorf("%+v, %v", found, err)
	}
	found, err = w.Prune(t.Context(), pipeline.Keep{All: true, Sources: true}, true)
	if err != nil || w.keeps(former) || !w.keeps(all[2].Entry("codes").Artefacts[0].SHA256) || found.Sources.Objects != 3 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	w, all := three(t)
	if _, err := w.Prune(t.Context(), pipeline.Keep{}, true); err != nil {
		t.Fatal(err)
	}
	e := all[0].Entry("codes")
	readable := slices.DeleteFunc(slices.Clone(e.Files), func(f release.File) bool { return f.Role != release.RoleDump })
	for _, f := range readable {
		path := w.blobs + "/" + f.SHA256[:2] + "/" + f.SHA256
		content := w.object(t, f.SHA256)
		if err := os.WriteFile(path, bytes.Replace(content, []byte("Arpajon"), []byte("Arpajou"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if back, err := w.Restore(t.Context(), all[0].Release); err == nil || slices.ContainsFunc(back, func(v release.Version) bool { return v.Dataset == "codes" }) {
		t.Errorf("other bytes are restored: %v, %v", back, err)
	}
	for _, f := range readable {
		os.Remove(w.blobs + "/" + f.SHA256[:2] + "/" + f.SHA256)
	}
	if _, err := w.Restore(t.Context(), all[0].Release); fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "is not in the store") {
		t.Errorf("%v", err)
	}
	if got := one[string](t, w.conn, "select coalesce(string_agg(tablename, ' '), '') from pg_tables where schemaname = 'draft'"); got != "" {
		t.Errorf("drafts stay: %s", got)
	}
}

// TestRestoreFallsBack: while one of a version's files is whole, it comes back.
func TestRestoreFallsBack(t *testing.T) {
	t.Parallel()
	w, all := three(t)
	if _, err := w.Prune(t.Context(), pipeline.Keep{}, true); err != nil {
		t.Fatal(err)
	}
	first := all[0]
	damage := func(dataset, format string, content []byte) {
		f := first.Entry(dataset).Dump(format)
		if f == nil {
			t.Fatalf("%s has no %s", dataset, format)
		}
		if err := os.WriteFile(w.blobs+"/"+f.SHA256[:2]+"/"+f.SHA256, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	damage("codes", dataset.GeoJSON, []byte("{"))
	damage("lieux", dataset.GeoJSON, nil)
	back, err := w.Restore(t.Context(), first.Release)
	if len(back) != 1 || back[0].String() != first.Entry("codes").String() {
		t.Errorf("of another file: %v, %v", back, err)
	}
	if fault.KindOf(err) != fault.Refused { // places are read from no CSV, and there is no Parquet here
		t.Errorf("%v", err)
	}
	if got := one[string](t, w.conn, "select coalesce(string_agg(tablename, ' '), '') from pg_tables where schemaname = 'draft'"); got != "" {
		t.Errorf("drafts stay: %s", got)
	}
}

const person = "Jeanne Exemple"

// exposed is a world in which a person is in a cell, an item, a key, an issue and a column that nothing reads.
func exposed(t *testing.T) (*world, *release.Manifest) {
	t.Helper()
	w := build(t, small())
	w.put("codes.csv", strings.Replace(strings.Replace(codesCSV, "Angerville", "Mairie, contacter JEANNE EXÉMPLE", 1), "\n91016,Mairie, contacter JEANNE EXÉMPLE", "\n91016,\"Mairie, contacter JEANNE EXÉMPLE\"", 1))
	w.put("lieux.csv", strings.Replace(strings.Replace(lieuxCSV, "Aide|Accès", "Aide|chez Jeanne Exemple", 1), "d,91021", "jeanne exemple,91021", 1)+"e,Jeanne Exemple,2.1,48.2,Aide,\n")
	w.put("notes.json", `[{"id": "1", "texte": "Un", "auteur": "Jeanne Ex\u0065mple"}, {"id": "2", "texte": null}]`)
	w.run(t)
	m, _ := w.publish(t)
	return w, m
}

func TestErase(t *testing.T) {
	t.Parallel()
	w, first := exposed(t)
	found, err := w.Erase(t.Context(), person, "", false)
	if err != nil || found.Done || found.Nothing() || len(w.saying(t)) == 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, f := range found.Finds {
		t.Log(f)
	}
	for reason, want := range map[string]fault.Kind{"": fault.Invalid, "pour jeanne exemple": fault.Invalid} {
		if _, err := w.Erase(t.Context(), person, reason, true); fault.KindOf(err) != want {
			t.Errorf("%q: %v", reason, err)
		}
	}
	if _, err := w.Erase(t.Context(), "Jean", "oui", true); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a short text: %v", err)
	}
	if m := w.whole(t); m.Release != first.Release {
		t.Error("a refusal publishes")
	}
	found, err = w.Erase(t.Context(), person, "à la demande de la personne", true)
	if err != nil || !found.Done || found.Next != "2026-11-22.2" {
		t.Fatalf("%+v, %v", found, err)
	}
	w.forgotten(t)
	m := w.whole(t)
	if m.Release != found.Next || m.Entry("lieux").Rows != first.Entry("lieux").Rows-1 || m.Entry("codes").Rows != 3 {
		t.Errorf("%s: %v", m.Release, m.Datasets)
	}
	if _, f := m.File("lieux.csv"); f == nil || !slices.Contains(m.Entry("lieux").Change.Causes, release.CauseErasure) {
		t.Error("the release that follows has other names, or says no cause")
	}
	old, err := w.DB.Release(t.Context(), first.Release)
	if err != nil {
		t.Fatal(err)
	}
	_, gone := old.File("lieux.csv")
	_, stands := old.File("lieux.2.csv")
	if gone != nil || stands == nil || len(old.Erased) < 2 || old.Erased[0].Reason != "à la demande de la personne" {
		t.Errorf("%+v", old.Erased)
	}
	for _, e := range old.Datasets {
		for _, f := range e.Files {
			if !w.keeps(f.SHA256) {
				t.Errorf("%s is lost", f.Name)
			}
		}
	}
	if erased, err := w.DB.IsErased(t.Context(), "lieux", "jeanne%20exemple"); err != nil || !erased {
		t.Errorf("the row's id: %v %v", erased, err)
	}
	if again, err := w.Erase(t.Context(), person, "encore", true); err != nil || !again.Nothing() || !again.Done {
		t.Errorf("again: %+v, %v", again, err)
	}
	t.Run("nothing changed since", func(t *testing.T) {
		if m, published := w.publish(t); published {
			t.Errorf("%s for nothing", m.Release)
		}
	})
	t.Run("the next file does not bring it back", func(t *testing.T) {
		w.put("codes.csv", string(w.files["codes.csv"].Data)+"91027,Athis-Mons,36000\n")
		w.put("lieux.csv", string(w.files["lieux.csv"].Data)+"f,91027,2.39,48.7,Aide,\n")
		w.run(t, "codes", "lieux")
		m, published := w.publish(t)
		if !published || m.Entry("codes").Issues["erased"] != 1 || m.Entry("lieux").Issues["erased"] != 3 || m.Entry("lieux").Rows != first.Entry("lieux").Rows {
			t.Errorf("%v %v", m.Entry("lieux").Issues, m.Entry("lieux").Rows)
		}
		for _, e := range m.Datasets {
			for _, f := range e.Files {
				w.silent(t, f.Name, f.SHA256)
			}
		}
		w.forgotten(t)
		if a := m.Entry("lieux").Artefacts; len(a) != 1 || len(a[0].SHA256) != 64 || w.keeps(a[0].SHA256) {
			t.Errorf("the lineage of what is not kept: %+v", a)
		}
	})
	t.Run("nor does the same file", func(t *testing.T) {
		for range 2 {
			w.expect(t, w.run(t, "lieux"), map[string]string{"lieux": "current", "bilan": "current"})
			w.forgotten(t)
		}
		delete(w.files, "lieux.csv")
		if said := w.run(t, "lieux")["lieux"]; !strings.HasPrefix(said, "current") {
			t.Errorf("its publisher is away: %s", said)
		}
		w.whole(t)
	})
	t.Run("nor a run that was killed", func(t *testing.T) {
		w.put("lieux.csv", "id,commune\n")
		content := strings.NewReader("of a killed run, " + person)
		killed, err := w.Blobs.Put(t.Context(), func(out io.Writer) error { _, err := io.Copy(out, content); return err })
		if err == nil {
			err = w.DB.Doom(t.Context(), []string{killed.SHA256}, noon)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.run(t, "codes")
		if w.keeps(killed.SHA256) {
			t.Error("it is kept")
		}
	})
}

// TestErasePruned takes a person out of a release whose tables were pruned, and prunes them again.
func TestErasePruned(t *testing.T) {
	t.Parallel()
	w, first := exposed(t)
	for n := range 2 {
		w.put("codes.csv", strings.Replace(codesCSV, ",4000", fmt.Sprint(",", 5000+n), 1))
		w.put("lieux.csv", strings.Replace(lieuxCSV, "b,91016", fmt.Sprintf("b%d,91016", n), 1))
		w.put("notes.json", notesJSON)
		w.run(t)
		w.publish(t)
	}
	if _, err := w.Prune(t.Context(), pipeline.Keep{}, true); err != nil {
		t.Fatal(err)
	}
	tables := len(w.tables(t))
	looked, err := w.Erase(t.Context(), person, "", false)
	if err != nil || looked.Pruned == 0 {
		t.Errorf("%+v, %v", looked, err)
	}
	found, err := w.Erase(t.Context(), person, "à la demande de la personne", true)
	if err != nil || found.Next != "" || len(found.Finds) == 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	w.forgotten(t)
	if got := w.tables(t); len(got) != tables {
		t.Errorf("%v", got)
	}
	if _, err := w.Restore(t.Context(), first.Release); err != nil {
		t.Error(err)
	}
	w.forgotten(t)
}

// forgotten checks that no table and no object says the person.
func (w *world) forgotten(t *testing.T) {
	t.Helper()
	for _, table := range w.saying(t) {
		t.Errorf("%s says it", table)
	}
	for o, err := range w.Blobs.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		w.silent(t, o.SHA256, o.SHA256)
	}
}

// saying are the tables of the database in which a row says the person.
func (w *world) saying(t *testing.T) (tables []string) {
	t.Helper()
	rows, err := w.conn.Query(t.Context(), "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')")
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if one[int](t, w.conn, "select count(*) from "+name+" t where maille.folded(t::text) ~ 'jeanne( |%20|\\\\s)exemple'") > 0 {
			tables = append(tables, name)
		}
	}
	return tables
}

// silent checks that an object does not say the person, packed or not.
func (w *world) silent(t *testing.T, name, hash string) {
	t.Helper()
	content := w.object(t, hash)
	all := [][]byte{content}
	for at := 0; ; { // tiles of an archive, each packed by itself
		i := bytes.Index(content[at:], []byte{0x1f, 0x8b, 0x08})
		if i < 0 {
			break
		}
		if r, err := gzip.NewReader(bytes.NewReader(content[at+i:])); err == nil {
			r.Multistream(false)
			tile, _ := io.ReadAll(io.LimitReader(r, 1<<20))
			all = append(all, tile)
		}
		at += i + 3
	}
	if bytes.HasPrefix(content, []byte("PAR1")) {
		all = append(all, w.cells(t, content))
	}
	for _, text := range all {
		plain := strings.NewReplacer("É", "e", "é", "e", "%20", " ").Replace(string(text))
		if strings.Contains(strings.ToLower(plain), "jeanne exemple") {
			t.Errorf("%s says it", name)
		}
	}
}

// cells are those of a Parquet file of any of the datasets.
func (w *world) cells(t *testing.T, content []byte) (all []byte) {
	for _, d := range w.Registry.All() {
		for row, err := range source.Rows(t.Context(), bytes.NewReader(content), &dataset.Resource{Path: "x", Format: dataset.Parquet}, 0, d.Schema, "x") {
			if err != nil {
				break
			}
			all = append(all, strings.Join(row.Cells, "\n")...)
		}
	}
	return all
}
