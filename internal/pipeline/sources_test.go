package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/source"
)

const day = 24 * time.Hour

// TestARefusedFileIsStale: that a file came does not make it good, and since when it is not is not forgotten.
func TestARefusedFileIsStale(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put("lieux.csv", strings.Replace(lieuxCSV, "id,", "ident,", 1))
	for _, days := range []time.Duration{1, 101} {
		w.at(noon.Add(days * day))
		outcomes, err := w.Ingest(t.Context(), "lieux")
		if err != nil || outcomes[0].Status != release.Refused {
			t.Fatalf("%+v, %v", outcomes, err)
		}
		m, _ := w.publish(t)
		if got := m.Entry("lieux").Stale; len(got) != 1 || got[0].Place != "lieux.csv" || !got[0].Since.Equal(noon) || got[0].Reason != outcomes[0].Reason {
			t.Errorf("after %d days: %+v", days, got)
		}
	}
	if n := one[int](t, w.conn, "select count(*) from maille.source_state where dataset = 'lieux' and failing_since = $1 and last_good = $2", noon.Add(day), noon); n != 1 {
		t.Error("the table does not know since when")
	}
	w.put("lieux.csv", lieuxCSV)
	w.expect(t, w.run(t, "lieux"), map[string]string{"lieux": "current", "bilan": "current"})
	if m, published := w.publish(t); !published || m.Entry("lieux").Stale != nil {
		t.Errorf("published %v: %+v", published, m.Entry("lieux").Stale)
	}
}

// TestAnOlderFileDoesNotReplaceANewer: a program that fetched notes and waits for something else is overtaken by another.
func TestAnOlderFileDoesNotReplaceANewer(t *testing.T) {
	t.Parallel()
	w := settled(t)
	notes := sometimes(t, `[{"id": "old"}]`)
	waits, goOn := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(waits)
		<-goOn
		io.WriteString(w, codesCSV)
	}))
	t.Cleanup(slow.Close)
	w.places["notes"], w.places["codes"] = notes.URL, slow.URL
	w.Fetcher.Stall = time.Minute
	w.Now = func() time.Time { return noon.Add(2 * time.Hour) }
	ended := make(chan []pipeline.Outcome)
	go func() {
		outcomes, err := w.Ingest(context.Background())
		if err != nil {
			t.Error(err)
		}
		ended <- outcomes
	}()
	<-waits
	for notes.asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond) // its answer is on its way
	other := w.another(t, small())
	other.Fetcher.Now = func() time.Time { return noon.Add(time.Hour) }
	notes.fail(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `[{"id": "new"}]`) })
	w.expect(t, statuses(t, other, "notes"), map[string]string{"notes": "sealed"})
	if _, published, err := other.Publish(t.Context()); err != nil || !published {
		t.Fatalf("%v, %v", published, err)
	}
	close(goOn)
	for _, o := range <-ended {
		if o.Dataset == "notes" && (o.Status != pipeline.Current || o.Rows != 1) {
			t.Errorf("%+v", o)
		}
	}
	w.publish(t)
	if got := one[string](t, w.conn, "select id from opendata.notes"); got != "new" {
		t.Errorf("the %s file is served", got)
	}
	if got := one[time.Time](t, w.conn, "select last_good from maille.source_state where dataset = 'notes'"); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("last good on %s", got)
	}
	w.tidy(t)
}

// TestOvertakenWhileItWaits: what another program loaded while this one waited for its turn is looked at again.
func TestOvertakenWhileItWaits(t *testing.T) {
	t.Parallel()
	w := settled(t)
	d := w.Registry.Get("notes")
	w.put("notes.json", `[{"id": "old"}]`)
	draft, err := w.DB.Begin(t.Context(), d, "other", noon)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan map[string]string)
	w.Now = func() time.Time { return noon.Add(2 * time.Hour) }
	go func() { ended <- statuses(t, w.Pipeline, "notes") }()
	for !one[bool](t, w.conn, "select exists (select from pg_locks where locktype = 'advisory' and not granted)") {
		time.Sleep(time.Millisecond)
	}
	if _, err := draft.Load(t.Context(), func(yield func(*dataset.Feature, error) bool) {
		yield(&dataset.Feature{Line: 1, Values: []schema.Value{schema.Text("new"), {}}}, nil)
	}); err != nil {
		t.Fatal(err)
	}
	draft.Record().Artefacts = []release.Artefact{{Place: "notes.json", Origin: source.Origin("notes.json"), RetrievedAt: noon.Add(time.Hour), SHA256: "ab"}}
	var report dataset.Report
	if _, err := draft.Seal(t.Context(), &report, w.Now); err != nil {
		t.Fatal(err)
	}
	w.expect(t, <-ended, map[string]string{"notes": "current"})
	w.publish(t)
	if got := one[string](t, w.conn, "select id from opendata.notes"); got != "new" {
		t.Errorf("the %s file is served", got)
	}
	w.tidy(t)
}

// TestAClockThatWasWrong: a file of a day that is yet to come does not keep all others out until then.
func TestAClockThatWasWrong(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	w.put("notes.json", notesJSON)
	w.at(noon.Add(1000 * day))
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed"})
	w.at(noon)
	w.put("notes.json", `[{"id": "3"}]`)
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed"})
}

