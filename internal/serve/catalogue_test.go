package serve_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/release"
	"maille/internal/serve"
)

// harvested is a node of the catalogue: the values of each property, addresses and texts alike.
type harvested map[string][]string

// harvest reads a catalogue as data.gouv.fr does: by its suffix, without Accept, following hydra:next and no redirect, each
// page alone. It fails as its job would.
func harvest(t testing.TB, address string) map[string]harvested {
	t.Helper()
	all := map[string]harvested{}
	for page := address; page != ""; {
		if !strings.HasSuffix(page, ".jsonld") {
			t.Fatalf("%s: the form cannot be told from the address", page)
		}
		head, a := ask(t, http.MethodHead, page, "User-Agent", "uData/0.1 dcat"), ask(t, http.MethodGet, page, "User-Agent", "uData/0.1 dcat")
		if head.StatusCode != http.StatusOK || a.StatusCode != http.StatusOK {
			t.Fatalf("%s: HEAD %s, GET %s", page, head.Status, a.Status)
		}
		var document struct {
			Graph []map[string]any `json:"@graph"`
		}
		if err := json.Unmarshal(a.body, &document); err != nil {
			t.Fatal(err)
		}
		page = ""
		for _, n := range document.Graph {
			h := harvested{}
			for p, v := range n {
				h[p] = flat(v)
			}
			id := h["@id"][0]
			if slices.Contains(h["@type"], "hydra:PartialCollectionView") {
				page = strings.Join(h["hydra:next"], "")
			}
			if slices.Contains(h["@type"], "dcat:Dataset") && all[id] != nil && all[id]["dct:title"] != nil {
				t.Errorf("%s is there twice", id)
			}
			if all[id] == nil {
				all[id] = harvested{}
			}
			all[id].join(h)
		}
	}
	return all
}

// join adds what another page says of a node.
func (h harvested) join(other harvested) {
	for p, values := range other {
		for _, v := range values {
			if !slices.Contains(h[p], v) {
				h[p] = append(h[p], v)
			}
		}
	}
}

// flat is a value of JSON-LD as texts; of a node inside, those of its properties as JSON.
func flat(v any) (texts []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			texts = append(texts, flat(one)...)
		}
		return texts
	case map[string]any:
		for _, key := range []string{"@id", "@value"} {
			if text, ok := v[key].(string); ok {
				return []string{text}
			}
		}
	}
	text, _ := json.Marshal(v)
	return []string{string(text)}
}

