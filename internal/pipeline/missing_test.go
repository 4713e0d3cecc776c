package pipeline_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/fault"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/source"
)

// failing is a server that gives notes until it is told how to fail, and counts what it is asked.
type failing struct {
	*httptest.Server
	fails atomic.Pointer[http.HandlerFunc]
	asked atomic.Int64
}

func sometimes(t *testing.T, text string) *failing {
	t.Helper()
	s := &failing{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if fail := s.fails.Load(); fail != nil {
			(*fail)(w, r)
			return
		}
		io.WriteString(w, text)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func (s *failing) fail(how http.HandlerFunc) { s.fails.Store(&how) }

func (s *failing) recover() { s.fails.Store(nil) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

// at moves the world's clock.
func (w *world) at(now time.Time) {
	w.Now = func() time.Time { return now }
	w.Fetcher.Now = w.Now
}

func TestASourceThatFailsIsStale(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := sometimes(t, notesJSON)
	place := s.URL + "/notes.json"
	w.places["notes"] = place
	w.Code = "two" // so that it is loaded from its new place
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "unchanged"})
	w.publish(t)
	verified := noon.Add(72 * time.Hour)
	w.at(verified)
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "current"})
	var log strings.Builder
	w.Log = logInto(&log)
	day := verified
	for _, c := range []struct {
		how    http.HandlerFunc
		reason string
	}{
		{status(404), "introuvable (404)"},
		{status(503), "le serveur est en panne (503)"},
		{func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "les redirections tournent en rond"},
		{func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, notesJSON)
		}, "le serveur s'est arrêté à 56 octets sur 1000"},
		{func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "le serveur n'envoie plus rien depuis 300 ms"},
	} {
		s.fail(c.how)
		for i := range 2 { // the next day it is no other release
			day = day.Add(24 * time.Hour)
			w.at(day)
			w.expect(t, w.run(t, "notes"), map[string]string{"notes": "current: " + place + " : " + c.reason})
			m, published := w.publish(t)
			want := []release.Stale{{Resource: 0, Place: place, Since: verified, Reason: place + " : " + c.reason}}
			if got := m.Entry("notes").Stale; len(got) != 1 || published && !slices.Equal(got, want) || !got[0].Since.Equal(verified) {
				t.Errorf("%s: %+v", c.reason, got)
			}
			if published != (i == 0 && day.Equal(verified.Add(24*time.Hour))) {
				t.Errorf("%s: published %v", c.reason, published)
			}
		}
	}
	if outcomes, err := w.Ingest(t.Context(), "notes"); err != nil || !outcomes[0].Missing[0].Stale.Equal(verified) {
		t.Errorf("%+v, %v", outcomes, err)
	}
	if !strings.Contains(log.String(), "level=WARN msg=stale dataset=notes resource=0 place="+place) || !strings.Contains(log.String(), `age="10 jours"`) {
		t.Errorf("%s", log.String())
	}
	row := one[string](t, w.conn, "select place || ' ' || reason || ' ' || (last_good = $1) || ' ' || (failing_since = $2) from maille.source_state where dataset = 'notes'",
		verified, verified.Add(24*time.Hour))
	if row != place+" "+place+" : le serveur n'envoie plus rien depuis 300 ms true true" {
		t.Error(row)
	}
	s.recover()
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "current"})
	if m, published := w.publish(t); !published || m.Entry("notes").Stale != nil {
		t.Errorf("published %v: %+v", published, m.Entry("notes").Stale)
	}
	if n := one[int](t, w.conn, "select count(*) from maille.source_state where dataset = 'notes' and failing_since is null and reason = '' and last_good = $1", day); n != 1 {
		t.Error("the table does not know that it recovered")
	}
}

// TestAPlaceThatNeverWorked: what was fetched elsewhere is not passed off for it, and the version stands.
func TestAPlaceThatNeverWorked(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	s := publisher(t)
	for path, c := range map[string]struct{ status, reason string }{
		"404":     {"current", "introuvable (404)"},
		"cut":     {"current", "le serveur s'est arrêté à 167 octets sur 1000"},
		"endless": {"refused", "le fichier dépasse 64 Mio"},
	} {
		w.places["lieux"] = s.URL + "/" + path
		w.Code = path // all would be loaded again
		got := w.run(t, "lieux")
		w.expect(t, got, map[string]string{"lieux": c.status + ": " + s.URL + "/" + path + " : " + c.reason, "bilan": "unchanged"})
		m, _ := w.publish(t)
		if e := m.Entry("lieux"); !maps.Equal(versions(m), versions(first)) || len(e.Stale) != 1 || e.Stale[0].Place != s.URL+"/"+path || !e.Stale[0].Since.Equal(noon) {
			t.Errorf("%s: %+v", path, e)
		}
	}
	w.tidy(t)
}

