package serve_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html/atom"

	"maille/internal/serve"
)

const filtered = "cartefibre_taux < 80"

// script is what the script of a map's page is told.
func script(t testing.TB, d *document) (told struct {
	serve.MapScript
	Worker string            `json:"worker"`
	Words  map[string]string `json:"words"`
}) {
	t.Helper()
	for _, n := range d.all(atom.Script) {
		if attribute(n, "id") == "map-data" {
			must(t, json.Unmarshal([]byte(inside(n)), &told))
			return told
		}
	}
	const why = "the program is built without the map's library, which .ci/install fetches"
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
	return told
}

// TestMapPage: the page of a theme has its legend, what its script needs, and links that lead somewhere.
func TestMapPage(t *testing.T) {
	w := sample(t)
	d := look(t, w.address+"/cartes/couverture")
	for _, want := range []string{"donnée absente", "95\u00a0% et plus", `class="hatch"`, "Lieux de médiation numérique", "/qgis/couverture.qgz", "/styles/couverture/legend.svg",
		"/r/" + current(t, w) + "/cartes/couverture", "/d/couverture-thd-communes.csv", "/d/couverture-thd-communes.pmtiles", "licence BSD",
		"Locaux raccordables à la fibre, T2 2026"} {
		if !strings.Contains(d.text, want) {
			t.Errorf("no %q", want)
		}
	}
	told := script(t, d)
	if told.Style != w.address+"/styles/couverture.json" || len(told.Bounds) != 4 || told.Bounds[0] > 2 || told.Words["null"] != "donnée absente" {
		t.Errorf("the script is told %+v", told)
	}
	var ids []string
	for _, l := range told.Layers {
		ids = append(ids, l.ID)
	}
	if want := []string{"lieux-mediation", "departements", "epci", "couverture-thd-communes"}; !slices.Equal(ids, want) {
		t.Errorf("layers %v, not %v", ids, want)
	}
	if l := told.Layers[3]; l.Value != "cartefibre_taux" || l.Name != "nom" || !slices.Equal(l.Key, []string{"code_insee"}) || l.Points || l.Unit != "%" {
		t.Errorf("the layer of communes is %+v", l)
	}
	if a := ask(t, http.MethodGet, told.Worker, "Accept-Encoding", "gzip"); a.StatusCode != http.StatusOK || a.Header.Get("Content-Encoding") != "gzip" ||
		!strings.Contains(a.Header.Get("Content-Security-Policy"), "connect-src 'self';") {
		t.Errorf("the worker: %s %v", a.Status, a.Header)
	}
}

// fingerprinted is a renderer with other files.
type fingerprinted struct{ serve.Renderer }

func (fingerprinted) Fingerprint() string { return "other" }

// TestMapPageTag: what changes a page or its policy, of the configuration or of the program's files, changes its tag.
func TestMapPageTag(t *testing.T) {
	w := sample(t)
	fond, credit := &serve.Basemap{Tiles: "https://tuiles.example/{z}/{x}/{y}.png", Attribution: "Un"}, &serve.Basemap{Tiles: "https://tuiles.example/{z}/{x}/{y}.png", Attribution: "Deux"}
	tags := map[string]string{}
	for because, o := range map[string]serve.Options{"as it is": {}, "a basemap": {Basemap: fond}, "by someone else": {Basemap: credit}, "other files": {Pages: fingerprinted{w.server.Pages}}} {
		o.BaseURL = "https://service.example"
		s := w.serve(t, o)
		must(t, s.Refresh(t.Context()))
		tag := ask(t, http.MethodGet, listen(t, s)+"/cartes/communes").Header.Get("ETag")
		if other, taken := tags[tag]; taken || tag == "" {
			t.Errorf("%s and %s have the tag %s", because, other, tag)
		}
		tags[tag] = because
	}
}

// leads are the addresses that a page leads to.
func leads(d *document) (hrefs []string) {
	for _, n := range d.all(atom.A) {
		hrefs = append(hrefs, attribute(n, "href"))
	}
	return hrefs
}

