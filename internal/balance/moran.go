package balance

// Graph says which units are neighbours: by unit, the positions of others, rising. An empty list is an island.
type Graph [][]int32

// Moran is the global index of Moran with row-standardised weights (Cliff and Ord 1981).
type Moran struct {
	I, Expected, Variance, Z float64 // under randomisation
	P                        float64 // two-sided, by permutations: (M+1)/(R+1)
	N                        int     // units that have a value and a neighbour that has one
}

// GlobalMoran permutes so many times. NaN and islands are left out of n.
func GlobalMoran(y []float64, g Graph, permutations int, seed uint64) Moran { return Moran{} }

// Local is the local index of Moran of each unit (Anselin 1995).
type Local struct {
	I        []float64 // NaN where the unit has no value, or no neighbour that has one
	P        []float64 // two-sided, by conditional permutations, refined where it is near the cut
	Quadrant []Quadrant
	Cut      float64 // p at and below which a unit is significant (Benjamini and Hochberg 1995); 0 where none is
}

// Quadrant is how a unit and its neighbours stand against the mean.
type Quadrant uint8

const (
	NoQuadrant Quadrant = iota
	HighHigh
	LowHigh
	LowLow
	HighLow
)

// LocalMoran draws for each unit from a stream of its own, seeded by seed and key, so that neither order nor cores matter. rate is that of false
// discoveries (0.05).
func LocalMoran(y []float64, g Graph, keys []string, permutations int, seed uint64, rate float64) Local {
	return Local{}
}
