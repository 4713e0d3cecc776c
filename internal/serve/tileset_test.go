package serve_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"maille/internal/geo"
	"maille/internal/serve"
	"maille/internal/store"
)

// tiledNames are the collections of the sample that have a geometry.
func tiledNames(w *world) (names []string) {
	for _, d := range w.Registry.All() {
		if d.Publication.Geometry != nil {
			names = append(names, d.Name)
		}
	}
	return names
}

// TestEveryGeometryHasTiles: each collection with a geometry says where its tiles are, no other does, and every document
// is what its schema asks.
func TestEveryGeometryHasTiles(t *testing.T) {
	w := sample(t)
	names := tiledNames(w)
	if len(names) < 10 {
		t.Fatalf("%v", names)
	}
	for _, c := range collections(t, w) {
		at := linked(c.Links, relTilesets)
		if has := slices.Contains(names, c.ID); has != (at != "") {
			t.Errorf("%s links tiles at %q", c.ID, at)
		}
		if at == "" {
			if p := problemOf(t, ask(t, http.MethodGet, w.address+"/collections/"+c.ID+"/tiles")); p.Status != 404 || !strings.Contains(p.Detail, "no geometry") {
				t.Errorf("%s: %+v", c.ID, p)
			}
			continue
		}
		for _, rel := range []string{"http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "stylesheet", "enclosure"} {
			if linked(c.Links, rel) == "" {
				t.Errorf("%s has no link of rel %s", c.ID, rel)
			}
		}
		holds(t, at+"/WebMercatorQuad", tileSetSchema)
		if s := parse[testedTileset](t, at+"/WebMercatorQuad"); s.Version != c.ID+"@"+c.Version || s.Title != c.Title {
			t.Errorf("%s: tiles of %s, %s", c.ID, s.Version, s.Title)
		}
		holds(t, w.address+"/tilejson/"+c.ID+".json", tileJSONSchema)
	}
}

// TestLimitsHoldEveryTile: no tile of an archive lies outside the limits that are stated, which are no wider than the
// buffer of the tiles makes them.
func TestLimitsHoldEveryTile(t *testing.T) {
	w := sample(t)
	for _, name := range tiledNames(w) {
		s := parse[testedTileset](t, w.address+"/collections/"+name+"/tiles/WebMercatorQuad")
		if w.Registry.Get(name).Publication.Geometry == nil || len(s.Limits) == 0 {
			continue // empty in the sample
		}
		a := packed(t, w, name)
		found, edges := uint64(0), 0
		for _, l := range s.Limits {
			z := zoomOf(t, l.TileMatrix)
			rows, columns := map[int]bool{}, map[int]bool{}
			for y := l.MinTileRow; y <= l.MaxTileRow; y++ {
				for x := l.MinTileCol; x <= l.MaxTileCol; x++ {
					_, _, there, err := a.Find(geo.Tile{Z: z, X: uint32(x), Y: uint32(y)})
					must(t, err)
					if there {
						found++
						rows[y], columns[x] = true, true
					}
				}
			}
			if int(z) <= a.MaxZoom && rows[l.MinTileRow] && rows[l.MaxTileRow] && columns[l.MinTileCol] && columns[l.MaxTileCol] {
				edges++
			}
		}
		if found != a.Addressed {
			t.Errorf("%s: %d tiles within the limits, %d in the archive", name, found, a.Addressed)
		}
		t.Logf("%s: zooms %d to %d, %d tiles", name, a.MinZoom, a.MaxZoom, found)
		if zooms := a.MaxZoom - a.MinZoom + 1; edges < zooms/2 {
			t.Errorf("%s: at %d zooms of %d only, there are tiles on each side of the limits", name, edges, zooms)
		}
	}
}

func zoomOf(t testing.TB, text string) uint8 {
	t.Helper()
	z, err := strconv.ParseUint(text, 10, 8)
	must(t, err)
	return uint8(z)
}

// TestTilesetsAreDescribed: what a tileset says of layers and properties is what its tiles have.
func TestTilesetsAreDescribed(t *testing.T) {
	w := sample(t)
	for _, name := range tiledNames(w) {
		s := parse[testedTileset](t, w.address+"/collections/"+name+"/tiles/WebMercatorQuad")
		said := map[string]map[string]string{}
		for _, layer := range s.Layers {
			said[layer.ID] = map[string]string{}
			for property, p := range layer.PropertiesSchema.Properties {
				said[layer.ID][property] = p.Type
			}
		}
		for _, l := range s.Limits {
			for _, layer := range decodedTile(t, tileOf(t, s.middle(l))) {
				if said[layer.Name] == nil {
					t.Fatalf("%s: the layer %s is not said", name, layer.Name)
				}
				for _, f := range layer.Features {
					for property, value := range f.Properties {
						if got, want := kindOf(value), said[layer.Name][property]; got != want && (got != "number" || want != "integer") {
							t.Errorf("%s of %s is %T, said to be %q", property, layer.Name, value, want)
						}
					}
				}
			}
		}
	}
}

