package serve_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"maille/internal/dump"
	"maille/internal/serve"
	"maille/internal/store"
)

// TestExportOfAll: an export without a choice is the dump of the release byte for byte, whether it is sent from the store
// or made again.
func TestExportOfAll(t *testing.T) {
	w := sample(t)
	for _, c := range collections(t, w) {
		for _, f := range []string{"csv", "geojson"} {
			at := w.address + "/collections/" + c.ID + "/export?f=" + f
			file, whole, made := ask(t, http.MethodGet, w.address+"/d/"+c.ID+"."+f), ask(t, http.MethodGet, at), ask(t, http.MethodGet, at+"&limit=1000000")
			if whole.StatusCode != 200 || !bytes.Equal(whole.body, file.body) || whole.Header.Get("ETag") != file.Header.Get("ETag") {
				t.Errorf("%s.%s: %s, %d bytes, not the %d of the dump", c.ID, f, whole.Status, len(whole.body), len(file.body))
			}
			if made.StatusCode != 200 || !bytes.Equal(made.body, file.body) {
				t.Errorf("%s.%s, made again: %s, %d bytes, not the %d of the dump", c.ID, f, made.Status, len(made.body), len(file.body))
			}
		}
	}
}

// TestExportSaysItsSystem where the file goes without its headers: in its name, and in GeoJSON itself, which pages are not.
func TestExportSaysItsSystem(t *testing.T) {
	w := sample(t)
	at := w.address + "/collections/communes/"
	const member = `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}}`
	for query, hint := range map[string]string{"": "", "&crs=" + lambert: "_epsg2154", "&crs=" + latFirst: "_epsg4326", "&skipGeometry=true&crs=" + lambert: "", "&nom=Massy&crs=" + lambert: "_epsg2154_massy"} {
		for _, f := range []string{"geojson", "gpkg"} {
			a := ask(t, http.MethodGet, at+"export?f="+f+query)
			want := "communes_" + current(t, w) + hint + "." + f
			if got := a.Header.Get("Content-Disposition"); !strings.Contains(got, `"`+want+`"`) {
				t.Errorf("%s%s: %s, not %s", f, query, got, want)
			}
			if f == "geojson" && strings.Contains(string(a.body), member) != strings.HasPrefix(hint, "_epsg2154") {
				t.Errorf("%s: %.120s", query, a.body)
			}
		}
	}
	if page := ask(t, http.MethodGet, at+"items?limit=1&crs="+lambert); strings.Contains(string(page.body), `"crs":{`) {
		t.Errorf("a page of the API has the member: %.200s", page.body)
	}
}

// TestExportChoice: an export is what the pages of the same choice give.
func TestExportChoice(t *testing.T) {
	w := sample(t)
	for _, query := range []string{
		"nom=Massy", "filter=" + url.QueryEscape("population > 20000"), "bbox=2.2,48.6,2.3,48.7", "sortby=-population&properties=nom,population",
		"q=saint&sortby=nom", "limit=7&sortby=nom", "bbox=48.6,2.2,48.7,2.3&bbox-crs=" + latFirst, "nom=nowhere", "skipGeometry=true", "crs=" + lambert,
	} {
		page := parse[features](t, w.address+"/collections/communes/items?"+query+more(query))
		file := parse[features](t, w.address+"/collections/communes/export?f=geojson&"+query)
		if marshal(t, file.Features) != marshal(t, page.Features) {
			t.Errorf("%s: %d features in the file, %d in the page", query, len(file.Features), len(page.Features))
		}
		a := ask(t, http.MethodGet, w.address+"/collections/communes/export?f=csv&"+query)
		rows, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
		if err != nil || len(rows)-1 != len(page.Features) {
			t.Errorf("%s: %d rows in CSV, %v", query, len(rows)-1, err)
		}
	}
}

func more(query string) string {
	if strings.Contains(query, "limit=") {
		return ""
	}
	return "&limit=1000"
}

