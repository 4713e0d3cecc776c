package balance

import (
	"cmp"
	"math"
	"slices"
	"testing"
)

func TestNearestGraphIsThatOfAllDistances(t *testing.T) {
	points := []Point{{2.4, 48.6}, {2.41, 48.6}, {2.5, 48.7}, {2.2, 48.5}, {-61, 14.6}, {55.5, -21}, {math.NaN(), 48}, {2.4, 48.6}}
	const k = 3
	g := NearestGraph(points, k)
	for i, links := range g {
		if math.IsNaN(points[i].Lon) {
			if links != nil {
				t.Errorf("a point that is nowhere has neighbours %v", links)
			}
			continue
		}
		var others []int32
		for j := range points {
			if j != i && !math.IsNaN(points[j].Lon) {
				others = append(others, int32(j))
			}
		}
		slices.SortStableFunc(others, func(a, b int32) int {
			return cmp.Compare(Distance(points[i], points[a]), Distance(points[i], points[b]))
		})
		want := slices.Sorted(slices.Values(others[:k]))
		if !slices.Equal(links, want) {
			t.Errorf("point %d has neighbours %v, not %v", i, links, want)
		}
	}
	if g := NearestGraph(points[:2], k); !slices.Equal(g[0], []int32{1}) || !slices.Equal(g[1], []int32{0}) {
		t.Errorf("of two points: %v", g)
	}
	if g := NearestGraph(append(points[:2:2], Point{2, 95}), math.MaxInt); !slices.Equal(g[0], []int32{1}) || len(g[2]) != 0 {
		t.Errorf("of endless neighbours: %v", g)
	}
	if g := NearestGraph(points[:2], 0); len(g[0]) != 0 {
		t.Errorf("of no neighbours: %v", g)
	}
}
