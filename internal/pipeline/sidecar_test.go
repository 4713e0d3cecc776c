package pipeline_test

import (
	"testing"
	"time"

	"maille/internal/quality"
	"maille/internal/release"
)

// TestSidecarsAreRenewed: a report says that a source went stale, and of what is made of it, and that it came back; no
// other file changes for that, nor a report for a day that passed.
func TestSidecarsAreRenewed(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := sometimes(t, notesJSON)
	w.places["notes"] = s.URL + "/notes.json"
	w.Code = "two" // so that it is loaded from its new place
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "unchanged"})
	w.publish(t)
	before := w.whole(t)
	if r := w.report(t, before, "notes"); r.Rows != before.Entry("notes").Rows || len(r.Columns) == 0 || r.Columns[0].Filled != r.Rows || !r.Sources[0].StaleSince.IsZero() {
		t.Errorf("%+v", r)
	}
	s.fail(status(404))
	w.at(noon.Add(48 * time.Hour))
	w.run(t, "notes")
	m, published := w.publish(t)
	if !published {
		t.Fatal("a stale source makes a release")
	}
	if r := w.report(t, m, "notes"); r.Sources[0].StaleSince.IsZero() || r.Rows != before.Entry("notes").Rows {
		t.Errorf("%+v", r.Sources)
	}
	for i := range m.Datasets {
		e, old := &m.Datasets[i], before.Entry(m.Datasets[i].Dataset)
		stale := false
		for _, source := range w.report(t, m, e.Dataset).Sources {
			stale = stale || !source.StaleSince.IsZero()
		}
		for _, f := range e.Files {
			_, was := before.File(f.Name)
			if changed := was == nil || was.SHA256 != f.SHA256; changed != (stale && f.Role == release.RoleQuality) {
				t.Errorf("%s of %s, stale %v: changed %v", f.Name, old, stale, changed)
			}
		}
	}
	s.recover()
	w.at(noon.Add(72 * time.Hour))
	w.run(t, "notes")
	m, _ = w.publish(t)
	if r := w.report(t, m, "notes"); !r.Sources[0].StaleSince.IsZero() {
		t.Errorf("%+v", r.Sources)
	}
}

func (w *world) report(t *testing.T, m *release.Manifest, dataset string) *quality.Report {
	t.Helper()
	_, f := m.File(quality.Name(dataset))
	if f == nil {
		t.Fatalf("%s has no report", dataset)
	}
	r, err := quality.Read(w.object(t, f.SHA256))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
