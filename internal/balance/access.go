package balance

// Costs says what it costs to go from origins to places.
type Costs interface {
	Origins() int
	Places() int
	// From gives the places that an origin reaches for at most so much, that cost included, by rising place.
	From(origin int, atMost float64, yield func(place int, cost float64))
	// Cheapest is the place that costs least; of several the first. -1 and +Inf when there is none.
	Cheapest(origin int) (place int, cost float64)
}

// Straight is the geodesic in metres times a detour factor.
func Straight(origins, places []Point, detour float64) Costs { return nil }

// Cost is an entry of a matrix.
type Cost struct {
	Origin, Place int32
	Cost          float64
}

// Matrix is a cost for each pair that is known; a pair that is absent cannot be gone.
func Matrix(origins, places int, known []Cost) Costs { return nil }

// Access is what a floating catchment gives.
type Access struct {
	Score     []float64 // by origin: supply for one unit of demand; 0 where nothing is reached
	Ratio     []float64 // by place: its supply for one unit of the demand that reaches it; NaN where none does
	Unreached []int32   // places with a supply that no demand reaches
	Supply    float64   // that some demand reaches: what Σ demand × score must give back
	Served    float64   // Σ demand × score
}

// Catchment is the two-step floating catchment of Luo and Wang (2003), with the weights of Luo and Qi (2009) when the decay has
// steps: R_j = S_j / Σ_k P_k W(d_kj), A_i = Σ_j R_j W(d_ij). An error says that Served is not Supply, which is a defect.
func Catchment(c Costs, demand, supply []float64, w Decay) (Access, error) { return Access{}, nil }

// Cumulative is the supply within a cost of each origin, that cost included.
func Cumulative(c Costs, supply []float64, atMost float64) []float64 { return nil }

// Gain is a place that a cover takes, and what it adds.
type Gain struct {
	Place  int
	Gained float64 // of weight, that no place taken before covers
	Total  float64 // covered in all, what was covered before included
}

// Cover takes, one after the other, at most n of the places which add most weight of origins within a cost of them (greedy
// maximal covering, Church and ReVelle 1974; at least 1-1/e of the best, Nemhauser, Wolsey and Fisher 1978). covered says which
// origins are so before; a place that adds nothing is not taken. Of several that add as much, the first.
func Cover(c Costs, weight []float64, covered []bool, atMost float64, n int) []Gain { return nil }
