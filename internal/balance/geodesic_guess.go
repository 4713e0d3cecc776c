package balance

import "math"

// guess is an azimuth to begin with, or the whole length when the points are so near that a sphere gives it (section 5). For points
// that are nearly antipodal it is far off, and shoot takes a few steps more: the paper's astroid would spare them, no digit.
func (p *posed) guess() (azimuth angle, metres float64, found bool) {
	sum := p.to.sin*p.from.cos + p.to.cos*p.from.sin // sin(β1 + β2)
	away := p.to.less(p.from)                        // β2 - β1
	omega, stretch := p.turn, 1.0
	near := away.cos >= 0 && away.sin < 0.5 && p.to.cos*p.lambda < 0.5
	if near {
		stretch = p.stretch()
		omega.sin, omega.cos = math.Sincos(p.lambda / (squash * stretch))
	}
	azimuth = p.spherical(omega, away.sin, sum)
	arc := angle{math.Hypot(azimuth.sin, azimuth.cos), p.from.sin*p.to.sin + p.from.cos*p.to.cos*omega.cos}
	if near && arc.sin < rough {
		return azimuth, polar * arc.radians() * stretch, true
	}
	if azimuth.sin <= 0 {
		return angle{1, 0}, 0, false
	}
	return azimuth.unit(), 0, false
}

// stretch is what a small distance on the auxiliary sphere is multiplied with, at the mean latitude (48).
func (p *posed) stretch() float64 {
	sin, cos := p.from.sin+p.to.sin, p.from.cos+p.to.cos
	return math.Sqrt(1 + second2*sin*sin/(sin*sin+cos*cos))
}

// spherical is the azimuth on the auxiliary sphere (49), not of unit length: that of the arc's sine.
func (p *posed) spherical(omega angle, difference, sum float64) angle {
	sin := p.to.cos * omega.sin
	if omega.cos >= 0 {
		return angle{sin, difference + p.to.cos*p.from.sin*omega.sin*omega.sin/(1+omega.cos)}
	}
	return angle{sin, sum - p.to.cos*p.from.sin*omega.sin*omega.sin/(1-omega.cos)}
}
