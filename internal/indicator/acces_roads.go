package indicator

import (
	"context"
	"math"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/schema"
)

// roads is the matrix of costs: metres by road from a commune or a cell to a place. An origin that is in it has its distances from it,
// and reaches no other place; one that is not has estimated ones. A pair that has minutes only says nothing that metres are
// compared with, and is passed over.
type roads struct {
	rows  map[string]int32
	pairs []balance.Cost // from a row to a place of the ground
	of    []int32        // by origin: its row; -1 for none
}

func pointAt(lon, lat float64) balance.Point { return balance.Point{Lon: lon, Lat: lat} }

// amount is a cell as a number, whole or not; NaN where it is null.
func amount(v schema.Value) float64 {
	switch v.Type() {
	case schema.Integer:
		return float64(v.Int())
	case schema.Number:
		return v.Float()
	}
	return math.NaN()
}

// roads reads the matrix; nil where it says nothing.
func (s *Source) roads(ctx context.Context, g *ground) (*roads, error) {
	const name = "matrice-couts"
	d := s.Dataset(name)
	if d == nil {
		return nil, nil
	}
	places := make(map[string]int32, len(g.places))
	for i := range g.places {
		places[g.places[i].id] = int32(i)
	}
	origin, place, metres := d.Schema.Index("origine"), d.Schema.Index("lieu"), d.Schema.Index("metres")
	r := &roads{rows: map[string]int32{}}
	for f, err := range s.Features(ctx, name, dataset.Query{Columns: rising([]int{origin, place, metres})}) {
		if err != nil {
			return nil, err
		}
		to, known := places[f.Values[place].Text()]
		if m := amount(f.Values[metres]); known && m >= 0 {
			r.pairs = append(r.pairs, balance.Cost{Origin: r.add(f.Values[origin].Text()), Place: to, Cost: m})
		}
	}
	if len(r.pairs) == 0 {
		return nil, nil
	}
	return r, nil
}

func (r *roads) add(name string) int32 {
	row, there := r.rows[name]
	if !there {
		row = int32(len(r.rows))
		r.rows[string([]byte(name))] = row
	}
	return row
}

// row is where the matrix has an origin; -1 where it has none.
func (r *roads) row(name string) int32 {
	if r != nil {
		if row, there := r.rows[name]; there {
			return row
		}
	}
	return -1
}

// start says from which row of the matrix the next origin goes.
func (r *roads) start(row int32) {
	if r != nil {
		r.of = append(r.of, row)
	}
}

// costs are those of a land: the matrix where an origin is in it, the straight line and its detour elsewhere.
func (g *ground) costs(l land) balance.Costs {
	points, _ := g.pointsOf(l, nil)
	straight := balance.Straight(g.points[l.origins[0]:l.origins[1]], points, g.p.Detour)
	if g.matrix == nil {
		return straight
	}
	return &byRoad{straight, g.matrix.of[l.origins[0]:l.origins[1]], g.matrix.on(l)}
}

// on is the matrix of a land, by row: a pair across a sea is no way.
func (r *roads) on(l land) balance.Costs {
	var ours []balance.Cost
	for _, p := range r.pairs {
		if int(p.Place) >= l.places[0] && int(p.Place) < l.places[1] {
			p.Place -= int32(l.places[0])
			ours = append(ours, p)
		}
	}
	return balance.Matrix(len(r.rows), l.places[1]-l.places[0], ours)
}

// byRoad is costs of which some are known by road.
type byRoad struct {
	balance.Costs               // straight
	row           []int32       // by origin, of the matrix
	roads         balance.Costs // by row
}

func (c *byRoad) From(origin int, atMost float64, yield func(place int, cost float64)) {
	if row := c.row[origin]; row >= 0 {
		c.roads.From(int(row), atMost, yield)
		return
	}
	c.Costs.From(origin, atMost, yield)
}

func (c *byRoad) Cheapest(origin int) (place int, cost float64) {
	if row := c.row[origin]; row >= 0 {
		return c.roads.Cheapest(int(row))
	}
	return c.Costs.Cheapest(origin)
}
