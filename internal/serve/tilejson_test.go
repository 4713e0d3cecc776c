package serve_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What TileJSON 3.0.0 asks, in words of our own: its published schema, and what its text adds (§3.2: at least one address;
// §3.5, §3.6; §3.12).
const tileJSONSchema = `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["tilejson", "tiles", "vector_layers"],
	"properties": {
		"tilejson": {"$ref": "#/$defs/version"}, "version": {"$ref": "#/$defs/version"},
		"tiles": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^https?://.*\\{z\\}.*\\{x\\}.*\\{y\\}"}},
		"name": {"type": "string"}, "description": {"type": "string"}, "attribution": {"type": "string"}, "legend": {"type": "string"}, "template": {"type": "string"},
		"scheme": {"enum": ["xyz", "tms"]},
		"minzoom": {"$ref": "#/$defs/zoom"}, "maxzoom": {"$ref": "#/$defs/zoom"}, "fillzoom": {"$ref": "#/$defs/zoom"},
		"bounds": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number", "minimum": -180, "maximum": 180}},
		"center": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "number"}},
		"vector_layers": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["id", "fields"], "properties": {
			"id": {"type": "string"}, "description": {"type": "string"}, "minzoom": {"$ref": "#/$defs/zoom"}, "maxzoom": {"$ref": "#/$defs/zoom"},
			"fields": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}}}}},
	"$defs": {"zoom": {"type": "integer", "minimum": 0, "maximum": 30}, "version": {"type": "string", "pattern": "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$"}}}`

type testedTileJSON struct {
	TileJSON, Name, Description, Version, Attribution, Scheme string
	Tiles                                                     []string
	MinZoom, MaxZoom                                          int
	Bounds                                                    []float64
	Center                                                    []float64
	VectorLayers                                              []struct {
		ID, Description  string
		MinZoom, MaxZoom int
		Fields           map[string]string
	} `json:"vector_layers"`
}

// TestTileJSON holds every document to what the text of TileJSON 3.0.0 asks beyond its schema.
func TestTileJSON(t *testing.T) {
	w := sample(t)
	markup := regexp.MustCompile(`[<>]|&[^a-z]`)
	for _, name := range append(tiledNames(w), "couverture", "mediation", "territoires") {
		at := w.address + "/tilejson/" + name + ".json"
		holds(t, at, tileJSONSchema)
		j := parse[testedTileJSON](t, at)
		if j.TileJSON != "3.0.0" || j.Scheme != "xyz" || j.Name == "" || j.Attribution == "" || markup.MatchString(j.Attribution) {
			t.Errorf("%s: %+v", name, j)
		}
		if want := w.address + "/tiles/" + name + "/{z}/{x}/{y}.mvt"; !slices.Equal(j.Tiles, []string{want}) {
			t.Errorf("%s: tiles at %v", name, j.Tiles)
		}
		if b, c := j.Bounds, j.Center; b != nil && (b[0] > b[2] || b[1] > b[3] || c[0] < b[0] || c[0] > b[2] || c[1] < b[1] || c[1] > b[3] || c[2] < float64(j.MinZoom) || c[2] > float64(j.MaxZoom)) {
			t.Errorf("%s: bounds %v, center %v, zooms %d to %d", name, b, c, j.MinZoom, j.MaxZoom)
		}
		for _, l := range j.VectorLayers {
			if l.MinZoom < j.MinZoom || l.MaxZoom > j.MaxZoom || l.MinZoom > l.MaxZoom || l.Description == "" || len(l.Fields) == 0 {
				t.Errorf("%s: %+v within zooms %d to %d", name, l, j.MinZoom, j.MaxZoom)
			}
		}
		for _, z := range []int{j.MinZoom - 1, j.MaxZoom + 1} { // there are tiles at the zooms that are said, and at no other
			if a := ask(t, http.MethodGet, filled(j.Tiles[0], z, 0, 0)); a.StatusCode != 404 {
				t.Errorf("%s: %s", a.Request.URL, a.Status)
			}
		}
		for z := j.MinZoom; z <= j.MaxZoom; z++ {
			tileOf(t, filled(j.Tiles[0], z, 0, 0))
		}
	}
}

// filled is the address of a tile.
func filled(template string, z, x, y int) string {
	return strings.NewReplacer("{z}", strconv.Itoa(z), "{x}", strconv.Itoa(x), "{y}", strconv.Itoa(y)).Replace(template)
}

// TestTileJSONSaysFields: titles and units of the schema, the layer of labels, and what tiles add.
func TestTileJSONSaysFields(t *testing.T) {
	w := sample(t)
	fields := map[string]map[string]string{}
	for _, name := range []string{"communes", "lieux-mediation"} {
		for _, l := range parse[testedTileJSON](t, w.address+"/tilejson/"+name+".json").VectorLayers {
			fields[l.ID] = l.Fields
		}
	}
	d := w.Registry.Get("communes")
	for _, c := range []struct{ layer, field, begins string }{
		{"communes", "nom", d.Schema.Column("nom").Title},
		{"communes", "population", d.Schema.Column("population").Title},
		{"communes", "_reduit", "Vrai"},
		{"communes-etiquettes", "code_insee", d.Schema.Column("code_insee").Title},
		{"communes-etiquettes", "nom", d.Schema.Column("nom").Title},
		{"lieux-mediation", "_nombre", "Nombre"},
	} {
		if got := fields[c.layer][c.field]; c.begins == "" || !strings.HasPrefix(got, c.begins) {
			t.Errorf("%s of %s is %q", c.field, c.layer, got)
		}
	}
	if services := fields["lieux-mediation"]["services"]; !strings.Contains(services, "|") {
		t.Errorf("a list is %q", services)
	}
}

// TestTileJSONGoesOn: conditions go on to the tiles, which hold those features alone.
func TestTileJSONGoesOn(t *testing.T) {
	w := sample(t)
	for _, c := range []struct{ name, parameter, value string }{
		{"communes", "filter", "population >= 20000 AND nom LIKE 'M%'"},
		{"communes", "code_insee", "91377"},
		{"couverture", "filter", "nom LIKE 'M%'"},
	} {
		at := w.address + "/tilejson/" + c.name + ".json?" + url.Values{c.parameter: {c.value}}.Encode()
		j := parse[testedTileJSON](t, at)
		u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(j.Tiles[0]))
		must(t, err)
		if got := u.Query().Get(c.parameter); got != c.value {
			t.Errorf("%s: tiles are asked with %s=%q", at, c.parameter, got)
		}
	}
	one, other := parse[testedTileJSON](t, w.address+"/tilejson/communes.json?nom=Massy&filter-lang=cql2-text&filter=population%3E5"), parse[testedTileJSON](t, w.address+"/tilejson/communes.json?filter=population%3E5&nom=Massy")
	if one.Tiles[0] != other.Tiles[0] {
		t.Errorf("one choice has the tiles %s and %s", one.Tiles[0], other.Tiles[0])
	}
	j := parse[testedTileJSON](t, w.address+"/tilejson/communes.json?code_insee=91377")
	seen := map[any]bool{}
	for _, layer := range decodedTile(t, tileOf(t, filled(j.Tiles[0], 8, 129, 88))) {
		for _, f := range layer.Features {
			seen[f.Properties["code_insee"]] = true
		}
	}
	if len(seen) != 1 || !seen["91377"] {
		t.Errorf("the tile has %v", seen)
	}
}
