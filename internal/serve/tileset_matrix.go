package serve

import (
	"math"
	"net/http"
	"strconv"

	"maille/internal/fault"
)

// The tile matrix set that there is, as OGC registers it (17-083r4 annex D.1).
const (
	webMercator        = "http://www.opengis.net/def/crs/EPSG/0/3857"
	webMercatorQuadURI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	webMercatorScales  = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
)

const (
	deepestMatrix = 24                // of the register
	worldHalf     = math.Pi * 6378137 // metres from the middle of the square to its sides
	tilePixels    = 256
	metresPerDot  = 0.00028 // of the standard's display (17-083r4 §6.2)
)

// tileMatrixSet is tileMatrixSet.json of 17-083r4.
type tileMatrixSet struct {
	ID                string       `json:"id"`
	Title             string       `json:"title"`
	URI               string       `json:"uri"`
	CRS               string       `json:"crs"`
	OrderedAxes       []string     `json:"orderedAxes"`
	WellKnownScaleSet string       `json:"wellKnownScaleSet"`
	TileMatrices      []tileMatrix `json:"tileMatrices"`
}

type tileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      int        `json:"matrixWidth"`
	MatrixHeight     int        `json:"matrixHeight"`
}

// tileMatrixSets lists the tile matrix sets (OGC API - Tiles, /tileMatrixSets).
func (s *Server) tileMatrixSets(w http.ResponseWriter, r *request) error {
	if _, err := r.negotiate(tilesetsOffers...); err != nil {
		return err
	}
	at := r.base + "/tileMatrixSets"
	return s.document(w, r, mediaJSON, "tileMatrixSets", func() any {
		return map[string]any{
			"links": []link{{at, relSelf, mediaJSON, "The tile matrix sets"}},
			"tileMatrixSets": []any{map[string]any{"id": webMercatorQuad, "title": matrixSetTitle, "uri": webMercatorQuadURI, "crs": webMercator,
				// A definition is its own for the schema, and an item of the list for OGC's executable suite.
				"links": []link{{at + "/" + webMercatorQuad, relSelf, mediaJSON, matrixSetTitle}, {at + "/" + webMercatorQuad, "item", mediaJSON, matrixSetTitle}}}},
		}
	})
}

// tileMatrixSet answers the definition of one.
func (s *Server) tileMatrixSet(w http.ResponseWriter, r *request) error {
	if _, err := r.negotiate(tilesetsOffers...); err != nil {
		return err
	}
	if err := r.knownMatrixSet(r.variable("tileMatrixSet")); err != nil {
		return err
	}
	return s.document(w, r, mediaJSON, "tileMatrixSet", func() any { return webMercatorQuadSet() })
}

// knownMatrixSet refuses a path that names a tile matrix set that there is not.
func (r *request) knownMatrixSet(name string) error {
	if name != "" && name != webMercatorQuad {
		return fault.New(fault.NotFound, "no tile matrix set is named %s%s; %s/tileMatrixSets lists them", shown(name),
			meant(name, []string{webMercatorQuad}), r.base).About("tileMatrixSetId")
	}
	return nil
}

func webMercatorQuadSet() tileMatrixSet {
	set := tileMatrixSet{ID: webMercatorQuad, Title: matrixSetTitle, URI: webMercatorQuadURI, CRS: webMercator,
		OrderedAxes: []string{"X", "Y"}, WellKnownScaleSet: webMercatorScales}
	for z := range deepestMatrix + 1 {
		cell := 2 * worldHalf / tilePixels / math.Exp2(float64(z))
		set.TileMatrices = append(set.TileMatrices, tileMatrix{ID: strconv.Itoa(z), CellSize: registered(cell), ScaleDenominator: registered(cell / metresPerDot),
			CornerOfOrigin: "topLeft", PointOfOrigin: [2]float64{-registered(worldHalf), registered(worldHalf)},
			TileWidth: tilePixels, TileHeight: tilePixels, MatrixWidth: 1 << z, MatrixHeight: 1 << z})
	}
	return set
}

// registered is a number as the register writes it, with fifteen digits.
func registered(x float64) float64 {
	text := strconv.FormatFloat(x, 'g', 15, 64)
	rounded, _ := strconv.ParseFloat(text, 64) // of what was just written
	return rounded
}
