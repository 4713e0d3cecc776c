package serve_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"

	"maille/internal/dataset"
	"maille/internal/store"
)

// questioned is an answer to a question, as programs read it.
type questioned struct {
	Release   string
	Territory struct{ Code, Niveau, Nom string } `json:"territoire"`
	Question  map[string]string
	Sentence  string          `json:"phrase"`
	Notes     []string        `json:"precisions"`
	Raw       json.RawMessage `json:"chiffres"`
	Sources   []struct {
		Collection, Version string
		Retrieved           string `json:"recupere_le"`
	}
	Limits []string         `json:"limites"`
	Rows   []map[string]any `json:"lignes"`
	Links  []link
}

type headcount struct {
	Communes  int
	Habitants int64
}

// figures are some of the numbers of an answer.
func (q *questioned) figures(t testing.TB, name string) (c headcount) {
	t.Helper()
	var all map[string]json.RawMessage
	must(t, json.Unmarshal(q.Raw, &all))
	must(t, json.Unmarshal(all[name], &c))
	return c
}

func (q *questioned) codes() (codes []string) {
	for _, row := range q.Rows {
		codes = append(codes, row["code_insee"].(string))
	}
	slices.Sort(codes)
	return codes
}

// far is how far a commune's representative point is from the nearest place, straight, in PostGIS' own way.
const far = `(select min(st_distance(st_reduceprecision(st_pointonsurface(c.geometry), 1e-7)::geography, l.geometry::geography)) from opendata.lieux_mediation l where %s)`

// TestGaps: the communes of an answer are those of a statement made by hand over the layers that it is made of.
func TestGaps(t *testing.T) {
	notRaced(t)
	w := sample(t)
	every, programme := fmt.Sprintf(far, "true"), fmt.Sprintf(far, "'France Services' = any(l.dispositif_programmes_nationaux)")
	hall := strings.Replace(every, "st_reduceprecision(st_pointonsurface(c.geometry), 1e-7)",
		"(select st_setsrid(st_makepoint(mairie_longitude, mairie_latitude), 4326) from opendata.communes_points p where p.code_insee = c.code_insee)", 1)
	for _, x := range []struct{ query, where string }{
		{"population_min=1000&taux_max=90&distance_min=5000&territoire=91", "c.population >= 1000 and t.cartefibre_taux <= 90 and 1.3 * " + every + " >= 5000"},
		{"territoire=91", "true"},
		{"population_max=72", "c.population <= 72"},
		{"population_min=72&population_max=72", "c.population = 72"},
		{"taux_min=99.5", "t.cartefibre_taux >= 99.5"},
		{"taux_min=90&taux_max=95&mesure=mci", "t.mci_taux between 90 and 95"},
		{"taux_max=90&mesure=anct", "t.anct_taux <= 90"},
		{"distance_max=2000", "1.3 * " + every + " <= 2000"},
		{"distance_min=5000&vol_oiseau=true", every + " >= 5000"},
		{"distance_min=9000&depuis=mairie", "1.3 * " + hall + " >= 9000"},
		{"distance_min=9000&depuis=mairie&vol_oiseau=true", hall + " >= 9000"},
		{"distance_min=8000&depuis=limite", "1.3 * (select min(st_distance(c.geometry::geography, l.geometry::geography)) from opendata.lieux_mediation l) >= 8000"},
		{"distance_min=7000&programme=france-services", "1.3 * " + programme + " >= 7000"},
		{"rayon=10000", "c.population > 0 and 1.3 * " + every + " > 10000"},
		{"rayon=5000&vol_oiseau=true", "c.population > 0 and " + every + " > 5000"},
		{"territoire=200056232&population_min=20000", "c.code_epci = '200056232' and c.population >= 20000"},
		{"territoire=91228", "c.code_insee = '91228'"},
		{"territoire=region-11&taux_max=60", "c.code_region = '11' and t.cartefibre_taux <= 60"},
	} {
		got := parse[questioned](t, w.address+"/ecarts?"+x.query)
		want := query[[]string](t, w.database, "select coalesce(array_agg(c.code_insee order by c.code_insee collate \"C\"), '{}') from opendata.communes c join opendata.couverture_thd_communes t using (code_insee) where "+x.where)
		if !slices.Equal(got.codes(), want) {
			t.Errorf("%s: %d communes, by hand %d\n%v\n%v", x.query, len(got.Rows), len(want), got.codes(), want)
		}
		people := query[int64](t, w.database, "select coalesce(sum(population), 0)::bigint from opendata.communes where code_insee = any('{"+strings.Join(want, ",")+"}')")
		if found := got.figures(t, "reponse"); found.Communes != len(want) || found.Habitants != people {
			t.Errorf("%s: %+v, by hand %d communes and %d people", x.query, found, len(want), people)
		}
		if got.Sentence == "" || len(got.Limits) == 0 || len(got.Sources) == 0 || strings.ContainsAny(got.Sentence, "{}") {
			t.Errorf("%s: %+v", x.query, got)
		}
	}
}