// TestMapPageFilter: a condition of the address applies to the style, to the table and to the links, and can be taken away.
func TestMapPageFilter(t *testing.T) {
	w := sample(t)
	d := look(t, w.address+"/cartes/couverture-thd-communes?filter="+url.QueryEscape(filtered))
	query := url.Values{"filter": {filtered}}.Encode()
	told := script(t, d)
	if !strings.HasSuffix(told.Style, "?"+query) || told.Layers[0].Query != query {
		t.Errorf("the script is told of %q and %q, not %q", told.Style, told.Layers[0].Query, query)
	}
	hrefs := leads(d)
	at := w.address + "/collections/couverture-thd-communes"
	for _, want := range []string{at + "/items?" + query, at + "/export?f=csv&" + query, w.address + "/cartes/couverture-thd-communes",
		w.address + "/r/" + current(t, w) + "/cartes/couverture-thd-communes?" + query} {
		if !slices.Contains(hrefs, want) {
			t.Errorf("no link to %s among %v", want, hrefs)
		}
	}
	if got := look(t, at+"/items?"+query); !slices.Contains(leads(got), w.address+"/cartes/couverture-thd-communes?"+query) {
		t.Error("the table does not lead to the map of the same features")
	}
	for address, status := range map[string]int{"/cartes/couverture-thd-communes?filter=nosuch+%3D+1": 400, "/cartes/couvertur": 404, "/cartes/offre-communes?x=1": 200,
		"/cartes/couverture?filter=nosuch": 200} {
		if a := ask(t, http.MethodGet, w.address+address, "Accept", browser); a.StatusCode != status {
			t.Errorf("%s: %s", address, a.Status)
		}
	}
}

// TestMapPolicy: a map's page may run the scripts of this service, and ask this service only; other pages run none.
func TestMapPolicy(t *testing.T) {
	w := sample(t)
	based := w.serve(t, serve.Options{Basemap: &serve.Basemap{Tiles: "https://tiles.example.fr/{z}/{x}/{y}.png", Attribution: "Exemple"}})
	must(t, based.Refresh(t.Context()))
	const ours = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	other := strings.NewReplacer("connect-src 'self'", "connect-src 'self' https://tiles.example.fr", "blob:", "blob: https://tiles.example.fr").Replace(ours)
	for address, want := range map[string]string{
		w.address + "/cartes/communes": ours, listen(t, based) + "/cartes/communes": other,
		w.address + "/cartes":               "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		w.address + "/cartes/nothing":       "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		w.address + "/collections/communes": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	} {
		if got := ask(t, http.MethodGet, address, "Accept", browser).Header.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}

// TestBasemapCheck: an operator is told what is wrong with the basemap.
func TestBasemapCheck(t *testing.T) {
	for _, c := range []struct{ tiles, by, wrong string }{
		{"https://tiles.example.fr/{z}/{x}/{y}.png", "Exemple", ""},
		{"https://tiles.example.fr/{z}/{x}.png", "Exemple", "{y}"},
		{"ftp://tiles.example.fr/{z}/{x}/{y}.png", "Exemple", "no"},
		{"https://a b/{z}/{x}/{y}.png", "Exemple", "not an address"},
		{"https://tiles.example.fr; script-src *//{z}/{x}/{y}", "Exemple", "not an address"},
		{"https://tiles.example.fr/{z}/{x}/{y}.png", " ", "who made"},
	} {
		err := (&serve.Basemap{Tiles: c.tiles, Attribution: c.by}).Check()
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%q by %q: %v", c.tiles, c.by, err)
		}
	}
}

// TestMapsPage: the list leads to each map, and other pages lead to it.
func TestMapsPage(t *testing.T) {
	w := sample(t)
	d := look(t, w.address+"/cartes")
	for _, want := range []string{"/cartes/couverture\"", "/cartes/communes\"", "/cartes/lieux-mediation\""} {
		if !strings.Contains(d.text, w.address+want) {
			t.Errorf("no link to %s", want)
		}
	}
	if strings.Contains(d.text, "/cartes/couverture-thd-series\"") {
		t.Error("there is a map of what has no geometry")
	}
	for page, want := range map[string]string{"/": "/cartes/couverture\"", "/collections/communes": "/cartes/communes\"", "/collections": "/cartes\""} {
		if !strings.Contains(look(t, w.address+page).text, w.address+want) {
			t.Errorf("%s does not lead to %s", page, want)
		}
	}
}

// TestMapsOfNowhere: a collection of which nothing has a position is in no list of maps; its own page says so.
func TestMapsOfNowhere(t *testing.T) {
	w := sample(t)
	if list := look(t, w.address+"/cartes"); strings.Contains(list.text, "/cartes/services-publics\"") {
		t.Error("the list leads to a map without anything on it")
	}
	for address, want := range map[string]bool{"/cartes/services-publics": true, "/cartes/couverture": false, "/cartes/mediation": false} {
		if d := look(t, w.address+address); strings.Contains(d.text, "about absent") != want {
			t.Errorf("%s: says what is missing, %v", address, !want)
		}
	}
}
