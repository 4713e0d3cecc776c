package balance

import (
	"math"
	"sort"
)

// Curve is a Lorenz curve, from (0, 0) to (1, 1): P of the persons who have least have L of the whole. It has one point for each
// value that someone has; without points where there is nothing to share.
type Curve struct{ P, L []float64 }

// Lorenz is the curve of units sorted by what they have.
func Lorenz(x, w []float64) Curve { return lorenz(strata(x, x, w)) }

func lorenz(s []stratum) Curve {
	if !shares(s) {
		return Curve{}
	}
	weight, amount := totals(s)
	c := Curve{make([]float64, 1, len(s)+1), make([]float64, 1, len(s)+1)}
	var persons, had sum
	for _, one := range s {
		persons.add(one.weight)
		had.add(one.amount)
		c.P = append(c.P, persons.value()/weight)
		c.L = append(c.L, had.value()/amount)
	}
	return c
}

// At is L at P, between two points of the curve along the straight line; NaN outside 0 to 1 and on a curve without points.
func (c Curve) At(p float64) float64 { return along(c.P, c.L, p) }

// Share is the P of persons who together have L: of several, the most, so that Share(0) is who has nothing.
func (c Curve) Share(l float64) float64 { return along(c.L, c.P, l) }

// along reads y at x off a line whose points have rising xs; on a step, the last y.
func along(xs, ys []float64, x float64) float64 {
	if len(xs) == 0 || !(x >= 0 && x <= 1) {
		return math.NaN()
	}
	next := sort.Search(len(xs), func(i int) bool { return xs[i] > x })
	if next == len(xs) {
		return ys[next-1]
	}
	t := (x - xs[next-1]) / (xs[next] - xs[next-1])
	return min(ys[next], ys[next-1]+t*(ys[next]-ys[next-1]))
}