// TestGapsUnknown: a commune of which a condition is not known is neither in the answer nor silently out of it, unless another
// condition is false.
func TestGapsUnknown(t *testing.T) {
	w := sample(t)
	got := parse[questioned](t, w.address+"/ecarts?distance_min=1&depuis=mairie")
	none := query[int](t, w.database, "select count(*) from opendata.communes_points where mairie_longitude is null")
	if unknown := got.figures(t, "inconnus"); none == 0 || unknown.Communes != none || len(got.Rows)+none > 194 || !strings.Contains(got.Notes[0], "mairie") {
		t.Errorf("%+v, %d town halls without a point: %v", unknown, none, got.Notes)
	}
	alone := parse[questioned](t, w.address+"/ecarts?distance_min=1&depuis=mairie&population_min=100000000")
	if unknown := alone.figures(t, "inconnus"); unknown.Communes != 0 || !strings.Contains(alone.Sentence, "aucune commune") {
		t.Errorf("what another condition refuses is known: %+v %s", unknown, alone.Sentence)
	}
}

// TestQuestionsRefuse: what cannot be read or answered is refused by its name.
func TestQuestionsRefuse(t *testing.T) {
	w := sample(t)
	for _, x := range []struct{ query, parameter string }{
		{"ecarts?population_min=beaucoup", "population_min"}, {"ecarts?population_min=-1", "population_min"}, {"ecarts?population_min=1e9", "population_min"},
		{"ecarts?population_min=", "population_min"}, {"ecarts?taux_max=NaN", "taux_max"}, {"ecarts?taux_max=90,5", "taux_max"}, {"ecarts?taux_max=1001", "taux_max"},
		{"ecarts?taux_min=90&taux_max=80", "taux_max"}, {"ecarts?population_min=10&population_max=9", "population_max"}, {"ecarts?distance_min=2&distance_max=1", "distance_max"},
		{"ecarts?mesure=arcep", "mesure"}, {"ecarts?depuis=gare", "depuis"}, {"ecarts?vol_oiseau=oui", "vol_oiseau"}, {"ecarts?sous_dote=peut-%C3%AAtre", "sous_dote"},
		{"ecarts?rayon=7500", "rayon"}, {"ecarts?rayon=10000&depuis=mairie", "rayon"}, {"ecarts?rayon=5000&programme=france-services", "rayon"}, {"ecarts?quadrant=haut", "quadrant"},
		{"ecarts?depuis=limite&vol_oiseau=true", "depuis"}, {"ecarts?depuis=limite&service=aide-aux-demarches-administratives", "depuis"},
		{"ecarts?service=coiffure", "service"}, {"ecarts?service=aide-aux-demarches-administratives&public=seniors", "public"}, {"ecarts?hors_bureau=true&public=seniors", "hors_bureau"},
		{"ecarts?hors_bureau=true&depuis=mairie", "hors_bureau"}, {"ecarts?sortby=population", "sortby"}, {"ecarts?limit=3", "limit"}, {"ecarts?territoire=", "territoire"},
		{"ecarts?territoire=91&territoire=92", "territoire"}, {"ecarts?f=pdf", "f"},
		{"portee?rayon=0", "rayon"}, {"portee?rayon=50001", "rayon"}, {"portee?population_min=3", "population_min"}, {"portee?depuis=limite&vol_oiseau=true", "depuis"},
		{"scenario?n=0", "n"}, {"scenario?n=21", "n"}, {"scenario?n=1.5", "n"}, {"scenario?candidats=limite", "candidats"}, {"scenario?depuis=mairie", "depuis"},
	} {
		w.refuses(t, x.query, "/"+x.query, x.parameter)
	}
	for _, territory := range []string{"00000", "999999999", "00", "region-91", "region", "perimetre-nulle-part", "commune-", "91228x", "pays-FR", "%00", "9%FF", strings.Repeat("9", 3000)} {
		a := ask(t, http.MethodGet, w.address+"/ecarts?territoire="+territory)
		if p := problemOf(t, a); a.StatusCode != http.StatusNotFound && a.StatusCode != http.StatusBadRequest || p.Parameter != "territoire" || len(p.Detail) > 500 {
			t.Errorf("%s: %s %+v", territory, a.Status, p)
		}
	}
}

