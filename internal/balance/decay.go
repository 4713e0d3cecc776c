package balance

import "math"

// Decay is how much a place counts at a cost (metres, minutes): from 1 to 0, or more than 1 for Gravity. A cost that is NaN has
// no weight.
type Decay interface {
	Weight(cost float64) float64
	Reach() float64 // the greatest cost that may have a weight; it has it
}

// Step is one of Steps.
type Step struct{ Upto, Weight float64 }

// Steps give a weight up to and with each cost, rising, and 0 beyond the last (Luo and Qi, An enhanced two-step floating
// catchment area method, Health & Place 15, 2009).
type Steps []Step

func (s Steps) Weight(cost float64) float64 {
	for _, step := range s {
		if cost <= step.Upto {
			return step.Weight
		}
	}
	return 0
}

func (s Steps) Reach() float64 {
	reach := math.Inf(-1)
	for _, step := range s {
		reach = math.Max(reach, step.Upto)
	}
	return reach
}

// Binary is 1 up to and with Limit (Luo and Wang 2003).
type Binary struct{ Limit float64 }

func (b Binary) Weight(cost float64) float64 {
	if cost <= b.Limit {
		return 1
	}
	return 0
}

func (b Binary) Reach() float64 { return b.Limit }

// Linear falls from 1 to 0 at Cutoff.
type Linear struct{ Cutoff float64 }

func (l Linear) Weight(cost float64) float64 {
	if cost < l.Cutoff {
		return math.Min(1, 1-cost/l.Cutoff)
	}
	return 0
}

func (l Linear) Reach() float64 { return l.Cutoff }

// Gaussian is exp(-cost²/2σ²) up to and with Limit (Dai, Health & Place 16, 2010).
type Gaussian struct{ Sigma, Limit float64 }

func (g Gaussian) Weight(cost float64) float64 {
	return upto(g.Limit, cost, func() float64 { return math.Exp(-cost * cost / (2 * g.Sigma * g.Sigma)) })
}

func (g Gaussian) Reach() float64 { return g.Limit }

// Exponential is exp(-Rate cost) up to and with Limit, which may be infinite (Wilson, Environment and Planning 3, 1971).
type Exponential struct{ Rate, Limit float64 }

func (e Exponential) Weight(cost float64) float64 {
	return upto(e.Limit, cost, func() float64 { return math.Exp(-e.Rate * cost) })
}

func (e Exponential) Reach() float64 { return e.Limit }

// Power is 1 up to a cost of 1, then cost^-Exponent, up to and with Limit, which may be infinite (Hansen, Journal of the
// American Institute of Planners 25, 1959).
type Power struct{ Exponent, Limit float64 }

func (p Power) Weight(cost float64) float64 {
	return upto(p.Limit, cost, func() float64 { return math.Pow(math.Max(1, cost), -p.Exponent) })
}

func (p Power) Reach() float64 { return p.Limit }

// Gravity is (max(cost, Least) / Scale)^Exponent up to and with Limit, which may be infinite; Exponent is negative, and the
// weight more than 1 below Scale. Least above 0 keeps a place next door from an infinite weight.
type Gravity struct{ Scale, Exponent, Least, Limit float64 }

func (g Gravity) Weight(cost float64) float64 {
	return upto(g.Limit, cost, func() float64 { return math.Pow(math.Max(cost, g.Least)/g.Scale, g.Exponent) })
}

func (g Gravity) Reach() float64 { return g.Limit }

// upto is a weight within a limit; one that is not a number is none.
func upto(limit, cost float64, weight func() float64) float64 {
	if !(cost <= limit) {
		return 0
	}
	if w := weight(); w >= 0 && !math.IsInf(w, 1) {
		return w
	}
	return 0
}

// edges are the costs at which a decay leaps: a cost near one must be exact.
func edges(w Decay) []float64 {
	steps, ok := w.(Steps)
	if !ok {
		return []float64{w.Reach()}
	}
	var at []float64
	for _, step := range steps {
		at = append(at, step.Upto)
	}
	return at
}