func TestAResourceThatNeverCame(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	w.put("lieux.csv", lieuxCSV)
	w.put("codes.csv", codesCSV)
	var log strings.Builder
	w.Log = logInto(&log)
	w.expect(t, w.run(t), map[string]string{"codes": "sealed", "lieux": "sealed", "bilan": "sealed", "notes": "sealed: notes.json : ce fichier n'existe pas"})
	if m, _ := w.publish(t); m.Entry("notes").Rows != 0 || m.Entry("notes").Stale != nil {
		t.Errorf("%+v", m.Entry("notes"))
	}
	if !strings.Contains(log.String(), `level=WARN msg="left out" dataset=notes resource=0 place=notes.json reason="notes.json : ce fichier n'existe pas"`) {
		t.Errorf("%s", log.String())
	}
	if n := one[int](t, w.conn, "select count(*) from maille.source_state where dataset = 'notes' and last_good is null and failing_since = $1", noon); n != 1 {
		t.Error("it leaves no trace")
	}
	w.places["notes"] = "-"
	w.run(t)
	if n := one[int](t, w.conn, "select count(*) from maille.source_state where dataset = 'notes'"); n != 0 {
		t.Error("the trace of what the instance leaves out stays")
	}
}

// TestNothingToCheckAgainst: a reference that never came fails, and so what was fetched for others still leaves its trace.
func TestNothingToCheckAgainst(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	w.places["codes"] = "a.csv b.csv"
	w.expect(t, w.run(t, "codes"), map[string]string{"codes": "refused: a.csv : ce fichier n'existe pas ; b.csv : ce fichier n'existe pas",
		"lieux": "skipped: codes n'a pas encore de version", "bilan": "skipped: codes n'a pas encore de version"})
	if got := one[string](t, w.conn, "select string_agg(dataset || ' ' || place, ', ' order by dataset) from maille.source_state where failing_since is not null"); got != "codes a.csv, lieux lieux.csv" {
		t.Error(got)
	}
}

// two is an instance of one dataset made of two files.
func two(t *testing.T) *world {
	t.Helper()
	files := smallFiles()
	files.Datasets.(fstest.MapFS)["notes.json"] = descriptor("notes", `"resources": [{"path": "a.csv", "format": "csv"}, {"path": "b.csv", "format": "csv"}]`, `"key": ["id"]`)
	w := build(t, load(files))
	w.put("a.csv", "id,texte\n1,Un\n")
	w.put("b.csv", "id,texte\n2,Deux\n")
	return w
}

func TestOneFileOfTwo(t *testing.T) {
	t.Parallel()
	w := two(t)
	delete(w.files, "b.csv")
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed: b.csv : ce fichier n'existe pas"})
	outcomes, err := w.Ingest(t.Context(), "notes")
	if err != nil || outcomes[0].Status != "current" || outcomes[0].Rows != 1 || outcomes[0].Unfetched() != nil {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	if m := outcomes[0].Missing; len(m) != 1 || m[0].Resource != 1 || m[0].Place != "b.csv" || !m[0].Stale.IsZero() {
		t.Errorf("%+v", m)
	}
	w.put("b.csv", "id,texte\n2,Deux\n")
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "sealed"})
	delete(w.files, "a.csv")
	w.put("b.csv", "id,texte\n2,Deux\n3,Trois\n")
	w.at(noon.Add(time.Hour))
	outcomes, err = w.Ingest(t.Context(), "notes")
	if err != nil || outcomes[0].Status != "sealed" || outcomes[0].Rows != 3 { // the lost file's row, from before
		t.Fatalf("%+v, %v", outcomes, err)
	}
	if m := outcomes[0].Missing; len(m) != 1 || m[0].Resource != 0 || !m[0].Stale.Equal(noon) {
		t.Errorf("%+v", m)
	}
	if m, _ := w.publish(t); len(m.Entry("notes").Stale) != 1 || m.Entry("notes").Rows != 3 {
		t.Errorf("%+v", m.Entry("notes"))
	}
	if outcomes[0].Unfetched() != nil {
		t.Error("one was fetched")
	}
	clear(w.files)
	if outcomes, err = w.Ingest(t.Context(), "notes"); err != nil || fault.KindOf(outcomes[0].Unfetched()) != fault.Refused {
		t.Errorf("%+v, %v", outcomes, err)
	}
}

