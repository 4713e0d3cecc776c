package balance

import (
	"iter"
	"maps"
	"math"
	"slices"
)

// In this file x is what each person of a unit has (a rate, an access), and w how many persons it has; nil for one each. Slices are as
// long as x. A measure of shares is NaN where there is nothing to share (no unit, or all have 0), where someone has less than 0, and
// where a sum is not finite.

// Gini is 1 - Σ p_k (L_k + L_{k-1}): 0 where all have the same.
func Gini(x, w []float64) float64 { return gap(lorenz(strata(x, x, w))) }

// gap is twice the area between the curve and the diagonal.
func gap(c Curve) float64 {
	if len(c.P) == 0 {
		return math.NaN()
	}
	under := sumOf(len(c.P)-1, func(k int) float64 { return (c.P[k+1] - c.P[k]) * (c.L[k+1] + c.L[k]) })
	return 1 - under
}

// Hoover is the share of the whole that would have to move for all to have the same: ½ Σ |share of the whole - share of persons|.
func Hoover(x, w []float64) float64 {
	s := strata(x, x, w)
	if !shares(s) {
		return math.NaN()
	}
	weight, amount := totals(s)
	return sumOf(len(s), func(i int) float64 { return math.Abs(s[i].amount/amount - s[i].weight/weight) }) / 2
}

// Theil is Theil's T and its exact decomposition by groups.
type Theil struct{ Total, Between, Within float64 }

// TheilT is Σ p (x/μ) ln(x/μ), where 0 ln 0 = 0. group says of which group each unit is; nil for one group.
// Between is what would be left if all of a group had its mean, Within the mean of the groups' own, weighted by what they have.
func TheilT(x, w []float64, group []int) Theil {
	all := strata(x, x, w)
	if !shares(all) {
		return Theil{math.NaN(), math.NaN(), math.NaN()}
	}
	t := Theil{Total: theil(all)}
	var groups []stratum
	var within sum
	_, amount := totals(all)
	for members := range byGroup(x, w, group) {
		own := strata(members.x, members.x, members.w)
		ownWeight, ownAmount := totals(own)
		groups = append(groups, stratum{0, ownWeight, ownAmount})
		within.add(ownAmount / amount * theil(own))
	}
	t.Between, t.Within = theil(groups), within.value()
	return t
}

// theil is 0 where there is nothing to share: such a group adds nothing to the whole.
func theil(s []stratum) float64 {
	weight, amount := totals(s)
	t := sumOf(len(s), func(i int) float64 {
		part := s[i].amount / amount
		if s[i].amount == 0 || part == 0 {
			return 0
		}
		return part * math.Log(part/(s[i].weight/weight))
	})
	return max(0, t) // it is never below, but for rounding
}

// Concentration is the concentration index of x over persons ranked by another quantity, and Erreygers' correction of it (2009) for
// a quantity that has bounds: 4 μ / (high - low) times the index. Both are above 0 where those of higher rank have more. Persons
// of equal rank count as one group with their mean (Kakwani, Wagstaff and van Doorslaer 1997). Units without a rank are left
// out: KnownShare says how many persons they are.
func Concentration(x, w, rank []float64, low, high float64) (index, corrected float64) {
	s := strata(rank, x, w)
	index = gap(lorenz(s))
	if !(high > low) {
		return index, math.NaN()
	}
	weight, amount := totals(s)
	return index, index * 4 * (amount / weight) / (high - low)
}

// Palma is the mean of x over the persons whose income is above high, over its mean for those whose income is at most low: by
// habit the quantiles at 0.9 and 0.4 of the income of persons (Quantiles). NaN where one of the two is nobody, or the poorest have 0.
func Palma(x, w, income []float64, low, high float64) float64 {
	var poor, rich []stratum
	for _, s := range strata(income, x, w) {
		if s.key <= low {
			poor = append(poor, s)
		}
		if s.key > high {
			rich = append(rich, s)
		}
	}
	return Ratio(meanOf(rich), meanOf(poor))
}

// Mean is the weighted mean; NaN of nothing.
func Mean(x, w []float64) float64 { return meanOf(strata(x, x, w)) }

func meanOf(s []stratum) float64 {
	weight, amount := totals(s)
	return amount / weight
}

// Ratio is n/d; NaN where d is 0.
func Ratio(n, d float64) float64 {
	if d == 0 {
		return math.NaN()
	}
	return n / d
}

// units are the values and weights of a group.
type units struct{ x, w []float64 }

// byGroup cuts units by group.
func byGroup(x, w []float64, group []int) iter.Seq[units] {
	return func(yield func(units) bool) {
		if group == nil {
			group = make([]int, len(x))
		}
		members := map[int]units{}
		for i, g := range group {
			m := members[g]
			members[g] = units{append(m.x, x[i]), append(m.w, weightOf(w, i))}
		}
		for _, g := range slices.Sorted(maps.Keys(members)) {
			if !yield(members[g]) {
				return
			}
		}
	}
}
