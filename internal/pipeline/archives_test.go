package pipeline_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"maille/internal/dump"
	"maille/internal/pipeline"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/tile"
)

// told keeps what is logged of files.
func (w *world) told() *bytes.Buffer {
	log := new(bytes.Buffer)
	w.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return log
}

func archiveOf(t *testing.T, m *release.Manifest, dataset string) release.File {
	t.Helper()
	i := slices.IndexFunc(m.Entry(dataset).Files, func(f release.File) bool { return f.Name == dataset+".pmtiles" })
	if i < 0 {
		t.Fatalf("%s has no archive: %+v", dataset, m.Entry(dataset).Files)
	}
	return m.Entry(dataset).Files[i]
}

// TestArchives: what has a geometry is published as tiles too, which say of which version they are and account for its
// rows; only a changed version is made again, and the log says what became of its rows.
func TestArchives(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	f := archiveOf(t, first, "lieux")
	if len(first.Entry("codes").Files) != 4 || f.MediaType != "application/vnd.pmtiles" || f.Rows != 4 {
		t.Errorf("%+v, %+v", first.Entry("codes").Files, f)
	}
	a, err := pmtiles.Open(bytes.NewReader(w.object(t, f.SHA256)), f.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	text, err := a.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	var about struct {
		Version string
		Maille  struct{ Report tile.Report }
	}
	if err := json.Unmarshal(text, &about); err != nil {
		t.Fatal(err)
	}
	if e := first.Entry("lieux"); about.Version != e.String() || about.Maille.Report.Features != 4 || about.Maille.Report.Unlocated != 1 ||
		math.Abs(a.Bounds.West-e.Extent.West)+math.Abs(a.Bounds.North-e.Extent.North) > 3e-7 || bytes.Contains(text, []byte(first.Release)) {
		t.Errorf("%s, bounds %v of %v", text, a.Bounds, e.Extent)
	}

	log := w.told()
	w.put("notes.json", strings.Replace(notesJSON, "Un", "Deux", 1))
	w.run(t)
	second, _ := w.publish(t)
	if got := archiveOf(t, second, "lieux"); got != f || strings.Contains(log.String(), "lieux.pmtiles") {
		t.Errorf("the archive of what did not change is made again: %+v\n%s", got, log)
	}
	w.put("lieux.csv", lieuxCSV+"e,91016,2.02,48.32,,\n")
	w.run(t)
	third, _ := w.publish(t)
	if got := archiveOf(t, third, "lieux"); got.SHA256 == f.SHA256 || got.Rows != 5 {
		t.Errorf("%+v", got)
	}
	for _, line := range []string{`level=INFO msg=tiles file=lieux.pmtiles features=5 unlocated=1 tiles=`, `level=DEBUG msg=tiles file=lieux.pmtiles zoom=14 tiles=4 kept=4`} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("the log does not say %s:\n%s", line, log)
		}
	}
}

// TestAnArchiveThatAReleaseLacks: a release from before there were archives keeps its files; the next one has them.
func TestAnArchiveThatAReleaseLacks(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	want := archiveOf(t, first, "lieux")
	if _, err := w.conn.Exec(t.Context(), `update maille.release set manifest = jsonb_set(manifest, '{datasets}', (select jsonb_agg(jsonb_set(d, '{files}',
		(select jsonb_agg(f) from jsonb_array_elements(d->'files') f where f->>'name' not like '%.pmtiles'))) from jsonb_array_elements(manifest->'datasets') d))`); err != nil {
		t.Fatal(err)
	}
	m, published := w.publish(t)
	if !published || m.Release == first.Release || archiveOf(t, m, "lieux") != want || m.Entry("lieux").Since != first.Release {
		t.Errorf("%v: %+v", published, m.Entry("lieux"))
	}
	if m, published := w.publish(t); published {
		t.Errorf("%s for nothing", m.Release)
	}
}

// TestAProgramThatMakesOtherBytes: files that another generation of the program made are made again, once.
func TestAProgramThatMakesOtherBytes(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	if _, err := w.conn.Exec(t.Context(), `update maille.release set manifest = jsonb_set(manifest, '{datasets}',
		(select jsonb_agg(d - 'generation') from jsonb_array_elements(manifest->'datasets') d))`); err != nil {
		t.Fatal(err)
	}
	log := w.told()
	m, published := w.publish(t)
	if e := m.Entry("lieux"); !published || e.Generation != dump.Generation || e.Since != first.Release || !strings.Contains(log.String(), "msg=dump file=lieux.pmtiles") {
		t.Errorf("%v: %+v\n%s", published, e, log)
	}
	log.Reset()
	if m, published := w.publish(t); published || strings.Contains(log.String(), "msg=dump") {
		t.Errorf("%s for nothing\n%s", m.Release, log)
	}
}

// shownSteps are a Progress that sums what bars are told.
type shownSteps struct {
	lock sync.Mutex
	sums map[string]int
}

type stepBar struct {
	*shownSteps
	label string
}

func (s *shownSteps) Step(label string, _ int64) pipeline.Bar { return stepBar{s, label} }
func (stepBar) Done()                                         {}

func (b stepBar) Add(bytes int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.sums[b.label] += bytes
}

// TestABarMovesWhileTilesAreMade: between the last feature and the first byte too.
func TestABarMovesWhileTilesAreMade(t *testing.T) {
	t.Parallel()
	w := settled(t)
	shown := &shownSteps{sums: map[string]int{}}
	w.Progress = shown
	w.put("lieux.csv", lieuxCSV+"e,91016,2.02,48.32,,\n")
	w.run(t)
	m, _ := w.publish(t)
	f := archiveOf(t, m, "lieux")
	a, err := pmtiles.Open(bytes.NewReader(w.object(t, f.SHA256)), f.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if got := shown.sums["lieux : fichiers"]; got < int(f.Bytes)+int(a.Data.Length) {
		t.Errorf("%d bytes are shown: %d are written, %d of tiles", got, f.Bytes, a.Data.Length)
	}
}
