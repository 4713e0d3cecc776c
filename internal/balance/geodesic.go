package balance

// Point is a position on the WGS 84 ellipsoid, in degrees.
type Point struct{ Lon, Lat float64 }

// Distance is the length in metres of the geodesic between two points (Karney 2013).
func Distance(a, b Point) float64 { return 0 }