func TestAlternatives(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := sometimes(t, notesJSON)
	w.put("other.json", `[{"id": "3"}]`)
	for _, c := range []struct {
		name, places, status string
		rows                 int64
	}{
		{"the first that is there", "none.json other.json notes.json", "sealed", 1},
		{"a server that is gone", s.URL + "/x notes.json other.json", "unchanged", 2},
		{"a server that answers", s.URL + "/y other.json", "current", 2},
		{"a file that is wrong is there", "wrong.json other.json", "refused: wrong.json : le document n'est pas un tableau de lignes", 0},
		{"none", "none.json " + s.URL + "/x", "current: none.json : ce fichier n'existe pas ; " + s.URL + "/x : introuvable (404)", 2},
	} {
		w.put("wrong.json", `{}`)
		s.fail(status(404))
		if strings.Contains(c.places, "/y") {
			s.recover()
		}
		w.places["notes"] = c.places
		outcomes, err := w.Ingest(t.Context(), "notes")
		if err != nil {
			t.Fatal(err)
		}
		got := outcomes[0].Status
		if outcomes[0].Reason != "" {
			got += ": " + outcomes[0].Reason
		}
		if got != c.status || outcomes[0].Rows != c.rows {
			t.Errorf("%s: %s, %d rows", c.name, got, outcomes[0].Rows)
		}
	}
}

func TestAPlaceIsAskedOnce(t *testing.T) {
	t.Parallel()
	s := sometimes(t, codesCSV)
	files := smallFiles()
	files.Datasets.(fstest.MapFS)["autres.json"] = descriptor("autres", `"resources": [{"path": "x.csv", "format": "csv"}, {"path": "y.csv", "format": "csv"}]`, `"key": ["code_insee"], "tolerance": 1`)
	files.Schemas.(fstest.MapFS)["autres.json"] = fields("code_insee string", "nom string")
	w := build(t, load(files))
	w.places["codes"], w.places["autres"] = s.URL, s.URL
	if got := w.run(t, "codes", "autres"); got["codes"] != "sealed" || got["autres"] != "sealed" {
		t.Errorf("%v", got)
	}
	if s.asked.Load() != 1 {
		t.Errorf("asked %d times", s.asked.Load())
	}
}

func TestTheQuarterOfAnAddress(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/last/notes.json", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/2026_T2/notes.json", http.StatusFound)
	})
	mux.HandleFunc("/2026_T2/notes.json", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, notesJSON) })
	mux.HandleFunc("/12026_T21/notes.json", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, notesJSON) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	w := build(t, small())
	for path, want := range map[string]string{"/last/notes.json": "2026T2", "/12026_T21/notes.json": ""} {
		w.places["notes"] = s.URL + path
		w.Code = path
		w.run(t, "notes")
		l, _, err := w.DB.LastLoad(t.Context(), "notes")
		if err != nil || l.Artefacts[0].Vintage != want || l.Artefacts[0].Place != s.URL+path {
			t.Errorf("%+v, %v", l, err)
		}
	}
}

func TestATrialFallsBackOnNothing(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.Trial = true
	w.places["notes"] = "none.json"
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "refused: none.json : ce fichier n'existe pas"})
	if m, published := w.publish(t); published || m.Entry("notes").Stale != nil {
		t.Errorf("%+v", m.Entry("notes"))
	}
}

// TestFromAMirror: what the mirror lacks is left out, and no failure; the network is not asked.
func TestFromAMirror(t *testing.T) {
	t.Parallel()
	s := sometimes(t, codesCSV)
	dir := t.TempDir()
	index, err := json.Marshal(map[string]string{s.URL + "/codes.csv": "c.csv", s.URL + "/gone": "gone.csv"})
	if err := errors.Join(err, os.WriteFile(filepath.Join(dir, "index.json"), index, 0o600), os.WriteFile(filepath.Join(dir, "c.csv"), []byte(codesCSV), 0o600)); err != nil {
		t.Fatal(err)
	}
	m, err := source.OpenMirror(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := build(t, small())
	w.Fetcher.Mirrors = []*source.Mirror{m}
	w.places["codes"], w.places["lieux"], w.places["notes"] = s.URL+"/codes.csv", s.URL+"/a "+s.URL+"/b", s.URL+"/gone"
	outcomes, err := w.Ingest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]*pipeline.Outcome{}
	for i := range outcomes {
		said[outcomes[i].Dataset] = &outcomes[i]
		if outcomes[i].Status != "sealed" {
			t.Errorf("%+v", outcomes[i])
		}
	}
	if o := said["lieux"]; o.Unfetched() != nil || len(o.Missing) != 1 || !o.Missing[0].Absent {
		t.Errorf("%+v", o)
	}
	if o := said["notes"]; o.Unfetched() == nil || o.Missing[0].Absent {
		t.Errorf("the mirror's own file is gone: %+v", o)
	}
	if s.asked.Load() != 0 {
		t.Errorf("the network was asked")
	}
}
