package balance

// Goalpost brings a value to a scale of 1 to 100: From is 1, To is 100, what is beyond is cut. To may be below From.
type Goalpost struct{ From, To float64 }

// Scale is the value on the scale; NaN of NaN.
func (g Goalpost) Scale(x float64) float64 { return 0 }

// Score is the weighted geometric mean of dimensions on the scale; NaN where fewer than least are known. Those that are not known are left
// out, with their weight.
func Score(dimensions, weights []float64, least int) float64 { return 0 }

// Uncertainty is how scores stand against others when what was chosen to make them is chosen otherwise.
type Uncertainty struct {
	Low, High []float64 // by unit: share (0 to 1) of the comparable units with a lower score, at 5 % and at 95 % of the draws
	Lowest    []float64 // by unit: probability of being in the lowest fifth of its group
	Effects   []float64 // by dimension: its main effect on scores, the squared correlation ratio (Paruolo, Saisana and Saltelli 2013)
}

// Draws are the choices that vary.
type Draws struct {
	N         int // of draws
	Seed      uint64
	Goalposts []Goalpost // of raw dimensions; each end moves by Spread of its distance to the other
	Spread    float64    // 0.1
	Least     int        // dimensions that must be known
}

// Simulate draws weights from a flat Dirichlet, geometric or arithmetic means, and goalposts, and ranks each unit among those of its group.
// raw holds the dimensions of each unit before any scale.
func Simulate(raw [][]float64, group []int, d Draws) Uncertainty { return Uncertainty{} }
