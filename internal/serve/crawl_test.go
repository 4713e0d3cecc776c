package serve_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestEveryLinkLeadsSomewhere walks the whole service from the landing page, as a link checker does.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	notRaced(t)
	w := sample(t)
	for _, start := range []string{"/", "/r/" + current(t, w), "/collections/communes/items?bbox=2,48,2.4,48.6&limit=3"} {
		t.Run(start, func(t *testing.T) {
			c := crawler{t: t, address: w.address, seen: map[string]bool{}}
			c.visit(w.address + start)
			t.Logf("%d addresses", len(c.seen))
			if strings.Count(start, "items") == 0 && len(c.seen) < 19*8 {
				t.Error("the crawl does not reach the collections")
			}
		})
	}
}

type crawler struct {
	t       *testing.T
	address string
	seen    map[string]bool
}

func (c *crawler) visit(href string) {
	if c.seen[href] || !strings.HasPrefix(href, c.address) {
		return // what is elsewhere is not ours to check
	}
	c.seen[href] = true
	a := ask(c.t, http.MethodGet, href)
	if a.StatusCode != http.StatusOK {
		c.t.Errorf("%s: %s", href, a.Status)
		return
	}
	if mediaType := a.Header.Get("Content-Type"); !strings.HasSuffix(mediaType, "json") && !strings.HasPrefix(mediaType, "application/vnd.oai") || strings.Contains(href, "/d/") {
		return
	}
	var document any
	if err := json.Unmarshal(a.body, &document); err != nil {
		c.t.Errorf("%s: %v", href, err)
	}
	c.links(href, document)
}

// links finds every object of an array named links, however deep.
func (c *crawler) links(from string, value any) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			c.links(from, item)
		}
	case map[string]any:
		for name, member := range v {
			list, are := member.([]any)
			if name != "links" || !are { // the schemas of the API's description have a property of that name
				c.links(from, member)
				continue
			}
			for _, l := range list {
				if l := l.(map[string]any); l["templated"] != true || complete(l, v) {
					c.link(from, l)
				}
			}
		}
	}
}

// complete fills the address of a tile with the first that the tileset has; false where it has none.
func complete(l, tileset map[string]any) bool {
	limits, _ := tileset["tileMatrixSetLimits"].([]any)
	if len(limits) == 0 {
		return false
	}
	first := limits[0].(map[string]any)
	l["href"] = strings.NewReplacer("{tileMatrix}", first["tileMatrix"].(string), "{tileRow}", fmt.Sprint(first["minTileRow"]),
		"{tileCol}", fmt.Sprint(first["minTileCol"])).Replace(l["href"].(string))
	return true
}

func (c *crawler) link(from string, l map[string]any) {
	href, _ := l["href"].(string)
	for _, member := range []string{"href", "rel", "type"} {
		if text, _ := l[member].(string); text == "" {
			c.t.Errorf("%s: a link has no %s: %v", from, member, l)
		}
	}
	if l["rel"] == "next" && strings.Contains(from, "after=") {
		return // walking to the end has a test of its own
	}
	c.visit(href)
	if declared, _ := l["type"].(string); strings.HasPrefix(href, c.address) && l["rel"] != "license" {
		if got := ask(c.t, http.MethodHead, href).Header.Get("Content-Type"); got != declared {
			c.t.Errorf("%s: the link to %s says %q, which answers %q", from, href, declared, got)
		}
	}
}

func current(t testing.TB, w *world) string {
	t.Helper()
	return parse[struct{ Release string }](t, w.address+"/").Release
}

func TestLanding(t *testing.T) {
	w := sample(t)
	landing := parse[struct {
		Title, Description, Release string
		Links                       []link
	}](t, w.address+"/")
	if landing.Title == "" || landing.Description == "" || landing.Release == "" {
		t.Errorf("%+v", landing)
	}
	for _, rel := range []string{"self", "service-desc", "conformance", "data"} { // OGC 17-069r4 /req/core/root-success
		if linked(landing.Links, rel) == "" {
			t.Errorf("no link of rel %s", rel)
		}
	}
	for _, l := range landing.Links {
		if l.Rel == "service-desc" && l.Type != "application/vnd.oai.openapi+json;version=3.0" { // what OGC's suite looks for
			t.Errorf("service-desc is of type %q", l.Type)
		}
	}
}

type collection struct {
	ID, Title, Description, ItemType, Version, Since, Attribution string
	Rows                                                          int64
	CRS                                                           []string
	Extent                                                        *struct {
		Spatial *struct {
			BBox [][]float64
			CRS  string
		}
		Temporal *struct{ Interval [][]string }
	}
	Links []link
}

func collections(t testing.TB, w *world) []collection {
	t.Helper()
	return parse[struct{ Collections []collection }](t, w.address+"/collections").Collections
}

func TestCollections(t *testing.T) {
	w := sample(t)
	all := collections(t, w)
	if len(all) != len(w.Registry.All()) {
		t.Errorf("%d collections, %d datasets", len(all), len(w.Registry.All()))
	}
	filled := 0 // the others are what the sample leaves out, and what is made of it
	for _, c := range all {
		if c.Title == "" || c.Description == "" || c.Attribution == "" || c.ItemType != "feature" || len(c.Version) != 12 {
			t.Errorf("%+v", c)
		}
		filled += int(min(c.Rows, 1))
		d := w.Registry.Get(c.ID)
		located := c.Extent != nil && c.Extent.Spatial != nil
		if located && (c.Extent.Spatial.CRS != c.CRS[0] || len(c.Extent.Spatial.BBox[0]) != 4) {
			t.Errorf("%s: extent %+v", c.ID, c.Extent)
		}
		if located && d.Publication.Geometry == nil {
			t.Errorf("%s has an extent and no geometry", c.ID)
		}
		if dated := c.Extent != nil && c.Extent.Temporal != nil; dated != (d.Publication.Time != "" && c.Rows > 0) {
			t.Errorf("%s says its days: %v", c.ID, dated)
		}
		for _, rel := range []string{"self", "items", "http://www.opengis.net/def/rel/ogc/1.0/schema", "license", "enclosure"} {
			if linked(c.Links, rel) == "" {
				t.Errorf("%s has no link of rel %s", c.ID, rel)
			}
		}
	}
	if filled < 20 {
		t.Errorf("only %d collections have rows", filled)
	}
}

// TestCollectionSaysTheSame: OGC 17-069r4 /req/core/sfc-md-success asks for identical content in both places.
func TestCollectionSaysTheSame(t *testing.T) {
	w := sample(t)
	all := parse[struct{ Collections []json.RawMessage }](t, w.address+"/collections").Collections
	for i, c := range collections(t, w) {
		alone := parse[any](t, w.address+"/collections/"+c.ID)
		var listed any
		if err := json.Unmarshal(all[i], &listed); err != nil {
			t.Fatal(err)
		}
		if a, b := marshal(t, alone), marshal(t, listed); a != b {
			t.Errorf("%s alone:\n%s\nin the list:\n%s", c.ID, a, b)
		}
	}
}

func marshal(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
