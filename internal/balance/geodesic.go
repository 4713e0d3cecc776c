package balance

import "math"

// Point is a position on the WGS 84 ellipsoid, in degrees.
type Point struct{ Lon, Lat float64 }

// Distance is the length in metres of the geodesic between two points (Karney, Algorithms for geodesics, Journal of Geodesy 87,
// 2013, whose equations are named below), right to some nanometres. NaN when a coordinate is NaN, infinite or beyond a pole.
func Distance(a, b Point) float64 {
	if !a.known() || !b.known() {
		return math.NaN()
	}
	p := pose(a, b)
	if s, found := p.alongMeridian(); found {
		return s
	}
	if p.from.sin == 0 && p.degrees <= 180*(1-flattening) { // both on the equator, which is the shortest way until there
		return equatorial * p.lambda
	}
	azimuth, s, found := p.guess()
	if found {
		return s
	}
	return p.shoot(azimuth)
}

func (p Point) known() bool {
	return math.Abs(p.Lat) <= 90 && !math.IsNaN(p.Lon-p.Lon)
}

// The WGS 84 ellipsoid.
const (
	equatorial = 6378137.0                                         // a, metres
	flattening = 1 / 298.257223563                                 // f
	squash     = 1 - flattening                                    // b/a
	polar      = equatorial * squash                               // b
	third      = flattening / (2 - flattening)                     // n
	second2    = flattening * (2 - flattening) / (squash * squash) // e'²
	degree     = math.Pi / 180                                     // in radians
	epsilon    = 0x1p-52                                           // of a float64
	rough      = 0x1p-26                                           // √ε
	tiny       = 0x1p-500                                          // instead of a cosine of 0
)

// angle is an angle by its sine and cosine.
type angle struct{ sin, cos float64 }

func (a angle) unit() angle {
	r := math.Hypot(a.sin, a.cos)
	return angle{a.sin / r, a.cos / r}
}

// less is a - b.
func (a angle) less(b angle) angle {
	return angle{a.sin*b.cos - a.cos*b.sin, a.cos*b.cos + a.sin*b.sin}
}

func (a angle) radians() float64 { return math.Atan2(a.sin, a.cos) }

// ofDegrees reduces to a quarter turn before it goes to radians, so that multiples of 90° are exact.
func ofDegrees(d float64) angle {
	d = math.Remainder(d, 360)
	quarter := math.RoundToEven(d / 90)
	sin, cos := math.Sincos((d - 90*quarter) * degree)
	switch int(quarter) & 3 {
	case 1:
		return angle{cos, -sin}
	case 2:
		return angle{-sin, -cos}
	case 3:
		return angle{-cos, sin}
	}
	return angle{sin, cos}
}

// reduced is the reduced latitude of a latitude (6).
func reduced(lat float64) angle {
	phi := ofDegrees(lat)
	beta := angle{squash * phi.sin, phi.cos}.unit()
	beta.cos = math.Max(tiny, beta.cos)
	return beta
}

// posed is an inverse problem turned so that, as in figure 1: 0 ≤ λ ≤ π, β1 ≤ 0 and |β1| ≥ |β2|.
type posed struct {
	from, to angle   // reduced latitudes β1 and β2
	d1, d2   float64 // √(1 + e'² sin²β)
	degrees  float64
	lambda   float64 // λ12
	turn     angle   // of λ12
}

func pose(a, b Point) posed {
	lat1, lat2 := a.Lat, b.Lat
	if math.Abs(lat1) < math.Abs(lat2) {
		lat1, lat2 = lat2, lat1
	}
	if lat1 > 0 {
		lat1, lat2 = -lat1, -lat2
	}
	degrees := math.Abs(math.Remainder(math.Remainder(b.Lon, 360)-math.Remainder(a.Lon, 360), 360))
	p := posed{from: reduced(lat1), to: reduced(lat2), degrees: degrees, lambda: degrees * degree, turn: ofDegrees(degrees)}
	if lat1 == lat2 {
		p.to = p.from
	} else if lat1 == -lat2 {
		p.to = angle{-p.from.sin, p.from.cos}
	}
	p.d1 = math.Sqrt(1 + second2*p.from.sin*p.from.sin)
	p.d2 = math.Sqrt(1 + second2*p.to.sin*p.to.sin)
	return p
}

// alongMeridian is the length of a geodesic that follows a meridian, unless it goes beyond the point where another is shorter.
func (p *posed) alongMeridian() (metres float64, found bool) {
	if p.turn.sin != 0 && p.from.cos > tiny {
		return 0, false
	}
	a := between(angle{p.from.sin, p.turn.cos * p.from.cos}, p.to)
	if a.length < 3*tiny { // at a pole
		return 0, true
	}
	metres, reducedLength := a.measure(third, p.d1, p.d2)
	if a.length < 1 || reducedLength >= 0 {
		return metres, true
	}
	return 0, false
}
