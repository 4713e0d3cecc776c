package balance

// In this file x is what each person of a unit has (a rate, an access), and w how many persons it has; nil for one each.

// Curve is a Lorenz curve, from (0, 0) to (1, 1): P of the persons who have least have L of the whole.
type Curve struct{ P, L []float64 }

// Lorenz is the curve of units sorted by what they have.
func Lorenz(x, w []float64) Curve { return Curve{} }

// At is L at P, between two points of the curve along the straight line.
func (c Curve) At(p float64) float64 { return 0 }

// Gini is 1 - Σ p_k (L_k + L_{k-1}): 0 where all have the same.
func Gini(x, w []float64) float64 { return 0 }

// Hoover is the share of the whole that would have to move for all to have the same: ½ Σ |share of the whole - share of persons|.
func Hoover(x, w []float64) float64 { return 0 }

// Theil is Theil's T and its exact decomposition by groups.
type Theil struct{ Total, Between, Within float64 }

// TheilT is Σ p (x/μ) ln(x/μ), where 0 ln 0 = 0. group says of which group each unit is; nil for one group.
func TheilT(x, w []float64, group []int) Theil { return Theil{} }

// Quantiles are weighted quantiles: the least x such that at least the share p of the weight is at or below it.
func Quantiles(x, w []float64, p ...float64) []float64 { return nil }

// Mean is the weighted mean.
func Mean(x, w []float64) float64 { return 0 }

// Concentration is the concentration index of x over persons ranked by another quantity, and Erreygers' correction of it (2009) for
// a quantity that has bounds.
func Concentration(x, w, rank []float64, low, high float64) (index, corrected float64) { return 0, 0 }
