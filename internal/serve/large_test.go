package serve_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/serve"
	"maille/internal/store"
)

// fat is the number of points of the large instance, two kilobytes each: a page of 10 000 is larger than the spool.
const fat = 60_000

// largeWorld serves the fat points through a pool of the test's own.
func largeWorld(t testing.TB, readers store.Options) *world {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.large == "" {
		database := pgtest.URL(lasting{t})
		loadFat(t, database)
		shared.large = database
	}
	w := &world{database: shared.large, log: &record{}}
	w.readers = w.open(t, readers)
	var err error
	w.server, err = serve.New(serve.Options{DB: w.readers, Blobs: folder(t), Title: "Gros", Build: "test", Log: slog.New(slog.NewTextHandler(w.log, nil))})
	must(t, err)
	must(t, w.server.Refresh(t.Context()))
	w.address = listen(t, w.server)
	return w
}

func loadFat(t testing.TB, database string) {
	t.Helper()
	db, err := store.Open(t.Context(), database, store.Options{})
	must(t, err)
	defer db.Close()
	d, err := dataset.Restore([]byte(`{"name":"gros","title":"Gros","publication":{"key":["id"],"geometry":{"type":"Point"}}}`),
		[]byte(`{"fields":[{"name":"id","type":"integer","constraints":{"required":true}},{"name":"texte","type":"string"}]}`))
	must(t, err)
	draft, err := db.Begin(t.Context(), d, "test", time.Now())
	must(t, err)
	_, err = draft.Load(t.Context(), fatPoints())
	must(t, err)
	load := draft.Record()
	v, err := draft.Seal(t.Context(), &dataset.Report{}, time.Now)
	must(t, err)
	m := &release.Manifest{Release: "2026-11-22.1", Published: time.Now(), Datasets: []release.Entry{{
		Version: v, Load: load.ID, Since: "2026-11-22.1", SinceTime: time.Now()}}}
	must(t, db.Publish(t.Context(), m, map[string]*dataset.Dataset{d.Name: d}, nil))
}

func fatPoints() iter.Seq2[*dataset.Feature, error] {
	text := schema.Text(strings.Repeat("médiation numérique ", 100))
	return func(yield func(*dataset.Feature, error) bool) {
		for i := range fat {
			at := orb.Point{geo.Snap(float64(i%300)/100, 1e-7), geo.Snap(45+float64(i/300)/100, 1e-7)}
			f := dataset.Feature{Line: int64(i + 1), WKB: ewkb.MustMarshal(at, geo.SRID), Values: []schema.Value{schema.Int(int64(i)), text}}
			if !yield(&f, nil) {
				return
			}
		}
	}
}

// client is a connection that asks by hand, to be read slowly, or cut.
type client struct {
	*net.TCPConn
	answer *bufio.Reader
}

// dial asks for a path and does not read.
func dial(t testing.TB, w *world, path string) client {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.address, "http://"))
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	tcp := conn.(*net.TCPConn)
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: service.example\r\n\r\n", path)
	must(t, err)
	return client{tcp, bufio.NewReader(conn)}
}

// cold is the path of a large page that no one asked before.
var colds = 0

func cold(limit int) string {
	colds++
	return fmt.Sprintf("/collections/gros/items?limit=%d&after=%d", limit, colds)
}

// TestLargeAnswerIsWholeOrNone: a client whose large page fails half-way in the database gets a problem document, never
// half a page; one that is not cut off is whole, and says its length.
func TestLargeAnswerIsWholeOrNone(t *testing.T) {
	w := largeWorld(t, store.Options{})
	failed := 0
	for range 20 {
		path := w.address + cold(10_000)
		answers := make(chan reply, 1)
		go func() { answers <- ask(t, http.MethodGet, path) }()
		eventually(t, 10*time.Second, "a statement under way", func() bool { return busy(t, w.database) > 0 || len(answers) > 0 })
		execute(t, w.database, `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active'`)
		switch a := <-answers; a.StatusCode {
		case http.StatusOK:
			if a.ContentLength != int64(len(a.body)) || !json.Valid(a.body) {
				t.Errorf("%d bytes of %d", len(a.body), a.ContentLength)
			}
		case http.StatusServiceUnavailable:
			failed++
			discreet(t, problemOf(t, a))
		default:
			t.Errorf("%s: %s", a.Status, a.body)
		}
	}
	if failed == 0 {
		t.Error("no page was cut off")
	}
	if a := ask(t, http.MethodGet, w.address+cold(10)); a.StatusCode != 200 {
		t.Errorf("the next request: %s", a.Status)
	}
}

// TestSlowClientHoldsNoConnection: the database is done with a page before a slow client has read its first kilobytes.
func TestSlowClientHoldsNoConnection(t *testing.T) {
	w := largeWorld(t, store.Options{Connections: 2})
	for i := range 8 {
		c := dial(t, w, cold(5000+i%2*5000)) // 10 or 20 MB, far more than the buffers between here and there
		must(t, c.SetReadBuffer(4096))
		if _, err := c.answer.ReadByte(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, 5*time.Second, "no statement under way", func() bool { return busy(t, w.database) == 0 })
	if a := ask(t, http.MethodGet, w.address+cold(10)); a.StatusCode != 200 {
		t.Errorf("a request meanwhile: %s", a.Status)
	}
}
