package serve_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"

	"maille/internal/dataset"
	"maille/internal/store"
)

// formerWorld has two communes, and the passages of three codes that died: one merged, one divided, one that is a part
// of a commune that bears another code.
func formerWorld(t *testing.T) (*world, fstest.MapFS) {
	t.Helper()
	field := func(name, kind string) string {
		required := strconv.FormatBool(name != "fin" && name != "type")
		return `{"name":"` + name + `","title":"T","description":"D.","type":"` + kind + `","constraints":{"required":` + required + `}}`
	}
	describe := func(name, schema, publication string) string {
		return `{"name":"` + name + `","title":"T","description":"D.","resources":[{"path":"` + name + `.csv","format":"csv"}],"schema":"` + schema + `.json",
			"licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Essai"}],"publication":{` + publication + `}}`
	}
	var columns []string
	for _, c := range []string{"code_ancien string", "nature string", "debut date", "fin date", "nom_ancien string", "type string", "code_insee string", "nom string", "principal boolean"} {
		name, kind, _ := strings.Cut(c, " ")
		columns = append(columns, field(name, kind))
	}
	files := map[string]string{
		"datasets/communes.json": describe("communes", "communes", `"key":["code_insee"],"commune":"code_insee"`),
		"datasets/lieux.json":    describe("lieux", "communes", `"key":["code_insee"]`), // its key is no commune's code
		"datasets/passages.json": describe("passages", "passages", `"key":["code_ancien","nature","debut","code_insee"],"commune":"code_insee","reference":"passages"`),
		"datasets/parties.json":  describe("parties", "parties", `"key":["code_insee"],"commune":"commune","reference":"arrondissements"`),
		"schemas/parties.json":   `{"fields":[` + field("code_insee", "string") + "," + field("commune", "string") + `]}`,
		"datasets/parties.csv":   "code_insee,commune\n75108,75056\n",
		"schemas/communes.json":  `{"fields":[` + field("code_insee", "string") + `]}`,
		"schemas/passages.json":  `{"fields":[` + strings.Join(columns, ",") + `]}`,
		"datasets/communes.csv":  "code_insee\n91228\n91377\n",
		"datasets/lieux.csv":     "code_insee\n91228\n",
		"datasets/passages.csv": "code_ancien,nature,debut,fin,nom_ancien,type,code_insee,nom,principal\n" +
			"91182,commune,1968-01-01,2019-01-01,Courcouronnes,commune_nouvelle,91228,Évry-Courcouronnes,true\n" +
			"91182,deleguee,2019-01-01,2020-03-01,Courcouronnes,suppression_deleguee,91228,Évry-Courcouronnes,true\n" +
			"08227,commune,1943-01-01,1968-03-02,Hocmont,suppression,91377,Massy,false\n" +
			"08227,commune,1943-01-01,1968-03-02,Hocmont,suppression,91228,Évry-Courcouronnes,true\n" +
			"91228,commune,2019-01-01,,Évry-Courcouronnes,,91228,Évry-Courcouronnes,true\n",
	}
	datasets, schemas := fstest.MapFS{}, fstest.MapFS{}
	for name, file := range files {
		folder, base, _ := strings.Cut(name, "/")
		map[string]fstest.MapFS{"datasets": datasets, "schemas": schemas}[folder][base] = &fstest.MapFile{Data: []byte(file)}
	}
	return newWorld(t, dataset.Files{Datasets: datasets, Schemas: schemas}, store.Options{}), datasets
}

// TestArrondissements: the commune that an arrondissement is a part of is named.
func TestArrondissements(t *testing.T) {
	w, _ := formerWorld(t)
	w.publish(t)
	p := problemOf(t, ask(t, http.MethodGet, w.address+"/collections/communes/items/75108"))
	if p.Detail != "75108 is an arrondissement of 75056, which is one commune" {
		t.Errorf("%+v", p)
	}
}

