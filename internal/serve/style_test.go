package serve_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

type styleDocument struct {
	Version  int
	Sprite   string
	Glyphs   string
	Metadata map[string]any
	Sources  map[string]struct{ Type, URL string }
	Layers   []struct {
		ID, Type, Source string
		SourceLayer      string `json:"source-layer"`
		Filter           any
		Layout, Paint    map[string]any
	}
}

type stylesDocument struct {
	Default string
	Styles  []struct {
		ID, Title string
		Links     []link
	}
}

type tileJSONDocument struct {
	Tiles        []string
	VectorLayers []struct {
		ID     string
		Fields map[string]string
	} `json:"vector_layers"`
}

// TestStylesShowWhatTilesSay: each map in the list has a style; every layer is one that the TileJSON of its source has, every
// property a field of it; every letter and picture is served.
func TestStylesShowWhatTilesSay(t *testing.T) {
	w := sample(t)
	list := parse[stylesDocument](t, w.address+"/styles")
	if list.Default != "couverture" || len(list.Styles) < 20 {
		t.Fatalf("%d styles, the first %s", len(list.Styles), list.Default)
	}
	tiles := map[string]tileJSONDocument{}
	for _, s := range list.Styles {
		doc := parse[styleDocument](t, linked(s.Links, "stylesheet"))
		for _, source := range doc.Sources {
			if _, known := tiles[source.URL]; !known {
				tiles[source.URL] = parse[tileJSONDocument](t, source.URL)
			}
		}
		for i := range doc.Layers[1:] {
			l := &doc.Layers[i+1]
			from := tiles[doc.Sources[l.Source].URL]
			at := slices.IndexFunc(from.VectorLayers, func(v struct {
				ID     string
				Fields map[string]string
			}) bool {
				return v.ID == l.SourceLayer
			})
			if at < 0 {
				t.Errorf("%s: the layer %s is of %s, which the TileJSON has not", s.ID, l.ID, l.SourceLayer)
				continue
			}
			for _, name := range read([]any{l.Filter, l.Layout, l.Paint}) {
				if _, has := from.VectorLayers[at].Fields[name]; !has {
					t.Errorf("%s: the layer %s reads %s, which the TileJSON has not", s.ID, l.ID, name)
				}
			}
			for _, font := range texts(l.Layout["text-font"]) {
				address := strings.NewReplacer("{fontstack}", url.PathEscape(font), "{range}", "0-255").Replace(doc.Glyphs)
				if a := ask(t, http.MethodHead, address); a.StatusCode != http.StatusOK {
					t.Errorf("%s: %s", address, a.Status)
				}
			}
		}
	}
}

// read are the names of properties in expressions.
func read(v any) (names []string) {
	switch v := v.(type) {
	case []any:
		if len(v) == 2 && (v[0] == "get" || v[0] == "has") {
			return []string{v[1].(string)}
		}
		for _, inner := range v {
			names = append(names, read(inner)...)
		}
	case map[string]any:
		for _, inner := range v {
			names = append(names, read(inner)...)
		}
	}
	return names
}

func texts(v any) (all []string) {
	list, _ := v.([]any)
	for _, text := range list {
		all = append(all, text.(string))
	}
	return all
}

// TestAFilteredStyle: what chooses features goes on to the tiles, in the form that links have.
func TestAFilteredStyle(t *testing.T) {
	w := sample(t)
	doc := parse[styleDocument](t, w.address+"/styles/couverture-thd-communes.json?code_epci=200056232&filter=cartefibre_taux%20%3C%2095")
	at, err := url.Parse(doc.Sources["couverture-thd-communes"].URL)
	if err != nil || at.Path != "/tilejson/couverture-thd-communes.json" || at.Query().Get("code_epci") != "200056232" || !strings.Contains(at.Query().Get("filter"), "95") {
		t.Errorf("%v", at)
	}
	for _, tile := range parse[tileJSONDocument](t, at.String()).Tiles {
		if !strings.Contains(tile, "code_epci=200056232") {
			t.Errorf("tiles are at %s", tile)
		}
	}
}

