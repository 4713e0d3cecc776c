package balance

import "iter"

// Index finds which of some places are near a point.
type Index struct{ places []Point }

// NewIndex indexes places; one with a NaN coordinate is never found.
func NewIndex(places []Point) *Index { return &Index{places} }

// Nearest is the place nearest to a point, and how far it is, in metres on the ellipsoid; of several as near, the first. -1 and
// +Inf when there is none.
func (x *Index) Nearest(from Point) (place int, metres float64) { return -1, 0 }

// NearestOf is Nearest for many points at once, on all cores.
func (x *Index) NearestOf(from []Point) (places []int32, metres []float64) { return nil, nil }

// Within gives the places at most so many metres away, that distance included, by rising place, with how far each is.
func (x *Index) Within(from Point, metres float64) iter.Seq2[int, float64] {
	return func(func(int, float64) bool) {}
}
