package pipeline_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/pgtest"
	"maille/internal/pipeline"
)

// TestBackup does what doc/operate.md says: the database first, by pg_dump, then the objects; and both into another place.
// There every release has its files and rows, and the instance goes on.
func TestBackup(t *testing.T) {
	t.Parallel()
	w, all := three(t)
	if _, err := w.Prune(t.Context(), pipeline.Keep{Newest: 2}, true); err != nil {
		t.Fatal(err)
	}
	copied, objects := filepath.Join(t.TempDir(), "maille.dump"), t.TempDir()
	shell(t, "pg_dump", "-Fc", "--no-owner", "-f", copied, w.url)
	if err := os.CopyFS(objects, os.DirFS(w.blobs)); err != nil {
		t.Fatal(err)
	}
	empty := pgtest.URL(t)
	u, err := url.Parse(empty)
	if err != nil {
		t.Fatal(err)
	}
	shell(t, "pg_restore", "--no-owner", "--clean", "--if-exists", "--exit-on-error", "-d", u.String(), copied)
	p, db, err := newPipeline(t.Context(), small(), empty, objects)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	other := &world{Pipeline: p, files: w.files, places: w.places, url: empty, blobs: objects, conn: connect(t, empty)}
	p.Fetcher.Files, p.Place = w.files, other.place
	other.coherent(t)
	for _, m := range all {
		mine, err := w.DB.Release(t.Context(), m.Release)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := other.DB.Release(t.Context(), m.Release)
		if err != nil || string(theirs.Text()) != string(mine.Text()) {
			t.Errorf("%s: another manifest, %v", m.Release, err)
		}
	}
	last := all[2].Entry("lieux")
	d, err := db.Described(t.Context(), last.Load)
	if err != nil {
		t.Fatal(err)
	}
	for f, err := range db.Features(t.Context(), last.Version, d, dataset.Query{Geometry: dataset.AsGeoJSON, Limit: 1}) {
		if err != nil || f.Values[0].IsNull() {
			t.Errorf("%v, %v", f, err)
		}
	}
	other.put("notes.json", `[{"id": "3", "texte": "Trois"}]`)
	other.run(t)
	if m, published := other.publish(t); !published || m.Previous != all[2].Release {
		t.Errorf("the instance does not go on: %v", m)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func shell(t *testing.T, name string, arguments ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not on this machine", name)
	}
	if out, err := exec.Command(path, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