func TestWhatStylesRefuse(t *testing.T) {
	w := sample(t)
	for path, want := range map[string]struct {
		status    int
		parameter string
	}{
		"/styles/absent.json":                                    {404, "style"},
		"/styles/absent/legend.json":                             {404, "style"},
		"/styles/epci-cog.json":                                  {404, "style"},
		"/styles/communes.json?colour=red":                       {400, "colour"},
		"/styles/communes.json?filter=colour%3D1":                {400, "filter"},
		"/styles/communes.json?bbox=1,2,3,4":                     {400, "bbox"},
		"/styles/couverture.json?filter=nom%3D%27a%27":           {400, "filter"},
		"/styles/communes/legend.svg?size=3":                     {400, "size"},
		"/styles/communes.json?f=png":                            {400, "f"},
		"/styles?limit=3":                                        {400, "limit"},
		"/glyphs/Arial/0-255.pbf":                                {404, "fontstack"},
		"/glyphs/Go%20Regular/0-256.pbf":                         {404, "range"},
		"/glyphs/Go%20Regular/1-256.pbf":                         {404, "range"},
		"/glyphs/Go%20Regular/00-255.pbf":                        {404, "range"},
		"/glyphs/Go%20Regular/65536-65791.pbf":                   {404, "range"},
		"/glyphs/Go%20Regular/-256--1.pbf":                       {404, "range"},
		"/glyphs/Go%20Regular/0-255.pbf?x=1":                     {400, "x"},
		"/glyphs/Go%20Regular,Go%20Regular/0-255.pbf":            {404, "fontstack"},
		"/glyphs/%20Go%20Regular/0-255.pbf":                      {404, "fontstack"},
		"/glyphs/Go%20Regular,Go%20Bold%09/0-255.pbf":            {404, "fontstack"},
		"/sprites/other.png":                                     {404, "sprite"},
		"/sprites/maille.png?x=1":                                {400, "x"},
		"/r/2001-01-01.1/styles/communes.json":                   {404, "release"},
		"/styles/communes.json?population=beaucoup":              {400, "population"},
		"/styles/communes.json?datetime=hier":                    {400, "datetime"},
		"/styles/communes.json?filter=true&filter-lang=cql2-xml": {400, "filter-lang"},
	} {
		a := ask(t, http.MethodGet, w.address+path)
		if p := problemOf(t, a); a.StatusCode != want.status || p.Parameter != want.parameter {
			t.Errorf("%s: %s %+v", path, a.Status, p)
		}
	}
}

// TestStylesAreAskedAgainForNothing: a tag that stands answers 304, and a document is one of its release.
func TestStylesAreAskedAgainForNothing(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/styles", "/styles/couverture.json", "/styles/couverture/legend.json", "/styles/couverture/legend.svg",
		"/glyphs/Go%20Regular/0-255.pbf", "/glyphs/Go%20Bold%2CGo%20Regular/8192-8447.pbf", "/sprites/maille.json", "/sprites/maille@2x.png"} {
		first := ask(t, http.MethodGet, w.address+path)
		if first.StatusCode != http.StatusOK || first.Header.Get("ETag") == "" {
			t.Errorf("%s: %s %v", path, first.Status, first.Header)
		}
		if again := ask(t, http.MethodGet, w.address+path, "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %s", path, again.Status)
		}
	}
	frozen := parse[styleDocument](t, w.address+"/r/"+current(t, w)+"/styles/communes.json")
	if got := frozen.Sources["communes"].URL; got != w.address+"/r/"+current(t, w)+"/tilejson/communes.json" {
		t.Errorf("a style of a release shows tiles of another: %s", got)
	}
	if frozen.Sprite != w.address+"/sprites/maille" || !strings.HasPrefix(frozen.Glyphs, w.address+"/glyphs/") {
		t.Errorf("%s %s", frozen.Sprite, frozen.Glyphs)
	}
}

// TestLegends: classes in words and numbers, for programs and for people.
func TestLegends(t *testing.T) {
	w := sample(t)
	var doc struct {
		Layers []struct {
			Kind, Property, Unit string
			Entries              []struct {
				Label, Colour, Pattern string
				Min, Max               *float64
				Null                   bool
			}
		}
	}
	a := ask(t, http.MethodGet, w.address+"/styles/couverture-thd-communes/legend.json")
	must(t, json.Unmarshal(a.body, &doc))
	entries := doc.Layers[0].Entries
	if len(entries) != 5 || *entries[1].Min != 50 || *entries[1].Max != 80 || entries[1].Label != "de 50 à 80\u00a0%" || !entries[4].Null || entries[4].Pattern == "" {
		t.Errorf("%s", a.body)
	}
	svg := ask(t, http.MethodGet, w.address+"/styles/couverture/legend.svg")
	if got := svg.Header.Get("Content-Type"); got != "image/svg+xml" {
		t.Error(got)
	}
	for d := xml.NewDecoder(strings.NewReader(string(svg.body))); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestStylesTakeTheirFormat: clients that say f of all that they ask get what they asked.
func TestStylesTakeTheirFormat(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/styles/communes.json?f=json", "/styles/couverture/legend.json?f=json", "/styles/couverture/legend.svg?f=svg"} {
		plain, _, _ := strings.Cut(path, "?")
		if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != 200 || string(a.body) != string(ask(t, http.MethodGet, w.address+plain).body) {
			t.Errorf("%s: %s %s", path, a.Status, a.body)
		}
	}
}

// TestGlyphsAreDrawnOnce: a file of glyphs has one tag, and so one place in the cache, by whatever name the service is asked.
func TestGlyphsAreDrawnOnce(t *testing.T) {
	w := sample(t)
	tags := map[string]bool{}
	for _, host := range []string{"a.example", "b.example"} {
		for _, path := range []string{"/glyphs/Go%20Regular,Go%20Bold/0-255.pbf", "/glyphs/Go%20Re%67ular%2CGo%20Bold/0-255.pbf"} {
			r := httptest.NewRequest(http.MethodGet, "http://"+host+path, nil)
			a := httptest.NewRecorder()
			w.server.ServeHTTP(a, r)
			if a.Code != http.StatusOK {
				t.Errorf("%s: %d", path, a.Code)
			}
			tags[a.Header().Get("ETag")] = true
		}
	}
	if len(tags) != 1 || tags[""] {
		t.Errorf("the tags %v", tags)
	}
}
