package serve_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/store"
)

// changingWorld is the communes of two EPCI and some places, published three times: in the second release one place came,
// one went and one moved to another commune; in the third another one has another name.
func changingWorld(t *testing.T) (w *world, releases []*release.Manifest, files fstest.MapFS) {
	t.Helper()
	field := func(name, kind, more string) string {
		return `{"name":"` + name + `","title":"T ` + name + `","description":"D.","type":"` + kind + `"` + more + `}`
	}
	describe := func(name, title, publication string) []byte {
		return []byte(`{"name":"` + name + `","title":"` + title + `","description":"D.","resources":[{"path":"` + name + `.csv","format":"csv"}],"schema":"` + name + `.json",
			"licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Essai"}],"publication":{` + publication + `}}`)
	}
	required := `,"constraints":{"required":true}`
	schemas := fstest.MapFS{
		"codes.json": {Data: []byte(`{"fields":[` + field("code_insee", "string", required) + "," + field("nom", "string", "") + "," + field("code_epci", "string", "") + `]}`)},
		"lieux.json": {Data: []byte(`{"fields":[` + field("id", "string", required) + "," + field("nom", "string", "") + "," + field("code_insee", "string", "") + `]}`)},
	}
	files = fstest.MapFS{
		"codes.json": {Data: describe("codes", "Communes", `"key":["code_insee"],"title":"nom","commune":"code_insee","reference":"communes","index":["code_epci"]`)},
		"lieux.json": {Data: describe("lieux", "Lieux de médiation", `"key":["id"],"title":"nom","commune":"code_insee"`)},
		"codes.csv":  {Data: []byte("code_insee,nom,code_epci\n91001,Abbéville,200000001\n91016,Angerville,200000001\n91021,Arpajon,200000002\n")},
		"lieux.csv":  {Data: []byte("id,nom,code_insee\na,Mairie,91001\nb,École,91001\nc,<Gare> & Cie,91021\n")},
	}
	w = newWorld(t, dataset.Files{Datasets: files, Schemas: schemas}, store.Options{})
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w.Now = func() time.Time { return at }
	for _, rows := range []string{"", "a,Mairie,91001\nb,École,91016\nd,Poste,91001\n", "a,Mairie annexe,91001\nb,École,91016\nd,Poste,91001\n"} {
		if rows != "" {
			files["lieux.csv"] = &fstest.MapFile{Data: []byte("id,nom,code_insee\n" + rows)}
		}
		releases = append(releases, w.publish(t))
		at = at.Add(time.Hour)
	}
	return w, releases, files
}

