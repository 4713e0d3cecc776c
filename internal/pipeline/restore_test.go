package pipeline_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
)

// lose drops the tables of all that a release has, as a prune would, whatever needs them.
func (w *world) lose(t *testing.T, m *release.Manifest) {
	t.Helper()
	for _, e := range m.Datasets {
		for _, table := range []string{e.Version.String(), e.Version.String() + "~g"} {
			if _, err := w.conn.Exec(t.Context(), "drop table if exists data."+pgx.Identifier{table}.Sanitize()+" cascade"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := w.conn.Exec(t.Context(), "update maille.version set pruned_at = now()"); err != nil {
		t.Fatal(err)
	}
}

// restored loses a release and takes it back from files of one format, and says which versions came back.
func (w *world) restored(t *testing.T, m *release.Manifest) {
	t.Helper()
	w.lose(t, m)
	back, err := w.Restore(t.Context(), m.Release)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(m.Datasets) {
		t.Errorf("%d of %d versions came back", len(back), len(m.Datasets))
	}
	again, err := w.Restore(t.Context(), m.Release)
	if err != nil || len(again) != 0 {
		t.Errorf("what stands is restored: %v %v", again, err)
	}
	w.tidy(t)
}

// fromFiles restores every version of the sample from Parquet, to the bit, and from GeoJSON those whose shapes PostGIS did not
// make: it rounds them otherwise than text does, in the last bit.
func (w *world) fromFiles(t *testing.T, m *release.Manifest) {
	parquet := map[string]release.File{}
	for i := range m.Datasets {
		parquet[m.Datasets[i].Dataset] = w.dumped(t, &m.Datasets[i], dump.GeoParquet)
	}
	for _, f := range []*dump.Format{dump.GeoJSON, dump.GeoParquet} {
		t.Run(f.Extension, func(t *testing.T) {
			for i := range m.Datasets {
				e := &m.Datasets[i]
				e.Files = slices.DeleteFunc(slices.Clone(e.Files), func(f release.File) bool { return strings.HasSuffix(f.Name, ".parquet") })
				if d := w.Registry.Get(e.Dataset); f == dump.GeoParquet || d.IsDerived() && d.Publication.Geometry != nil {
					e.Files = append(e.Files, parquet[e.Dataset])
				}
			}
			if _, err := w.conn.Exec(t.Context(), "update maille.release set manifest = $2 where id = $1", m.Release, m.Text()); err != nil {
				t.Fatal(err)
			}
			w.restored(t, m)
		})
	}
}

func (w *world) dumped(t *testing.T, e *release.Entry, f *dump.Format) release.File {
	t.Helper()
	d, err := w.DB.Described(t.Context(), e.Load)
	if err != nil {
		t.Fatal(err)
	}
	content := &dump.Content{Dataset: d, Geometries: true, Rows: e.Rows, Extent: e.Extent, Folder: t.TempDir(),
		Features: w.DB.Features(t.Context(), e.Version, d, dataset.Query{Geometry: f.Encoding})}
	o, err := w.Blobs.Put(context.Background(), func(out io.Writer) error { _, err := f.Write(out, content); return err })
	if err != nil {
		t.Fatal(err)
	}
	return release.File{Name: f.Name(d), Bytes: o.Bytes, SHA256: o.SHA256}
}

// TestRestoreGoesOnPastOne: a version whose file is lost does not keep the others away, and is named; the manifest that is
// restored is the one that stands once nobody rewrites it.
func TestRestoreGoesOnPastOne(t *testing.T) {
	t.Parallel()
	w := settled(t)
	m := w.whole(t)
	w.lose(t, m)
	codes, notes := m.Entry("codes"), m.Entry("notes")
	for _, e := range []*release.Entry{codes, notes} {
		for _, f := range e.Files {
			if err := w.Blobs.Delete(t.Context(), f.SHA256); err != nil {
				t.Fatal(err)
			}
		}
	}
	back, err := w.Restore(t.Context(), m.Release)
	if len(back) != 2 || back[0].Dataset != "lieux" || back[1].Dataset != "bilan" {
		t.Errorf("%v came back", back)
	}
	said := fault.Message(err)
	if fault.KindOf(err) != fault.Unavailable || !strings.HasPrefix(said, "2 versions are not restored: "+codes.String()+": the file ") || !strings.Contains(said, "; "+notes.String()+": the file ") {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"bilan", "lieux"} {
		if e := m.Entry(name); one[int](t, w.conn, `select count(*) from data."`+e.String()+`"`) != int(e.Rows) {
			t.Errorf("%s is not whole", e)
		}
	}
}

// TestWhatSQLDerivesIsRestored: from lists that a left join makes, with nulls and empty items.
func TestWhatSQLDerivesIsRestored(t *testing.T) {
	t.Parallel()
	for _, format := range []*dump.Format{dump.GeoParquet, dump.CSV} {
		files := smallFiles()
		files.Datasets.(fstest.MapFS)["bilan.sql"] = &fstest.MapFile{Data: []byte(`select c.code_insee, array_agg(l.id order by l.id) || array['', null] as lieux, case when c.code_insee = '91001' then date '9999-12-31' end as jour
			from codes c left join lieux l using (code_insee) group by c.code_insee`)}
		files.Schemas.(fstest.MapFS)["bilan.json"] = fields("code_insee string", "lieux list", "jour date")
		w := build(t, load(files))
		w.Formats = func(*dataset.Dataset) []*dump.Format { return []*dump.Format{format} }
		w.put("codes.csv", codesCSV+"91027,Athis-Mons,36000\n")
		w.put("lieux.csv", lieuxCSV)
		w.put("notes.json", notesJSON)
		w.run(t)
		m, _ := w.publish(t)
		for i := range m.Datasets { // lieux has points, which CSV does not give back
			if e := &m.Datasets[i]; e.Dataset == "lieux" && format == dump.CSV {
				m.Datasets = slices.Delete(m.Datasets, i, i+1)
				break
			}
		}
		if _, err := w.conn.Exec(t.Context(), "update maille.release set manifest = $2 where id = $1", m.Release, m.Text()); err != nil {
			t.Fatal(err)
		}
		w.restored(t, m)
	}
}
