package serve_test

import (
	"bytes"
	"math"
	"net/http"
	"strconv"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// holds reads a document and holds it to a JSON Schema.
func holds(t testing.TB, address, schema string) {
	t.Helper()
	a := ask(t, http.MethodGet, address, "Accept", "application/json")
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: %s, %s", address, a.Status, a.Header.Get("Content-Type"))
		return
	}
	if err := fits(t, a.body, schema); err != nil {
		t.Errorf("%s: %v", address, err)
	}
}

// fits says what of a document a JSON Schema does not allow.
func fits(t testing.TB, document []byte, schema string) error {
	t.Helper()
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(schema)))
	must(t, err)
	c := jsonschema.NewCompiler()
	must(t, c.AddResource("schema.json", text))
	compiled, err := c.Compile("schema.json")
	must(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// What OGC 17-083r4 asks of a tileset's metadata and of a tile matrix set, in words of our own.
const tileSetSchema = `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
	"required": ["dataType", "crs", "links", "tileMatrixSetURI"],
	"properties": {
		"title": {"type": "string"}, "description": {"type": "string"}, "version": {"type": "string"}, "license": {"type": "string"}, "attribution": {"type": "string"},
		"dataType": {"enum": ["map", "vector", "coverage"]}, "crs": {"type": "string", "format": "uri"}, "tileMatrixSetURI": {"type": "string", "format": "uri"},
		"mediaTypes": {"type": "array", "items": {"type": "string"}},
		"tileMatrixSetLimits": {"type": "array", "items": {"type": "object", "required": ["tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol"],
			"properties": {"tileMatrix": {"type": "string"}, "minTileRow": {"$ref": "#/$defs/count"}, "maxTileRow": {"$ref": "#/$defs/count"},
				"minTileCol": {"$ref": "#/$defs/count"}, "maxTileCol": {"$ref": "#/$defs/count"}}}},
		"boundingBox": {"$ref": "#/$defs/box"},
		"centerPoint": {"type": "object", "required": ["coordinates"], "properties": {"coordinates": {"$ref": "#/$defs/point"}, "crs": {"type": "string"}, "tileMatrix": {"type": "string"}}},
		"layers": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["id", "dataType"], "properties": {
			"id": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"}, "dataType": {"enum": ["map", "vector", "coverage"]},
			"geometryDimension": {"type": "integer", "minimum": 0, "maximum": 3}, "minTileMatrix": {"type": "string"}, "maxTileMatrix": {"type": "string"},
			"boundingBox": {"$ref": "#/$defs/box"}, "links": {"$ref": "#/$defs/links"},
			"propertiesSchema": {"type": "object", "required": ["type", "properties"], "properties": {"type": {"const": "object"}, "properties": {"type": "object",
				"additionalProperties": {"type": "object", "properties": {"title": {"type": "string"}, "description": {"type": "string"}, "uom": {"type": "string"}, "format": {"type": "string"},
					"type": {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}}}}}}}}},
		"links": {"$ref": "#/$defs/links"}},
	"$defs": {
		"count": {"type": "integer", "minimum": 0},
		"point": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
		"box": {"type": "object", "required": ["lowerLeft", "upperRight"], "properties": {"lowerLeft": {"$ref": "#/$defs/point"}, "upperRight": {"$ref": "#/$defs/point"}, "crs": {"type": "string"}}},
		"links": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["href", "rel"], "properties": {"href": {"type": "string"}, "rel": {"type": "string"},
			"type": {"type": "string"}, "title": {"type": "string"}, "templated": {"type": "boolean"}}}}}}`

const tileMatrixSetSchema = `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["crs", "tileMatrices"],
	"properties": {"id": {"type": "string"}, "title": {"type": "string"}, "uri": {"type": "string"}, "crs": {"type": "string"}, "wellKnownScaleSet": {"type": "string"},
		"orderedAxes": {"type": "array", "minItems": 1, "items": {"type": "string"}},
		"tileMatrices": {"type": "array", "minItems": 1, "items": {"type": "object",
			"required": ["id", "scaleDenominator", "cellSize", "pointOfOrigin", "tileWidth", "tileHeight", "matrixWidth", "matrixHeight"],
			"properties": {"id": {"type": "string"}, "scaleDenominator": {"type": "number"}, "cellSize": {"type": "number"}, "cornerOfOrigin": {"enum": ["topLeft", "bottomLeft"]},
				"pointOfOrigin": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}, "tileWidth": {"$ref": "#/$defs/some"}, "tileHeight": {"$ref": "#/$defs/some"},
				"matrixWidth": {"$ref": "#/$defs/some"}, "matrixHeight": {"$ref": "#/$defs/some"}}}}},
	"$defs": {"some": {"type": "integer", "minimum": 1}}}`

type testedMatrixSet struct {
	ID, URI, CRS, WellKnownScaleSet string
	OrderedAxes                     []string
	TileMatrices                    []struct {
		ID, CornerOfOrigin                               string
		ScaleDenominator, CellSize                       float64
		PointOfOrigin                                    [2]float64
		TileWidth, TileHeight, MatrixWidth, MatrixHeight int
	}
}

// OGC 17-083r4, annex A. The list is where OGC's executable suite for tiles looks for the sets, by an item.
var matrixSetTests = []abstractTest{
	{"list", func(t *testing.T, c *candidate) {
		sets := obtain[struct {
			TileMatrixSets []struct {
				ID, URI string
				Links   []link
			}
		}](t, c.base+"/tileMatrixSets").TileMatrixSets
		if len(sets) == 0 {
			t.Fatal("no set is listed")
		}
		for _, set := range sets {
			for _, rel := range []string{"self", "item"} {
				holds(t, linked(set.Links, rel), tileMatrixSetSchema)
			}
		}
	}},
	{"tilematrixset", func(t *testing.T, c *candidate) {
		set := obtain[testedMatrixSet](t, c.base+"/tileMatrixSets/WebMercatorQuad")
		if set.ID != "WebMercatorQuad" || set.URI != quadDefinition || set.CRS != webMercatorURI || len(set.OrderedAxes) != 2 || len(set.TileMatrices) < 25 {
			t.Errorf("%+v", set)
		}
		for z, m := range set.TileMatrices {
			cell := 2 * math.Pi * 6378137 / 256 / math.Pow(2, float64(z))
			if m.ID != strconv.Itoa(z) || m.CornerOfOrigin != "topLeft" || m.TileWidth != 256 || m.TileHeight != 256 || m.MatrixWidth != 1<<z || m.MatrixHeight != 1<<z {
				t.Errorf("%+v", m)
			}
			for got, want := range map[float64]float64{m.CellSize: cell, m.ScaleDenominator: cell / 0.00028, m.PointOfOrigin[0]: -math.Pi * 6378137, m.PointOfOrigin[1]: math.Pi * 6378137} {
				if math.Abs(got/want-1) > 1e-14 {
					t.Errorf("matrix %d: %v, not %v", z, got, want)
				}
			}
		}
	}},
}

var tileSetMetadataTests = []abstractTest{
	{"tilesetmetadata", func(t *testing.T, c *candidate) {
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) { holds(t, at, tileSetSchema) })
	}},
	{"limits", func(t *testing.T, c *candidate) {
		c.eachTileset(t, func(t *testing.T, at string, s testedTileset) {
			for _, l := range s.Limits {
				z, err := strconv.Atoi(l.TileMatrix)
				if err != nil || l.MinTileRow > l.MaxTileRow || l.MinTileCol > l.MaxTileCol || l.MinTileRow < 0 || l.MinTileCol < 0 || l.MaxTileRow >= 1<<z || l.MaxTileCol >= 1<<z {
					t.Errorf("%s: %+v", at, l)
				}
			}
		})
	}},
}
