package serve_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"
)

// testedTileset is a tileset's metadata, or what a list says of it.
type testedTileset struct {
	Title, DataType, CRS, TileMatrixSetURI, Version string
	Limits                                          []testedLimits `json:"tileMatrixSetLimits"`
	Layers                                          []struct {
		ID, DataType                 string
		MinTileMatrix, MaxTileMatrix string
		PropertiesSchema             struct {
			Properties map[string]struct{ Type string }
		}
		Links []link
	}
	Links []testedLink
}

type testedLimits struct {
	TileMatrix                                     string
	MinTileRow, MaxTileRow, MinTileCol, MaxTileCol int
}

type testedLink struct {
	link
	Templated bool
}

const (
	relTilesets    = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relTilingThis  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	mediaMVT       = "application/vnd.mapbox-vector-tile"
	quadDefinition = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	webMercatorURI = "http://www.opengis.net/def/crs/EPSG/0/3857"
)

// tilesetLists are the addresses of all lists: that of the service, and those of the collections that have one.
func (c *candidate) tilesetLists() (all []string) {
	if at := linked(c.landing, relTilesets); at != "" {
		all = append(all, at)
	}
	for i := range c.collections {
		if at := linked(c.collections[i].Links, relTilesets); at != "" {
			all = append(all, at)
		}
	}
	return all
}

// eachTileset calls with every tileset that is listed.
func (c *candidate) eachTileset(t *testing.T, check func(t *testing.T, at string, s testedTileset)) {
	t.Helper()
	found := 0
	for _, list := range c.tilesetLists() {
		for _, item := range obtain[struct{ Tilesets []testedTileset }](t, list).Tilesets {
			found++
			at := ""
			for _, l := range item.Links {
				if l.Rel == "self" && l.Type == "application/json" {
					at = l.Href
				}
			}
			check(t, at, obtain[testedTileset](t, at))
		}
	}
	if found == 0 {
		t.Error("no tileset is listed")
	}
}

// template is the address of tiles; with a matrix, a row and a column in place of the variables.
func (s *testedTileset) template() string {
	for _, l := range s.Links {
		if l.Rel == "item" && l.Templated && l.Type == mediaMVT {
			return l.Href
		}
	}
	return ""
}

func (s *testedTileset) tile(matrix string, row, col int) string {
	return strings.NewReplacer("{tileMatrix}", matrix, "{tileRow}", strconv.Itoa(row), "{tileCol}", strconv.Itoa(col)).Replace(s.template())
}

// middle is a tile in the middle of the limits of a matrix.
func (s *testedTileset) middle(l testedLimits) string {
	return s.tile(l.TileMatrix, (l.MinTileRow+l.MaxTileRow)/2, (l.MinTileCol+l.MaxTileCol)/2)
}

// OGC 20-057, annex A.1. OGC's executable suite asks the last row and the first column of the first matrix of the limits.
var tileCoreTests = []abstractTest{
	{"tc-op", func(t *testing.T, c *candidate) {
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) {
			for _, l := range s.Limits {
				if a := ask(t, http.MethodGet, s.middle(l)); a.StatusCode != 200 && a.StatusCode != 204 {
					t.Errorf("%s: %s", a.Request.URL, a.Status)
				}
			}
		})
	}},
	{"tc-tilematrix-definition", templateHas("tileMatrix")},
	{"tc-tilerow-definition", templateHas("tileRow")},
	{"tc-tilecol-definition", templateHas("tileCol")},
	{"tc-success", func(t *testing.T, c *candidate) {
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) {
			for _, l := range s.Limits {
				for _, address := range []string{s.tile(l.TileMatrix, l.MaxTileRow, l.MinTileCol), s.tile(l.TileMatrix, l.MinTileRow, l.MaxTileCol)} {
					a := ask(t, http.MethodGet, address)
					if a.StatusCode != 200 || a.Header.Get("Content-Type") != mediaMVT {
						t.Errorf("%s: %s, %s", address, a.Status, a.Header.Get("Content-Type"))
					}
				}
			}
		})
	}},
	{"tc-error", func(t *testing.T, c *candidate) {
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) {
			for _, l := range s.Limits {
				s.refuses(t, l.TileMatrix, l.MaxTileRow+1, l.MinTileCol)
				s.refuses(t, l.TileMatrix, l.MinTileRow-1, l.MinTileCol)
				s.refuses(t, l.TileMatrix, l.MinTileRow, l.MinTileCol-1)
				s.refuses(t, l.TileMatrix, l.MinTileRow, l.MaxTileCol+1)
				s.refuses(t, l.TileMatrix, math.MaxInt32, math.MaxInt32)
			}
			s.refuses(t, "99", 0, 0)
			s.refuses(t, "x", 0, 0)
		})
	}},
}

