package geo

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// FromWKT reads the well-known text of a system (OGC 01-009 and ESRI's flavour of it in .prj files, and OGC 18-010): by
// its EPSG code when it ends with one, by its name otherwise. ok is false when the system is not read; name is what the
// text calls it.
func FromWKT(text string) (c *CRS, name string, ok bool) {
	match := wktName.FindStringSubmatch(text)
	if match == nil {
		return nil, "", false
	}
	name = match[1]
	if code := wktCode.FindStringSubmatch(text); code != nil {
		n, _ := strconv.Atoi(code[1])
		c, ok = OfEPSG(n)
		return c, name, ok
	}
	code, known := wktNames[plain(name)]
	if !known {
		return nil, name, false
	}
	return systems[code], name, true
}

var (
	wktName = regexp.MustCompile(`(?is)^\s*\x{feff}?\s*(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS|GEODETICCRS|GEOGRAPHICCRS|PROJECTEDCRS)\s*[\[(]\s*"([^"]*)"`)
	wktCode = regexp.MustCompile(`(?is)(?:AUTHORITY|ID)\s*[\[(]\s*"EPSG"\s*,\s*"?([0-9]{1,6})"?\s*[\])]\s*[\])]\s*$`)
)

// wktNames are the names that ESRI and EPSG give, without what is neither letter nor digit.
var wktNames = map[string]int{
	"wgs84": 4326, "gcswgs1984": 4326, "wgs1984": 4326, "wgs84crs84": 4326, "wgs843d": 4979, "wgs19843d": 4979,
	"rgf93": 4171, "gcsrgf1993": 4171, "rgf1993": 4171, "rgf93v1": 4171, "gcsrgf1993v1": 4171, "gcsrgf93": 4171,
	"rgf93geographiquesdms": 4171, "rgf93v2": 9777, "gcsrgf1993v2": 9777, "rgf93v2b": 9782, "gcsrgf1993v2b": 9782,
	"etrs89": 4258, "gcsetrs1989": 4258,
	"rgaf09": 5489, "gcsrgaf09": 5489, "rraf1991": 4558, "gcsrraf1991": 4558,
	"rgfg95": 4624, "gcsrgfg1995": 4624, "rgr92": 4627, "gcsrgr1992": 4627, "rgm04": 4470, "gcsrgm2004": 4470,
	"wgs1984webmercatorauxiliarysphere": 3857, "wgs84pseudomercator": 3857, "popularvisualisationcrsmercator": 3857,
	"rgf1993lambert93": 2154, "rgf93lambert93": 2154, "rgf93v1lambert93": 2154, "rgf1993v1lambert93": 2154,
	"lambert93": 2154, "rgf93v2lambert93": 9793, "rgf1993v2lambert93": 9793, "rgf93v2blambert93": 9794, "rgf1993v2blambert93": 9794,
	"rgaf09utmzone20n": 5490, "rgaf09utm20n": 5490, "rraf1991utmzone20n": 4559, "rraf1991utm20n": 4559,
	"rgfg95utmzone22n": 2972, "rgfg1995utm22n": 2972, "rgfg1995utmzone22n": 2972,
	"rgr92utmzone40s": 2975, "rgr1992utm40s": 2975, "rgr1992utmzone40s": 2975,
	"rgm04utmzone38s": 4471, "rgm2004utmzone38s": 4471, "rgm2004utm38s": 4471,
	"wgs84utmzone20n": 32620, "wgs1984utmzone20n": 32620, "wgs84utmzone22n": 32622, "wgs1984utmzone22n": 32622,
	"wgs84utmzone30n": 32630, "wgs1984utmzone30n": 32630, "wgs84utmzone31n": 32631, "wgs1984utmzone31n": 32631,
	"wgs84utmzone32n": 32632, "wgs1984utmzone32n": 32632, "wgs84utmzone38s": 32738, "wgs1984utmzone38s": 32738,
	"wgs84utmzone40s": 32740, "wgs1984utmzone40s": 32740,
}

func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
