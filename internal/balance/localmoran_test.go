package balance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
)

// oneTie is a unit of desmith whose draws equal to what was observed the published run took for smaller, by a rounding: 20 in 36 and not 22.
// TestPermutationsGiveTheExactP counts them.
const oneTie = 1

func TestLocalMoranIsThePublishedOne(t *testing.T) {
	var file struct {
		Cases []struct {
			moranCase
			AlsoExpected map[string]any `json:"also_expected"`
			Expected     map[string]any
		}
	}
	readTestdata(t, "moran_local.json", &file)
	if len(file.Cases) != 2 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		permutations := 99_999
		if c.Name == "stl_HR8893" {
			permutations = 29_999
			c.Input = moranCases(t)["stl_HR8893_row_standardised"].Input
		}
		l := LocalMoran(c.Input.Y, c.graph(), c.Input.Order, permutations, 7, 0.05)
		want := map[string][]float64{}
		for _, from := range []map[string]any{c.Expected, c.AlsoExpected} {
			for key, values := range from {
				list, _ := values.([]any)
				for _, value := range list {
					want[key] = append(want[key], value.(float64))
				}
			}
		}
		global := 0.0
		for i := range l.I {
			what := fmt.Sprintf("%s unit %d ", c.Name, i)
			closeTo(t, what+"I", l.I[i], want["Is_anselin"][i], 1e-9)
			closeTo(t, what+"E", l.Expected[i], want["EIc"][i], 1e-9)
			closeTo(t, what+"V", l.Variance[i], want["VIc"][i], 1e-9)
			if c.Name != "desmith_z" || i != oneTie {
				closeTo(t, what+"p", l.P[i], want["p_two_sided_99999"][i], 0.02)
			}
			if q := want["q_pysal"][i]; l.Quadrant[i] != Quadrant(q) {
				t.Errorf("%squadrant %d, not %g", what, l.Quadrant[i], q)
			}
			global += l.I[i] / float64(len(l.I))
		}
		closeTo(t, c.Name+" mean of local", global, GlobalMoran(c.Input.Y, c.graph(), c.Input.Order, 0, 0).I, 1e-12)
	}
}

func TestLocalMoranIsPySALs(t *testing.T) {
	for _, c := range esdaCases(t) {
		l := LocalMoran(c.Y, c.Neighbours, c.Keys, 29_999, 7, 0.05)
		z := HotSpots(c.Y, c.Neighbours, c.Keys)
		for i := range l.I {
			what := fmt.Sprintf("%s unit %d ", c.Name, i)
			closeTo(t, what+"I", l.I[i], c.Is[i], 1e-12)
			closeTo(t, what+"E", l.Expected[i], c.EIc[i], 1e-12)
			closeTo(t, what+"V", l.Variance[i], c.VIc[i], 1e-12)
			if len(c.Neighbours[i]) > 1 { // of one neighbour, esda interpolates the opposite tail between few values
				closeTo(t, what+"p", l.P[i], c.P[i], 0.02)
			}
			closeTo(t, what+"Gi*", z[i], c.GiStar[i], 1e-10)
			if l.Quadrant[i] != c.Q[i] {
				t.Errorf("%squadrant %d, not %d", what, l.Quadrant[i], c.Q[i])
			}
		}
	}
}

// With few units all the ways to lay out values can be gone through.
func TestPermutationsGiveTheExactP(t *testing.T) {
	var file struct{ Cases []moranCase }
	readTestdata(t, "moran_local.json", &struct{ Cases *[]moranCase }{&file.Cases})
	c := file.Cases[0]
	f, l := newField(c.Input.Y, c.graph(), nil), LocalMoran(c.Input.Y, c.graph(), nil, 29_999, 3, 0.05)
	for i := range f.z {
		exact, observed := tails{}, f.around(i, f.z)
		for _, sum := range sumsOf(slices.Delete(slices.Clone(f.z), i, i+1), len(f.links[i])) {
			exact.count(sum, observed)
		}
		closeTo(t, fmt.Sprintf("p of unit %d", i), l.P[i], float64(exact.extreme())/float64(exact.drawn), 0.01)
	}
}

// sumsOf are the sums of all choices of k values.
func sumsOf(values []float64, k int) []float64 {
	if k == 0 {
		return []float64{0}
	}
	var sums []float64
	for i, first := range values {
		for _, rest := range sumsOf(values[i+1:], k-1) {
			sums = append(sums, first+rest)
		}
	}
	return sums
}

