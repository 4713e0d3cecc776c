package serve

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"maille/internal/carto"
	"maille/internal/dataset"
	"maille/internal/pmtiles"
	"maille/internal/release"
)

// tileset is the tiles at one address: of a collection, or of several that share each tile.
type tileset struct {
	name               string // of the collection or the theme; "" for collections that somebody chose
	title, description string
	base               string // absolute address of the release
	resource           string // absolute address of what the tiles show: a collection, or the release
	query              string // conditions that the tiles are asked with; of one collection, in canonical form
	version            string // of a collection, or the release
	since              string // the release from which the tiles may differ from those before
	layers             []tilesetLayer
}

// tilesetLayer is a collection in a tileset.
type tilesetLayer struct {
	*dataset.Dataset
	*release.Entry
	first, last int             // zooms
	archive     *pmtiles.Header // nil where there is nothing to see
}

const collectionsParameter = "collections"

// tilesetsOffers are how the documents of tiles are written. People have the maps.
var tilesetsOffers = []offer{offerJSON}

// tilesets lists the tilesets of a collection (OGC 20-057 /req/geodata-tilesets/operation), or those of the whole service
// (/req/dataset-tilesets/operation). There is one.
func (s *Server) tilesets(w http.ResponseWriter, r *request) error {
	return s.tilesetDocument(w, r, r.tilesetAddress(), (*tileset).list, "f")
}

// tileset describes the tiles of a collection, or those of several (OGC 20-057 /req/tileset/description).
func (s *Server) tileset(w http.ResponseWriter, r *request) error {
	parameters := []string{"f"}
	if r.variable("collection") == "" {
		parameters = append(parameters, collectionsParameter) // OGC 20-057 /req/collections-selection/resources-query
	}
	return s.tilesetDocument(w, r, r.tilesetAddress(), (*tileset).metadata, parameters...)
}

// tilesetAddress is where the tiles are whose tileset the path names.
func (r *request) tilesetAddress() *tileAddress {
	return &tileAddress{collection: r.variable("collection"), matrixSet: cmp.Or(r.variable("tileMatrixSet"), webMercatorQuad)}
}

// tilesetDocument answers a document about tiles, which takes the parameters that the tiles take unless others are said.
func (s *Server) tilesetDocument(w http.ResponseWriter, r *request, a *tileAddress, write func(*tileset) any, parameters ...string) error {
	_, err := r.negotiate(tilesetsOffers...)
	if err == nil && parameters != nil {
		err = r.only(parameters...)
	}
	if err := errorsFirst(err, r.knownMatrixSet(a.matrixSet)); err != nil {
		return err
	}
	t, err := s.tilesetOf(r, a)
	if err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: []string{"tileset", r.digest, t.query},
		produce: func(_ context.Context, w io.Writer) (http.Header, error) { return nil, writeJSON(w, write(t)) }})
}

// tilesetOf finds the tileset whose tiles are at an address, and refuses what they would.
func (s *Server) tilesetOf(r *request, a *tileAddress) (*tileset, error) {
	n, err := r.named(a)
	if err != nil {
		return nil, err
	}
	pages, err := r.layers(n)
	if err != nil {
		return nil, err
	}
	t := &tileset{name: cmp.Or(a.collection, a.named), base: r.base, resource: r.base, query: r.conditionsOfTiles(), version: r.manifest.Release, since: r.manifest.Release}
	if a.collection != "" {
		t.resource += "/collections/" + a.collection
	}
	if n.alone {
		t.query = pages[0].params().Encode()
	}
	if err := s.addLayers(r, t, n, pages); err != nil {
		return nil, err
	}
	t.titled(r, n)
	return t, nil
}

// addLayers adds the collections that have tiles.
func (s *Server) addLayers(r *request, t *tileset, n *tileNames, pages []*page) error {
	layers, err := s.held(r, n, pages)
	if err != nil {
		return err
	}
	defer releaseAll(layers)
	for i, z := range n.zoomsOf(layers) {
		l := tilesetLayer{Dataset: layers[i].d, Entry: layers[i].entry, first: z.first, last: z.last}
		if a := layers[i].archive; a != nil && l.Extent != nil {
			l.archive = &a.tiles.Header
		}
		t.layers = append(t.layers, l)
	}
	return nil
}

// titled says what the tileset is: a collection, a theme, or the collections that were chosen.
func (t *tileset) titled(r *request, n *tileNames) {
	theme := slices.IndexFunc(r.manifest.Themes, func(one dataset.Theme) bool {
		return one.Name == t.name || t.name == "" && n.from != nil
	})
	switch {
	case n.alone:
		l := &t.layers[0]
		t.title, t.description, t.version, t.since = l.Title, l.Description, l.Version.String(), l.Since
	case theme >= 0:
		of := &r.manifest.Themes[theme]
		t.name, t.title, t.description = of.Name, of.Title, of.Description
	default:
		titles := make([]string, len(t.layers))
		for i := range t.layers {
			titles[i] = t.layers[i].Title
		}
		t.title = strings.Join(titles, " ; ")
	}
}

// conditionsOfTiles are the parameters that tiles are asked with, as links write them.
func (r *request) conditionsOfTiles() string {
	v := url.Values{}
	for name, values := range r.params {
		if name != "f" {
			v[name] = values
		}
	}
	return strings.ReplaceAll(v.Encode(), "%2C", ",")
}

// hasTiles says whether a release has tiles of a collection; those of one without a shape are empty.
func hasTiles(d *dataset.Dataset, e *release.Entry) bool {
	archived := func(f release.File) bool { return f.Name == d.Name+"."+pmtiles.Extension }
	return d.Publication.Geometry != nil && (e.Unlocated == e.Rows || slices.ContainsFunc(e.Files, archived))
}

// credits are the sources and the licences of all layers, each once.
func (t *tileset) credits() (sources []dataset.Source, licences []dataset.License) {
	for i := range t.layers {
		sources = appendNew(sources, t.layers[i].Sources)
		licences = appendNew(licences, t.layers[i].Licenses)
	}
	return sources, licences
}

func appendNew[T comparable](all, more []T) []T {
	for _, one := range more {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// tileLinks are those of a collection that has tiles (OGC 20-057 /req/geodata-tilesets/desc-links), and what shows them.
func (s *Server) tileLinks(r *request, at, name string) []link {
	links := []link{
		{at + "/tiles", relTilesets, mediaJSON, "The vector tiles"},
		{r.base + "/tileMatrixSets", relTilingAll, mediaJSON, "How tiles are numbered"},
		{r.base + "/tilejson/" + name + ".json", "related", mediaJSON, "The vector tiles, as TileJSON"},
		{r.base + "/styles/" + name + ".json", relStylesheet, mediaStyle, "A style of the vector tiles, for MapLibre"},
		{r.base + "/qgis/" + name + ".qlr", "related", carto.MediaQLR, "Layers to open in QGIS"},
	}
	if s.Pages != nil {
		links = append(links, link{r.base + "/cartes/" + name, "related", mediaHTML, "The map"})
	}
	return links
}

// tiledLinks are those of the whole service, when it has tiles (OGC 20-057 /req/dataset-tilesets/landingpage).
func (r *request) tiledLinks() []link {
	if len(r.tiledCollections()) == 0 {
		return nil
	}
	return []link{
		{r.base + "/tiles", relTilesets, mediaJSON, "The vector tiles"},
		{r.base + "/tileMatrixSets", relTilingAll, mediaJSON, "How tiles are numbered"},
		{r.base + "/styles", relStyles, mediaJSON, "The styles of maps, and their legends"},
	}
}
