package carto

import (
	"fmt"
	"strconv"

	"maille/internal/geo"
)

// srs is a coordinate reference system by its code at EPSG; 0 for none. QGIS asks for a number of its own list too (srsid), and
// goes by the code.
func srs(code int) *element { return el("srs").with(spatialReference(code)) }

func spatialReference(code int) *element {
	if code == 0 {
		return el("spatialrefsys").with(say("srsid", "0"))
	}
	return el("spatialrefsys").with(say("srsid", strconv.Itoa(srsids[code])), say("srid", strconv.Itoa(code)), say("authid", fmt.Sprintf("EPSG:%d", code)))
}

// srsids are the numbers that QGIS 3.22 gives.
var srsids = map[int]int{geo.SRID: 3452, 3857: 3857, 2154: 145, 5490: 28159, 2972: 940, 2975: 942, 4471: 27721}

// projection is the system in which a map is best seen: that of the first part of France that it meets, Metropolitan France before
// others, or else Web Mercator.
func projection(extent *geo.BBox) *geo.OGCCRS {
	all := geo.OGCCRSsFor(extent)
	for _, c := range all {
		if c.Area.West > -180 {
			return c
		}
	}
	return all[len(all)-1]
}

// within is the part of the extent that a system is meant for, in degrees.
func within(extent *geo.BBox, c *geo.OGCCRS) *geo.BBox {
	if extent == nil {
		return nil
	}
	return &geo.BBox{West: max(extent.West, c.Area.West), South: max(extent.South, c.Area.South),
		East: min(extent.East, c.Area.East), North: min(extent.North, c.Area.North)}
}
