package serve_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/release"
)

type releaseList struct {
	Releases []struct {
		Release, Previous            string
		Current, Readable            bool
		Datasets, Rows, Files, Bytes int64
		Changes                      []release.DatasetChange
		Links                        []link
	}
	Failed    []release.Attempt
	NextDates []release.Due `json:"next_dates"`
	Links     []link
}

// TestReleasesTellTheirStory: what changed, what came to nothing and why, what is read from files alone.
func TestReleasesTellTheirStory(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\na,,2,48\nb,,2,48\n", "cles": "a,n\nx,1\n"})
	first := w.publish(t)
	files["points.csv"].Data = []byte("id,jour,lon,lat\na,,2,49\nb,,2,48\nc,,2,48\n")
	second := w.publish(t)
	files["points.csv"].Data = []byte("id,jour,lon,lat\n")
	w.Ingest(t.Context())
	must(t, w.DB.SaveAttempt(t.Context(), release.Attempt{At: w.Now(), Status: release.Refused, Release: second.Release, Dataset: "points", Reason: "points : plus aucune <ligne>"}))
	conn, err := pgx.Connect(t.Context(), w.database)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "update maille.version set pruned_at = now() where id = $1", first.Entry("points").ID)
	must(t, err)
	_, err = conn.Exec(t.Context(), "insert into maille.calendar values ('DAILY', '0 3 * * *', '{points,cles}', '2030-01-01 03:00Z')")
	must(t, err)
	l := parse[releaseList](t, w.address+"/releases")
	if len(l.Releases) != 2 || !l.Releases[0].Current || !l.Releases[0].Readable || l.Releases[1].Readable || l.Releases[0].Previous != first.Release {
		t.Fatalf("%+v", l.Releases)
	}
	if r := l.Releases[0]; r.Datasets != 2 || r.Rows != 4 || r.Files == 0 || r.Bytes == 0 || len(r.Links) < 5 {
		t.Errorf("%+v", r)
	}
	for _, c := range l.Releases[0].Changes {
		if c.Dataset != "points" || c.Added != 1 || c.Changed != 1 || c.Rows != 3 {
			t.Errorf("%+v", c)
		}
	}
	if len(l.Failed) != 1 || l.Failed[0].Dataset != "points" || len(l.NextDates) != 1 || len(l.NextDates[0].Datasets) != 2 {
		t.Errorf("%+v, %+v", l.Failed, l.NextDates)
	}
	page := string(ask(t, http.MethodGet, w.address+"/releases?f=html").body)
	for _, want := range []string{"plus aucune &lt;ligne&gt;", "1er janvier 2030 à 4 h 00, heure de Paris", "fichiers seuls", "/r/" + first.Release + "/manifest.json", "/r/" + second.Release + "/cite", "/r/" + second.Release + "/SHA256SUMS"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, `href="`+w.address+"/r/"+first.Release+`/"`) {
		t.Error("a release whose tables went is offered to read")
	}
}

// TestReleasesAgain: who comes back is told that nothing came, and of what came without a release.
func TestReleasesAgain(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\na,,2,48\n"})
	m := w.publish(t)
	for _, f := range []string{"json", "html"} {
		address := w.address + "/releases?f=" + f
		first := ask(t, http.MethodGet, address, "Accept-Encoding", "gzip")
		tag := first.Header.Get("ETag")
		if first.StatusCode != 200 || first.Header.Get("Content-Encoding") != "gzip" || tag == "" || strings.HasPrefix(tag, "W/") {
			t.Errorf("%s: %s %v", f, first.Status, first.Header)
		}
		if again := ask(t, http.MethodGet, address, "Accept-Encoding", "gzip", "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: nothing came: %s", f, again.Status)
		}
		must(t, w.DB.SaveAttempt(t.Context(), release.Attempt{At: m.Published.Add(time.Hour), Status: release.Refused, Release: m.Release, Reason: "refus " + f}))
		if later := ask(t, http.MethodGet, address, "If-None-Match", tag); later.StatusCode != 200 || !strings.Contains(string(later.body), "refus "+f) {
			t.Errorf("%s: a refusal came: %s", f, later.Status)
		}
	}
}

