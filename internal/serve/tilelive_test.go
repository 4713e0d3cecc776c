package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/serve"
	"maille/internal/store"
)

// TestLiveTiles: beyond the last zoom of an archive, tiles are those that a deeper archive would have, to the byte; and so is a
// filtered tile, at every zoom, when the filter holds for all.
func TestLiveTiles(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(2000)}, upTo9, store.Options{})
	deep := tiledWorld(t, map[string]string{"points": scattered(2000)}, strings.Replace(upTo9, `"prerender":9`, `"prerender":12`, 1), store.Options{})
	archive := packed(t, deep, "points")
	for zoom := uint8(5); zoom <= 12; zoom++ {
		tiles := occupied(t, deep, "points", zoom)
		if len(tiles) > 12 {
			tiles = tiles[len(tiles)-12:]
		}
		for _, at := range tiles {
			stored, err := archive.Tile(at)
			must(t, err)
			var want []byte
			if stored != nil {
				want = gunzip(t, stored)
			}
			for _, all := range []string{"", "?filter=id+LIKE+%27%25%27", "?f=mvt&datetime=2026-01-01/2026-01-28"} {
				if got := tileOf(t, w.address+"/tiles/points/"+at.String()+".mvt"+all, "Accept-Encoding", "gzip"); !bytes.Equal(got, want) {
					t.Fatalf("%s%s: %d bytes, not the %d of the archive", at, all, len(got), len(want))
				}
			}
		}
	}
}

// TestFilteredPoints: the points of filtered tiles stand, at every zoom, for as many features as the same conditions match.
func TestFilteredPoints(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(2000)}, upTo9, store.Options{})
	for _, condition := range []string{"filter=" + url.QueryEscape("id LIKE 'p1%' AND lat > 48.4"), "datetime=2026-01-03/2026-01-05", "jour=2026-01-07", "id=p7&filter=lat%3E0",
		"filter-lang=cql2-json&filter=" + url.QueryEscape(`{"op":"like","args":[{"property":"id"},"%9"]}`),
		"filter=" + url.QueryEscape("S_INTERSECTS(geometry, BBOX(2.1,48.4,2.3,48.6))") + "&id=p12"} {
		matched := parse[struct {
			NumberMatched int
			Features      []struct{ Geometry any }
		}](t, w.address+"/collections/points/items?limit=10000&"+condition)
		want := 0
		for _, f := range matched.Features {
			if f.Geometry != nil {
				want++
			}
		}
		for _, zoom := range []uint8{5, 7, 10} {
			got := 0
			for _, at := range occupied(t, w, "points", zoom) {
				got += standing(t, tileOf(t, fmt.Sprintf("%s/collections/points/tiles/WebMercatorQuad/%d/%d/%d?%s", w.address, at.Z, at.Y, at.X, condition)), "points")
			}
			if got != want {
				t.Errorf("%s, zoom %d: %d features, not %d", condition, zoom, got, want)
			}
		}
	}
}

// TestColdTileOnce: five hundred clients ask for a tile that nobody asked before, and it is made once for all.
func TestColdTileOnce(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(500)}, upTo9, store.Options{Connections: 8, Queue: 1000, Wait: 20 * time.Second})
	path := w.address + "/tiles/points/" + occupied(t, w, "points", 11)[0].String() + ".mvt?filter=id+LIKE+%27%25%27"
	free := lockTable(t, w, "points")
	var crowd sync.WaitGroup
	answers := make(chan string, 500)
	for range 500 {
		crowd.Go(func() { answers <- string(tileOf(t, path)) })
	}
	eventually(t, 5*time.Second, "a statement that waits", func() bool { return busy(t, w.database) > 0 })
	time.Sleep(300 * time.Millisecond)
	if n := busy(t, w.database); n != 1 {
		t.Errorf("%d statements make one tile", n)
	}
	free()
	crowd.Wait()
	close(answers)
	first := <-answers
	for a := range answers {
		if a != first || a == "" {
			t.Fatal("the answers are not one")
		}
	}
}

// TestTileIsCancelled: who leaves takes the statement along.
func TestTileIsCancelled(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{CountBudget: 200 * time.Millisecond})
	at := occupied10(t, w)
	for _, c := range []string{"", "?filter=id+LIKE+%27p1%25%27"} {
		free := lockTable(t, w, "points")
		client := dial(t, w, "/tiles/points/"+at+".mvt"+c)
		eventually(t, 5*time.Second, "a statement that waits", func() bool { return busy(t, w.database) > 0 })
		time.Sleep(400 * time.Millisecond) // the count has given up
		if busy(t, w.database) == 0 {
			t.Error("nothing waits for the client")
		}
		client.Close()
		eventually(t, 2*time.Second, "no statement lingers", func() bool { return busy(t, w.database) == 0 })
		free()
	}
	if got := w.log.String(); strings.Contains(got, "level=ERROR") {
		t.Errorf("a client that leaves is no error: %s", got)
	}
}

// TestTileTakesTooLong: a filter that outlives the statement's time is refused about it.
func TestTileTakesTooLong(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{CountBudget: 100 * time.Millisecond, StatementTimeout: 300 * time.Millisecond})
	at := occupied10(t, w)
	free := lockTable(t, w, "points")
	defer free()
	a := ask(t, http.MethodGet, w.address+"/tiles/points/"+at+".mvt?filter=id+LIKE+%27p1%25%27")
	if p := problemOf(t, a); p.Status != 400 || p.Parameter != "filter" {
		t.Errorf("%s %+v", a.Status, p)
	}
}