// TestQuestionTerritories: each way to write a territory, and a code that died.
func TestQuestionTerritories(t *testing.T) {
	w := sample(t)
	for text, want := range map[string]string{"91": "91 departement Essonne", "departement-91": "91 departement Essonne", "91228": "91228 commune Évry-Courcouronnes",
		"commune-91228": "91228 commune Évry-Courcouronnes", "91182": "91228 commune Évry-Courcouronnes", "epci-200056232": "200056232 epci CA Communauté Paris-Saclay",
		"200056232": "200056232 epci CA Communauté Paris-Saclay", "region-11": "11 region Île-de-France"} {
		got := parse[questioned](t, w.address+"/ecarts?territoire="+text)
		if is := got.Territory.Code + " " + got.Territory.Niveau + " " + got.Territory.Nom; is != want || got.figures(t, "territoire").Communes == 0 {
			t.Errorf("%s is %s, want %s", text, is, want)
		}
	}
}

// TestQuestionForms: every form has the same rows, and says where it always is.
func TestQuestionForms(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/ecarts?population_min=1000&taux_max=90&distance_min=5000&territoire=91", "/portee?territoire=200056232&rayon=7500", "/scenario?rayon=5000&programme=france-services"} {
		at := w.address + path
		rows := len(parse[questioned](t, at).Rows)
		table, err := csv.NewReader(bytes.NewReader(ask(t, http.MethodGet, at+"&f=csv").body)).ReadAll()
		if err != nil || len(table) != rows+1 || rows == 0 {
			t.Errorf("%s: CSV has %d rows of %d: %v", path, len(table)-1, rows, err)
		}
		a := ask(t, http.MethodGet, at+"&f=xlsx")
		book, err := excelize.OpenReader(bytes.NewReader(a.body))
		must(t, err)
		if cells, err := book.GetRows(book.GetSheetName(0)); err != nil || len(cells) != rows+1 {
			t.Errorf("%s: XLSX has %d rows of %d: %v", path, len(cells)-1, rows, err)
		}
		if !strings.Contains(a.Header.Get("Link"), "/r/"+current(t, w)+"/") || !strings.Contains(a.Header.Get("Content-Disposition"), ".xlsx") {
			t.Errorf("%s: %v", path, a.Header)
		}
		shapes := parse[features](t, at+"&f=geojson")
		if len(shapes.Features) != rows || bytes.Contains(ask(t, http.MethodGet, at+"&f=geojson").body, []byte(`"geometry":null`)) {
			t.Errorf("%s: GeoJSON has %d features of %d", path, len(shapes.Features), rows)
		}
		page := ask(t, http.MethodGet, at, "Accept", "text/html")
		if page.StatusCode != 200 || len(page.body) > 100_000 || bytes.Count(page.body, []byte("<tr>")) != rows+1 {
			t.Errorf("%s: a page of %d bytes, %d rows", path, len(page.body), bytes.Count(page.body, []byte("<tr>"))-1)
		}
		if tag := page.Header.Get("ETag"); ask(t, http.MethodGet, at, "Accept", "text/html", "If-None-Match", tag).StatusCode != 304 {
			t.Errorf("%s: not 304", path)
		}
	}
	whole := ask(t, http.MethodGet, w.address+"/ecarts?f=html")
	if whole.StatusCode != 200 || len(whole.body) > 100_000 {
		t.Errorf("all communes: a page of %d bytes", len(whole.body))
	}
}

