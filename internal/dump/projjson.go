package dump

// projJSON is a projected system as PROJ writes it (PROJJSON 0.7), without what a reader can do without: areas of use,
// and the members of the ensemble that WGS 84 is.
type projJSON struct {
	Schema     string         `json:"$schema"`
	Type       string         `json:"type"`
	Name       string         `json:"name"`
	Base       projBase       `json:"base_crs"`
	Conversion projConversion `json:"conversion"`
	Axes       projAxes       `json:"coordinate_system"`
	ID         projID         `json:"id"`
}

type projBase struct {
	Type  string    `json:"type"`
	Name  string    `json:"name"`
	Datum projDatum `json:"datum"`
	Axes  projAxes  `json:"coordinate_system"`
	ID    projID    `json:"id"`
}

type projDatum struct {
	Type      string        `json:"type"`
	Name      string        `json:"name"`
	Ellipsoid projEllipsoid `json:"ellipsoid"`
}

type projEllipsoid struct {
	Name              string  `json:"name"`
	SemiMajorAxis     float64 `json:"semi_major_axis"`
	InverseFlattening float64 `json:"inverse_flattening"`
}

type projConversion struct {
	Name       string          `json:"name"`
	Method     projMethod      `json:"method"`
	Parameters []projParameter `json:"parameters"`
}

type projMethod struct {
	Name string `json:"name"`
	ID   projID `json:"id"`
}

type projParameter struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	ID    projID  `json:"id"`
}

type projAxes struct {
	Subtype string     `json:"subtype"`
	Axis    []projAxis `json:"axis"`
}

type projAxis struct {
	Name         string `json:"name"`
	Abbreviation string `json:"abbreviation"`
	Direction    string `json:"direction"`
	Unit         string `json:"unit"`
}

type projID struct {
	Authority string `json:"authority"`
	Code      int    `json:"code"`
}

var (
	grs80Ellipsoid = projEllipsoid{"GRS 1980", 6378137, 298.257222101}
	wgs84Ellipsoid = projEllipsoid{"WGS 84", 6378137, 298.257223563}

	latLon = projAxes{"ellipsoidal", []projAxis{
		{"Geodetic latitude", "Lat", "north", "degree"}, {"Geodetic longitude", "Lon", "east", "degree"}}}
	inMetres = projAxes{"Cartesian", []projAxis{{"Easting", "E", "east", "metre"}, {"Northing", "N", "north", "metre"}}}
	xy       = projAxes{"Cartesian", []projAxis{{"Easting", "X", "east", "metre"}, {"Northing", "Y", "north", "metre"}}}
)

// projJSONs are the projected systems of geo.OGCCRSs, by their EPSG codes (EPSG Geodetic Parameter Dataset).
var projJSONs = map[int]*projJSON{
	2154: newProjJSON(2154, "RGF93 v1 / Lambert-93", projBaseOf(4171, "RGF93 v1", "Reseau Geodesique Francais 1993 v1", grs80Ellipsoid),
		projConversion{"Lambert-93", projMethodOf(9802, "Lambert Conic Conformal (2SP)"), []projParameter{
			projDegrees(8821, "Latitude of false origin", 46.5), projDegrees(8822, "Longitude of false origin", 3),
			projDegrees(8823, "Latitude of 1st standard parallel", 49), projDegrees(8824, "Latitude of 2nd standard parallel", 44),
			projMetres(8826, "Easting at false origin", 700_000), projMetres(8827, "Northing at false origin", 6_600_000),
		}}, xy),
	3857: newProjJSON(3857, "WGS 84 / Pseudo-Mercator", projBaseOf(4326, "WGS 84", "World Geodetic System 1984", wgs84Ellipsoid),
		projConversion{"Popular Visualisation Pseudo-Mercator", projMethodOf(1024, "Popular Visualisation Pseudo Mercator"), []projParameter{
			projDegrees(8801, "Latitude of natural origin", 0), projDegrees(8802, "Longitude of natural origin", 0),
			projMetres(8806, "False easting", 0), projMetres(8807, "False northing", 0),
		}}, xy),
	5490: newProjJSON(5490, "RGAF09 / UTM zone 20N", projBaseOf(5489, "RGAF09", "Reseau Geodesique des Antilles Francaises 2009", grs80Ellipsoid), projUTM("UTM zone 20N", -63, 0), inMetres),
	2972: newProjJSON(2972, "RGFG95 / UTM zone 22N", projBaseOf(4624, "RGFG95", "Reseau Geodesique Francais Guyane 1995", grs80Ellipsoid), projUTM("UTM zone 22N", -51, 0), inMetres),
	2975: newProjJSON(2975, "RGR92 / UTM zone 40S", projBaseOf(4627, "RGR92", "Reseau Geodesique de la Reunion 1992", grs80Ellipsoid), projUTM("UTM zone 40S", 57, 10_000_000), inMetres),
	4471: newProjJSON(4471, "RGM04 / UTM zone 38S", projBaseOf(4470, "RGM04", "Reseau Geodesique de Mayotte 2004", grs80Ellipsoid), projUTM("UTM zone 38S", 45, 10_000_000), inMetres),
}

func newProjJSON(code int, name string, base projBase, conversion projConversion, axes projAxes) *projJSON {
	return &projJSON{Schema: "https://proj.org/schemas/v0.7/projjson.schema.json", Type: "ProjectedCRS", Name: name,
		Base: base, Conversion: conversion, Axes: axes, ID: projID{"EPSG", code}}
}

func projBaseOf(code int, name, datum string, e projEllipsoid) projBase {
	return projBase{Type: "GeographicCRS", Name: name, Datum: projDatum{"GeodeticReferenceFrame", datum, e}, Axes: latLon, ID: projID{"EPSG", code}}
}

func projUTM(zone string, meridian, northing float64) projConversion {
	return projConversion{zone, projMethodOf(9807, "Transverse Mercator"), []projParameter{
		projDegrees(8801, "Latitude of natural origin", 0), projDegrees(8802, "Longitude of natural origin", meridian),
		{"Scale factor at natural origin", 0.9996, "unity", projID{"EPSG", 8805}},
		projMetres(8806, "False easting", 500_000), projMetres(8807, "False northing", northing),
	}}
}

func projMethodOf(code int, name string) projMethod { return projMethod{name, projID{"EPSG", code}} }

func projDegrees(code int, name string, value float64) projParameter {
	return projParameter{name, value, "degree", projID{"EPSG", code}}
}

func projMetres(code int, name string, value float64) projParameter {
	return projParameter{name, value, "metre", projID{"EPSG", code}}
}
