package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/serve"
	"maille/internal/store"
)

// TestStrangersTextIsCut: what a client wrote is repeated in part, wherever it wrote it.
func TestStrangersTextIsCut(t *testing.T) {
	w := sample(t)
	long := strings.Repeat("A", 15_000)
	longer := strings.Repeat("9", 500_000)
	for _, c := range []struct {
		path, header, value string
		status              int
	}{
		{"/collections?f=" + longer, "", "", 400},
		{"/collections?f=" + long, "", "", 400},
		{"/collections/communes/items?f=" + longer, "", "", 400},
		{"/collections/communes/export?f=" + long, "", "", 400},
		{"/functions?f=" + longer, "", "", 400},
		{"/d/communes.csv", "Range", "bytes=" + longer + "-", 416},
		{"/d/" + long, "", "", 404},
		{"/collections/communes/items/" + long, "", "", 404},
		{"/collections/" + long, "", "", 404},
		{"/r/" + long + "/", "", "", 404},
		{"/assets/" + long, "", "", 404},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://service.example/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(c.path, "?")
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		p := w.judged(t, "long", r, c.status)
		if len(p.Detail)+len(p.Parameter) > 1000 {
			t.Errorf("%.40s: repeats %d bytes", c.path, len(p.Detail))
		}
	}
}

// TestHosts: where links are made of Host, one that is none is refused, and none at all but for probes; where the base is
// known, Host decides nothing.
func TestHosts(t *testing.T) {
	w := sample(t)
	s := w.serve(t, serve.Options{BaseURL: "https://a.example"})
	must(t, s.Refresh(t.Context()))
	for _, c := range []struct {
		server     *serve.Server
		host, path string
		status     int
		accept     string
	}{
		{w.server, "a.example", "/collections", 200, ""}, {w.server, "evil.example:1,x", "/collections", 400, ""}, {w.server, "a'b;c=d&e", "/", 400, ""},
		{w.server, "a'b;c=d&e", "/", 400, "text/html"},
		{w.server, "", "/collections", 400, ""}, {w.server, "", "/healthz", 200, ""}, {w.server, "", "/readyz", 200, ""}, {w.server, "x x", "/healthz", 400, ""},
		{s, "evil.example:1,x", "/collections", 200, ""}, {s, "", "/collections", 200, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Host = c.host
		r.Header.Set("Accept", c.accept)
		a := httptest.NewRecorder()
		c.server.ServeHTTP(a, r)
		if a.Code != c.status || c.status == 400 && !strings.Contains(a.Body.String(), "Host") {
			t.Errorf("Host %q, %s: %d %s", c.host, c.path, a.Code, a.Body)
		}
		if body := a.Body.String(); strings.Contains(body, "http://"+c.host+"/") && c.host != "a.example" || strings.Contains(body, `"http:///`) {
			t.Errorf("Host %q is in links: %.300s", c.host, body)
		}
	}
}

// TestLinksAreAnswered: the longest query that is answered has a next page that is answered, though links escape more than
// a client has to; the next longer one is refused by name.
func TestLinksAreAnswered(t *testing.T) {
	w := sample(t)
	page := func(vertices int) reply {
		var b strings.Builder
		for i := range vertices + 1 {
			angle := 2 * math.Pi * float64(i%vertices) / float64(vertices)
			fmt.Fprintf(&b, ",%.6f+%.6f", 2.3+5*math.Cos(angle), 48.5+3*math.Sin(angle))
		}
		return ask(t, http.MethodGet, w.address+"/collections/communes/items?limit=1&filter=S_INTERSECTS(geometry,POLYGON(("+b.String()[1:]+")))")
	}
	good, bad := 1000, 1700
	for bad-good > 1 {
		if n := (good + bad) / 2; page(n).StatusCode == 200 {
			good = n
		} else {
			bad = n
		}
	}
	t.Logf("%d vertices are answered", good)
	for a := page(good); ; {
		var answer struct{ Links []link }
		must(t, json.Unmarshal(a.body, &answer))
		next := linked(answer.Links, "next")
		if next == "" || strings.Contains(next, "after=3&") {
			break
		}
		if a = ask(t, http.MethodGet, next); a.StatusCode != 200 {
			t.Fatalf("a next page: %s %.300s", a.Status, a.body)
		}
	}
	refused := page(bad)
	if p := problemOf(t, refused); p.Status != 400 || p.Parameter != "filter" || len(refused.Request.URL.RawQuery) > 32<<10 {
		t.Errorf("%d bytes: %+v", len(refused.Request.URL.RawQuery), p)
	}
	export := strings.Replace(refused.Request.URL.String(), "/items?limit=1&", "/export?f=csv&", 1)
	if p := problemOf(t, ask(t, http.MethodGet, export)); p.Status != 400 || p.Parameter != "filter" {
		t.Errorf("an export, whose canonical link would not be answered: %+v", p)
	}
}

// TestCountIsTriedAgain: an answer of a busy second, without numberMatched, is not given for ever.
func TestCountIsTriedAgain(t *testing.T) {
	w := largeWorld(t, store.Options{CountBudget: 50 * time.Millisecond})
	free := lockPoints(t, w)
	time.AfterFunc(300*time.Millisecond, free)
	const path = "/collections/gros/items?limit=1&id=7"
	counted := func() bool {
		return strings.Contains(string(ask(t, http.MethodGet, w.address+path).body), `"numberMatched":1`)
	}
	if counted() {
		t.Fatal("it was counted while the table was locked")
	}
	w.server.DB = w.open(t, store.Options{}) // which has not tried yet
	for range 2 {
		if !counted() {
			t.Error("it is still not counted")
		}
	}
}

// TestReadyIsDiscreet: whether requests can be answered is for anyone to know; where the database is, and as whom it is asked,
// is not.
func TestReadyIsDiscreet(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"cles": "a,n\nx,1\n"})
	w.publish(t)
	role := fmt.Sprintf("probe_%d", time.Now().UnixNano())
	execute(t, w.database, "create role "+role+" login")
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), w.database)
		must(t, err)
		defer conn.Close(context.Background())
		_, err = conn.Exec(context.Background(), "drop role "+role)
		must(t, err)
	})
	address, err := url.Parse(w.database)
	must(t, err)
	address.User = url.User(role)
	db, err := store.Open(t.Context(), address.String(), store.Options{})
	must(t, err)
	defer db.Close()
	w.server.DB = db
	if a := ask(t, http.MethodGet, w.address+"/readyz"); a.StatusCode != 200 {
		t.Fatalf("%s %s", a.Status, a.body)
	}
	execute(t, w.database, "alter role "+role+" nologin")
	execute(t, w.database, "select pg_terminate_backend(pid) from pg_stat_activity where usename = '"+role+"'")
	for range 3 {
		a := ask(t, http.MethodGet, w.address+"/readyz")
		p := problemOf(t, a)
		if p.Status != 503 || p.Parameter != "" || a.Header.Get("Retry-After") == "" || strings.Contains(p.Detail, role) {
			t.Errorf("%s %+v", a.Status, p)
		}
		discreet(t, p)
	}
	if !strings.Contains(w.log.String(), role) {
		t.Error("the log does not say why")
	}
}

