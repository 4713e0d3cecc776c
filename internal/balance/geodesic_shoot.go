package balance

import "math"

// arc is a part of a geodesic on the auxiliary sphere, from σ1 to σ2.
type arc struct {
	from, to angle
	length   float64 // σ12
}

// between makes the arc from one angle to another that is not before it.
func between(from, to angle) arc {
	d := to.less(from)
	return arc{from, to, math.Atan2(math.Max(0, d.sin), d.cos)}
}

// measure is the length of the geodesic (7, 15), and its reduced length as a share of b (38, 40).
func (a *arc) measure(e, d1, d2 float64) (metres, reducedLength float64) {
	a1, c1 := lengths(e)
	a2, c2 := reduction(e)
	b1 := sines(&c1, a.to) - sines(&c1, a.from)
	b2 := sines(&c2, a.to) - sines(&c2, a.from)
	j := (a1-a2)*a.length + ((1+a1)*b1 - (1+a2)*b2)
	reducedLength = d2*(a.from.cos*a.to.sin) - d1*(a.from.sin*a.to.cos) - a.from.cos*a.to.cos*j
	return polar * (1 + a1) * (a.length + b1), reducedLength
}

// hit is where a geodesic that leaves the first point with an azimuth crosses the latitude of the second.
type hit struct {
	arc
	e      float64 // ε (16)
	lambda float64 // less than λ12, when the azimuth is too small
	slope  float64 // dλ12/dα1 (46)
}

// try solves the hybrid problem of section 4.
func (p *posed) try(azimuth angle) hit {
	if p.from.sin == 0 && azimuth.cos == 0 {
		azimuth.cos = -tiny // on the equator: the shortest way leaves it
	}
	node := angle{azimuth.sin * p.from.cos, math.Hypot(azimuth.cos, azimuth.sin*p.from.sin)} // α0 (5)
	arrival := angle{azimuth.sin, math.Abs(azimuth.cos)}                                     // α2
	if p.to.cos != p.from.cos {
		arrival.sin = node.sin / p.to.cos
	}
	if p.to.cos != p.from.cos || math.Abs(p.to.sin) != -p.from.sin {
		arrival.cos = p.arrival(azimuth.cos)
	}
	sigma1 := angle{p.from.sin, azimuth.cos * p.from.cos} // (11)
	sigma2 := angle{p.to.sin, arrival.cos * p.to.cos}
	omega1 := angle{node.sin * p.from.sin, sigma1.cos} // (12)
	omega2 := angle{node.sin * p.to.sin, sigma2.cos}
	h := hit{arc: between(sigma1.unit(), sigma2.unit())}
	omega := omega2.less(omega1)
	omega.sin = math.Max(0, omega.sin)
	k2 := second2 * node.cos * node.cos
	h.e = k2 / (2*(1+math.Sqrt(1+k2)) + k2)
	a3, c3 := longitudes(h.e)
	h.lambda = omega.less(p.turn).radians() - flattening*a3*node.sin*(h.length+sines(&c3, h.to)-sines(&c3, h.from)) // (8, 23)
	if arrival.cos == 0 {
		h.slope = -2 * squash * p.d1 / p.from.sin
	} else {
		_, m := h.measure(h.e, p.d1, p.d2)
		h.slope = m * squash / (arrival.cos * p.to.cos)
	}
	return h
}

// arrival is cos α2 (45).
func (p *posed) arrival(cos float64) float64 {
	gap := (p.from.sin - p.to.sin) * (p.from.sin + p.to.sin)
	if p.from.cos < -p.from.sin {
		gap = (p.to.cos - p.from.cos) * (p.from.cos + p.to.cos)
	}
	return math.Sqrt(cos*cos*p.from.cos*p.from.cos+gap) / p.to.cos
}

// shoot finds by Newton's method the azimuth that leads to the second point, within a bracket that makes it sure, and measures
// the geodesic (section 4).
func (p *posed) shoot(azimuth angle) float64 {
	low, high := angle{tiny, 1}, angle{tiny, -1}
	enough := epsilon
	h := p.try(azimuth)
	for step := 0; step < 83 && math.Abs(h.lambda) >= enough; step++ {
		if h.lambda > 0 && azimuth.cos/azimuth.sin > high.cos/high.sin {
			high = azimuth
		} else if h.lambda < 0 && azimuth.cos/azimuth.sin < low.cos/low.sin {
			low = azimuth
		}
		enough = epsilon
		next, ok := azimuth.corrected(-h.lambda / h.slope)
		if step < 20 && h.slope > 0 && ok {
			azimuth = next
			if math.Abs(h.lambda) <= 16*epsilon {
				enough = 8 * epsilon
			}
		} else {
			azimuth = angle{(low.sin + high.sin) / 2, (low.cos + high.cos) / 2}.unit()
			if math.Abs(low.sin-azimuth.sin)+math.Abs(low.cos-azimuth.cos) < epsilon*rough {
				break
			}
		}
		h = p.try(azimuth)
	}
	metres, _ := h.measure(h.e, p.d1, p.d2)
	return metres
}

// corrected is an azimuth more by some radians, unless that leaves its half turn.
func (a angle) corrected(by float64) (angle, bool) {
	sin, cos := math.Sincos(by)
	next := angle{a.sin*cos + a.cos*sin, a.cos*cos - a.sin*sin}
	if next.sin > 0 && math.Abs(by) < math.Pi {
		return next.unit(), true
	}
	return a, false
}