// What permutations give has the moments that Sokal's formulas say.
func TestConditionalPermutationsHaveTheAnalyticMoments(t *testing.T) {
	c := moranCases(t)["stl_HR8893_row_standardised"]
	f := newField(c.Input.Y, c.graph(), c.Input.Order)
	l := LocalMoran(c.Input.Y, c.graph(), c.Input.Order, 0, 0, 0.05)
	const draws = 20_000
	for i := range f.z {
		others := slices.Delete(slices.Clone(f.z), i, i+1)
		u := &urn{values: others, swaps: make([]int, len(f.links[i]))}
		from, sum, squares := stream(1, f.key(i)), 0.0, 0.0
		for range draws {
			drawn := f.z[i] * f.weight[i] * u.draw(from, len(others), len(f.links[i]))
			sum, squares = sum+drawn, squares+drawn*drawn
		}
		mean := sum / draws
		variance := squares/draws - mean*mean
		unit := f.unit[i]
		if apart := math.Abs(mean-l.Expected[unit]) / math.Sqrt(l.Variance[unit]/draws); apart > 5 {
			t.Errorf("unit %d: mean %g, not %g: %.1f standard errors", unit, mean, l.Expected[unit], apart)
		}
		if ratio := variance / l.Variance[unit]; ratio < 0.8 || ratio > 1.2 {
			t.Errorf("unit %d: variance %g, not %g", unit, variance, l.Variance[unit])
		}
		if !slices.Equal(others, slices.Delete(slices.Clone(f.z), i, i+1)) {
			t.Fatalf("unit %d: the urn is not as it was", unit)
		}
	}
}

func TestAnUrnGivesEachChoiceAsOften(t *testing.T) {
	u, from, seen := &urn{values: []float64{1, 2, 4, 8, 16}, swaps: make([]int, 5)}, stream(1, "91228"), map[float64]int{}
	const draws = 100_000
	for range draws {
		seen[u.draw(from, 5, 2)]++
	}
	if len(seen) != 10 {
		t.Fatalf("%d pairs of 10: %v", len(seen), seen)
	}
	for sum, times := range seen {
		if math.Abs(float64(times)-draws/10) > 5*math.Sqrt(draws/10*0.9) {
			t.Errorf("the pair of sum %g is drawn %d times of %d", sum, times, draws)
		}
	}
	if all := u.draw(from, 5, 5); all != 31 {
		t.Errorf("all five add up to %g", all)
	}
}

// lattice is a field of side × side units, neighbours by a side, whose values hang together.
func lattice(side int, seed uint64) (y []float64, g Graph, keys []string) {
	chance := rand.New(rand.NewPCG(seed, 1))
	n := side * side
	y, g, keys = make([]float64, n), make(Graph, n), make([]string, n)
	for i := range n {
		row, column := i/side, i%side
		keys[i] = fmt.Sprintf("%05d", i)
		y[i] = math.Sin(float64(row)/7)*math.Cos(float64(column)/9) + chance.NormFloat64()
		for r := max(0, row-1); r <= min(side-1, row+1); r++ {
			for c := max(0, column-1); c <= min(side-1, column+1); c++ {
				if j := r*side + c; j != i {
					g[i] = append(g[i], int32(j))
				}
			}
		}
	}
	return y, g, keys
}

// shuffled is the same units in another order, and where each of the former is now.
func shuffled(y []float64, g Graph, keys []string, seed uint64) ([]float64, Graph, []string, []int) {
	to := rand.New(rand.NewPCG(seed, 2)).Perm(len(y))
	y2, g2, keys2 := make([]float64, len(y)), make(Graph, len(y)), make([]string, len(y))
	for i, at := range to {
		y2[at], keys2[at] = y[i], keys[i]
		for _, j := range g[i] {
			g2[at] = append(g2[at], int32(to[j]))
		}
		slices.Sort(g2[at])
	}
	return y2, g2, keys2, to
}