// TestReleaseIsOpenedOnce: many who ask an old release at once have it read once.
func TestReleaseIsOpenedOnce(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"points": points(5, "2026-01-01"), "cles": "a,n\nx,1\n"})
	first := w.publish(t).Release
	files["points.csv"].Data = []byte(points(5, "2026-01-02"))
	w.publish(t)
	s := w.serve(t, serve.Options{})
	must(t, s.Refresh(t.Context()))
	address := listen(t, s)
	conn, err := pgx.Connect(t.Context(), w.database)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "begin; lock table maille.release, maille.load in access exclusive mode")
	must(t, err)
	var asking sync.WaitGroup
	for range 6 {
		asking.Go(func() {
			if a := ask(t, http.MethodGet, address+"/r/"+first+"/collections"); a.StatusCode != 200 {
				t.Errorf("%s %s", a.Status, a.body)
			}
		})
	}
	eventually(t, 5*time.Second, "a statement that waits", func() bool { return busy(t, w.database) > 0 })
	time.Sleep(300 * time.Millisecond)
	if n := busy(t, w.database); n != 1 {
		t.Errorf("%d read the release", n)
	}
	_, err = conn.Exec(t.Context(), "rollback")
	must(t, err)
	asking.Wait()
}

// TestSameNameOtherRelease: a database that was restored may give the name that is served to another release.
func TestSameNameOtherRelease(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"cles": "a,n\nx,1\n"})
	w.publish(t)
	before := ask(t, http.MethodGet, w.address+"/manifest.json")
	execute(t, w.database, `update maille.release set manifest = jsonb_set(manifest, '{code}', '"other"')`)
	must(t, w.server.Refresh(t.Context()))
	after := ask(t, http.MethodGet, w.address+"/manifest.json", "If-None-Match", before.Header.Get("ETag"))
	if after.StatusCode != 200 || !strings.Contains(string(after.body), `"code": "other"`) {
		t.Errorf("%s %.300s", after.Status, after.body)
	}
}

// TestReleaseNameIsDecoded: %2D and - are the same in a path, and links have the plain one.
func TestReleaseNameIsDecoded(t *testing.T) {
	w := sample(t)
	name := current(t, w)
	a := ask(t, http.MethodGet, w.address+"/r/"+strings.ReplaceAll(name, "-", "%2D")+"/collections/communes")
	if a.StatusCode != 200 || !strings.Contains(string(a.body), `"`+w.address+"/r/"+name+`/collections/communes/items"`) {
		t.Errorf("%s %.500s", a.Status, a.body)
	}
	p := problemOf(t, ask(t, http.MethodGet, w.address+"/r/2001-01-01.1/"))
	if !strings.Contains(p.Detail, w.address+"/releases") {
		t.Errorf("%+v", p)
	}
	p = problemOf(t, ask(t, http.MethodGet, w.address+"/r/"+name+"/d/none.csv"))
	if !strings.Contains(p.Detail, w.address+"/r/"+name+"/manifest.json") {
		t.Errorf("%+v", p)
	}
}

// TestTemporalExtent: a collection whose features bear days says from which to which, and is asked by them.
func TestTemporalExtent(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\na,2026-01-02,2,48\nb,2024-02-29,2,48\nc,,2,48\n", "autres": "id,jour,lon,lat\na,,2,48\n", "cles": "a,n\nx,1\n"})
	w.publish(t)
	for name, want := range map[string]string{"points": `{"interval":[["2024-02-29T00:00:00Z","2026-01-02T00:00:00Z"]],"trs":"http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}`,
		"autres": "null", "cles": "null"} {
		for _, prefix := range []string{"", "/r/" + current(t, w)} {
			got := parse[struct{ Extent struct{ Temporal any } }](t, w.address+prefix+"/collections/"+name).Extent.Temporal
			if marshal(t, got) != want {
				t.Errorf("%s%s: %s", prefix, name, marshal(t, got))
			}
		}
	}
	if got := parse[features](t, w.address+"/collections/points/items?datetime=2024-02-28/P2D"); len(got.Features) != 2 { // and c, that no day bears
		t.Errorf("%d features", len(got.Features))
	}
}
