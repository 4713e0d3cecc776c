package dump

import "maille/internal/geo"

// Definition is the WKT of a system in files.
func Definition(crs *geo.OGCCRS) string { return systemOf(crs).wkt }
