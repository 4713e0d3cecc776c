package serve_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/localpg"
	"maille/internal/store"
)

// TestDatabaseComesBack: the service goes on by itself when its database was stopped and started.
func TestDatabaseComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a PostgreSQL of its own")
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755)) // the cluster may run as another user
	start := func() *localpg.Cluster {
		cluster, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Volatile: true})
		if fault.KindOf(err) == fault.Unavailable && os.Getenv("CI") != "true" {
			t.Skip(fault.Message(err))
		}
		must(t, err)
		return cluster
	}
	cluster := start()
	_, err := store.Migrate(t.Context(), cluster.URL(), os.DirFS("../../migrations"))
	must(t, err)
	w := instance(t, cluster.URL(), dataset.Files{Datasets: small(map[string]string{"points": points(30, "2026-01-01")}), Schemas: smallSchemas(t)}, store.Options{})
	w.publish(t)
	if a := ask(t, http.MethodGet, w.address+"/collections/points/items?limit=1"); a.StatusCode != 200 {
		t.Fatal(a.Status)
	}
	must(t, cluster.Close())
	for _, path := range []string{"/collections/points/items?limit=2", "/collections/points/items/p3", "/readyz", "/releases"} {
		a := ask(t, http.MethodGet, w.address+path)
		if a.StatusCode < 500 {
			t.Errorf("%s without a database: %s %s", path, a.Status, a.body)
		}
		discreet(t, problemOf(t, a))
	}
	cluster = start()
	t.Cleanup(func() { must(t, cluster.Close()) })
	eventually(t, 5*time.Second, "it answers again", func() bool {
		return ask(t, http.MethodGet, w.address+"/collections/points/items?limit=4").StatusCode == 200 &&
			ask(t, http.MethodGet, w.address+"/readyz").StatusCode == 200
	})
}