func ofType(all map[string]harvested, class string) (ids []string) {
	for id, h := range all {
		if slices.Contains(h["@type"], class) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// TestHarvestedItems: no dataset is skipped, refused or cut, and every file is the one that is described.
func TestHarvestedItems(t *testing.T) {
	w := sample(t)
	all := harvest(t, w.address+"/catalog.jsonld")
	datasets, identifiers := ofType(all, "dcat:Dataset"), map[string]bool{}
	if want := collections(t, w); len(datasets) != len(want) {
		t.Fatalf("%d datasets of %d", len(datasets), len(want))
	}
	for _, id := range datasets {
		d := all[id]
		identifier := strings.Join(d["dct:identifier"], " ")
		if !strings.HasPrefix(identifier, "tag:") || !strings.HasSuffix(identifier, strings.TrimPrefix(id, w.address+"/")) || identifiers[identifier] || len(d["dct:title"]) != 1 {
			t.Errorf("%s: identifier %q, title %q", id, identifier, d["dct:title"])
		}
		identifiers[identifier] = true
		for _, date := range append(slices.Clone(d["dct:modified"]), d["dct:issued"]...) {
			if at, err := time.Parse(time.RFC3339, date); err != nil || at.After(time.Now()) {
				t.Errorf("%s: the date %s is refused: %v", id, date, err)
			}
		}
		if c := d["dct:conformsTo"]; len(c) > 0 && !strings.HasPrefix(c[0], "https://schema.data.gouv.fr/schemas/") {
			t.Errorf("%s: %s would be taken for a schema", id, c)
		}
		if page := ask(t, http.MethodGet, d["dcat:landingPage"][0]); page.StatusCode != 200 || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: its page answers %s", id, page.Status)
		}
		if len(d["dcat:distribution"]) == 0 {
			t.Errorf("%s has no file", id)
		}
		for _, file := range d["dcat:distribution"] {
			sameFile(t, all[file])
		}
	}
	for _, id := range ofType(all, "dcat:DataService") {
		s := all[id]
		if api := ask(t, http.MethodGet, s["dcat:endpointDescription"][0]); api.StatusCode != 200 || !strings.Contains(api.Header.Get("Content-Type"), "openapi") {
			t.Errorf("the API's description answers %s", api.Status)
		}
		if !slices.Equal(slices.Sorted(slices.Values(s["dcat:servesDataset"])), datasets) || s["dct:identifier"] == nil {
			t.Errorf("the API serves %v", s["dcat:servesDataset"])
		}
	}
	for id, h := range all {
		if h["dcat:accessService"] != nil {
			t.Errorf("%s: what is an access service makes no page of an API", id)
		}
	}
}

// sameFile fetches a file as hydra does, and holds it to what the catalogue says.
func sameFile(t *testing.T, d harvested) {
	t.Helper()
	address := d["dcat:downloadURL"][0]
	head, a := ask(t, http.MethodHead, address), ask(t, http.MethodGet, address)
	if head.StatusCode != 200 || a.StatusCode != 200 || head.Header.Get("Content-Length") != d["dcat:byteSize"][0] || fmt.Sprint(len(a.body)) != d["dcat:byteSize"][0] {
		t.Errorf("%s: HEAD %s of %s, GET %s of %d bytes, not %s", address, head.Status, head.Header.Get("Content-Length"), a.Status, len(a.body), d["dcat:byteSize"])
	}
	if head.Header.Get("Last-Modified") == "" || head.Header.Get("ETag") == "" {
		t.Errorf("%s: without Last-Modified and ETag it is fetched again each time", address)
	}
	sum := sha256.Sum256(a.body)
	if c := d["spdx:checksum"][0]; !strings.Contains(c, hex.EncodeToString(sum[:])) || !strings.Contains(c, "checksumAlgorithm_sha256") {
		t.Errorf("%s: %s is not its sum", address, c)
	}
	if strings.Join(d["dcat:accessURL"], "") != address || strings.ContainsAny(address, "?#") || strings.Contains(address, "/r/") {
		t.Errorf("%s: an address that changes makes a file more at each harvest", address)
	}
	if at, err := time.Parse(time.RFC3339, d["dct:modified"][0]); err != nil || at.After(time.Now()) {
		t.Errorf("%s: the date %s is refused: %v", address, d["dct:modified"], err)
	}
}

// TestCatalogueAnswers: HEAD before GET, no redirect, form and charset said, whatever Accept; 304; CORS; and never 429.
func TestCatalogueAnswers(t *testing.T) {
	w := sample(t)
	for suffix, mediaType := range map[string]string{"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"} {
		address := w.address + "/catalog." + suffix
		head, get := ask(t, http.MethodHead, address), ask(t, http.MethodGet, address)
		for _, a := range []reply{head, get, ask(t, http.MethodGet, address, "Accept", "text/html"), ask(t, http.MethodGet, address, "Accept", "image/png")} {
			if a.StatusCode != 200 || a.Header.Get("Content-Type") != mediaType+"; charset=utf-8" {
				t.Errorf("%s: %s %s", address, a.Status, a.Header.Get("Content-Type"))
			}
		}
		if head.Header.Get("Content-Length") != fmt.Sprint(len(get.body)) || len(get.body) > 1<<20 {
			t.Errorf("%s: HEAD says %s of %d bytes", address, head.Header.Get("Content-Length"), len(get.body))
		}
		if at, err := http.ParseTime(get.Header.Get("Last-Modified")); err != nil || at.After(time.Now()) {
			t.Errorf("%s: Last-Modified %q", address, get.Header.Get("Last-Modified"))
		}
		if tag := get.Header.Get("ETag"); strings.HasPrefix(tag, "W/") || ask(t, http.MethodGet, address, "If-None-Match", tag).StatusCode != http.StatusNotModified {
			t.Errorf("%s: ETag %q is not strong, or makes no 304", address, tag)
		}
		probe := ask(t, http.MethodOptions, address, "Origin", "https://www.data.gouv.fr", "Access-Control-Request-Method", "GET",
			"Access-Control-Request-Headers", "authorization, content-type")
		if allowed := strings.ToLower(probe.Header.Get("Access-Control-Allow-Headers")); probe.StatusCode >= 300 || probe.Header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(allowed, "authorization") || !strings.Contains(allowed, "content-type") {
			t.Errorf("%s: CORS %s %v", address, probe.Status, probe.Header)
		}
		for range 300 {
			if a := ask(t, http.MethodHead, address); a.StatusCode != 200 {
				t.Fatalf("%s: %s", address, a.Status)
			}
		}
		if strings.Contains(string(get.body), "/r/") {
			t.Errorf("%s names a release", address)
		}
	}
	frozen := "/r/" + current(t, w)
	for _, path := range []string{"/catalog", "/catalog.xml", "/catalog/1.ttl", "/catalog/2.ttl", "/catalog/x.ttl", "/catalog/99999999999999999999.ttl", "/catalog.ttl/", frozen + "/catalog.ttl"} {
		if a := ask(t, http.MethodGet, w.address+path); problemOf(t, a).Status != 404 {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
	if a := ask(t, http.MethodGet, w.address+"/catalog.ttl?page=2"); problemOf(t, a).Parameter != "page" {
		t.Errorf("a parameter that it does not have: %s", a.Status)
	}
	for _, path := range []string{"/", frozen + "/"} {
		if a := ask(t, http.MethodGet, w.address+path, "Accept", "application/json"); !strings.Contains(string(a.body), w.address+"/catalog.jsonld") {
			t.Errorf("%s does not link to the catalogue", path)
		}
	}
}

// TestCatalogueWithoutAddress: it answers by whatever name it is asked, and the log says once that others take that for others.
func TestCatalogueWithoutAddress(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"un": "id,jour,lon,lat\n1,,2.4,48.6\n"})
	w.publish(t)
	const warning = "without base_url"
	for i, c := range []struct {
		host, base string
		warned     int
	}{
		{host: "127.0.0.1:8080"}, {host: "localhost"}, {host: "[::1]:8080"}, {"data.example.fr", "https://data.example.fr", 0},
		{host: "data.example.fr", warned: 1}, {host: "192.0.2.1:8080", warned: 1},
	} {
		server := w.serve(t, serve.Options{BaseURL: c.base})
		must(t, server.Refresh(t.Context()))
		before := strings.Count(w.log.String(), warning)
		for range 2 {
			for _, suffix := range []string{"ttl", "rdf"} {
				r, a := httptest.NewRequest(http.MethodGet, "/catalog."+suffix, nil), httptest.NewRecorder()
				r.Host = c.host
				if server.ServeHTTP(a, r); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "tag:") {
					t.Errorf("%d, %s: %d", i, c.host, a.Code)
				}
			}
		}
		if n := strings.Count(w.log.String(), warning) - before; n != c.warned {
			t.Errorf("%d, %s: warned %d times, not %d", i, c.host, n, c.warned)
		}
	}
}