// TestQuestionCanonical: one question has one address, however it is written.
func TestQuestionCanonical(t *testing.T) {
	w := sample(t)
	self := func(path string) string { return linked(parse[questioned](t, w.address+path).Links, "permalink") }
	for _, same := range [][2]string{
		{"/ecarts?territoire=departement-91&population_min=1000.0&mesure=cartefibre&depuis=population&vol_oiseau=false", "/ecarts?population_min=1000&territoire=91"},
		{"/ecarts?programme=France%20Services&sortby=nom", "/ecarts?programme=france-services"}, {"/ecarts?territoire=91182", "/ecarts?territoire=91228"},
		{"/portee?territoire=91", "/portee?rayon=10000&territoire=91"}, {"/scenario?territoire=91&n=3", "/scenario?territoire=91&rayon=10000"},
	} {
		if a, b := self(same[0]), self(same[1]); a != b || a == "" {
			t.Errorf("%s\n%s", a, b)
		}
	}
}

// TestReach: people within a radius are those of a statement made by hand; published radii agree with the tables.
func TestReach(t *testing.T) {
	w := sample(t)
	programme := fmt.Sprintf(far, "'France Services' = any(l.dispositif_programmes_nationaux)")
	for _, x := range []struct{ query, within string }{
		{"territoire=91&rayon=5000&programme=france-services&vol_oiseau=true", programme + " <= 5000"},
		{"territoire=91&rayon=10000&programme=france-services&vol_oiseau=true", programme + " <= 10000"},
		{"territoire=91&rayon=7500", "1.3 * " + fmt.Sprintf(far, "true") + " <= 7500"},
	} {
		got := parse[questioned](t, w.address+"/portee?"+x.query)
		want := query[int64](t, w.database, "select sum(population)::bigint from opendata.communes c where "+x.within)
		if within := got.figures(t, "a_portee"); within.Habitants != want || got.figures(t, "au_dela").Habitants != 1338485-want {
			t.Errorf("%s: %+v, by hand %d: %s", x.query, within, want, got.Sentence)
		}
		t.Log(got.Sentence)
	}
	table := query[int64](t, w.database, "select sum(pop_au_dela_10km)::bigint from opendata.acces_mediation")
	if got := parse[questioned](t, w.address+"/portee?rayon=10000"); got.figures(t, "au_dela").Habitants != table {
		t.Errorf("%+v, the table has %d", got.figures(t, "au_dela"), table)
	}
	if got := parse[questioned](t, w.address+"/portee?rayon=5000&depuis=limite"); got.figures(t, "a_portee").Habitants == 0 {
		t.Error("nobody from the boundary")
	}
}

// TestScenario: each place adds what it says, no more than the one before, and none says that it is a forecast.
func TestScenario(t *testing.T) {
	w := sample(t)
	got := parse[questioned](t, w.address+"/scenario?territoire=91&rayon=5000&n=20&programme=france-services")
	last, total := int64(1<<62), int64(0)
	var before struct {
		Before struct {
			Within headcount `json:"a_portee"`
		} `json:"avant"`
	}
	must(t, json.Unmarshal(got.Raw, &before))
	total = before.Before.Within.Habitants
	for _, row := range got.Rows {
		gain := int64(row["gain"].(float64))
		total += gain
		if gain > last || int64(row["cumul"].(float64)) != total {
			t.Errorf("%v after %d, of %d", row, last, total)
		}
		last = gain
	}
	if len(got.Rows) == 0 || !strings.HasPrefix(got.Sentence, "Scénario.") || !strings.Contains(got.Limits[0], "scénario") {
		t.Errorf("%s %v", got.Sentence, got.Limits)
	}
	best := query[int64](t, w.database, `with c as (select p.population, p.geometry::geography as g, (select min(st_distance(p.geometry::geography, l.geometry::geography)) from opendata.lieux_mediation l
		where 'France Services' = any(l.dispositif_programmes_nationaux)) as d from opendata.communes_points p)
		select max((select coalesce(sum(o.population), 0) from c o where 1.3 * o.d > 5000 and 1.3 * st_distance(o.g, c.g) <= 5000))::bigint from c`)
	if first := int64(got.Rows[0]["gain"].(float64)); first != best {
		t.Errorf("the first place gains %d, by hand %d", first, best)
	}
}