func TestDifferences(t *testing.T) {
	w, releases, _ := changingWorld(t)
	first, second, third := releases[0].Release, releases[1].Release, releases[2].Release
	type document struct {
		Release, Since string
		Datasets       []struct {
			ID, Sentence, Before    string
			Added, Removed, Changed *int64
			Causes                  []string
			Links                   []link
		}
	}
	d := parse[document](t, w.address+"/r/"+second+"/changes")
	if d.Since != first || len(d.Datasets) != 1 || d.Datasets[0].Sentence != "Lieux de médiation : 1 ligne ajoutée, 1 retirée, 1 modifiée" || d.Datasets[0].Causes[0] != "source" {
		t.Errorf("%+v", d)
	}
	for _, l := range d.Datasets[0].Links {
		if a := ask(t, http.MethodGet, l.Href); a.StatusCode != 200 || a.Header.Get("Content-Type") != l.Type {
			t.Errorf("%s: %s %s", l.Href, a.Status, a.Header.Get("Content-Type"))
		}
	}
	if d := parse[document](t, w.address+"/changes?since="+first); d.Release != third || d.Since != first || len(d.Datasets) != 1 || d.Datasets[0].Added != nil {
		t.Errorf("%+v", d)
	}
	if d := parse[document](t, w.address+"/r/"+second+"/changes?commune=91016"); len(d.Datasets) != 1 || *d.Datasets[0].Changed != 1 || *d.Datasets[0].Added != 0 {
		t.Errorf("%+v", d)
	}
	if d := parse[document](t, w.address+"/r/"+first+"/changes"); d.Since != "" || len(d.Datasets) != 0 {
		t.Errorf("%+v", d)
	}
	for path, want := range map[string]string{
		"/r/" + second + "/changes/lieux?f=csv":               "ajout d - modification b code_insee retrait c -",
		"/changes/lieux?f=csv":                                "modification a nom",
		"/changes/lieux?f=csv&since=" + first:                 "ajout d - modification a nom modification b code_insee retrait c -",
		"/changes/lieux?f=csv&commune=91021&since=" + first:   "retrait c -",
		"/r/" + second + "/changes/lieux?f=csv&commune=91016": "modification b code_insee",
		"/changes/codes?f=csv":                                "",
	} {
		a := ask(t, http.MethodGet, w.address+path)
		if a.StatusCode != 200 || !strings.Contains(a.Header.Get("Content-Disposition"), ".changes.csv") {
			t.Errorf("%s: %s %s", path, a.Status, a.body)
		}
		if got := strings.Join(natures(string(a.body)), " "); got != want {
			t.Errorf("%s: %s", path, got)
		}
		tag := a.Header.Get("ETag")
		if again := ask(t, http.MethodGet, w.address+path, "If-None-Match", tag); tag == "" || again.StatusCode != 304 {
			t.Errorf("%s again: %s", path, again.Status)
		}
	}
	// What is chosen for a commune is among what the files of the release say.
	stored := ask(t, http.MethodGet, w.address+"/r/"+second+"/d/lieux.changes.json").body
	live := parse[struct{ Rows []release.RowChange }](t, w.address+"/r/"+second+"/changes/lieux?f=json&commune=91001")
	var whole struct{ Rows []release.RowChange }
	if err := json.Unmarshal(stored, &whole); err != nil || len(whole.Rows) != 3 || len(live.Rows) != 2 {
		t.Errorf("%v %+v %+v", err, whole, live)
	}
}

// natures are the first columns of the lines of a CSV of changes, sorted.
func natures(csv string) (all []string) {
	for i, line := range strings.Split(strings.TrimSpace(csv), "\r\n") {
		if cells := strings.Split(line, ","); i > 0 && len(cells) > 4 {
			name := cells[4]
			if name == "" {
				name = "-"
			}
			if strings.Contains(line, `"`) {
				name = "-"
			}
			all = append(all, cells[0]+" "+cells[1]+" "+name)
		}
	}
	slices.Sort(all)
	return all
}

func TestDifferencesRefused(t *testing.T) {
	w, releases, _ := changingWorld(t)
	first, second := releases[0].Release, releases[1].Release
	for path, want := range map[string]struct {
		status    int
		parameter string
	}{
		"/changes?since=hier":                           {400, "since"},
		"/changes?since=":                               {400, "since"},
		"/changes?since=2020-01-01.1":                   {400, "since"},
		"/r/" + first + "/changes?since=" + second:      {400, "since"},
		"/r/" + first + "/changes/lieux?since=" + first: {400, "since"},
		"/r/" + first + "/changes/lieux":                {404, "release"},
		"/changes/rien":                                 {404, "collection"},
		"/changes?commune=9122":                         {400, "commune"},
		"/changes/lieux?commune='or'1":                  {400, "commune"},
		"/changes/lieux?f=xlsx":                         {400, "f"},
		"/changes/lieux?limit=1":                        {400, "limit"},
	} {
		a := ask(t, http.MethodGet, w.address+path)
		if p := problemOf(t, a); a.StatusCode != want.status || p.Parameter != want.parameter {
			t.Errorf("%s: %s about %s: %s", path, a.Status, p.Parameter, p.Detail)
		}
	}
}

