package indicator

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/balance"
)

// contour is the rings of a commune, as points of the unit sphere: what is nearest along an edge is found there, as PostGIS does
// for geographies, and measured on the ellipsoid.
type contour struct {
	rings [][]orb.Point
	on    [][]vector
}

type vector [3]float64

// contourOf reads a polygon or several; nil of anything else.
func contourOf(wkb []byte) *contour {
	if wkb == nil {
		return nil
	}
	shape, _, err := ewkb.Unmarshal(wkb)
	if err != nil {
		return nil
	}
	c := &contour{}
	switch s := shape.(type) {
	case orb.Polygon:
		c.add(s)
	case orb.MultiPolygon:
		for _, p := range s {
			c.add(p)
		}
	}
	if len(c.rings) == 0 {
		return nil
	}
	return c
}

func (c *contour) add(p orb.Polygon) {
	for _, ring := range p {
		vertices := make([]vector, len(ring))
		for i, v := range ring {
			vertices[i] = onSphere(v[0], v[1])
		}
		c.rings, c.on = append(c.rings, ring), append(c.on, vertices)
	}
}

func onSphere(lon, lat float64) vector {
	sinLon, cosLon := math.Sincos(lon * math.Pi / 180)
	sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
	return vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// farthest is no less than how far any point of the contour is from a point, in metres.
func (c *contour) farthest(p balance.Point) float64 {
	from, chord := onSphere(p.Lon, p.Lat), 0.0
	for _, ring := range c.on {
		for _, v := range ring {
			chord = max(chord, from.chord(v))
		}
	}
	return 2 * math.Asin(min(1, math.Sqrt(chord)/2)) * greatestRadius
}

// greatestRadius of curvature of the WGS 84 ellipsoid: that of its meridian at the pole.
const greatestRadius = 6_399_593.7

// distance is how far a place is of the contour in metres; 0 when it is inside.
func (c *contour) distance(place balance.Point) float64 {
	if c.covers(place) {
		return 0
	}
	from := onSphere(place.Lon, place.Lat)
	nearest, chord := vector{}, math.Inf(1)
	for _, ring := range c.on {
		for i := 1; i < len(ring); i++ {
			v := from.foot(ring[i-1], ring[i])
			if d := from.chord(v); d < chord {
				nearest, chord = v, d
			}
		}
	}
	return balance.Distance(place, nearest.point())
}

// covers says whether a place is inside by the even-odd rule, which sees holes and parts alike.
func (c *contour) covers(p balance.Point) (inside bool) {
	for _, ring := range c.rings {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > p.Lat) != (b[1] > p.Lat) && p.Lon < a[0]+(p.Lat-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
				inside = !inside
			}
		}
	}
	return inside
}

// foot is the point of the arc from a to b that is nearest.
func (v vector) foot(a, b vector) vector {
	normal := a.cross(b)
	size := normal.dot(normal)
	if size > 0 {
		above := v.dot(normal) / size
		f := vector{v[0] - above*normal[0], v[1] - above*normal[1], v[2] - above*normal[2]}
		if a.cross(f).dot(normal) >= 0 && f.cross(b).dot(normal) >= 0 {
			length := math.Sqrt(f.dot(f))
			return vector{f[0] / length, f[1] / length, f[2] / length}
		}
	}
	if v.chord(a) <= v.chord(b) {
		return a
	}
	return b
}

func (v vector) dot(w vector) float64 { return v[0]*w[0] + v[1]*w[1] + v[2]*w[2] }

func (v vector) cross(w vector) vector {
	return vector{v[1]*w[2] - v[2]*w[1], v[2]*w[0] - v[0]*w[2], v[0]*w[1] - v[1]*w[0]}
}

// chord is the square of the straight line through the sphere.
func (v vector) chord(w vector) float64 {
	d := vector{v[0] - w[0], v[1] - w[1], v[2] - w[2]}
	return d.dot(d)
}

func (v vector) point() balance.Point {
	return pointAt(math.Atan2(v[1], v[0])*180/math.Pi, math.Atan2(v[2], math.Hypot(v[0], v[1]))*180/math.Pi)
}
