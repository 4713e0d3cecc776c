package balance

import "math"

// HotSpots is Gi* of Getis and Ord (1995) of each unit, with weights of one for it and its neighbours, as a z: above 0 where much
// lies together, below where little does. It is NaN where Local is, and where all units are neighbours.
//
// Its p by conditional permutations is that of LocalMoran: of both, the sum of neighbours is all that chance changes.
func HotSpots(y []float64, g Graph, keys []string) []float64 {
	z := make([]float64, len(y))
	for i := range z {
		z[i] = math.NaN()
	}
	f := newField(y, g, keys)
	if f == nil {
		return z
	}
	n := float64(len(f.z))
	for i, unit := range f.unit {
		if m := float64(len(f.links[i]) + 1); m < n {
			z[unit] = (f.z[i] + f.around(i, f.z)) / math.Sqrt((n*m-m*m)/(n-1))
		}
	}
	return z
}
