package serve_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/pgtest"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/serve"
	"maille/internal/source"
	"maille/internal/store"
	"maille/internal/web"
)

// world is an instance: a database, a pipeline that fills it and a server that answers from it.
type world struct {
	*pipeline.Pipeline
	database string // its URL
	readers  *store.DB
	server   *serve.Server
	address  string // of the server
	log      *record
}

// newWorld makes an instance whose descriptors, schemas and data are in files. The readers' pool is bounded as asked.
func newWorld(t testing.TB, files dataset.Files, readers store.Options) *world {
	t.Helper()
	return instance(t, pgtest.URL(t), files, readers)
}

// instance is newWorld in a database that the test chose, and that is migrated.
func instance(t testing.TB, database string, files dataset.Files, readers store.Options) *world {
	t.Helper()
	registry, err := dataset.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{database: database, log: &record{}}
	w.Pipeline = &pipeline.Pipeline{DB: w.open(t, store.Options{}), Registry: registry, Blobs: folder(t), Code: "test",
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Progress: noBars{}, Fetcher: &source.Fetcher{Files: files.Datasets},
		Place: func(d *dataset.Dataset, i int) []string { return []string{d.Resources[i].Path} }, Formats: few}
	w.readers = w.open(t, readers)
	w.server = w.serve(t, serve.Options{})
	w.address = listen(t, w.server)
	return w
}

// few are the formats of what is published where a test is not about files.
func few(d *dataset.Dataset) []*dump.Format {
	if d.Publication.Geometry == nil {
		return []*dump.Format{dump.CSV, dump.GeoJSON}
	}
	return []*dump.Format{dump.CSV, dump.GeoJSON, dump.PMTiles}
}

func (w *world) open(t testing.TB, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), w.database, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// serve makes another server of the instance.
func (w *world) serve(t testing.TB, o serve.Options) *serve.Server {
	t.Helper()
	o.DB, o.Blobs, o.Title, o.Log = w.readers, w.Blobs, "Essai", slog.New(slog.NewTextHandler(w.log, nil))
	o.Description = "Une instance pour essayer"
	if o.Build == "" {
		o.Build = "test"
	}
	if o.Pages == nil {
		pages, err := web.New(web.French)
		if err != nil {
			t.Fatal(err)
		}
		o.Pages = pages
	}
	s, err := serve.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// publish ingests, publishes and tells the server.
func (w *world) publish(t testing.TB) *release.Manifest {
	t.Helper()
	outcomes, err := w.Ingest(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.Err != nil {
			t.Fatalf("%s: %v", o.Dataset, o.Err)
		}
	}
	w.Accept = w.taken(t)
	m, published, err := w.Publish(context.Background())
	if err != nil || !published {
		t.Fatalf("published %v: %v", published, err)
	}
	if err := w.server.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return m
}

// taken are the datasets that are served and no longer described: what a test takes away, it means to.
func (w *world) taken(t testing.TB) (names []string) {
	t.Helper()
	m, err := w.DB.Current(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if m == nil {
		return nil
	}
	for i := range m.Datasets {
		if name := m.Datasets[i].Dataset; w.Registry.Get(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

func listen(t testing.TB, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func folder(t testing.TB) *blob.Folder {
	t.Helper()
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return blobs
}

// record is a log that tests read.
type record struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

type noBars struct{}

func (noBars) Step(string, int64) pipeline.Bar { return noBars{} }
func (noBars) Add(int)                         {}
func (noBars) Done()                           {}
