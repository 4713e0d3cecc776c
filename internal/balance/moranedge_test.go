package balance

import (
	"math"
	"slices"
	"testing"
)

func TestMoranOfWhatHasNone(t *testing.T) {
	none := math.NaN()
	pair, ring := Graph{{1}, {0}}, Graph{{1, 2}, {0, 2}, {0, 1}}
	for name, c := range map[string]struct {
		y []float64
		g Graph
	}{
		"nothing": {nil, nil}, "one unit": {[]float64{1}, Graph{nil}}, "two units": {[]float64{1, 2}, pair},
		"islands only": {[]float64{1, 2, 3, 4}, make(Graph, 4)}, "no values": {[]float64{none, none, none}, ring},
		"one value": {[]float64{0.1, 0.1, 0.1}, ring}, "infinite": {[]float64{1, 2, math.Inf(1)}, ring},
		"alone but for itself": {[]float64{1, 2, 3}, Graph{{0}, {1}, {2}}},
	} {
		m, l, z := GlobalMoran(c.y, c.g, nil, 99, 1), LocalMoran(c.y, c.g, nil, 99, 1, 0.05), HotSpots(c.y, c.g, nil)
		if !math.IsNaN(m.I) || !math.IsNaN(m.Z) || !math.IsNaN(m.P) || m.N != 0 {
			t.Errorf("%s: %+v", name, m)
		}
		if len(l.I) != len(c.y) || l.Cut != 0 {
			t.Errorf("%s: %+v", name, l)
		}
		for i := range l.I {
			if !math.IsNaN(l.I[i]) || !math.IsNaN(l.P[i]) || l.Quadrant[i] != NoQuadrant || l.Drawn[i] != 0 || !math.IsNaN(z[i]) {
				t.Errorf("%s, unit %d: I %g, p %g, quadrant %d", name, i, l.I[i], l.P[i], l.Quadrant[i])
			}
		}
	}
}

func TestThreeUnitsThatAreAllNeighbours(t *testing.T) {
	y, g := []float64{1, 2, 4}, Graph{{1, 2}, {0, 2}, {0, 1}}
	m, l, z := GlobalMoran(y, g, nil, 99, 1), LocalMoran(y, g, nil, 99, 1, 0.05), HotSpots(y, g, nil)
	closeTo(t, "I", m.I, -0.5, 1e-12)
	if !math.IsNaN(m.Variance) || m.N != 3 || m.P != 1 {
		t.Errorf("%+v: of three units no variance, and all permutations are alike", m)
	}
	for i := range y {
		if l.P[i] != 1 || !math.IsNaN(z[i]) {
			t.Errorf("unit %d: p %g and Gi* %g, where nothing can be otherwise", i, l.P[i], z[i])
		}
	}
}

// What has no value, and what has no neighbour with one, is as if it were not there.
func TestUnitsWithoutAValueAreLeftOutWithTheirLinks(t *testing.T) {
	y, g, keys := lattice(8, 2)
	whole, wholeLocal := GlobalMoran(y, g, keys, 99, 1), LocalMoran(y, g, keys, 99, 1, 0.05)
	at := len(y)
	y, keys = append(y, 1e6, math.NaN(), 5), append(keys, "island", "null", "beside null")
	g = append(g, nil, []int32{0, int32(at + 2)}, []int32{int32(at + 1)})
	g[0] = append(append([]int32{}, g[0]...), int32(at+1))
	if m := GlobalMoran(y, g, keys, 99, 1); m != whole {
		t.Errorf("%+v, not %+v", m, whole)
	}
	l := LocalMoran(y, g, keys, 99, 1, 0.05)
	for i := range wholeLocal.I {
		if l.I[i] != wholeLocal.I[i] || l.P[i] != wholeLocal.P[i] || l.Quadrant[i] != wholeLocal.Quadrant[i] {
			t.Errorf("unit %d changes", i)
		}
	}
	for i := at; i < len(y); i++ {
		if !math.IsNaN(l.I[i]) || !math.IsNaN(l.P[i]) || l.Quadrant[i] != NoQuadrant {
			t.Errorf("%s has an index", keys[i])
		}
	}
}

// Links that go one way: 3 sees only 2, which sees only a unit without a value.
func TestLinksOneWayAreLeftOutToTheEnd(t *testing.T) {
	g := Graph{{1}, {0}, {4}, {2}, {0}, {0}}
	kept := g.related([]float64{1, 2, 3, 4, math.NaN(), 6})
	for i, want := range []bool{true, true, false, false, false, true} {
		if kept[i] != want {
			t.Errorf("unit %d is kept: %v", i, kept[i])
		}
	}
}

func TestScaleAndOriginChangeNothing(t *testing.T) {
	y, g, keys := lattice(8, 2)
	moved := make([]float64, len(y))
	for i := range y {
		moved[i] = 1000 + 50*y[i]
	}
	a, b := GlobalMoran(y, g, keys, 99, 1), GlobalMoran(moved, g, keys, 99, 1)
	closeTo(t, "I", a.I, b.I, 1e-10)
	closeTo(t, "variance", a.Variance, b.Variance, 1e-10)
	if a.P != b.P {
		t.Errorf("p %g and %g", a.P, b.P)
	}
	la, lb := LocalMoran(y, g, keys, 99, 1, 0.05), LocalMoran(moved, g, keys, 99, 1, 0.05)
	for i := range y {
		closeTo(t, "local", la.I[i], lb.I[i], 1e-9)
		if la.P[i] != lb.P[i] || la.Quadrant[i] != lb.Quadrant[i] {
			t.Errorf("unit %d: p %g and %g", i, la.P[i], lb.P[i])
		}
	}
}

// A unit of measure changes nothing, were its squares beyond what floats hold.
func TestMoranOfVerySmallAndVeryGreatNumbers(t *testing.T) {
	y, g, keys := lattice(7, 1)
	global, spots := GlobalMoran(y, g, keys, 99, 1), HotSpots(y, g, keys)
	for _, power := range []int{-700, 700} {
		scaled := make([]float64, len(y))
		for i := range y {
			scaled[i] = math.Ldexp(y[i], power)
		}
		if got := GlobalMoran(scaled, g, keys, 99, 1); got != global {
			t.Errorf("2^%d: %+v, not %+v", power, got, global)
		}
		if got := HotSpots(scaled, g, keys); !slices.Equal(got, spots) {
			t.Errorf("2^%d: other hot spots", power)
		}
	}
}
