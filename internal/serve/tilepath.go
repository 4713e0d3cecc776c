package serve

import (
	"net/url"
	"strconv"
	"strings"

	"maille/internal/fault"
	"maille/internal/geo"
)

// tileAddress is the path of a tile.
type tileAddress struct {
	release    string // "" for the current one
	collection string // of a path under /collections/
	named      string // of a plain one: a collection or a theme
	matrixSet  string // of the paths of OGC API Tiles
	z, x, y    string
}

// longestTilePath is the number of parts of /r/{release}/collections/{id}/tiles/{tileMatrixSet}/{z}/{row}/{column}.
const longestTilePath = 9

// tilePath takes the escaped path of a tile apart; false for any other path. Columns are x, rows are y: OGC 20-057 says the
// row first, and what is called XYZ the column.
func tilePath(path string) (a tileAddress, ok bool) {
	if !strings.Contains(path, "/tiles/") {
		return a, false
	}
	parts := make([]string, 0, longestTilePath)
	for part := range strings.SplitSeq(path[1:], "/") {
		if len(parts) == cap(parts) {
			return a, false
		}
		parts = append(parts, decodedPart(part))
	}
	if len(parts) > 2 && parts[0] == "r" {
		if parts[1] == "" {
			return a, false // no release, and not the current one
		}
		a.release, parts = parts[1], parts[2:]
	}
	switch {
	case len(parts) == 7 && parts[0] == "collections" && parts[2] == "tiles":
		a.collection, a.matrixSet, a.z, a.y, a.x = parts[1], parts[3], parts[4], parts[5], parts[6]
		return a, true
	case len(parts) != 5 || parts[0] != "tiles":
		return a, false
	}
	if y, plain := strings.CutSuffix(parts[4], ".mvt"); plain {
		a.named, a.z, a.x, a.y = parts[1], parts[2], parts[3], y
	} else {
		a.matrixSet, a.z, a.y, a.x = parts[1], parts[2], parts[3], parts[4]
	}
	return a, true
}

func decodedPart(raw string) string {
	if strings.IndexByte(raw, '%') < 0 {
		return raw
	}
	text, err := url.PathUnescape(raw)
	if err != nil {
		return raw
	}
	return text
}

// webMercatorQuad is the one tile matrix set there is (OGC 17-083r4 annex D.1).
const webMercatorQuad = "WebMercatorQuad"

// tile is the one that an address names; NotFound where there is no such tile (OGC 20-057 /req/core/tc-error).
func (a *tileAddress) tile() (t geo.Tile, err error) {
	if a.matrixSet != "" && a.matrixSet != webMercatorQuad {
		return t, fault.New(fault.NotFound, "no tiles are of a tile matrix set %s; they are of %s", shown(a.matrixSet), webMercatorQuad).About("tileMatrixSetId")
	}
	z, ok := tileNumber(a.z, geo.MaxZoom)
	if !ok {
		return t, fault.New(fault.NotFound, "no tiles are of zoom %s", shown(a.z)).About("tileMatrix")
	}
	last := uint32(1)<<z - 1
	x, ok := tileNumber(a.x, last)
	if !ok {
		return t, fault.New(fault.NotFound, "no tile is in column %s of zoom %d, whose last one is %d", shown(a.x), z, last).About("tileCol")
	}
	y, ok := tileNumber(a.y, last)
	if !ok {
		return t, fault.New(fault.NotFound, "no tile is in row %s of zoom %d, whose last one is %d", shown(a.y), z, last).About("tileRow")
	}
	return geo.Tile{Z: uint8(z), X: x, Y: y}, nil
}

// tileNumber reads digits as they are usually written: a tile has one address, without signs or leading zeros.
func tileNumber(text string, most uint32) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > uint64(most) || text[0] == '+' || text[0] == '0' && len(text) > 1 {
		return 0, false
	}
	return uint32(n), true
}
