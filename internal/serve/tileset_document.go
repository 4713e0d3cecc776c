package serve

import (
	"cmp"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/tile"
)

// tileSet is a tileset's metadata (OGC 17-083r4 §7, tileSet.json); in a list, what comes before Description.
type tileSet struct {
	Title            string          `json:"title,omitempty"`
	DataType         string          `json:"dataType"`
	CRS              string          `json:"crs"`
	TileMatrixSetURI string          `json:"tileMatrixSetURI"`
	Description      string          `json:"description,omitempty"`
	License          string          `json:"license,omitempty"`
	Attribution      string          `json:"attribution,omitempty"`
	Version          string          `json:"version,omitempty"`
	MediaTypes       []string        `json:"mediaTypes,omitempty"`
	Limits           []matrixLimits  `json:"tileMatrixSetLimits"` // none is the truth of what is empty
	BoundingBox      *boundingBox    `json:"boundingBox,omitempty"`
	CenterPoint      *centerPoint    `json:"centerPoint,omitempty"`
	Layers           []tileSetLayer  `json:"layers"`
	Links            []templatedLink `json:"links"`
}

type tileSetItem struct {
	Title            string `json:"title,omitempty"`
	DataType         string `json:"dataType"`
	CRS              string `json:"crs"`
	TileMatrixSetURI string `json:"tileMatrixSetURI"`
	Links            []link `json:"links"`
}

type matrixLimits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

type boundingBox struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

type centerPoint struct {
	Coordinates [2]float64 `json:"coordinates"`
	CRS         string     `json:"crs"`
	TileMatrix  string     `json:"tileMatrix"`
}

type tileSetLayer struct {
	ID                string         `json:"id"`
	Title             string         `json:"title"`
	Description       string         `json:"description,omitempty"`
	DataType          string         `json:"dataType"`
	GeometryDimension int            `json:"geometryDimension"`
	MinTileMatrix     string         `json:"minTileMatrix"`
	MaxTileMatrix     string         `json:"maxTileMatrix"`
	BoundingBox       *boundingBox   `json:"boundingBox,omitempty"`
	PropertiesSchema  map[string]any `json:"propertiesSchema"`
	Links             []link         `json:"links"`
}

// templatedLink may be an address to complete.
type templatedLink struct {
	link
	Templated bool `json:"templated,omitempty"`
}

const (
	dataVector     = "vector"
	relTilesets    = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relTilingThis  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	relTilingAll   = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
	relGeodata     = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
	relDataset     = "http://www.opengis.net/def/rel/ogc/1.0/dataset"
	matrixSetTitle = "Google Maps Compatible for the World"
)

// address is that of the tileset's metadata, which tiles follow.
func (t *tileset) address() string { return t.resource + "/tiles/" + webMercatorQuad }

// asked is an address with the conditions that the tiles are asked with.
func (t *tileset) asked(address string) string {
	if t.query == "" {
		return address
	}
	return address + "?" + t.query
}

// list is the tilesets of the resource (OGC 20-057 /req/tilesets-list/tileset-links).
func (t *tileset) list() any {
	return map[string]any{
		"tilesets": []tileSetItem{{t.title, dataVector, webMercator, webMercatorQuadURI, []link{
			{t.address(), relSelf, mediaJSON, t.title}, t.scheme()}}},
		"links": []link{{t.resource + "/tiles", relSelf, mediaJSON, "The tilesets"}, t.shown()},
	}
}

func (t *tileset) scheme() link {
	return link{t.base + "/tileMatrixSets/" + webMercatorQuad, relTilingThis, mediaJSON, matrixSetTitle}
}

// shown is what the tiles show.
func (t *tileset) shown() link {
	if t.resource == t.base {
		return link{t.base + "/", relDataset, mediaJSON, "The whole service"}
	}
	return link{t.resource, relGeodata, mediaJSON, t.title}
}

// metadata describes the tileset.
func (t *tileset) metadata() any {
	sources, licences := t.credits()
	d := tileSet{Title: t.title, DataType: dataVector, CRS: webMercator, TileMatrixSetURI: webMercatorQuadURI, Description: t.description,
		License: joined(licences, licenceName), Attribution: joined(sources, sourceTitle), Version: t.version, MediaTypes: []string{mediaMVT},
		Limits: t.limits(), Layers: []tileSetLayer{}, Links: t.links()}
	if box := t.extent(); box != nil {
		d.BoundingBox = bounding(box)
		x, y, z := t.center()
		d.CenterPoint = &centerPoint{[2]float64{x, y}, crs84, strconv.Itoa(z)}
	}
	for i := range t.layers {
		for _, v := range tile.Layers(t.layers[i].Dataset) {
			d.Layers = append(d.Layers, t.layer(&t.layers[i], &v))
		}
	}
	return d
}

func (t *tileset) layer(l *tilesetLayer, v *tile.LayerInfo) tileSetLayer {
	doc := tileSetLayer{ID: v.ID, Title: v.Title, Description: v.Description, DataType: dataVector, GeometryDimension: v.Dimension,
		MinTileMatrix: strconv.Itoa(l.first), MaxTileMatrix: strconv.Itoa(l.last), PropertiesSchema: propertiesSchema(v),
		Links: []link{{t.base + "/collections/" + l.Name, relGeodata, mediaJSON, l.Title}}}
	if l.Extent != nil {
		doc.BoundingBox = bounding(l.Extent)
	}
	return doc
}

func (t *tileset) links() []templatedLink {
	links := []templatedLink{
		{link: link{t.asked(t.address()), relSelf, mediaJSON, "This tileset"}},
		{link{t.asked(t.address() + "/{tileMatrix}/{tileRow}/{tileCol}"), "item", mediaMVT, "A tile"}, true},
		{link: t.scheme()},
		{link: t.shown()},
	}
	if t.name == "" {
		return links // there is no map of collections that somebody chose
	}
	return append(links, templatedLink{link: link{t.asked(t.tileJSONAddress()), relAlternate, mediaJSON, "As TileJSON 3.0"}},
		templatedLink{link: link{t.base + "/styles/" + t.name + ".json", relStylesheet, mediaStyle, "A style, for MapLibre"}})
}

// limits are those of each zoom that has tiles (OGC 17-083r4, tileMatrixLimits.json).
func (t *tileset) limits() []matrixLimits {
	all := []matrixLimits{}
	for z := range uint8(geo.MaxZoom + 1) {
		if l, ok := t.within(z); ok {
			all = append(all, matrixLimits{strconv.Itoa(int(z)), l.first.Y, l.last.Y, l.first.X, l.last.X})
		}
	}
	return all
}

func bounding(b *geo.BBox) *boundingBox {
	return &boundingBox{[2]float64{b.West, b.South}, [2]float64{b.East, b.North}, crs84}
}

func joined[T any](all []T, text func(T) string) string {
	texts := make([]string, len(all))
	for i := range all {
		texts[i] = text(all[i])
	}
	return strings.Join(texts, " ; ")
}

func licenceName(l dataset.License) string { return cmp.Or(l.Title, l.Name) }

func sourceTitle(s dataset.Source) string { return s.Title }
