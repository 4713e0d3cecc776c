package balance

import (
	"math"
	"math/rand/v2"
)

// choice is what one draw chooses.
type choice struct {
	weights   []float64
	geometric bool
	from, per []float64 // of the goalposts, and 1 over the distance to the other
}

// choose draws from a stream that is the draw's own.
func (d Draws) choose(draw int) choice {
	r := rand.New(rand.NewPCG(d.Seed, uint64(draw)))
	n := len(d.Goalposts)
	c := choice{make([]float64, n), r.IntN(2) == 0, make([]float64, n), make([]float64, n)}
	var total float64
	for k := range n {
		c.weights[k] = r.ExpFloat64() // exponentials over their sum are a flat Dirichlet
		total += c.weights[k]
	}
	for k, g := range d.Goalposts {
		c.weights[k] /= total
		move := d.Spread * (g.To - g.From)
		from := g.From + float64(move*(2*r.Float64()-1))
		to := g.To + float64(move*(2*r.Float64()-1))
		c.from[k], c.per[k] = from, 1/(to-from)
		if g.From == g.To {
			c.weights[k] = 0 // the dimension has no scale: it is never known
		}
	}
	return c
}

// score is the mean of a unit's dimensions by this choice, from 1 to 100; of the geometric mean its logarithm, stretched to the same
// span: only its order is wanted.
func (c choice) score(raw []float64) float64 {
	var total, weight float64
	for k, x := range raw {
		if math.IsNaN(x) || c.weights[k] == 0 {
			continue
		}
		scaled := 1 + 99*max(0, min(1, (x-c.from[k])*c.per[k]))
		if c.geometric {
			scaled = math.Log(scaled) * (100 / math.Ln10 / 2)
		}
		total += float64(c.weights[k] * scaled)
		weight += c.weights[k]
	}
	return total / weight
}