func TestPagesOfDifferences(t *testing.T) {
	w, releases, _ := changingWorld(t)
	first, second, third := releases[0].Release, releases[1].Release, releases[2].Release
	for path, wants := range map[string][]string{
		"/changes": {"Lieux de médiation", "1 ligne modifiée"},
		"/r/" + second + "/changes?commune=91021":       {"91021", "1 ligne retirée"},
		"/r/" + first + "/changes":                      {"première publication"},
		"/r/" + second + "/changes/lieux":               {"&lt;Gare&gt; &amp; Cie", "<del>91001</del>", "<ins>91016</ins>", "T code_insee", "/r/" + first + "/collections/lieux/items/c", "ajout", "retrait"},
		"/changes/lieux?since=" + first:                 {"1 retirée, 2 modifiées", "Mairie annexe"},
		"/r/" + second + "/changes/lieux?commune=91016": {"1 ligne modifiée", "91016"},
		"/changes/codes":                                {"Aucune ligne ne change"},
		"/collections/lieux":                            {`type="application/atom&#43;xml" href="` + w.address + `/feeds/collections/lieux.atom"`, "/r/" + third + `/changes/lieux">ce qui a changé</a>`},
		"/releases":                                     {"/r/" + second + `/changes">Tout ce qui a changé<`, "/r/" + third + `/changes">Tout ce qui a changé<`},
		"/":                                             {`href="` + w.address + `/feeds/all.atom"`, `/changes">ce qui a changé</a>`},
		"/collections/codes/items/91001":                {`href="` + w.address + `/feeds/communes/91001.atom"`},
	} {
		a := ask(t, http.MethodGet, w.address+path, "Accept", browser)
		if a.StatusCode != 200 || len(a.body) > 100_000 {
			t.Errorf("%s: %s, %d bytes", path, a.Status, len(a.body))
		}
		text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(string(a.body))
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in %s", path, want, text[strings.Index(text, "<main"):])
			}
		}
	}
}

// TestLinksToDifferences: pages link to what can be compared, and to nothing else.
func TestLinksToDifferences(t *testing.T) {
	notRaced(t)
	w, releases, files := changingWorld(t)
	all := w.Registry
	var err error
	w.Registry, err = dataset.Load(dataset.Files{Datasets: fstest.MapFS{"lieux.json": files["lieux.json"], "lieux.csv": files["lieux.csv"]}, Schemas: fstest.MapFS{"lieux.json": {Data: lieuxSchema(t)}}})
	must(t, err)
	w.publish(t)
	w.Registry = all
	w.publish(t) // codes is new
	linked := 0
	for _, path := range []string{"/releases", "/", "/changes", "/collections/codes", "/collections/lieux", "/r/" + releases[0].Release + "/", "/r/" + releases[0].Release + "/collections/lieux"} {
		page := string(ask(t, http.MethodGet, w.address+path, "Accept", browser).body)
		for _, href := range regexp.MustCompile(`<a href="([^"]*/(?:changes|collections)[^"]*)"`).FindAllStringSubmatch(page, -1) {
			linked++
			if a := ask(t, http.MethodGet, href[1], "Accept", browser); a.StatusCode != 200 {
				t.Errorf("%s links to %s: %s", path, href[1], a.Status)
			}
		}
	}
	if linked < 20 {
		t.Errorf("%d links", linked)
	}
}