func (s *testedTileset) refuses(t *testing.T, matrix string, row, col int) {
	t.Helper()
	if a := ask(t, http.MethodGet, s.tile(matrix, row, col)); a.StatusCode != 400 && a.StatusCode != 404 {
		t.Errorf("%s: %s, neither 400 nor 404", a.Request.URL, a.Status)
	}
}

func templateHas(variable string) func(*testing.T, *candidate) {
	return func(t *testing.T, c *candidate) {
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) {
			if !strings.Contains(s.template(), "{"+variable+"}") {
				t.Errorf("%s: the address of tiles is %q", at, s.template())
			}
		})
	}
}

// OGC 20-057, annexes A.2 and A.3.
var tilesetTests = []abstractTest{
	{"description", func(t *testing.T, c *candidate) {
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) {
			holds(t, at, tileSetSchema)
			if s.TileMatrixSetURI != quadDefinition || s.CRS != webMercatorURI || s.DataType != "vector" {
				t.Errorf("%s: %s, %s, %s", at, s.TileMatrixSetURI, s.CRS, s.DataType)
			}
			definition := ""
			for _, l := range s.Links {
				if l.Templated != strings.Contains(l.Href, "{") {
					t.Errorf("%s: the link %s is templated: %v", at, l.Href, l.Templated)
				}
				if l.Rel == relTilingThis {
					definition = l.Href
				}
			}
			holds(t, definition, tileMatrixSetSchema)
		})
	}},
}

var tilesetsListTests = []abstractTest{
	{"tileset-links", func(t *testing.T, c *candidate) {
		for _, list := range c.tilesetLists() {
			if !strings.HasSuffix(list, "/tiles") {
				t.Errorf("a list of tilesets is at %s", list)
			}
			for _, item := range obtain[struct{ Tilesets []testedTileset }](t, list).Tilesets {
				rels := map[string]string{}
				for _, l := range item.Links {
					rels[l.Rel] = l.Href
					obtain[any](t, l.Href) // OGC's executable suite asks each for JSON
				}
				if item.TileMatrixSetURI == "" || item.CRS == "" || item.DataType == "" || rels[relTilingThis] == "" {
					t.Errorf("%s: %+v", list, item)
				}
				if rels["self"] != list+"/WebMercatorQuad" {
					t.Errorf("%s: the tileset is at %q", list, rels["self"])
				}
			}
		}
	}},
}

// OGC 20-057, annexes A.4 and A.5.
var datasetTilesetsTests = []abstractTest{
	{"landingpage", func(t *testing.T, c *candidate) {
		if linked(c.landing, relTilesets) != c.base+"/tiles" {
			t.Errorf("the tilesets are at %q", linked(c.landing, relTilesets))
		}
	}},
	{"operation", func(t *testing.T, c *candidate) {
		if n := len(obtain[struct{ Tilesets []testedTileset }](t, c.base+"/tiles").Tilesets); n == 0 {
			t.Error("no tileset is listed")
		}
	}},
}

var geodataTilesetsTests = []abstractTest{
	{"desc-links", func(t *testing.T, c *candidate) {
		if !slices.ContainsFunc(c.collections, func(k tested) bool { return linked(k.Links, relTilesets) != "" }) {
			t.Error("no collection has a link to its tilesets")
		}
	}},
	{"operation", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if at := linked(k.Links, relTilesets); at != "" {
				if n := len(obtain[struct{ Tilesets []testedTileset }](t, at).Tilesets); n == 0 || at != c.base+"/collections/"+k.ID+"/tiles" {
					t.Errorf("%s: %d tilesets", at, n)
				}
			}
		})
	}},
}

