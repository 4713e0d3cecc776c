package geo

import "slices"

// OGCCRS is a coordinate reference system by its OGC address, with the axis order of its authority
// (OGC 18-058r1, Features Part 2).
type OGCCRS struct {
	URI     string
	Code    int  // of EPSG; 4326 for CRS84
	Flipped bool // its first axis is the latitude
	Digits  int  // decimals of a coordinate that say about a centimetre
	Area    BBox // where it is meant for, in CRS84 (EPSG's area of use)
	Name    string
}

// CRS84URI is the default of OGC API Features: longitude, latitude.
const CRS84URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

var world = BBox{-180, -90, 180, 90}

// OGCCRSs are those that answers may be asked in; the first is the default.
var OGCCRSs = []*OGCCRS{
	{URI: CRS84URI, Code: SRID, Digits: 7, Area: world, Name: "WGS 84 (longitude, latitude)"},
	{URI: epsg + "4326", Code: 4326, Flipped: true, Digits: 7, Area: world, Name: "WGS 84 (latitude, longitude)"},
	{URI: epsg + "3857", Code: 3857, Digits: 2, Area: BBox{-180, -85.06, 180, 85.06}, Name: "WGS 84 / Pseudo-Mercator"},
	{URI: epsg + "2154", Code: 2154, Digits: 2, Area: BBox{-9.86, 41.15, 10.38, 51.56}, Name: "RGF93 v1 / Lambert-93"},
	{URI: epsg + "5490", Code: 5490, Digits: 2, Area: BBox{-63.66, 14.08, -57.52, 18.54}, Name: "RGAF09 / UTM zone 20N"},
	{URI: epsg + "2972", Code: 2972, Digits: 2, Area: BBox{-54.61, 2.11, -49.45, 8.88}, Name: "RGFG95 / UTM zone 22N"},
	{URI: epsg + "2975", Code: 2975, Digits: 2, Area: BBox{51.83, -24.72, 58.24, -18.28}, Name: "RGR92 / UTM zone 40S"},
	{URI: epsg + "4471", Code: 4471, Digits: 2, Area: BBox{43.68, -14.49, 46.7, -11.33}, Name: "RGM04 / UTM zone 38S"},
}

const epsg = "http://www.opengis.net/def/crs/EPSG/0/"

// FindOGCCRS finds a system by its address; nil when answers are not given in it.
func FindOGCCRS(uri string) *OGCCRS {
	i := slices.IndexFunc(OGCCRSs, func(c *OGCCRS) bool { return c.URI == uri })
	if i < 0 {
		return nil
	}
	return OGCCRSs[i]
}

// OGCCRSsFor are those that apply where an extent is: the ones of the whole world, and those of the parts of France that
// it meets. Without extent, the ones of the whole world.
func OGCCRSsFor(extent *BBox) (all []*OGCCRS) {
	for _, c := range OGCCRSs {
		if c.Area.West == -180 || extent != nil && c.Area.Meets(*extent) {
			all = append(all, c)
		}
	}
	return all
}

// IsCRS84 says whether coordinates are as they are at rest. A nil system is CRS84.
func (c *OGCCRS) IsCRS84() bool { return c == nil || c.URI == CRS84URI }

// Meets says whether two boxes share a point. Neither crosses the antimeridian.
func (b BBox) Meets(o BBox) bool {
	return b.West <= o.East && o.West <= b.East && b.South <= o.North && o.South <= b.North
}
