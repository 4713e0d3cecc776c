package geo

import "math"

// The inverses of map projections, as EPSG Guidance Note 7-2 (IOGP 373-7-2) writes them. They give degrees, or numbers
// that InRange refuses for what is no point of the projection.

// ellipsoid is a figure of the Earth: semi-major axis in metres, and flattening.
type ellipsoid struct{ a, f float64 }

var (
	grs80 = ellipsoid{6378137, 1 / 298.257222101} // EPSG:7019
	wgs84 = ellipsoid{6378137, 1 / 298.257223563} // EPSG:7030
)

func (s ellipsoid) eccentricity() float64 { return math.Sqrt(s.f * (2 - s.f)) }

const (
	radian     = 180 / math.Pi
	iterations = 15 // the latitude settles in six
)

// pseudoMercator is EPSG method 1024 (GN 7-2 §3.2.1.2), on a sphere whatever its datum says.
func pseudoMercator(x, y float64) (lon, lat float64) {
	return x / wgs84.a * radian, 90 - 2*math.Atan(math.Exp(-y/wgs84.a))*radian
}

// conic is Lambert Conic Conformal with two standard parallels, EPSG method 9802 (GN 7-2 §3.1.1.1).
type conic struct {
	e, n, f, origin float64 // origin is the radius at the latitude of the false origin
	lon             float64
	east, north     float64
}

// newConic takes degrees and metres.
func newConic(s ellipsoid, lat, lon, parallel1, parallel2, east, north float64) conic {
	c := conic{e: s.eccentricity(), lon: lon, east: east, north: north}
	m := func(phi float64) float64 { return math.Cos(phi) / math.Sqrt(1-math.Pow(c.e*math.Sin(phi), 2)) }
	phi1, phi2 := parallel1/radian, parallel2/radian
	c.n = (math.Log(m(phi1)) - math.Log(m(phi2))) / (math.Log(c.t(phi1)) - math.Log(c.t(phi2)))
	c.f = s.a * m(phi1) / (c.n * math.Pow(c.t(phi1), c.n))
	c.origin = c.f * math.Pow(c.t(lat/radian), c.n)
	return c
}

func (c *conic) t(phi float64) float64 {
	return math.Tan(math.Pi/4-phi/2) / c.squeeze(phi)
}

func (c *conic) squeeze(phi float64) float64 {
	return math.Pow((1-c.e*math.Sin(phi))/(1+c.e*math.Sin(phi)), c.e/2)
}

func (c *conic) inverse(x, y float64) (lon, lat float64) {
	dx, dy := x-c.east, c.origin-(y-c.north)
	r := math.Copysign(math.Hypot(dx, dy), c.n)
	t := math.Pow(r/c.f, 1/c.n)
	theta := math.Atan2(math.Copysign(1, c.n)*dx, math.Copysign(1, c.n)*dy)
	phi := math.Pi/2 - 2*math.Atan(t)
	for range iterations {
		next := math.Pi/2 - 2*math.Atan(t*c.squeeze(phi))
		if next == phi {
			break
		}
		phi = next
	}
	return theta/c.n*radian + c.lon, phi * radian
}

// transverse is Transverse Mercator from the equator, EPSG method 9807 (GN 7-2 §3.5.3.1, the JHS formulas).
type transverse struct {
	e, radius, lon, east, north float64 // radius is B·k0
	h                           [4]float64
}

func newTransverse(s ellipsoid, lon, scale, east, north float64) transverse {
	n := s.f / (2 - s.f)
	n2, n3, n4 := n*n, n*n*n, n*n*n*n
	return transverse{e: s.eccentricity(), radius: s.a / (1 + n) * (1 + n2/4 + n4/64) * scale, lon: lon, east: east, north: north,
		h: [4]float64{
			n/2 - n2*2/3 + n3*37/96 - n4/360,
			n2/48 + n3/15 - n4*437/1440,
			n3*17/480 - n4*37/840,
			n4 * 4397 / 161280,
		}}
}

func (p *transverse) inverse(x, y float64) (lon, lat float64) {
	eta, xi := (x-p.east)/p.radius, (y-p.north)/p.radius
	eta0, xi0 := eta, xi
	for i, h := range p.h {
		k := 2 * float64(i+1)
		xi0 -= h * math.Sin(k*xi) * math.Cosh(k*eta)
		eta0 -= h * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	beta := math.Asin(math.Sin(xi0) / math.Cosh(eta0))
	q := math.Asinh(math.Tan(beta))
	q2 := q
	for range iterations {
		next := q + p.e*math.Atanh(p.e*math.Tanh(q2))
		if next == q2 {
			break
		}
		q2 = next
	}
	return p.lon + math.Asin(math.Tanh(eta0)/math.Cos(beta))*radian, math.Atan(math.Sinh(q2)) * radian
}
