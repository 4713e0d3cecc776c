package balance

// Decay is how much a place counts at a cost (metres, minutes), from 1 to 0.
type Decay interface {
	Weight(cost float64) float64
	Reach() float64 // the greatest cost that may have a weight; it has it
}

// Step is one of Steps.
type Step struct{ Upto, Weight float64 }

// Steps give a weight up to and with each cost, rising, and 0 beyond the last (Luo and Qi 2009).
type Steps []Step

func (s Steps) Weight(cost float64) float64 { return 0 }
func (s Steps) Reach() float64              { return 0 }

// Gaussian is exp(-cost²/2σ²) up to and with Limit.
type Gaussian struct{ Sigma, Limit float64 }

func (g Gaussian) Weight(cost float64) float64 { return 0 }
func (g Gaussian) Reach() float64              { return g.Limit }
