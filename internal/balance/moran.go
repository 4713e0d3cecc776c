package balance

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Moran is the global index of Moran with row-standardised weights (Cliff and Ord 1981). All but N are NaN where it is not defined: fewer than three
// units, or all of one value; Variance needs four.
type Moran struct {
	I, Expected    float64
	Variance, Z    float64 // under randomisation: the values are given, where they lie is chance
	VarianceNormal float64 // were the values drawn from a normal distribution
	P              float64 // two-sided, by permutations: (M+1)/(R+1)
	N              int     // units that have a value and a neighbour that has one
}

// GlobalMoran permutes so many times. NaN and islands are left out, of the mean as of n. Keys are of units, and make the result
// independent of their order; nil for units whose order does not change.
func GlobalMoran(y []float64, g Graph, keys []string, permutations int, seed uint64) Moran {
	f := newField(y, g, keys)
	if f == nil {
		none := math.NaN()
		return Moran{I: none, Expected: none, Variance: none, Z: none, VarianceNormal: none, P: none}
	}
	m := f.moments()
	m.P = f.permuted(permutations, seed)
	return m
}

// moments are those of Cliff and Ord (1981, p. 44-46).
func (f *field) moments() Moran {
	s0, s1, s2 := f.sums()
	n := float64(len(f.z))
	squares, fourth := 0.0, 0.0
	for _, z := range f.z {
		squares += z * z
		fourth += z * z * z * z
	}
	m := Moran{I: n / s0 * f.product(f.z) / squares, Expected: -1 / (n - 1), N: len(f.z)}
	square := m.Expected * m.Expected
	m.VarianceNormal = (n*n*s1-n*s2+3*s0*s0)/(s0*s0*(n*n-1)) - square
	kurtosis := n * fourth / (squares * squares)
	m.Variance = math.NaN()
	if n > 3 {
		m.Variance = (n*((n*n-3*n+3)*s1-n*s2+3*s0*s0)-kurtosis*((n*n-n)*s1-2*n*s2+6*s0*s0))/
			((n-1)*(n-2)*(n-3)*s0*s0) - square
	}
	m.Z = (m.I - m.Expected) / math.Sqrt(m.Variance)
	return m
}

// sums are Σ w_ij, ½ Σ (w_ij + w_ji)² and Σ (w_i. + w_.i)².
func (f *field) sums() (s0, s1, s2 float64) {
	in := make([]float64, len(f.z))
	for i, links := range f.links {
		for _, j := range links {
			in[j] += f.weight[i]
			s1 += f.weight[i] * f.weight[i]
			if _, both := slices.BinarySearch(f.links[j], int32(i)); both {
				s1 += f.weight[i] * f.weight[j]
			}
		}
	}
	for i, links := range f.links {
		out := f.weight[i] * float64(len(links))
		s0 += out
		s2 += (out + in[i]) * (out + in[i])
	}
	return s0, s1, s2
}

// product is Σ w_ij z_i z_j.
func (f *field) product(z []float64) float64 {
	sum := 0.0
	for i := range z {
		sum += z[i] * f.weight[i] * f.around(i, z)
	}
	return sum
}

// permuted is the share of permutations that give as much, each drawn from a stream of its own.
func (f *field) permuted(permutations int, seed uint64) float64 {
	if permutations <= 0 {
		return math.NaN()
	}
	drawn := make([]float64, permutations)
	onAllCores(permutations, 1, func() func(int) {
		z := make([]float64, len(f.z))
		return func(p int) {
			copy(z, f.z)
			rand.New(rand.NewPCG(seed, uint64(p))).Shuffle(len(z), func(i, j int) { z[i], z[j] = z[j], z[i] })
			drawn[p] = f.product(z)
		}
	})
	observed, t := f.product(f.z), tails{}
	for _, d := range drawn {
		t.count(d, observed)
	}
	return t.p()
}
