package serve

// fixedPath is one that no collection has, and the parameters that people read of there.
type fixedPath struct {
	verb, path string
	parameters []string
}

var conditions = []string{"datetime", "filter", "filter-lang", "filter-crs"}

// fixedPaths are in the order in which people read of them.
var fixedPaths = []fixedPath{
	{"landing", "/", nil},
	{"conformance", "/conformance", nil},
	{"api", "/api", nil},
	{"collections", "/collections", nil},
	{"functions", "/functions", nil},
	{"gaps", "/ecarts", gapsComponents},
	{"reach", "/portee", questionComponents(reachParameters)},
	{"scenario", "/scenario", questionComponents(scenarioParameters)},
	{"explain", "/explique", []string{"indicateur.explained", "territoire.explained", "periode", "release.explained", "f"}},
	{"method", "/methode", nil},
	{"territories", "/territoires", []string{"q.territories", "f"}},
	{"territory", "/territoires/{territory}", []string{"territory", "f"}},
	{"lorenz", "/territoires/{territory}/lorenz.svg", []string{"territory", "indicateur.curve"}},
	{"manifest", "/manifest.json", nil},
	{"file", "/d/{file}", nil},
	{"datapackage", "/datapackage.json", nil},
	{"checksums", "/SHA256SUMS", nil},
	{"cite-release", "/cite.{citation}", nil},
	{"citation", "/CITATION.cff", nil},
	{"latest", "/latest.json", nil},
	{"catalogue", "/catalog.{format}", nil},
	{"catalogue-page", "/catalog/{page}.{format}", nil},
	{"changes", "/changes", []string{"since", "commune", "f"}},
	{"difference", "/changes/{dataset}", []string{"since", "commune", "f.changes"}},
	{"feed", "/feeds/all.atom", nil},
	{"feed-collection", "/feeds/collections/{dataset}.atom", nil},
	{"feed-commune", "/feeds/communes/{commune}.atom", nil},
	{"feed-epci", "/feeds/epci/{epci}.atom", nil},
	{"xyz", "/tiles/{mapId}/{z}/{x}/{y}.mvt", conditions},
	{"tilejson", "/tilejson/{mapId}.json", conditions},
	{"all-tilesets", "/tiles", nil},
	{"all-tileset", "/tiles/WebMercatorQuad", []string{collectionsParameter}},
	{"all-tile", "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}", append([]string{collectionsParameter}, conditions...)},
	{"matrices", "/tileMatrixSets", nil},
	{"matrix", "/tileMatrixSets/WebMercatorQuad", nil},
	{"styles", "/styles", nil},
	{"style", "/styles/{mapId}.json", conditions},
	{"legend", "/styles/{mapId}/legend.json", conditions},
	{"picture", "/styles/{mapId}/legend.svg", conditions},
	{"qml", "/styles/{collectionId}.qml", nil},
	{"qlr", "/qgis/{mapId}.qlr", nil},
	{"qgs", "/qgis/{mapId}.qgs", nil},
	{"qgz", "/qgis/{mapId}.qgz", nil},
	{"maps", "/cartes", nil},
	{"map", "/cartes/{mapId}", conditions},
	{"releases", "/releases", []string{"before", "f"}},
	{"release", "/r/{release}/", nil},
}
