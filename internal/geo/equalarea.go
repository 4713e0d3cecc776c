package geo

import "math"

// equalArea is Lambert Azimuthal Equal Area from an oblique origin, EPSG method 9820 (GN 7-2 §3.1.2.1).
type equalArea struct {
	e, qp, rq, d       float64
	sinBeta0, cosBeta0 float64
	lon, east, north   float64
}

// newEqualArea takes degrees and metres.
func newEqualArea(s ellipsoid, lat, lon, east, north float64) equalArea {
	p := equalArea{e: s.eccentricity(), lon: lon, east: east, north: north}
	p.qp = p.q(1)
	p.rq = s.a * math.Sqrt(p.qp/2)
	sin, cos := math.Sincos(lat / radian)
	p.sinBeta0 = p.q(sin) / p.qp
	p.cosBeta0 = math.Sqrt(1 - p.sinBeta0*p.sinBeta0)
	p.d = s.a * cos / math.Sqrt(1-p.e*p.e*sin*sin) / (p.rq * p.cosBeta0)
	return p
}

// q is that of the guidance note, of the sine of a latitude.
func (p *equalArea) q(sin float64) float64 {
	e2 := p.e * p.e
	return (1 - e2) * (sin/(1-e2*sin*sin) + math.Atanh(p.e*sin)/p.e)
}

func (p *equalArea) inverse(x, y float64) (lon, lat float64) {
	dx, dy := (x-p.east)/p.d, p.d*(y-p.north)
	rho := math.Hypot(dx, dy)
	if rho == 0 {
		return p.lon, p.latitude(p.sinBeta0)
	}
	sinC, cosC := math.Sincos(2 * math.Asin(rho/(2*p.rq))) // no number beyond the antipode
	sinBeta := cosC*p.sinBeta0 + dy*sinC*p.cosBeta0/rho
	lon = p.lon + math.Atan2(dx*sinC, rho*p.cosBeta0*cosC-dy*p.sinBeta0*sinC)*radian
	return lon, p.latitude(sinBeta)
}

// latitude is that of an authalic one, by Newton's method: the series of the note is two millimetres off.
func (p *equalArea) latitude(sinBeta float64) float64 {
	e2, q := p.e*p.e, p.qp*sinBeta
	phi := math.Asin(sinBeta)
	for range iterations {
		sin, cos := math.Sincos(phi)
		if cos < 1e-9 {
			break // a pole, where both latitudes are one
		}
		w := 1 - e2*sin*sin
		next := phi + (q-p.q(sin))*w*w/(2*(1-e2)*cos)
		if next == phi {
			break
		}
		phi = next
	}
	return phi * radian
}
