package geo

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// CRS is a coordinate reference system that Maille reads. Files hold its first axis as x, which is the longitude of a
// geographic one whatever EPSG says of its order (OGC 12-128r18 §2.1.3.1.1; ESRI and GeoParquet do the same).
//
// The datums of those of France (RGF93, RGAF09, RGFG95, RGR92, RGM04) are WGS 84 to within its own accuracy: EPSG's
// transformations between them are null.
type CRS struct {
	Code    int // of EPSG
	inverse func(x, y float64) (lon, lat float64)
}

// CRS84 is longitude and latitude.
var CRS84 = &CRS{Code: SRID}

// String is the name that ParseCRS reads.
func (c *CRS) String() string { return "EPSG:" + strconv.Itoa(c.Code) }

// Degrees says whether the coordinates are longitude and latitude already.
func (c *CRS) Degrees() bool { return c.inverse == nil }

// LonLat is where a position is. What is no position of the system is out of InRange.
func (c *CRS) LonLat(x, y float64) (lon, lat float64) {
	switch {
	case c.inverse == nil:
		return x, y
	case math.Abs(x) > widest || math.Abs(y) > widest: // the formulas would find it a pole
		return math.NaN(), math.NaN()
	}
	return c.inverse(x, y)
}

const widest = 1e8 // metres: more than twice around the Earth

var systems = readSystems()

func readSystems() map[int]*CRS {
	systems := map[int]*CRS{}
	// WGS 84 (2D, 3D), RGF93 (v1, v2, v2b, and 3D), ETRS89 (2D, 3D), RGAF09, RRAF91, RGFG95, RGR92, RGM04
	for _, code := range []int{4326, 4979, 4171, 4965, 9777, 9776, 9782, 9781, 4258, 4937, 5489, 4558, 4624, 4627, 4470} {
		systems[code] = &CRS{Code: code}
	}
	systems[SRID] = CRS84
	systems[3857] = &CRS{3857, pseudoMercator}
	lambert93 := newConic(grs80, 46.5, 3, 49, 44, 700_000, 6_600_000)
	for _, code := range []int{2154, 9793, 9794} {
		systems[code] = &CRS{code, lambert93.inverse}
	}
	europe := newEqualArea(grs80, 52, 10, 4_321_000, 3_210_000)
	systems[3035] = &CRS{3035, europe.inverse}
	for code, zone := range map[int]int{5490: 20, 4559: 20, 2972: 22, 2975: -40, 4471: -38} {
		systems[code] = utm(code, grs80, zone)
	}
	for zone := 1; zone <= 60; zone++ {
		systems[32600+zone] = utm(32600+zone, wgs84, zone)
		systems[32700+zone] = utm(32700+zone, wgs84, -zone)
	}
	return systems
}

// utm is a zone of Universal Transverse Mercator, negative in the south.
func utm(code int, s ellipsoid, zone int) *CRS {
	north := 0.0
	if zone < 0 {
		zone, north = -zone, 10_000_000
	}
	projection := newTransverse(s, float64(6*zone-183), 0.9996, 500_000, north)
	return &CRS{code, projection.inverse}
}

// OfEPSG is the system of a code; false when it is not read.
func OfEPSG(code int) (*CRS, bool) {
	c, ok := systems[code]
	return c, ok
}

// codeText is how a system is named by its code: EPSG:2154, urn:ogc:def:crs:EPSG::2154, and the addresses of OGC.
var codeText = regexp.MustCompile(`(?i)^(?:EPSG:|urn:(?:x-)?ogc:def:crs:EPSG:[0-9.]*:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/)([0-9]{1,6})$`)

var crs84Text = regexp.MustCompile(`(?i)^(?:(?:OGC:)?CRS84h?|urn:(?:x-)?ogc:def:crs:OGC:[0-9.]*:CRS84h?|https?://www\.opengis\.net/def/crs/OGC/[0-9.]+/CRS84h?)$`)

// ParseCRS reads a name: EPSG:2154, OGC:CRS84, their URNs and addresses; false when the system is not read.
func ParseCRS(name string) (*CRS, bool) {
	name = strings.TrimSpace(name)
	if crs84Text.MatchString(name) {
		return CRS84, true
	}
	match := codeText.FindStringSubmatch(name)
	if match == nil {
		return nil, false
	}
	code, err := strconv.Atoi(match[1])
	if err != nil {
		return nil, false
	}
	return OfEPSG(code)
}