// TestExportHeaders: a file says its name and its permanent address, which gives it again; and 304 to who has it.
func TestExportHeaders(t *testing.T) {
	w := sample(t)
	since := parse[collection](t, w.address+"/collections/communes").Since
	for _, f := range dump.Exports {
		at := w.address + "/collections/communes/export?f=" + f.Extension + "&filter=" + url.QueryEscape("code_departement = '91' AND nom LIKE 'É%'")
		a := ask(t, http.MethodGet, at)
		if a.StatusCode != 200 {
			t.Errorf("%s: %s %.300s", f.Extension, a.Status, a.body)
			continue
		}
		disposition := regexp.MustCompile(`^attachment; filename="communes_` + since + `_code-departement-91-and-nom-like-e\.` + f.Extension + `"$`)
		if got := a.Header.Get("Content-Disposition"); !disposition.MatchString(got) {
			t.Errorf("%s: %s", f.Extension, got)
		}
		if got := a.Header.Get("Content-Type"); got != f.MediaType {
			t.Errorf("%s: %s", f.Extension, got)
		}
		permanent := headerLink(a.Header, "canonical")
		if !strings.HasPrefix(permanent, w.address+"/r/"+since+"/collections/communes/export?") {
			t.Errorf("%s: permanent %q", f.Extension, permanent)
		}
		if again := ask(t, http.MethodGet, permanent); !bytes.Equal(again.body, a.body) || headerLink(again.Header, "canonical") != permanent {
			t.Errorf("%s: %s gives other bytes: %s, %d and %d", f.Extension, permanent, again.Status, len(again.body), len(a.body))
		}
		if got := ask(t, http.MethodGet, at, "If-None-Match", a.Header.Get("ETag")); got.StatusCode != http.StatusNotModified || len(got.body) > 0 || a.Header.Get("ETag") == "" {
			t.Errorf("%s: %s to who has %s", f.Extension, got.Status, a.Header.Get("ETag"))
		}
		head := ask(t, http.MethodHead, at)
		for _, name := range []string{"ETag", "Content-Type", "Content-Disposition", "Link", "Cache-Control", "Vary"} {
			if head.StatusCode != 200 || !slices.Equal(head.Header.Values(name), a.Header.Values(name)) {
				t.Errorf("%s: HEAD gives %s %v, GET %v", f.Extension, name, head.Header.Values(name), a.Header.Values(name))
			}
		}
	}
}

func TestExportRefuse(t *testing.T) {
	w := sample(t)
	for _, c := range []struct{ because, query, parameter string }{
		{"no such format", "f=shp", "f"}, {"nor this", "f=CSV", "f"}, {"a page's", "f=csv&after=5", "after"},
		{"nothing", "f=csv&limit=0", "limit"}, {"a wrong filter", "f=csv&filter=nom%20=%20", "filter"}, {"shapes of a page", "f=geojson&maxAllowableOffset=1", "maxAllowableOffset"},
		{"CSV's", "f=gpkg&geometry=wkt", "geometry"},
	} {
		w.refuses(t, c.because, "/collections/communes/export?"+c.query, c.parameter)
	}
}

// TestExportTooLongForAWorkbook: what does not fit is refused before it is made, and another format is proposed.
func TestExportTooLongForAWorkbook(t *testing.T) {
	w := sample(t)
	most := dump.XLSX.MaxRows
	dump.XLSX.MaxRows = 100
	defer func() { dump.XLSX.MaxRows = most }()
	a := ask(t, http.MethodGet, w.address+"/collections/communes/export?f=xlsx&sortby=nom")
	if p := problemOf(t, a); a.StatusCode != 400 || p.Parameter != "f" || !strings.Contains(p.Detail, "194") || !strings.Contains(p.Detail, "f=csv") {
		t.Errorf("%+v", p)
	}
	if a := ask(t, http.MethodGet, w.address+"/collections/communes/export?f=xlsx&limit=100&sortby=nom"); a.StatusCode != 200 {
		t.Errorf("as many as fit: %s %s", a.Status, a.body)
	}
}

// TestExportStreams: the first bytes leave before the last are read, a client that does not read holds no connection, and
// what it finds in the end is whole.
func TestExportStreams(t *testing.T) {
	w := largeWorld(t, store.Options{Connections: 2})
	c := dial(t, w, "/collections/gros/export?f=geojson&limit=59999")
	response, err := http.ReadResponse(c.answer, nil)
	must(t, err)
	if _, err := io.ReadFull(response.Body, make([]byte, 1000)); err != nil || response.ContentLength >= 0 {
		t.Fatalf("%d bytes announced, %v", response.ContentLength, err)
	}
	if busy(t, w.database) == 0 {
		t.Error("the first bytes came after the database was done")
	}
	eventually(t, 10*time.Second, "no statement under way", func() bool { return busy(t, w.database) == 0 })
	rest, err := io.ReadAll(response.Body)
	if err != nil || !bytes.HasSuffix(rest, []byte("\n]}\n")) {
		t.Errorf("%d bytes more, then %v", len(rest), err)
	}
}

// TestExportBreaksOff: an export whose statement dies after its first bytes left never looks like a whole one.
func TestExportBreaksOff(t *testing.T) {
	w := largeWorld(t, store.Options{})
	broken := 0
	for i := range 6 {
		response, err := http.Get(w.address + fmt.Sprintf("/collections/gros/export?f=%s&limit=%d", []string{"csv", "geojson"}[i%2], 59_000+i))
		must(t, err)
		if response.StatusCode != 200 {
			t.Fatalf("%s", response.Status)
		}
		execute(t, w.database, `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active'`)
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			broken++
		} else if rows := bytes.Count(body, []byte("\n")); rows < 59_000 {
			t.Errorf("%d rows, and no error", rows)
		}
	}
	if broken == 0 {
		t.Error("no export was cut off")
	}
	if a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f=csv&limit=3"); a.StatusCode != 200 || strings.Count(string(a.body), "\n") != 4 {
		t.Errorf("the next export: %s, %s", a.Status, a.body)
	}
}

