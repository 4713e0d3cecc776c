package balance

import (
	"cmp"
	"math"
	"slices"
)

// stratum is all units with the same key: what they weigh, and what they have in all.
type stratum struct{ key, weight, amount float64 }

// strata are the units by rising key, those that have the same key put together, so that neither the order of units nor how they are cut
// matters: three units of weight 1 are one of weight 3. Units that have no key, no x or no weight above 0 are left out.
func strata(key, x, w []float64) []stratum {
	units := make([]stratum, 0, len(x))
	for i := range x {
		if weight := weightOf(w, i); weight > 0 && !math.IsNaN(x[i]) && !math.IsNaN(key[i]) {
			units = append(units, stratum{key[i] + 0, weight, weight * x[i]})
		}
	}
	slices.SortFunc(units, func(a, b stratum) int { return cmp.Compare(a.key, b.key) })
	merged := units[:0]
	for from, to := 0, 0; from < len(units); from = to {
		for to = from + 1; to < len(units) && units[to].key == units[from].key; to++ {
		}
		merged = append(merged, merge(units[from:to]))
	}
	return merged
}

func merge(units []stratum) stratum {
	if len(units) == 1 {
		return units[0]
	}
	weight := sumOf(len(units), func(i int) float64 { return units[i].weight })
	amount := sumOf(len(units), func(i int) float64 { return units[i].amount })
	return stratum{units[0].key, weight, amount}
}

// totals are the weight and the amount of all.
func totals(s []stratum) (weight, amount float64) {
	weight = sumOf(len(s), func(i int) float64 { return s[i].weight })
	amount = sumOf(len(s), func(i int) float64 { return s[i].amount })
	return weight, amount
}

// shares says whether parts of the whole mean anything: there is something to share, of finite size, and nobody has less than nothing.
func shares(s []stratum) bool {
	weight, amount := totals(s)
	for _, one := range s {
		if one.amount < 0 {
			return false
		}
	}
	return amount > 0 && !math.IsInf(amount, 0) && !math.IsInf(weight, 0)
}

func weightOf(w []float64, i int) float64 {
	if w == nil {
		return 1
	}
	return w[i]
}
