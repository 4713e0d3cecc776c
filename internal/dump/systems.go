package dump

import (
	"fmt"

	"maille/internal/geo"
)

// system is a coordinate reference system as files define it.
type system struct {
	code int // of EPSG
	name string
	wkt  string // OGC 01-009, which every reader knows
}

// system is that of the geometries.
func (c *Content) system() system { return systemOf(c.CRS) }

// systemOf defines one of geo.OGCCRSs. CRS84 is EPSG:4326: in files x comes first for both.
func systemOf(crs *geo.OGCCRS) system {
	if crs.IsCRS84() {
		return system{geo.SRID, "WGS 84", wgs84}
	}
	name := crs.Name
	if crs.Code == geo.SRID {
		name = "WGS 84"
	}
	return system{crs.Code, name, definitions[crs.Code]}
}

// definitions are EPSG's parameters of the systems, by code.
var definitions = map[int]string{
	4326: wgs84,
	3857: projected("WGS 84 / Pseudo-Mercator", 3857, wgs84, `PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],`+
		`PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0]`,
		// A Mercator on the sphere, which this WKT cannot say: readers know it by its PROJ string.
		`EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"],`),
	2154: projected("RGF93 v1 / Lambert-93", 2154, geographic("RGF93 v1", 4171, "Reseau_Geodesique_Francais_1993_v1", 6171),
		`PROJECTION["Lambert_Conformal_Conic_2SP"],PARAMETER["latitude_of_origin",46.5],PARAMETER["central_meridian",3],`+
			`PARAMETER["standard_parallel_1",49],PARAMETER["standard_parallel_2",44],PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000]`, ""),
	5490: projected("RGAF09 / UTM zone 20N", 5490, geographic("RGAF09", 5489, "Reseau_Geodesique_des_Antilles_Francaises_2009", 1073), utm(-63, 0), ""),
	2972: projected("RGFG95 / UTM zone 22N", 2972, geographic("RGFG95", 4624, "Reseau_Geodesique_Francais_Guyane_1995", 6624), utm(-51, 0), ""),
	2975: projected("RGR92 / UTM zone 40S", 2975, geographic("RGR92", 4627, "Reseau_Geodesique_de_la_Reunion_1992", 6627), utm(57, 10_000_000), ""),
	4471: projected("RGM04 / UTM zone 38S", 4471, geographic("RGM04", 4470, "Reseau_Geodesique_de_Mayotte_2004", 1036), utm(45, 10_000_000), ""),
}

const (
	degrees = `PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]]`
	wgs84   = `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],` +
		degrees + `,AUTHORITY["EPSG","4326"]]`
	grs80 = `SPHEROID["GRS 1980",6378137,298.257222101,AUTHORITY["EPSG","7019"]]`
)

// geographic is one of the French networks, all of them on the ellipsoid GRS 80.
func geographic(name string, code int, datum string, datumCode int) string {
	return fmt.Sprintf(`GEOGCS["%s",DATUM["%s",%s,AUTHORITY["EPSG","%d"]],%s,AUTHORITY["EPSG","%d"]]`, name, datum, grs80, datumCode, degrees, code)
}

func utm(meridian, northing int) string {
	return fmt.Sprintf(`PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",%d],`+
		`PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",%d]`, meridian, northing)
}

func projected(name string, code int, base, projection, extension string) string {
	return fmt.Sprintf(`PROJCS["%s",%s,%s,UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],%sAUTHORITY["EPSG","%d"]]`,
		name, base, projection, extension, code)
}
