package serve

import (
	_ "embed"
	"encoding/json"
	"maps"

	"maille/internal/dataset"
	"maille/internal/release"
)

// openapi_tiles.json is the same for tiles, and what is made of them.
//
//go:embed openapi_tiles.json
var openAPITiles []byte

var alikeTilePaths = []collectionPath{
	{"tilesets", "/tiles", "The tilesets of the collection", onlyFormat, "f.tilesets", "TileSets"},
	{"tileset", "/tiles/" + webMercatorQuad, "The tileset: which tiles there are, and what they hold", onlyFormat, "f.tilesets", "TileSet"},
}

// ownTilePaths are those of a collection that has tiles.
var ownTilePaths = []collectionPath{
	{"tile", "/tiles/" + webMercatorQuad + "/{tileMatrix}/{tileRow}/{tileCol}", "A vector tile", tilePathParameters, "f.tile", "Tile"},
}

// operationIDs are the ends that the standard gives to those of tiles (OGC 20-057 /req/oas30/operation-id).
var operationIDs = map[string]string{"tilesets": ".collection.vector.getTileSetsList", "tileset": ".collection.vector.getTileSet", "tile": ".collection.vector.getTile"}

func tilePathParameters(d *dataset.Dataset, e *release.Entry) []string {
	return append([]string{"tileMatrix", "tileRow", "tileCol"}, tileParameters(&tileNames{}, []*page{{d: d, entry: e}})...)
}

// tiles adds the paths of tiles, for the themes and the collections that have some; nothing where none has.
func (a *apiDocument) tiles(components object) {
	collections := a.r.tiledCollections()
	if len(collections) == 0 {
		return
	}
	var more struct {
		Tags       []any
		Paths      object
		Components map[string]object
	}
	if err := json.Unmarshal(openAPITiles, &more); err != nil {
		panic(err) // embedded, and held by a test
	}
	a.tags = append(a.tags, more.Tags...)
	maps.Copy(a.paths, more.Paths)
	for kind, all := range more.Components {
		maps.Copy(components[kind].(object), all)
	}
	a.parameters["mapId"].(object)["schema"].(object)["enum"] = append(a.r.themeNames(), collections...)
	a.parameters["collectionId"].(object)["schema"].(object)["enum"] = collections
	a.parameters[collectionsParameter].(object)["schema"].(object)["items"].(object)["enum"] = collections
}

func (v *view) collectionNames() (names []string) {
	for i := range v.manifest.Datasets {
		names = append(names, v.manifest.Datasets[i].Dataset)
	}
	return names
}

// tiledCollections are those that have tiles.
func (v *view) tiledCollections() (names []string) {
	for i := range v.manifest.Datasets {
		if e := &v.manifest.Datasets[i]; hasTiles(v.datasets[e.Dataset], e) {
			names = append(names, e.Dataset)
		}
	}
	return names
}

func (v *view) themeNames() (names []string) {
	for i := range v.manifest.Themes {
		names = append(names, v.manifest.Themes[i].Name)
	}
	return names
}