type testedFeed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  string   `xml:"author>name"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Content string `xml:"content"`
	} `xml:"entry"`
}

func feedAt(t *testing.T, address string) (f testedFeed) {
	t.Helper()
	a := ask(t, http.MethodGet, address)
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/atom+xml" {
		t.Fatalf("%s: %s %s", address, a.Status, a.body)
	}
	if err := xml.Unmarshal(a.body, &f); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	ids := map[string]bool{f.ID: true}
	for _, e := range f.Entries {
		if _, err := time.Parse(time.RFC3339, e.Updated); err != nil || ids[e.ID] || !strings.HasPrefix(e.ID, "tag:127.0.0.1,2026:") || e.Title == "" {
			t.Errorf("%s: %+v, %v", address, e, err)
		}
		ids[e.ID] = true
	}
	if f.Author == "" || f.Updated == "" || len(f.Links) != 2 || f.Links[0].Href != address {
		t.Errorf("%+v", f)
	}
	return f
}

func TestFeeds(t *testing.T) {
	w, releases, files := changingWorld(t)
	moved, renamed := "Lieux de médiation : 1 ligne ajoutée, 1 retirée, 1 modifiée", "Lieux de médiation : 1 ligne modifiée"
	for path, want := range map[string][]string{
		"/feeds/all.atom":               {renamed, moved, "Première publication"},
		"/feeds/collections/lieux.atom": {renamed, moved, "Première publication"},
		"/feeds/collections/codes.atom": {"Première publication"},
		"/feeds/communes/91001.atom":    {renamed, "Lieux de médiation : 1 ligne ajoutée, 1 modifiée"},
		"/feeds/communes/91016.atom":    {renamed},
		"/feeds/communes/91021.atom":    {"Lieux de médiation : 1 ligne retirée"},
		"/feeds/epci/200000002.atom":    {"Lieux de médiation : 1 ligne retirée"},
		"/feeds/epci/200000001.atom":    {renamed, "Lieux de médiation : 1 ligne ajoutée, 1 modifiée"}, // who moves changes for both communes, and once for both together
	} {
		f := feedAt(t, w.address+path)
		var titles []string
		for _, e := range f.Entries {
			titles = append(titles, strings.ReplaceAll(e.Title, "\u00a0", " "))
			if e.Title != "Première publication" && !strings.Contains(e.Content, "/changes/lieux") {
				t.Errorf("%s: %s leads nowhere: %s", path, e.ID, e.Content)
			}
		}
		if !slices.Equal(titles, want) {
			t.Errorf("%s: %q", path, titles)
		}
	}
	content := feedAt(t, w.address+"/feeds/collections/lieux.atom").Entries[1].Content
	for _, want := range []string{"Retrait : &lt;Gare&gt; &amp; Cie", "École : T code_insee : 91001 → 91016", "Ajout : Poste", "/r/" + releases[1].Release + "/changes/lieux"} {
		if !strings.Contains(content, want) {
			t.Errorf("no %q in %s", want, content)
		}
	}
	if both := feedAt(t, w.address+"/feeds/epci/200000001.atom").Entries[1].Content; strings.Count(both, "<li>") != 2 || strings.Count(both, "École") != 1 {
		t.Errorf("a row is told twice: %s", both)
	}
	for path, status := range map[string]int{"/feeds/communes/99999.atom": 404, "/feeds/epci/1.atom": 404, "/feeds/collections/rien.atom": 404, "/feeds/all.atom?f=json": 400, "/r/" + releases[0].Release + "/feeds/all.atom": 404} {
		if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != status {
			t.Errorf("%s: %s", path, a.Status)
		}
	}

	// The entries that were there stay as they were; what failed has one of its own, though no release tells of it.
	before := feedAt(t, w.address+"/feeds/all.atom")
	if err := w.DB.SaveAttempt(t.Context(), release.Attempt{At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Status: release.Refused, Release: releases[2].Release, Dataset: "lieux", Reason: "Trop de lignes ont disparu."}); err != nil {
		t.Fatal(err)
	}
	delete(files, "codes.json")
	w.Registry, _ = dataset.Load(dataset.Files{Datasets: fstest.MapFS{"lieux.json": files["lieux.json"], "lieux.csv": files["lieux.csv"]}, Schemas: fstest.MapFS{"lieux.json": {Data: lieuxSchema(t)}}})
	w.Correction = "Une erreur."
	w.publish(t)
	after := feedAt(t, w.address+"/feeds/all.atom")
	var titles []string
	for _, e := range after.Entries[:len(after.Entries)-len(before.Entries)] {
		titles = append(titles, e.Title)
	}
	slices.Sort(titles)
	if len(titles) != 4 || titles[2] != "Rectification : Une erreur." || titles[0] != "La collection « codes » n’est plus publiée" || !strings.HasPrefix(titles[3], "Une publication n’a pas eu lieu") {
		t.Errorf("%q", titles)
	}
	for i, e := range after.Entries[len(titles):] {
		if e != before.Entries[i] {
			t.Errorf("%+v was %+v", e, before.Entries[i])
		}
	}
}

func lieuxSchema(t *testing.T) []byte {
	t.Helper()
	return []byte(`{"fields":[{"name":"id","title":"T id","description":"D.","type":"string","constraints":{"required":true}},{"name":"nom","title":"T nom","description":"D.","type":"string"},{"name":"code_insee","title":"T code_insee","description":"D.","type":"string"}]}`)
}

// TestFeedsOfFormerCommunes: the code of a commune that was leads to the one that took its place.
func TestFeedsOfFormerCommunes(t *testing.T) {
	w, _ := formerWorld(t)
	w.publish(t)
	if a := ask(t, http.MethodGet, w.address+"/feeds/communes/91182.atom"); a.StatusCode != 404 {
		t.Errorf("without a reference of communes: %s", a.Status)
	}
}