// TestReleasesOnce: of sources only the newest release says all, and failures from before it are told below it.
func TestReleasesOnce(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\na,,2,48\n"})
	first := w.publish(t)
	must(t, w.DB.SaveAttempt(t.Context(), release.Attempt{At: first.Published.Add(-time.Hour), Status: release.Refused, Reason: "refus ancien"}))
	files["points.csv"].Data = []byte("id,jour,lon,lat\na,,2,49\n")
	second := w.publish(t)
	must(t, w.DB.SaveAttempt(t.Context(), release.Attempt{At: second.Published.Add(time.Hour), Status: release.Refused, Release: second.Release, Reason: "refus nouveau"}))
	var l struct{ Releases []struct{ Sources []any } }
	must(t, json.Unmarshal(ask(t, http.MethodGet, w.address+"/releases").body, &l))
	if len(l.Releases) != 2 || len(l.Releases[0].Sources) != 1 || l.Releases[1].Sources != nil {
		t.Errorf("%+v", l)
	}
	page := string(ask(t, http.MethodGet, w.address+"/releases?f=html").body)
	newer, list, older := strings.Index(page, "refus nouveau"), strings.Index(page, `id="liste"`), strings.Index(page, "refus ancien")
	if newer < 0 || newer > list || older < list {
		t.Errorf("at %d, the list at %d, %d", newer, list, older)
	}
}

// TestManyReleasesAreListedByPages: ten years of daily releases, each with all that the page may say of it.
func TestManyReleasesAreListedByPages(t *testing.T) {
	notRaced(t)
	w, _ := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\na,,2,48\n"})
	w.publish(t)
	conn, err := pgx.Connect(t.Context(), w.database)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `insert into maille.release (id, published_at, previous, manifest)
		select to_char(date '2016-01-01' + n, 'YYYY-MM-DD') || '.1', date '2016-01-01' + n, null, jsonb_build_object('release', 'x', 'published', 'y', 'datasets',
			(select jsonb_agg(jsonb_build_object('dataset', 'couverture-thd-communes-' || i, 'id', substr(md5(i::text), 1, 12), 'rows', 34969, 'files', '[]'::jsonb, 'since', 'x', 'modified', 'z',
				'change', jsonb_build_object('added', 12345, 'removed', 12345, 'changed', 12345, 'columns', '["a"]'::jsonb, 'causes', '["source", "geography", "rule", "program"]'::jsonb))) from generate_series(1, 12) i))
		from generate_series(0, 3649) n`)
	must(t, err)
	seen, next := map[string]bool{}, w.address+"/releases"
	for pages := 0; next != ""; pages++ {
		l := parse[releaseList](t, next)
		if len(l.Releases) > 50 || pages > 80 {
			t.Fatalf("%d releases on page %d", len(l.Releases), pages)
		}
		for _, r := range l.Releases {
			if seen[r.Release] {
				t.Fatalf("%s twice", r.Release)
			}
			seen[r.Release] = true
		}
		if next = ""; len(l.Links) > 1 {
			next = linked(l.Links, "next")
		}
	}
	if len(seen) != 3651 {
		t.Errorf("%d releases", len(seen))
	}
	page := ask(t, http.MethodGet, w.address+"/releases?f=html")
	if page.StatusCode != http.StatusOK || len(page.body) > 100_000 || !strings.Contains(string(page.body), "/releases?before=") {
		t.Errorf("%d, %d bytes", page.StatusCode, len(page.body))
	}
	if p := problemOf(t, ask(t, http.MethodGet, w.address+"/releases?before=yesterday")); p.Status != http.StatusBadRequest || p.Parameter != "before" {
		t.Errorf("%+v", p)
	}
	if l := parse[releaseList](t, w.address+"/releases?before=1900-01-01.1"); len(l.Releases) != 0 {
		t.Errorf("%d before a release that never was", len(l.Releases))
	}
}