// TestCataloguePages: cut in pages, the same is harvested, but for the pages' own nodes.
func TestCataloguePages(t *testing.T) {
	w := sample(t)
	server := w.serve(t, serve.Options{CataloguePage: 10})
	if err := server.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	paged := listen(t, server)
	for name, status := range map[string]int{"2": 200, "02": 404, "+2": 404, "%2B2": 404, "1": 404, "01": 404, "0": 404, "-2": 404, "1e9": 404} {
		if a := ask(t, http.MethodGet, paged+"/catalog/"+name+".ttl"); a.StatusCode != status {
			t.Errorf("page %s: %s", name, a.Status)
		}
	}
	whole, parts := harvest(t, w.address+"/catalog.jsonld"), harvest(t, paged+"/catalog.jsonld")
	plain := func(address string, all map[string]harvested) (texts []string) {
		for _, class := range []string{"dcat:Dataset", "dcat:Distribution"} { // the API serves, on each page, those of that page
			for _, id := range ofType(all, class) {
				for _, values := range all[id] {
					slices.Sort(values)
				}
				text, _ := json.Marshal(all[id])
				texts = append(texts, strings.ReplaceAll(string(text), address, ""))
			}
		}
		return texts
	}
	if a, b := plain(w.address, whole), plain(paged, parts); len(a) == 0 || !slices.Equal(a, b) {
		t.Errorf("%d and %d nodes, which differ", len(a), len(b))
	}
}

// TestHarvestedAgain: with nothing changed all is the same, bytes included; when one dataset changes, it alone has another
// date, and no identifier nor address is new.
func TestHarvestedAgain(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"un": "id,jour,lon,lat\n1,2026-01-01,2.4,48.6\n", "deux": "a,n\nx,1\n"})
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	w.Now = func() time.Time { return at }
	publish := func() *release.Manifest {
		m := w.publish(t)
		at = at.Add(24 * time.Hour)
		return m
	}
	publish()
	first, bytes := harvest(t, w.address+"/catalog.jsonld"), ask(t, http.MethodGet, w.address+"/catalog.rdf").body
	if again := harvest(t, w.address+"/catalog.jsonld"); !maps.EqualFunc(first, again, sameNode) {
		t.Error("harvested twice, it is not the same")
	}
	if other := ask(t, http.MethodGet, w.address+"/catalog.rdf").body; !slices.Equal(bytes, other) {
		t.Error("asked twice, it has other bytes")
	}

	files["un.csv"].Data = []byte("id,jour,lon,lat\n1,2026-01-01,2.5,48.6\n")
	publish()
	second := harvest(t, w.address+"/catalog.jsonld")
	for _, class := range []string{"dcat:Dataset", "dcat:Distribution", "dcat:DataService", "dcat:Catalog"} {
		if a, b := ofType(first, class), ofType(second, class); !slices.Equal(a, b) {
			t.Errorf("%s: %v became %v", class, a, b)
		}
	}
	for id, node := range first {
		changed := !sameNode(node, second[id])
		mine := strings.HasSuffix(id, "/collections/un") || strings.Contains(id, "/d/un.") || strings.HasSuffix(id, "/#catalogue")
		if changed != mine {
			t.Errorf("%s: changed %v\n%v\n%v", id, changed, node, second[id])
		}
		if class := node["@type"]; mine && slices.Contains(class, "dcat:Dataset") &&
			(second[id]["dct:modified"][0] != "2026-03-02T08:00:00Z" || second[id]["dct:issued"][0] != "2026-03-01T08:00:00Z") {
			t.Errorf("%s: issued %v, modified %v", id, second[id]["dct:issued"], second[id]["dct:modified"])
		}
	}
}

func sameNode(a, b harvested) bool { return maps.EqualFunc(a, b, slices.Equal) }