func TestFormerCommunes(t *testing.T) {
	w, datasets := formerWorld(t)
	first := w.publish(t).Release
	// Another release, in which Massy took Évry-Courcouronnes' place as the seat of Courcouronnes.
	passages := datasets["passages.csv"]
	datasets["passages.csv"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(passages.Data), "91182,commune,1968-01-01,2019-01-01,Courcouronnes,commune_nouvelle,91228,Évry-Courcouronnes",
		"91182,commune,1968-01-01,2019-01-01,Courcouronnes,commune_nouvelle,91377,Massy"))}
	w.publish(t)
	current, frozen := w.address, w.address+"/r/"+first
	for _, c := range []struct {
		because, address string
		status           int
		location         string
	}{
		{"one successor", current + "/collections/communes/items/91182", 301, current + "/collections/communes/items/91377"},
		{"with its query", current + "/collections/communes/items/91182?f=json", 301, current + "/collections/communes/items/91377?f=json"},
		{"as the release that the path names knew it", frozen + "/collections/communes/items/91182", 301, frozen + "/collections/communes/items/91228"},
		{"several successors", current + "/collections/communes/items/08227", 410, ""},
		{"a code that lives", current + "/collections/communes/items/91228", 200, ""},
		{"a code that never was", current + "/collections/communes/items/91999", 404, ""},
		{"an arrondissement, which is a part of a commune", current + "/collections/communes/items/75108", 404, ""},
		{"a collection whose key is no commune's code", current + "/collections/lieux/items/91182", 404, ""},
		{"a parameter that is not served", current + "/collections/communes/items/91182?g=1", 400, ""},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
			a := ask(t, method, c.address)
			if a.StatusCode != c.status || a.Header.Get("Location") != c.location {
				t.Errorf("%s, %s: %s to %q", c.because, method, a.Status, a.Header.Get("Location"))
			}
			if method == http.MethodHead && len(a.body) > 0 {
				t.Errorf("%s: HEAD has a body", c.because)
			}
		}
	}
}

// TestFormerCommunesAreDeclared: where the service sends a client elsewhere, its description says so.
func TestFormerCommunesAreDeclared(t *testing.T) {
	w, _ := formerWorld(t)
	w.publish(t)
	document, err := openapi3.NewLoader().LoadFromData(ask(t, http.MethodGet, w.address+"/api").body)
	if err != nil || document.Validate(t.Context()) != nil {
		t.Fatalf("%v, %v", err, document.Validate(t.Context()))
	}
	for collection, moves := range map[string]bool{"communes": true, "lieux": false, "passages": false} {
		said := document.Paths.Value("/collections/" + collection + "/items/{featureId}").Get.Responses.Value("301")
		if (said != nil) != moves || moves && (*said.Value.Description == "" || said.Value.Headers["Location"] == nil) {
			t.Errorf("%s: %+v", collection, said)
		}
	}
}

func TestFormerCommunesSayWhatBecameOfThem(t *testing.T) {
	w, _ := formerWorld(t)
	w.publish(t)
	at := w.address + "/collections/communes/items/"
	moved := ask(t, http.MethodGet, at+"91182")
	if moved.Header.Get("ETag") != "" || moved.Header.Get("Cache-Control") != "public, no-cache" || moved.Header.Get("Content-Type") != "application/json" {
		t.Errorf("headers of a redirect: %v", moved.Header)
	}
	if got, want := string(moved.body), `{"title":"Moved Permanently","status":301,"detail":"91182 has been no commune's code since 2019-01-01; its territory is now in Évry-Courcouronnes (91228)",`+
		`"code":"91182","name":"Courcouronnes","ended":"2019-01-01","event":"commune_nouvelle","successors":[{"code":"91228","name":"Évry-Courcouronnes","href":"`+at+`91228"}]}`+"\n"; got != want {
		t.Errorf("%s\nis not\n%s", got, want)
	}
	divided := ask(t, http.MethodGet, at+"08227?f=geojson")
	if p := problemOf(t, divided); p.Title != "Gone" || p.Detail != "08227 has been no commune's code since 1968-03-02; its territory is now divided between 2 communes: Évry-Courcouronnes (91228), Massy (91377)" || p.Parameter != "featureId" {
		t.Errorf("%+v", p)
	}
	page := ask(t, http.MethodGet, at+"08227", "Accept", "text/html")
	if page.StatusCode != 410 || page.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(string(page.body), "Massy (91377)") {
		t.Errorf("to a browser: %s %v %s", page.Status, page.Header, page.body)
	}
	if want := `"successors":[{"code":"91228","name":"Évry-Courcouronnes","href":"` + at + `91228?f=geojson"},{"code":"91377","name":"Massy","href":"` + at + `91377?f=geojson"}]`; !strings.Contains(string(divided.body), want) {
		t.Errorf("%s", divided.body)
	}
}
