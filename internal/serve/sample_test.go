package serve_test

import (
	"io/fs"
	"os"
	"sync"
	"testing"

	"github.com/BurntSushi/toml"

	"maille/internal/dataset"
	"maille/internal/store"
)

// shared is what tests only read, loaded once.
var shared struct {
	sync.Mutex
	sample *world
	large  string // a database
	ends   []func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	for i := len(shared.ends) - 1; i >= 0; i-- {
		shared.ends[i]()
	}
	os.Exit(code)
}

// lasting is a test whose cleanups wait for the last test.
type lasting struct{ testing.TB }

func (lasting) Cleanup(f func()) { shared.ends = append(shared.ends, f) }

func (l lasting) TempDir() string {
	dir, err := os.MkdirTemp("", "serve-test-")
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// sample is the bundled sample of the Essonne, published and served. Tests that publish make a world of their own.
func sample(t testing.TB) *world {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.sample == nil {
		files := dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")}
		w := newWorld(lasting{t}, files, store.Options{})
		w.Place = samplePlace(t, files.Datasets)
		w.publish(t)
		shared.sample = w
	}
	return shared.sample
}

// samplePlace is where the sample has the files of each dataset.
func samplePlace(t testing.TB, files fs.FS) func(d *dataset.Dataset, i int) []string {
	t.Helper()
	places := samplePlaces(t, files)
	return func(d *dataset.Dataset, i int) []string {
		switch all := places[d.Name]; {
		case i >= len(all) || all[i] == "":
			return []string{d.Resources[i].Path}
		case all[i] == "-":
			return nil
		default:
			return all[i : i+1]
		}
	}
}

func samplePlaces(t testing.TB, files fs.FS) map[string][]string {
	t.Helper()
	var profile struct {
		Sources map[string][]string `toml:"sources"`
	}
	if _, err := toml.DecodeFS(files, "profiles/essonne-demo.toml", &profile); err != nil {
		t.Fatal(err)
	}
	return profile.Sources
}