// occupied10 is a tile that the archive does not have, with features.
func occupied10(t testing.TB, w *world) string { return occupied(t, w, "points", 10)[3].String() }

// lockTable keeps every read of a dataset waiting until it is told to free it.
func lockTable(t testing.TB, w *world, name string) (free func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.database)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	var table string
	must(t, conn.QueryRow(t.Context(), "select format('data.%I', tablename) from pg_tables where schemaname = 'data' and tablename like $1", name+"@%").Scan(&table))
	_, err = conn.Exec(t.Context(), "begin; lock table "+table)
	must(t, err)
	return func() {
		_, err := conn.Exec(context.Background(), "rollback")
		must(t, err)
	}
}

func gunzip(t testing.TB, packed []byte) []byte {
	t.Helper()
	return decoded(t, reply{&http.Response{Header: http.Header{"Content-Encoding": {"gzip"}}}, packed})
}

// TestTileConditions: what is wrong in a condition is said as items say it.
func TestTileConditions(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	for _, condition := range []string{"filter=%27", "filter=surnom%3D1", "filter=", "filter-lang=x&filter=id%3D1", "filter-crs=x", "datetime=hier", "jour=demain", "lat=NaN", "id=a&id=b", "nomm=x", "limit=5",
		"bbox=1,2,3,4", "sortby=id", "crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84", "id=%00", "filter=" + strings.Repeat("a", 40_000), "q=mot"} {
		var tile, items problem
		must(t, json.Unmarshal(ask(t, http.MethodGet, w.address+"/tiles/points/9/1/1.mvt?"+condition).body, &tile))
		must(t, json.Unmarshal(ask(t, http.MethodGet, w.address+"/collections/points/items?"+condition).body, &items))
		if tile.Status != 400 || tile.Parameter == "" {
			t.Errorf("%.50s: %+v", condition, tile)
		}
		if items.Status == 400 && items.Parameter != "nomm" && items != tile {
			t.Errorf("%.50s: tiles say\n%+v\nitems say\n%+v", condition, tile, items)
		}
	}
}

// TestLiveTilesHoldTheBudget: beyond the last zoom of an archive too, cells grow until a tile holds its budget, and stand for
// all of the features.
func TestLiveTilesHoldTheBudget(t *testing.T) {
	const budget = 10_000
	w := tiledWorld(t, map[string]string{"points": crowded(3000)}, strings.Replace(upTo9, `{`, fmt.Sprintf(`{"budget":%d,`, budget), 1), store.Options{})
	for condition, want := range map[string]int{"": 3000, "?filter=id+LIKE+%27p%25%27": 3000, "?filter=id+LIKE+%27p1%25%27": 1111} {
		got := 0
		for _, at := range occupied(t, w, "points", 12) { // the last, at which nothing is merged but for the budget
			mvt := tileOf(t, w.address+"/tiles/points/"+at.String()+".mvt"+condition, "Accept-Encoding", "gzip")
			if packed := len(zipped(t, mvt)); packed > budget*11/10 { // another gzip than that of the service
				t.Errorf("%v%s: %d bytes", at, condition, packed)
			}
			got += standing(t, mvt, "points")
		}
		if got != want {
			t.Errorf("%q: %d features, not %d", condition, got, want)
		}
	}
}

// crowded are points of one small tile.
func crowded(n int) string {
	var b strings.Builder
	b.WriteString("id,jour,lon,lat\n")
	for i := range n {
		fmt.Fprintf(&b, "p%d,2026-01-%02d,%.6f,%.6f\n", i, 1+i%28, 2.2+0.00001*float64(i*7919%3001), 48.5+0.00001*float64(i*104729%2999))
	}
	return b.String()
}

// beside is another server of an instance, with readers of its own.
func (w *world) beside(t testing.TB, o store.Options) *world {
	t.Helper()
	other := &world{Pipeline: w.Pipeline, database: w.database, log: &record{}, readers: w.open(t, o)}
	other.server = other.serve(t, serve.Options{})
	must(t, other.server.Refresh(t.Context()))
	other.address = listen(t, other.server)
	return other
}

// TestPolygonTileWaits: the statement behind a filtered tile of polygons ends with who asked for it, and with its time, which
// is told about the filter.
func TestPolygonTileWaits(t *testing.T) {
	path := "/tiles/communes/" + massy(9).String() + ".mvt?filter=nom+LIKE+%27M%25%27"
	w := sample(t).beside(t, store.Options{CountBudget: 100 * time.Millisecond})
	free := lockTable(t, w, "communes")
	client := dial(t, w, path)
	time.Sleep(300 * time.Millisecond) // the count has given up
	eventually(t, 5*time.Second, "a statement that waits", func() bool { return busy(t, w.database) > 0 })
	client.Close()
	eventually(t, 2*time.Second, "no statement lingers", func() bool { return busy(t, w.database) == 0 })
	if got := w.log.String(); strings.Contains(got, "level=ERROR") {
		t.Errorf("a client that leaves is no error: %s", got)
	}
	hasty := sample(t).beside(t, store.Options{CountBudget: 100 * time.Millisecond, StatementTimeout: 300 * time.Millisecond})
	if p := problemOf(t, ask(t, http.MethodGet, hasty.address+path)); p.Status != 400 || p.Parameter != "filter" {
		t.Errorf("%+v", p)
	}
	free()
	tileOf(t, w.address+path)
}
