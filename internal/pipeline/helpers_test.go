package pipeline_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/pgtest"
	"maille/internal/pipeline"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/source"
	"maille/internal/store"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type silence struct{}

func (silence) Step(string, int64) pipeline.Bar { return silence{} }
func (silence) Add(int)                         {}
func (silence) Done()                           {}

// world is an instance in a test's hands: its pipeline, its publishers' files, and a look at its database from outside.
type world struct {
	*pipeline.Pipeline
	files  fstest.MapFS      // what publishers have now
	places map[string]string // by dataset: where its resource is, in place of its path; "-" for nowhere, several with a space
	conn   *pgx.Conn
	url    string
	blobs  string
}

func build(t *testing.T, r *dataset.Registry) *world {
	t.Helper()
	w := &world{files: fstest.MapFS{}, places: map[string]string{}, url: pgtest.URL(t), blobs: t.TempDir()}
	w.Pipeline = w.another(t, r)
	conn, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	w.conn = conn
	return w
}

// another is a second program on the same instance.
func (w *world) another(t *testing.T, r *dataset.Registry) *pipeline.Pipeline {
	t.Helper()
	p, db, err := newPipeline(t.Context(), r, w.url, w.blobs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	p.Fetcher.Files, p.Place = w.files, w.place
	return p
}

func newPipeline(ctx context.Context, r *dataset.Registry, url, blobs string) (*pipeline.Pipeline, *store.DB, error) {
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return nil, nil, err
	}
	kept, err := blob.Open(blobs)
	return &pipeline.Pipeline{DB: db, Registry: r, Blobs: kept, Fetcher: &source.Fetcher{Stall: 300 * time.Millisecond, MaxBytes: 64 << 20, Base: time.Millisecond, Now: func() time.Time { return noon }},
		Code: "one", Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler), Progress: silence{}, Formats: few}, db, err
}

// few are the formats of what is published where a test is not about files: all of them take too long for so many releases.
func few(d *dataset.Dataset) []*dump.Format {
	if d.Publication.Geometry == nil {
		return []*dump.Format{dump.CSV, dump.GeoJSON}
	}
	return []*dump.Format{dump.CSV, dump.GeoJSON, dump.PMTiles}
}

func (w *world) place(d *dataset.Dataset, resource int) []string {
	place, moved := w.places[d.Name]
	switch {
	case !moved:
		return []string{d.Resources[resource].Path}
	case place == "-":
		return nil
	}
	return strings.Fields(place)
}

func (w *world) put(name, content string) { w.files[name] = &fstest.MapFile{Data: []byte(content)} }

// run ingests, and says of each dataset its status, and its reason where it has one.
func (w *world) run(t *testing.T, names ...string) map[string]string {
	t.Helper()
	return statuses(t, w.Pipeline, names...)
}

func statuses(t *testing.T, p *pipeline.Pipeline, names ...string) map[string]string {
	t.Helper()
	outcomes, err := p.Ingest(t.Context(), names...)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, o := range outcomes {
		said[o.Dataset] = o.Status
		if o.Reason != "" {
			said[o.Dataset] += ": " + o.Reason
		}
	}
	return said
}

func (w *world) expect(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d datasets: %v", len(got), got)
	}
	for name, status := range want {
		if got[name] != status {
			t.Errorf("%s is\n  %s, not\n  %s", name, got[name], status)
		}
	}
}

// publish makes a release, or finds that nothing changed.
func (w *world) publish(t *testing.T) (*release.Manifest, bool) {
	t.Helper()
	m, published, err := w.Publish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.whole(t)
	return m, published
}