// TestPlacesPassedOver: none is without a word, and one that is away for a while does not give way to a later choice.
func TestPlacesPassedOver(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := sometimes(t, notesJSON)
	w.put("other.json", `[{"id": "3"}]`)
	w.places["notes"] = s.URL + " other.json"
	w.Code = "two"
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "unchanged"})
	var log strings.Builder
	w.Log = logInto(&log)
	w.at(noon.Add(day))
	s.fail(status(503))
	outcomes, err := w.Ingest(t.Context(), "notes")
	if err != nil || outcomes[0].Status != pipeline.Current || outcomes[0].Rows != 2 || len(outcomes[0].Missing) != 1 || !outcomes[0].Missing[0].Stale.Equal(noon) {
		t.Errorf("%+v, %v", outcomes, err)
	}
	if m, _ := w.publish(t); len(m.Entry("notes").Stale) != 1 {
		t.Errorf("%+v", m.Entry("notes"))
	}
	s.fail(status(404))
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed"})
	if m, _ := w.publish(t); m.Entry("notes").Rows != 1 || m.Entry("notes").Stale != nil {
		t.Errorf("%+v", m.Entry("notes"))
	}
	const said = `level=WARN msg="passed over, the next place is asked" dataset=notes resource=0 place=`
	if strings.Count(log.String(), said+s.URL) != 2 || !strings.Contains(log.String(), `introuvable (404)"`) {
		t.Errorf("%s", log.String())
	}
	s.fail(status(503)) // what stands came from the later choice
	w.put("other.json", `[{"id": "4"}, {"id": "5"}, {"id": "6"}]`)
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed"})
}

// TestPassedOverInAMirror: that a mirror lacks a place is as its operator made it.
func TestPassedOverInAMirror(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	index, err := json.Marshal(map[string]string{"https://b.example/notes.json": "notes.json"})
	if err := errors.Join(err, os.WriteFile(filepath.Join(dir, "index.json"), index, 0o600), os.WriteFile(filepath.Join(dir, "notes.json"), []byte(notesJSON), 0o600)); err != nil {
		t.Fatal(err)
	}
	m, err := source.OpenMirror(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := build(t, small())
	w.Fetcher.Mirrors = []*source.Mirror{m}
	w.places["notes"] = "https://a.example/notes.json https://b.example/notes.json"
	var log strings.Builder
	w.Log = logInto(&log)
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed"})
	if !strings.Contains(log.String(), `level=INFO msg="passed over, the next place is asked" dataset=notes resource=0 place=https://a.example/notes.json`) {
		t.Errorf("%s", log.String())
	}
	w.places["notes"] = "https://a.example/notes.json https://c.example/notes.json"
	w.run(t, "notes")
	if strings.Contains(log.String(), `next place is asked" dataset=notes resource=0 place=https://c.example/notes.json`) {
		t.Errorf("after the last place there is no next: %s", log.String())
	}
}

// TestAFileOfTheSameName: in another folder it is another file. What is published names neither folder.
func TestAFileOfTheSameName(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	was, absent := filepath.Join(t.TempDir(), "notes.json"), filepath.Join(t.TempDir(), "deep", "notes.json")
	if err := os.WriteFile(was, []byte(notesJSON), 0o600); err != nil {
		t.Fatal(err)
	}
	w.places["notes"] = was
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed"})
	w.publish(t)
	w.places["notes"] = absent
	missing := func() pipeline.Missing {
		t.Helper()
		outcomes, err := w.Ingest(t.Context(), "notes")
		if err != nil || outcomes[0].Status != pipeline.Current || len(outcomes[0].Missing) != 1 {
			t.Fatalf("%+v, %v", outcomes, err)
		}
		return outcomes[0].Missing[0]
	}
	if m := missing(); !m.Stale.IsZero() || m.Reason != absent+" : ce fichier n'existe pas" { // its operator sees where
		t.Errorf("%+v", m)
	}
	m, _ := w.publish(t)
	if got := m.Entry("notes").Stale; len(got) != 1 || got[0].Reason != "notes.json : ce fichier n'existe pas" {
		t.Errorf("%+v", got)
	}
	if text := string(m.Text()); strings.Contains(text, filepath.Dir(absent)) || strings.Contains(text, filepath.Dir(was)) || strings.Contains(text, source.Origin(was)) {
		t.Errorf("%s", text)
	}
	if _, err := w.conn.Exec(t.Context(), "update maille.artefact set origin = ''"); err != nil { // as loads of before the column have it
		t.Fatal(err)
	}
	if m := missing(); !m.Stale.Equal(noon) {
		t.Errorf("%+v", m)
	}
}

// TestAFailureOfOursForgetsNoSource: the database fails between the download and the dataset's turn.
func TestAFailureOfOursForgetsNoSource(t *testing.T) {
	t.Parallel()
	w := settled(t)
	exec := func(sql string) {
		if _, err := w.conn.Exec(context.Background(), sql); err != nil {
			t.Error(err)
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		exec("alter table maille.version rename to away")
		io.WriteString(rw, notesJSON)
	}))
	t.Cleanup(s.Close)
	w.places["notes"] = s.URL
	outcomes, err := w.Ingest(t.Context(), "notes")
	exec("alter table maille.away rename to version")
	if err != nil || outcomes[0].Status != release.Failed {
		t.Errorf("%+v, %v", outcomes, err)
	}
	if n := one[int](t, w.conn, "select count(*) from maille.source_state where dataset = 'notes' and last_good = $1 and failing_since is null", noon); n != 1 {
		t.Errorf("%d rows remember notes", n)
	}
}
