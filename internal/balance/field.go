package balance

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// leastUnits is the least number of units of which a correlation between neighbours says anything.
const leastUnits = 3

// field is a quantity over units that have a value and a neighbour that has one, in the order of their keys: what is
// summed and drawn in this order does not depend on the one that they came in.
type field struct {
	unit   []int32   // position among those that came
	keys   []string  // of those that came
	z      []float64 // deviation from the mean, in standard deviations of the population
	links  [][]int32 // neighbours, as positions of the field, rising
	weight []float64 // of each link of a unit: links of a unit add up to 1, unless the field is made binary
}

// newField is nil where nothing can be said: fewer than three units, or all of one value. Keys must differ; nil is for units that keep their order.
func newField(y []float64, g Graph, keys []string) *field {
	f := &field{keys: keys}
	for i, kept := range g.related(y) {
		if kept {
			f.unit = append(f.unit, int32(i))
		}
	}
	if len(f.unit) < leastUnits {
		return nil
	}
	if keys != nil {
		slices.SortStableFunc(f.unit, func(a, b int32) int { return cmp.Compare(keys[a], keys[b]) })
	}
	if f.z = f.standardised(y); f.z == nil {
		return nil
	}
	f.link(g, len(y))
	return f
}

// standardised is nil where all values are one: their mean may not be exactly it.
func (f *field) standardised(y []float64) []float64 {
	greatest := 0.0
	for _, unit := range f.unit {
		greatest = max(greatest, math.Abs(y[unit]))
	}
	_, size := math.Frexp(greatest) // a power of two changes no digit, and keeps squares from being beyond what floats hold
	z := make([]float64, len(f.unit))
	for i, unit := range f.unit {
		z[i] = math.Ldexp(y[unit], -size)
	}
	if slices.Min(z) == slices.Max(z) {
		return nil
	}
	n := float64(len(z))
	mean, squares := sumOf(len(z), func(i int) float64 { return z[i] })/n, 0.0
	for i := range z {
		z[i] -= mean
		squares += z[i] * z[i]
	}
	deviation := math.Sqrt(squares / n)
	for i := range z {
		z[i] /= deviation
	}
	return z
}

func (f *field) link(g Graph, units int) {
	position := make([]int32, units)
	for i := range position {
		position[i] = -1
	}
	for i, unit := range f.unit {
		position[unit] = int32(i)
	}
	f.links, f.weight = make([][]int32, len(f.unit)), make([]float64, len(f.unit))
	for i, unit := range f.unit {
		for _, neighbour := range g[unit] {
			if j := position[neighbour]; j >= 0 && j != int32(i) {
				f.links[i] = append(f.links[i], j)
			}
		}
		slices.Sort(f.links[i])
		f.links[i] = slices.Compact(f.links[i])
		f.weight[i] = 1 / float64(len(f.links[i]))
	}
}

// binary gives every link a weight of one.
func (f *field) binary() *field {
	for i := range f.weight {
		f.weight[i] = 1
	}
	return f
}

// key is what chance knows a unit by.
func (f *field) key(i int) string {
	if f.keys == nil {
		return strconv.Itoa(int(f.unit[i]))
	}
	return f.keys[f.unit[i]]
}

// around is the sum of what neighbours have.
func (f *field) around(i int, z []float64) float64 {
	sum := 0.0
	for _, j := range f.links[i] {
		sum += z[j]
	}
	return sum
}