// kindOf is the type of JSON that a value of a tile is of, as the decoder has it.
func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "number"
}

func TestTilesetsRefuse(t *testing.T) {
	w := sample(t)
	for _, c := range []struct {
		because, path string
		status        int
		parameter     string
	}{
		{"no collection", "/collections/commune/tiles", 404, "collection"},
		{"another format", "/tiles?f=xml", 400, "f"},
		{"another tile matrix set", "/collections/communes/tiles/WorldCRS84Quad", 404, "tileMatrixSetId"},
		{"another tile matrix set", "/tiles/WorldCRS84Quad", 404, "tileMatrixSetId"},
		{"a tile matrix set that is misspelt", "/tileMatrixSets/WebMercatorQuads", 404, "tileMatrixSetId"},
		{"a list takes no conditions", "/collections/communes/tiles?filter=population%3E1", 400, "filter"},
		{"an unknown parameter", "/collections/communes/tiles/WebMercatorQuad?limit=1", 400, "limit"},
		{"an unknown collection", "/tiles/WebMercatorQuad?collections=commune", 400, "collections"},
		{"a collection without geometry", "/tiles/WebMercatorQuad?collections=projets", 400, "collections"},
		{"a collection twice", "/tiles/WebMercatorQuad?collections=epci,epci", 400, "collections"},
		{"no collection", "/tiles/WebMercatorQuad?collections=", 400, "collections"},
		{"no name of a document", "/tilejson/communes", 404, "id"},
		{"neither a collection nor a theme", "/tilejson/x.json", 404, "id"},
		{"a collection without geometry", "/tilejson/projets.json", 404, "collection"},
		{"a filter that is none", "/tilejson/communes.json?filter=population%3E", 400, "filter"},
		{"a filter on what is not there", "/tilejson/communes.json?filter=x%3E1", 400, "filter"},
		{"an unknown parameter", "/tilejson/communes.json?limit=1", 400, "limit"},
		{"collections are for the service", "/tilejson/communes.json?collections=epci", 400, "collections"},
		{"a tile beyond the limits", "/collections/communes/tiles/WebMercatorQuad/8/0/0", 404, "tileMatrix"},
	} {
		if p := problemOf(t, ask(t, http.MethodGet, w.address+c.path)); p.Status != c.status || p.Parameter != c.parameter {
			t.Errorf("%s: %s: %+v", c.because, c.path, p)
		}
	}
	for _, path := range []string{"/tiles", "/tiles/WebMercatorQuad", "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad", "/collections/communes/tiles", "/tilejson/communes.json"} {
		if a := ask(t, http.MethodGet, w.address+path, "Accept", "text/html"); a.StatusCode != 406 {
			t.Errorf("%s as HTML: %s", path, a.Status)
		}
	}
}

// TestTilesetsOfReleases: documents of a release lead to that release, and those that the client has cost nothing.
func TestTilesetsOfReleases(t *testing.T) {
	w := sample(t)
	base := w.address + "/r/" + current(t, w)
	for _, path := range []string{"/tiles", "/tiles/WebMercatorQuad", "/collections/communes/tiles", "/collections/communes/tiles/WebMercatorQuad", "/tilejson/communes.json", "/tilejson/couverture.json", "/tileMatrixSets"} {
		now, then := ask(t, http.MethodGet, w.address+path), ask(t, http.MethodGet, base+path)
		if got := strings.ReplaceAll(string(then.body), base, w.address); then.StatusCode != 200 || got != string(now.body) {
			t.Errorf("%s: %s %s", path, then.Status, then.body)
		}
		tag := then.Header.Get("ETag")
		if again := ask(t, http.MethodGet, base+path, "If-None-Match", tag); tag == "" || again.StatusCode != 304 {
			t.Errorf("%s again: %s", path, again.Status)
		}
	}
}

// TestTilesetsWithoutPages: a program without pages links to none.
func TestTilesetsWithoutPages(t *testing.T) {
	w := sample(t)
	s := w.serve(t, serve.Options{})
	s.Pages = nil
	must(t, s.Refresh(t.Context()))
	at := listen(t, s)
	for _, l := range parse[collection](t, at+"/collections/communes").Links {
		if strings.Contains(l.Href, "/cartes/") {
			t.Errorf("%+v", l)
		}
	}
}

// TestTilesetsWithoutThemes: where nobody made a theme, the tiles of the service are of all collections that have some.
func TestTilesetsWithoutThemes(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	s := parse[testedTileset](t, w.address+"/tiles/WebMercatorQuad")
	if len(s.Layers) != 1 || s.Layers[0].ID != "points" || s.Layers[0].MaxTileMatrix != "12" || len(s.Limits) != 8 {
		t.Errorf("%+v", s)
	}
	if standing(t, tileOf(t, s.tile("5", 11, 16)), "points") == 0 {
		t.Error("the tile is empty")
	}
	if linked(parse[struct{ Links []link }](t, w.address+"/").Links, relTilesets) == "" {
		t.Error("the landing page has no link to tiles")
	}
}
