package schedule_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/pgtest"
	"maille/internal/pipeline"
	"maille/internal/schedule"
	"maille/internal/source"
	"maille/internal/store"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is an instance of two datasets, whose publishers, clock and nodes a test holds.
type world struct {
	url, blobs string
	now        atomic.Int64 // seconds since noon
	conn       *pgx.Conn

	mu    sync.Mutex
	files fstest.MapFS
	wait  chan struct{} // while it is not nil, publishers keep who reads waiting until it is closed
	log   bytes.Buffer
}

func build(t *testing.T) *world {
	t.Helper()
	w := &world{url: pgtest.URL(t), blobs: t.TempDir(), files: fstest.MapFS{}}
	if err := schedule.Migrate(t.Context(), w.url, nil); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	w.conn = conn
	w.put("lieux", "id,nom\na,Un\n")
	w.put("notes", "id,nom\na,Un\n")
	return w
}

func (w *world) put(name, content string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files[name+".csv"] = &fstest.MapFile{Data: []byte(content)}
}

// Open is how publishers give their files.
func (w *world) Open(name string) (fs.File, error) {
	w.mu.Lock()
	wait := w.wait
	w.mu.Unlock()
	if wait != nil {
		<-wait
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.files.Open(name)
}

// hold keeps publishers from answering, until the function is called.
func (w *world) hold() (release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := make(chan struct{})
	w.wait = wait
	return sync.OnceFunc(func() {
		w.mu.Lock()
		w.wait = nil
		w.mu.Unlock()
		close(wait)
	})
}

func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func (w *world) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

func (w *world) at(after time.Duration) { w.now.Store(int64(after / time.Second)) }

func (w *world) clock() time.Time { return noon.Add(time.Duration(w.now.Load()) * time.Second) }

type silence struct{}

func (silence) Step(string, int64) pipeline.Bar { return silence{} }
func (silence) Add(int)                         {}
func (silence) Done()                           {}

// described gives datasets of one resource each, by name and frequency.
func described(frequencies map[string]string) (*dataset.Registry, error) {
	files := dataset.Files{Datasets: fstest.MapFS{}, Schemas: fstest.MapFS{
		"a.json": {Data: []byte(`{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}, {"name": "nom", "type": "string"}]}`)}}}
	for name, frequency := range frequencies {
		files.Datasets.(fstest.MapFS)[name+".json"] = &fstest.MapFile{Data: []byte(`{"name": "` + name + `", "title": "T", "description": "D", "schema": "a.json",
			"resources": [{"path": "` + name + `.csv", "format": "csv"}], "licenses": [{"name": "etalab-2.0"}], "sources": [{"title": "S"}],
			"publication": {"key": ["id"], "frequency": "` + frequency + `"}}`)}
	}
	return dataset.Load(files)
}

// node is a program that schedules.
type node struct {
	*schedule.Scheduler
	stop  context.CancelFunc
	ended chan error
}

// options are those of a test: what takes minutes takes a moment.
func (w *world) options(t *testing.T, place string) schedule.Options {
	t.Helper()
	db, err := store.Open(t.Context(), w.url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	kept, err := blob.Open(w.blobs)
	if err != nil {
		t.Fatal(err)
	}
	r, err := described(map[string]string{"lieux": "DAILY", "notes": "MONTHLY"})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.MultiWriter(w, t.Output()), nil))
	p := &pipeline.Pipeline{DB: db, Registry: r, Blobs: kept, Fetcher: &source.Fetcher{Files: w, Base: time.Millisecond},
		Place: func(d *dataset.Dataset, _ int) []string {
			if place != "" && d.Name == "lieux" {
				return []string{place}
			}
			return []string{d.Resources[0].Path}
		},
		Code: "one", Now: w.clock, Log: log, Progress: silence{}}
	return schedule.Options{Pipeline: p, URL: w.url, Log: log, Look: 50 * time.Millisecond, Gather: -1, Settle: time.Second, Grace: 100 * time.Millisecond,
		Waits: []time.Duration{time.Hour}}
}

func (w *world) node(t *testing.T, place string) *node {
	t.Helper()
	return w.start(t, w.options(t, place))
}

func (w *world) start(t *testing.T, o schedule.Options) *node {
	t.Helper()
	s, err := schedule.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	n := &node{Scheduler: s, stop: stop, ended: make(chan error, 1)}
	go func() { n.ended <- s.Run(ctx) }()
	t.Cleanup(func() { n.end(t); s.Close() })
	return n
}

func (n *node) end(t *testing.T) {
	t.Helper()
	n.stop()
	select {
	case err := <-n.ended:
		n.ended <- err
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not stop")
	}
}

// states are the jobs, the oldest first.
func (w *world) states(t *testing.T, j *schedule.Jobs) (all []string) {
	t.Helper()
	jobs, err := j.List(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range slices.Backward(jobs) {
		all = append(all, strings.TrimSpace(job.Kind+" "+strings.Join(job.Datasets, " "))+" "+job.State)
	}
	return all
}

// until waits for something that other goroutines bring about.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// done waits until there are so many jobs, and none is left to do now.
func (w *world) done(t *testing.T, j *schedule.Jobs, jobs int) {
	t.Helper()
	until(t, "all done", func() bool {
		all := w.states(t, j)
		return len(all) >= jobs && !slices.ContainsFunc(all, func(s string) bool {
			return strings.HasSuffix(s, "running") || strings.HasSuffix(s, "available") || strings.HasSuffix(s, "scheduled")
		})
	})
}

func (w *world) count(t *testing.T, from string) (n int) {
	t.Helper()
	if err := w.conn.QueryRow(t.Context(), "select count(*) from "+from).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