// OGC 20-057, annex A.6.
var collectionsSelectionTests = []abstractTest{
	{"query-collections", func(t *testing.T, c *candidate) {
		for n := 1; n <= min(3, len(c.tiledCollections())); n++ {
			c.selected(t, c.tiledCollections()[:n])
		}
	}},
	{"collections-response", func(t *testing.T, c *candidate) {
		names := c.tiledCollections()[:min(3, len(c.tiledCollections()))]
		slices.Reverse(names)
		s := c.selected(t, names)
		for _, l := range s.Limits {
			a := ask(t, http.MethodGet, s.middle(l))
			layers, err := mvt.Unmarshal(a.body)
			if err != nil {
				t.Fatalf("%s: %v", a.Request.URL, err)
			}
			at := 0
			for _, layer := range layers {
				of := slices.IndexFunc(names, func(name string) bool {
					return layer.Name == name || strings.HasPrefix(layer.Name, name+"-etiq")
				})
				if of < at {
					t.Errorf("%s: the layer %s is not in the order of %v", a.Request.URL, layer.Name, names)
				}
				at = max(of, at)
			}
		}
		if a := ask(t, http.MethodGet, c.base+"/tiles/WebMercatorQuad?collections=unheard-of"); a.StatusCode != 400 {
			t.Errorf("an unknown collection: %s", a.Status)
		}
	}},
}

func (c *candidate) tiledCollections() (names []string) {
	for i := range c.collections {
		if linked(c.collections[i].Links, relTilesets) != "" {
			names = append(names, c.collections[i].ID)
		}
	}
	return names
}

// selected is the tileset of some collections; it has no other layers.
func (c *candidate) selected(t *testing.T, names []string) testedTileset {
	t.Helper()
	s := obtain[testedTileset](t, c.base+"/tiles/WebMercatorQuad?collections="+strings.Join(names, ","))
	if !strings.Contains(s.template(), "collections="+strings.Join(names, ",")) {
		t.Errorf("%v: tiles are at %s", names, s.template())
	}
	var order []string
	for _, layer := range s.Layers {
		at := linked(layer.Links, "http://www.opengis.net/def/rel/ogc/1.0/geodata")
		if name := at[strings.LastIndex(at, "/")+1:]; len(order) == 0 || order[len(order)-1] != name {
			order = append(order, name)
		}
	}
	if !slices.Equal(order, names) {
		t.Errorf("the layers of %v are of %v", names, order)
	}
	return s
}

// OGC 20-057, annex A.8.
var tileOAS30Tests = []abstractTest{
	{"completeness", func(t *testing.T, c *candidate) {
		for _, list := range c.tilesetLists() {
			path := strings.TrimPrefix(list, c.base)
			for _, end := range []string{"", "/WebMercatorQuad", "/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"} {
				alike := oneOf.ReplaceAllString(path, "/collections/{collectionId}")
				if c.api.Paths.Value(path+end) == nil && c.api.Paths.Value(alike+end) == nil {
					t.Errorf("%s is not described", path+end)
				}
			}
		}
	}},
	{"operation-id", func(t *testing.T, c *candidate) {
		ends := map[string]bool{}
		for _, item := range c.api.Paths.Map() {
			for _, of := range []string{"dataset", "collection"} {
				for _, what := range []string{"getTileSetsList", "getTileSet", "getTile"} {
					end := fmt.Sprintf(".%s.vector.%s", of, what)
					ends[end] = ends[end] || strings.HasSuffix(item.Get.OperationID, end)
				}
			}
		}
		for end, found := range ends {
			if !found {
				t.Errorf("no operationId ends with %s", end)
			}
		}
	}},
}

// OGC 20-057, annex A.14: each tile within limits is one, of the coordinates of its own grid.
var tileMVTTests = []abstractTest{
	{"content", func(t *testing.T, c *candidate) {
		features := 0
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) {
			for _, l := range s.Limits {
				a := ask(t, http.MethodGet, s.middle(l), "Accept", mediaMVT)
				layers, err := mvt.Unmarshal(a.body)
				if err != nil || a.Header.Get("Content-Type") != mediaMVT {
					t.Errorf("%s: %s, %v", a.Request.URL, a.Header.Get("Content-Type"), err)
				}
				for _, layer := range layers {
					features += len(layer.Features)
					for _, f := range layer.Features {
						b := f.Geometry.Bound()
						// A buffer may be around it (MVT 2.1 §4.1), no other tile.
						if extent := float64(layer.Extent); b.Max.X() < -extent/2 || b.Max.Y() < -extent/2 || b.Min.X() > 1.5*extent || b.Min.Y() > 1.5*extent {
							t.Errorf("%s: a feature of %s lies at %v", a.Request.URL, layer.Name, b)
						}
					}
				}
			}
		})
		if features == 0 {
			t.Error("no tile has a feature")
		}
	}},
}