func TestNeitherOrderNorCoresMatter(t *testing.T) {
	y, g, keys := lattice(15, 1)
	y[7], y[100] = math.NaN(), 3
	local, global, spots := LocalMoran(y, g, keys, 199, 5, 0.05), GlobalMoran(y, g, keys, 199, 5), HotSpots(y, g, keys)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !sameBits(LocalMoran(y, g, keys, 199, 5, 0.05), local) || GlobalMoran(y, g, keys, 199, 5) != global {
		t.Error("one core gives other bits")
	}
	runtime.GOMAXPROCS(2)
	for seed := range uint64(3) {
		y2, g2, keys2, to := shuffled(y, g, keys, seed)
		l, spots2 := LocalMoran(y2, g2, keys2, 199, 5, 0.05), HotSpots(y2, g2, keys2)
		back := newLocal(len(y))
		back.Cut = l.Cut
		for i, at := range to {
			back.I[i], back.Expected[i], back.Variance[i], back.P[i] = l.I[at], l.Expected[at], l.Variance[at], l.P[at]
			back.Drawn[i], back.Quadrant[i] = l.Drawn[at], l.Quadrant[at]
			if math.Float64bits(spots[i]) != math.Float64bits(spots2[at]) {
				t.Fatalf("another order gives unit %d another Gi*", i)
			}
		}
		if !sameBits(back, local) || GlobalMoran(y2, g2, keys2, 199, 5) != global {
			t.Errorf("another order gives other bits")
		}
	}
	if other := LocalMoran(y, g, keys, 199, 6, 0.05); sameBits(other, local) {
		t.Error("another seed draws the same")
	}
}

func sameBits(a, b Local) bool {
	same := a.Cut == b.Cut && reflect.DeepEqual(a.Quadrant, b.Quadrant) && slices.Equal(a.Drawn, b.Drawn)
	for _, pair := range [][2][]float64{{a.I, b.I}, {a.Expected, b.Expected}, {a.Variance, b.Variance}, {a.P, b.P}} {
		same = same && slices.EqualFunc(pair[0], pair[1], func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
	}
	return same
}

// Few permutations, and more where it is near the cut, decide as many everywhere do.
func TestScreeningDecidesAsAllPermutationsDo(t *testing.T) {
	y, g, keys := lattice(11, 3)
	for i := range y {
		y[i] += float64(i%11) / 3
	}
	f := newField(y, g, keys)
	const most = 9_999
	screened, whole := f.conditional(99, most, 5, 0.05), f.conditional(most, most, 5, 0.05)
	cut, wholeCut := cutOf(screened), cutOf(whole)
	refined, significant := 0, 0
	for i := range whole {
		if screened[i].drawn > 99 {
			refined++
		}
		if whole[i].drawn != most {
			t.Fatalf("unit %d was drawn %d times", i, whole[i].drawn)
		}
		if whole[i].p() <= wholeCut {
			significant++
		}
		if (screened[i].p() <= cut) != (whole[i].p() <= wholeCut) {
			t.Errorf("unit %d: p %g of cut %g, where all permutations give %g of %g", i, screened[i].p(), cut, whole[i].p(), wholeCut)
		}
	}
	if refined == 0 || refined > len(whole)*2/3 || significant < 10 {
		t.Errorf("%d refined and %d significant of %d", refined, significant, len(whole))
	}
}

func cutOf(counted []tails) float64 {
	p := make([]float64, len(counted))
	for i, t := range counted {
		p[i] = t.p()
	}
	return FDR(p, 0.05)
}

// Where nothing hangs together the least p is far above what Benjamini and Hochberg ask.
func TestChanceIsNotSignificant(t *testing.T) {
	_, g, keys := lattice(10, 1)
	found := 0
	for seed := range uint64(10) {
		chance, y := rand.New(rand.NewPCG(seed, 9)), make([]float64, len(g))
		for i := range y {
			y[i] = chance.ExpFloat64()
		}
		if LocalMoran(y, g, keys, 999, 5, 0.05).Cut > 0 {
			found++
		}
	}
	if found > 3 {
		t.Errorf("%d of 10 fields of chance have clusters", found)
	}
}

func TestFDRIsThePublishedOne(t *testing.T) {
	var file struct {
		Cases []struct {
			Input    struct{ P []float64 }
			Expected map[string]float64
		}
	}
	readTestdata(t, "fdr_benjamini_hochberg.json", &file)
	for _, c := range file.Cases {
		closeTo(t, "0.10", FDR(c.Input.P, 0.10), c.Expected["fdr_alpha_0.10"], 1e-12)
		closeTo(t, "0.05", FDR(append(c.Input.P, math.NaN()), 0.05), c.Expected["fdr_alpha_0.05"], 1e-12)
	}
	// The example of Benjamini and Hochberg (1995, p. 295): of fifteen, the four least.
	example := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	closeTo(t, "1995", FDR(example, 0.05), 4*0.05/15, 1e-15)
	if cut := FDR([]float64{0.5, 0.9}, 0.05); cut != 0 {
		t.Errorf("%g where none is significant", cut)
	}
	if cut := FDR(nil, 0.05); cut != 0 {
		t.Errorf("%g of no tests", cut)
	}
}
