package balance

import (
	"cmp"
	"math"
	"slices"
)

// Graph says which units are neighbours: by unit, the positions of others, rising. An empty list is an island.
type Graph [][]int32

// NearestGraph makes neighbours of each point and the k others nearest to it; of several as far, the first. It is not symmetric.
// Contiguity is the rule, and this shows how much of a result comes from it.
func NearestGraph(points []Point, k int) Graph {
	index := NewIndex(points)
	g := make(Graph, len(points))
	onAllCores(len(points), block, func() func(int) {
		return func(unit int) { g[unit] = nearestOthers(index, points, unit, k) }
	})
	return g
}

// nearestOthers looks within a radius that doubles until it has found enough.
func nearestOthers(index *Index, points []Point, unit, k int) []int32 {
	type other struct {
		place  int32
		metres float64
	}
	const first, halfway = 4_000, 20_100_000 // metres; no geodesic is longer than half way round
	if !points[unit].known() || k <= 0 {
		return nil
	}
	var found []other
	for radius := float64(first); ; radius *= 2 {
		found = found[:0]
		for place, metres := range index.Within(points[unit], radius) {
			if place != unit {
				found = append(found, other{int32(place), metres})
			}
		}
		if len(found) >= k || radius > halfway {
			break
		}
	}
	slices.SortStableFunc(found, func(a, b other) int { return cmp.Compare(a.metres, b.metres) })
	links := make([]int32, 0, min(k, len(found)))
	for _, o := range found[:min(k, len(found))] {
		links = append(links, o.place)
	}
	slices.Sort(links)
	return links
}

// related says which units have a value, and a neighbour among those that are kept. Where links go one way only, leaving out a unit may leave
// another alone, which goes then too.
func (g Graph) related(y []float64) []bool {
	kept := make([]bool, len(y))
	for i, v := range y {
		kept[i] = !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	for changed := true; changed; {
		changed = false
		for i := range kept {
			if kept[i] && !slices.ContainsFunc(g[i], func(j int32) bool { return kept[j] && int(j) != i }) {
				kept[i], changed = false, true
			}
		}
	}
	return kept
}