// TestExportsBounded: so many exports are read from the database at once; who comes then is told when to come again. A
// client that leaves frees its place.
func TestExportsBounded(t *testing.T) {
	w := largeWorld(t, store.Options{})
	conn, err := pgx.Connect(t.Context(), w.database)
	must(t, err)
	defer conn.Close(t.Context())
	lock, err := conn.Begin(t.Context())
	must(t, err)
	table := query[string](t, w.database, `select format('%I.%I', schemaname, tablename) from pg_tables where tablename like 'gros@%' and tablename not like '%~%'`)
	_, err = lock.Exec(t.Context(), "lock table "+table+" in access exclusive mode")
	must(t, err)
	var waiting []client
	for i := range 4 {
		waiting = append(waiting, dial(t, w, fmt.Sprintf("/collections/gros/export?f=csv&limit=%d", i+1)))
	}
	eventually(t, 5*time.Second, "four exports under way", func() bool { return busy(t, w.database) == 4 })
	a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f=csv&limit=9")
	if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || a.Header.Get("Content-Disposition") != "" {
		t.Errorf("one more: %s %v", a.Status, a.Header)
	}
	discreet(t, problemOf(t, a))
	waiting[0].Close()
	eventually(t, 5*time.Second, "three exports under way", func() bool { return busy(t, w.database) == 3 })
	must(t, lock.Rollback(t.Context()))
	for i, c := range waiting[1:] {
		response, err := http.ReadResponse(c.answer, nil)
		must(t, err)
		body, err := io.ReadAll(response.Body)
		if err != nil || bytes.Count(body, []byte("\n")) != i+3 {
			t.Errorf("%d lines, %v", bytes.Count(body, []byte("\n")), err)
		}
	}
}

// TestExportRoom: exports share a room, break off when it is full, and give it back.
func TestExportRoom(t *testing.T) {
	w := largeWorld(t, store.Options{})
	small, err := serve.New(serve.Options{DB: w.readers, Blobs: folder(t), Title: "Étroit", ExportBytes: 3 << 20, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	must(t, small.Refresh(t.Context()))
	address := listen(t, small)
	for range 5 {
		response, err := http.Get(address + "/collections/gros/export?f=csv")
		must(t, err)
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode == http.StatusOK && err == nil {
			t.Fatalf("%s, %d bytes and no error", response.Status, len(body))
		}
		eventually(t, 5*time.Second, "room again", func() bool {
			a := ask(t, http.MethodGet, address+"/collections/gros/export?f=csv&limit=900")
			return a.StatusCode == 200 && bytes.Count(a.body, []byte("\n")) == 901
		})
	}
}

// TestExportTakesItsTime: exports are read through a pool of their own, whose statements may take longer than a page's.
func TestExportTakesItsTime(t *testing.T) {
	w := largeWorld(t, store.Options{StatementTimeout: 50 * time.Millisecond})
	patient, err := serve.New(serve.Options{DB: w.readers, Exports: w.open(t, store.Options{}), Blobs: folder(t), Title: "Patient", Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	must(t, patient.Refresh(t.Context()))
	hasty := ask(t, http.MethodGet, w.address+"/collections/gros/items?f=geojson&limit=10000&after=31")
	if hasty.StatusCode != http.StatusServiceUnavailable {
		t.Skipf("the database reads 20 MB in 50 ms: %s", hasty.Status)
	}
	a := ask(t, http.MethodGet, listen(t, patient)+"/collections/gros/export?f=geojson")
	var whole struct{ Features []json.RawMessage }
	must(t, json.Unmarshal(a.body, &whole))
	if len(whole.Features) != fat {
		t.Errorf("%s: %d features", a.Status, len(whole.Features))
	}
}

// TestExportSaysWhatItIs: a workbook has, for people, what was chosen, from which release, and where the sources came from.
func TestExportSaysWhatItIs(t *testing.T) {
	w := sample(t)
	at := w.address + "/collections/communes/export?f=xlsx&code_departement=91&bbox=2.2,48.6,2.3,48.7&q=saint&limit=3&filter=" + url.QueryEscape("population > 500")
	a := ask(t, http.MethodGet, at)
	book, err := excelize.OpenReader(bytes.NewReader(a.body))
	must(t, err)
	var text strings.Builder
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		must(t, err)
		for _, row := range rows {
			text.WriteString(strings.Join(row, "\t") + "\n")
		}
	}
	for _, want := range []string{"Code du département : 91", "filtre population > 500", "texte qui contient « saint »", "dans le rectangle 2.2, 48.6, 2.3, 48.7",
		"les 3 premières lignes", headerLink(a.Header, "canonical"), "Essai", time.Now().UTC().Format(time.DateOnly)} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%.3000s", want, text.String())
		}
	}
}
