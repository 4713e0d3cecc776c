package balance

import (
	"fmt"
	"math"

	"maille/internal/fault"
)

// Access is what a floating catchment gives.
type Access struct {
	Score     []float64 // by origin: supply for one unit of demand; 0 where nothing is reached, NaN where the position is unknown
	Ratio     []float64 // by place: its supply for one unit of the demand that reaches it; NaN where none does
	Unreached []int32   // places with a supply that no demand reaches
	Supply    float64   // that some demand reaches: what Σ demand × score must give back
	Served    float64   // Σ demand × score
}

// given is how far Served may be from Supply, as a share of it.
const given = 1e-9

// Catchment is the two-step floating catchment of Luo and Wang (Environment and Planning B 30, 2003), with the weights of Luo and
// Qi (2009) when the decay has steps: R_j = S_j / Σ_k P_k W(d_kj), A_i = Σ_j R_j W(d_ij). An error says that a demand or a supply
// is less than 0, or that Served is not Supply to within 1e-9 of it, which is a defect, or weights beyond what floats can add.
//
// There is no three-step catchment (Wan, Zou and Sternberg 2012): a second impedance, of the choice between places, adds nothing
// to the first (Páez, Higgins and Vivona 2019). What inflates demand is answered by Balanced.
func Catchment(c Costs, demand, supply []float64, w Decay) (Access, error) {
	if err := amounts(c, demand, supply); err != nil {
		return Access{}, err
	}
	r := reacherOf(c)
	a := ratios(r.reversed(w.Reach()), demand, supply, w)
	a.Score = sums(r, w, a.share)
	a.Served = sumOf(len(demand), func(i int) float64 { return orZero(demand[i] * a.Score[i]) })
	if !(math.Abs(a.Served-a.Supply) <= given*a.Supply) {
		return Access{}, fmt.Errorf("a catchment gives %g of a supply of %g", a.Served, a.Supply)
	}
	return a, nil
}

// amounts refuses what is no amount.
func amounts(c Costs, demand, supply []float64) error {
	if len(demand) != c.Origins() || len(supply) != c.Places() {
		return fault.New(fault.Invalid, "%d demands for %d origins, %d supplies for %d places", len(demand), c.Origins(), len(supply), c.Places())
	}
	for _, amounts := range [][]float64{demand, supply} {
		for i, a := range amounts {
			if a < 0 || math.IsInf(a, 0) {
				return fault.New(fault.Invalid, "amount %d is %g", i, a)
			}
		}
	}
	return nil
}

// ratios is the first step.
func ratios(back reacher, demand, supply []float64, w Decay) Access {
	a := Access{Ratio: sums(back, w, func(_, origin int32, weight float64) float64 { return weight * demand[origin] })}
	for j, reached := range a.Ratio {
		a.Ratio[j] = supply[j] / reached
		if !(reached > 0) || math.IsInf(a.Ratio[j], 1) {
			a.Ratio[j] = math.NaN()
			if supply[j] > 0 {
				a.Unreached = append(a.Unreached, int32(j))
			}
		}
	}
	a.Supply = sumOf(len(supply), func(j int) float64 { return orZero(supply[j] + 0*a.Ratio[j]) })
	return a
}

// share is a term of the second step.
func (a *Access) share(_, place int32, weight float64) float64 { return a.Ratio[place] * weight }

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// Balanced is the balanced floating catchment of Páez, Higgins and Vivona (Demand and level of service inflation in floating
// catchment area methods, PLoS ONE 14, 2019): weights are divided by their sum over places where they allot demand, and by their
// sum over origins where they allot service, so that neither is counted twice. It is for sensitivity.
func Balanced(c Costs, demand, supply []float64, w Decay) ([]float64, error) {
	if err := amounts(c, demand, supply); err != nil {
		return nil, err
	}
	r := reacherOf(c)
	back := r.reversed(w.Reach())
	one := func(_, _ int32, weight float64) float64 { return weight }
	ofOrigin, ofPlace := sums(r, w, one), sums(back, w, one)
	allotted := sums(back, w, func(_, origin int32, weight float64) float64 {
		return demand[origin] * (weight / ofOrigin[origin])
	})
	return sums(r, w, func(_, place int32, weight float64) float64 {
		if !(allotted[place] > 0) {
			return 0
		}
		return supply[place] / allotted[place] * (weight / ofPlace[place])
	}), nil
}