// TestQuestionsDeclared: the description has all parameters of the three paths, and they take no other.
func TestQuestionsDeclared(t *testing.T) {
	w := sample(t)
	document, _ := described(t, w.address)
	for _, path := range []string{"/ecarts", "/portee", "/scenario"} {
		get := document.Paths.Value(path).Get
		for _, p := range get.Parameters {
			a := problemOf(t, ask(t, http.MethodGet, w.address+path+"?"+url.Values{p.Value.Name: {"1", "2"}}.Encode()))
			if p.Value.Name != "f" && strings.Contains(a.Detail, "unknown parameter") {
				t.Errorf("%s: %s is described and refused", path, p.Value.Name)
			}
		}
		p := problemOf(t, ask(t, http.MethodGet, w.address+path+"?inconnu=1"))
		for _, name := range strings.Split(strings.TrimPrefix(p.Detail[strings.Index(p.Detail, " has ")+5:], " "), ", ") {
			if get.Parameters.GetByInAndName("query", name) == nil {
				t.Errorf("%s: %s is taken and not described", path, name)
			}
		}
	}
}

// TestQuestionsStay: an answer's permanent address gives the same bytes after the next release, when the question's own has others.
func TestQuestionsStay(t *testing.T) {
	notRaced(t)
	files := dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")}
	w := newWorld(t, files, store.Options{})
	w.Place = samplePlace(t, files.Datasets)
	changed := &changing{FS: files.Datasets, changed: fstest.MapFS{}}
	w.Fetcher.Files = changed
	w.publish(t)
	const question = "/ecarts?population_min=1000&taux_max=90&distance_min=5000&territoire=91"
	first := parse[questioned](t, w.address+question)
	stays := linked(first.Links, "permalink")
	before := ask(t, http.MethodGet, stays)

	const places = "echantillon/lieux-mediation.csv"
	text, err := fs.ReadFile(files.Datasets, places)
	must(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	changed.changed[places] = &fstest.MapFile{Data: []byte(strings.Join(slices.Delete(lines, 4, 7), ""))}
	w.publish(t)
	const other = "/ecarts?distance_min=5000&territoire=91"
	was, now := parse[questioned](t, w.address+"/r/"+first.Release+other), parse[questioned](t, w.address+other)
	if now.Release == first.Release || now.figures(t, "reponse") == was.figures(t, "reponse") {
		t.Fatalf("the next release changes nothing: %+v", now)
	}
	if after := ask(t, http.MethodGet, stays); after.StatusCode != 200 || !bytes.Equal(before.body, after.body) {
		t.Errorf("%s: %s, %d bytes of %d", stays, after.Status, len(after.body), len(before.body))
	}
}

// changing is files of which some are others.
type changing struct {
	fs.FS
	changed fstest.MapFS
}

func (c *changing) Open(name string) (fs.File, error) {
	if _, is := c.changed[name]; is {
		return c.changed.Open(name)
	}
	return c.FS.Open(name)
}

// FuzzQuestion asks with any query: an answer is one, or a problem that names what is wrong.
func FuzzQuestion(f *testing.F) {
	for _, query := range []string{"", "population_min=1000&taux_max=90&distance_min=5000&territoire=91", "rayon=7500", "n=3&candidats=mairie", "territoire=region-11&f=csv",
		"territoire=2A", "territoire=perimetre-%00", "taux_min=0x10", "distance_min=.", "rayon=1e3", "population_max=99999999999999999999", "service=%FF", "f=html&population_min=&x=1",
		"depuis=mairie&programme=france-services&distance_max=1", "vol_oiseau=true&rayon=20000", "hors_bureau=true&distance_min=0", "sous_dote=true"} {
		f.Add(query)
	}
	w := sample(f)
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"ecarts", "portee", "scenario"} {
			r := httptest.NewRequest(http.MethodGet, "http://service.example/"+path, nil)
			r.URL.RawQuery = query
			a := httptest.NewRecorder()
			w.server.ServeHTTP(a, r)
			if a.Code >= 500 || a.Code != 200 && !json.Valid(a.Body.Bytes()) && !strings.Contains(a.Header().Get("Content-Type"), "html") {
				t.Fatalf("%s?%q: %d %s", path, query, a.Code, a.Body)
			}
		}
	})
}