// whole checks the release that is served: each version has its rows, each file its bytes and its rows.
func (w *world) whole(t *testing.T) *release.Manifest {
	t.Helper()
	m, err := w.DB.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m == nil {
		return nil
	}
	for _, e := range m.Datasets {
		view := pgx.Identifier{"opendata", dataset.Relation(e.Dataset)}.Sanitize()
		if n := one[int64](t, w.conn, "select count(*) from "+view); n != e.Rows {
			t.Errorf("%s: opendata has %d rows, version %s has %d", m.Release, n, e.Version, e.Rows)
		}
		d, err := w.DB.Described(t.Context(), e.Load)
		if err != nil {
			t.Fatal(err)
		}
		formats := dump.Formats(d)
		if w.Formats != nil {
			formats = w.Formats(d)
		}
		dumps, parts := 0, map[string]int64{}
		for _, f := range e.Files {
			content := w.object(t, f.SHA256)
			sum := sha256.Sum256(content)
			if hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(content)) != f.Bytes {
				t.Errorf("%s: %s is not whole: %d bytes of %d", m.Release, f.Name, len(content), f.Bytes)
			}
			if f.Made.IsZero() || f.Made.After(m.Published) {
				t.Errorf("%s: %s was made at %v", m.Release, f.Name, f.Made)
			}
			if f.Role == release.RolePart {
				parts[filepath.Ext(f.Name)] += f.Rows
			}
			if f.Role != release.RoleDump {
				continue
			}
			if dumps++; f.Rows != e.Rows {
				t.Errorf("%s: %s has %d rows of %d", m.Release, f.Name, f.Rows, e.Rows)
			}
			if strings.HasSuffix(f.Name, ".geojson") && int64(bytes.Count(content, []byte("\n{\"type\":\"Feature\""))) != e.Rows {
				t.Errorf("%s: the rows of %s are not %d", m.Release, f.Name, e.Rows)
			}
			if strings.HasSuffix(f.Name, ".pmtiles") {
				if _, err := pmtiles.Verify(bytes.NewReader(content), f.Bytes); err != nil {
					t.Errorf("%s: %s: %v", m.Release, f.Name, err)
				}
			}
		}
		if dumps+len(e.LeftOut) != len(formats) && dumps != len(few(d)) { // a test that asks for more may look at what it had
			t.Errorf("%s: %s has %d dumps and not %q", m.Release, e.Version, dumps, e.LeftOut)
		}
		for extension, rows := range parts {
			if rows != e.Rows {
				t.Errorf("%s: the parts in %s of %s have %d rows", m.Release, extension, e.Version, rows)
			}
		}
	}
	return m
}

// keeps says whether an object is in the store.
func (w *world) keeps(hash string) bool {
	has, err := w.Blobs.Has(context.Background(), hash)
	return has && err == nil
}

func (w *world) object(t *testing.T, hash string) []byte {
	t.Helper()
	r, err := w.Blobs.Get(context.Background(), hash)
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// tidy checks that no run left anything on its way.
func (w *world) tidy(t *testing.T) {
	t.Helper()
	if left, err := filepath.Glob(w.Blobs.Temporary() + "/maille-*"); err != nil || len(left) > 0 {
		t.Errorf("temporary files stay: %v %v", left, err)
	}
	if got := one[string](t, w.conn, "select coalesce(string_agg(tablename, ' '), '') from pg_tables where schemaname = 'draft'"); got != "" {
		t.Errorf("drafts stay: %s", got)
	}
	if n := one[int](t, w.conn, "select count(*) from maille.load where status = 'running'"); n != 0 {
		t.Errorf("%d loads run for ever", n)
	}
	tables, versions := one[int](t, w.conn, "select count(*) from pg_tables where schemaname = 'data' and tablename not like '%~g'"), one[int](t, w.conn, "select count(*) from maille.version")
	if tables != versions {
		t.Errorf("%d tables for %d versions", tables, versions)
	}
}

func one[T any](t testing.TB, conn *pgx.Conn, sql string, args ...any) (value T) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// versions are those of a manifest, by dataset.
func versions(m *release.Manifest) map[string]string {
	ids := map[string]string{}
	for _, e := range m.Datasets {
		ids[e.Dataset] = e.ID
	}
	return ids
}

// notRaced skips, under the race detector, what reads a country, or compares all of a département with SQL: make test has a run of it without.
func notRaced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("reads much, for which make test has a run without the race detector")
	}
}
