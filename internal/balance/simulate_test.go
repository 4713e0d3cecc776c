package balance

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

var fourPosts = []Goalpost{{0, 100}, {0, 20}, {0, 100}, {30, 0}}

// profiles are units with four dimensions, some of which are not known, and many of which are alike.
func profiles(n int, seed uint64) (raw [][]float64, group []int) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		unit := []float64{100 * math.Sqrt(r.Float64()), 20 * r.ExpFloat64(), 100 * float64(r.IntN(3)) / 2, 40 * r.Float64()}
		for k := range unit {
			if r.IntN(12) == 0 {
				unit[k] = math.NaN()
			}
		}
		raw, group = append(raw, unit), append(group, r.IntN(4))
	}
	return raw, group
}

// byHand does what Simulate says, unit against unit.
func byHand(raw [][]float64, group []int, d Draws) Uncertainty {
	n := len(raw)
	u := Uncertainty{nulls(n), nulls(n), nulls(n), nil}
	for i := range raw {
		var shares []float64
		lowest, others := 0, 0
		for draw := range d.N {
			c := d.choose(draw)
			under, same := 0, 0
			others = 0
			for j := range raw {
				if group[j] != group[i] || math.IsNaN(Score(d.scale(raw[j]), nil, d.Least)) {
					continue
				}
				others++
				switch apart := c.score(raw[j]) - c.score(raw[i]); {
				case math.Abs(apart) < 1e-10:
					same++
				case apart < 0:
					under++
				}
			}
			shares = append(shares, float64(under)/float64(others-1))
			if (float64(under)+float64(same)/2)/float64(others) < 0.2 {
				lowest++
			}
		}
		if math.IsNaN(Score(d.scale(raw[i]), nil, d.Least)) || others < 2 {
			continue
		}
		slices.Sort(shares)
		u.Low[i], u.High[i] = shares[int(math.Ceil(0.05*float64(d.N)))-1], shares[int(math.Ceil(0.95*float64(d.N)))-1]
		if others >= 5 {
			u.Lowest[i] = float64(lowest) / float64(d.N)
		}
	}
	return u
}

func sameUncertainty(a, b Uncertainty) bool {
	return slices.EqualFunc(a.Low, b.Low, sameNumber) && slices.EqualFunc(a.High, b.High, sameNumber) && slices.EqualFunc(a.Lowest, b.Lowest, sameNumber)
}

func TestSimulateIsWhatIsDoneByHand(t *testing.T) {
	raw, group := profiles(90, 3)
	group[0], raw[0] = 77, []float64{1, 2, 3, 4} // alone in its group
	for i := 1; i < 4; i++ {
		group[i], raw[i] = 78, []float64{50, 2, float64(i), 4} // a group of three
	}
	d := Draws{N: 41, Seed: 5, Goalposts: fourPosts, Spread: 0.1, Least: 3}
	got, want := Simulate(raw, group, d), byHand(raw, group, d)
	if !sameUncertainty(got, want) {
		t.Errorf("%v\n%v", got, want)
	}
	if got.Low[0] == got.Low[0] || got.Lowest[0] == got.Lowest[0] || got.Lowest[1] == got.Lowest[1] || got.Low[1] != got.Low[1] {
		t.Error("one alone, and three:", got.Low[:4], got.Lowest[:4])
	}
}

func TestSimulateIsTheSameWhateverTheOrderAndTheCores(t *testing.T) {
	raw, group := profiles(400, 4)
	d := Draws{N: 200, Seed: 1, Goalposts: fourPosts, Spread: 0.1, Least: 3}
	before := Simulate(raw, group, d)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := Simulate(raw, group, d)
	runtime.GOMAXPROCS(4)
	if four := Simulate(raw, group, d); !sameUncertainty(before, one) || !sameUncertainty(before, four) || !slices.Equal(before.Effects, four.Effects) {
		t.Error("cores matter")
	}
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(raw))
	pr, pg := make([][]float64, len(raw)), make([]int, len(raw))
	for to, from := range order {
		pr[to], pg[to] = raw[from], 9-group[from]
	}
	after := Simulate(pr, pg, d)
	for to, from := range order {
		if !sameNumber(after.Low[to], before.Low[from]) || !sameNumber(after.High[to], before.High[from]) || !sameNumber(after.Lowest[to], before.Lowest[from]) {
			t.Fatal("order matters")
		}
	}
	if !slices.Equal(after.Effects, before.Effects) {
		t.Error("order matters to effects:", after.Effects, before.Effects)
	}
	d.Seed = 2
	if sameUncertainty(before, Simulate(raw, group, d)) {
		t.Error("the seed does nothing")
	}
}

func TestSimulatedRanksHoldWhatIsSure(t *testing.T) {
	var raw [][]float64
	for i := range 50 { // better in everything, one after the other
		raw = append(raw, []float64{float64(i + 20), float64(i+1) / 10, float64(i + 30), float64(29-i) / 2})
	}
	u := Simulate(raw, make([]int, 50), Draws{N: 300, Seed: 1, Goalposts: []Goalpost{{0, 100}, {0, 20}, {0, 100}, {40, -20}}, Spread: 0.1, Least: 4})
	for i := range raw {
		want := float64(i) / 49
		if u.Low[i] != want || u.High[i] != want || (u.Lowest[i] == 1) != (i < 10) || (u.Lowest[i] == 0) != (i >= 10) {
			t.Fatal(i, u.Low[i], u.High[i], u.Lowest[i])
		}
	}
	for _, effect := range u.Effects {
		if !(effect > 0.9 && effect <= 1) {
			t.Error("each dimension says all:", u.Effects)
		}
	}
}

func TestSimulateAtItsEdges(t *testing.T) {
	null := math.NaN()
	d := Draws{N: 50, Seed: 1, Goalposts: fourPosts, Spread: 0.1, Least: 3}
	if u := Simulate(nil, nil, d); len(u.Low) != 0 || len(u.Effects) != 4 || u.Effects[0] == u.Effects[0] {
		t.Error(u)
	}
	same := slices.Repeat([][]float64{{50, 5, 50, 5}}, 30)
	u := Simulate(append(same, []float64{null, null, 5, 5}), make([]int, 31), d)
	if u.Low[0] != 0 || u.High[0] != 0 || u.Lowest[0] != 0 || u.Low[30] == u.Low[30] || u.Effects[0] == u.Effects[0] {
		t.Error("all alike:", u)
	}
	d.N = 0
	if u := Simulate(same, make([]int, 30), d); u.Low[0] == u.Low[0] {
		t.Error("no draw:", u)
	}
	d.N, d.Goalposts = 10, []Goalpost{{0, 100}, {5, 5}, {0, 100}, {30, 0}} // a dimension whose goalposts are one is not known
	for i := range same {
		same[i] = []float64{float64(i), []float64{5, math.Inf(1)}[i%2], 50, 5}
	}
	if u := Simulate(same, make([]int, 30), d); u.Low[29] != 1 || u.Low[28] != 28.0/29 || u.Effects[1] == u.Effects[1] {
		t.Error(u.Low, u.Effects)
	}
}

// A dimension of which the score is made, one which says nothing, and the sum of two that are as strong: 1, 0 and a half each, but for the slices.
func TestEffectsAreCorrelationRatios(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 20_000
	a, b, scores := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range a {
		a[i], b[i] = r.NormFloat64(), r.NormFloat64()
		scores[i] = a[i]*a[i] + b[i]*b[i] // no correlation at all with a, yet half of it is a's
	}
	closeTo(t, "half", correlationRatio(scores, func(i int) float64 { return a[i] }), 0.5, 0.04)
	closeTo(t, "nothing", correlationRatio(scores, func(i int) float64 { return float64(i * 7919 % n) }), 0, 0.003)
	closeTo(t, "all", correlationRatio(a, func(i int) float64 { return a[i] }), 1, 0.03)
}

func TestChoicesAreAFlatDirichletAndStayInTheirSpread(t *testing.T) {
	steady := Draws{Goalposts: fourPosts}
	for draw := range 10 {
		if got := steady.choose(draw).score([]float64{100, 20, math.NaN(), 0}); math.Abs(got-100) > 1e-9 {
			t.Error("the weight of what is not known is left out:", got)
		}
	}
	d := Draws{N: 4000, Seed: 3, Goalposts: fourPosts, Spread: 0.1}
	var first, squared float64
	geometric := 0
	for draw := range d.N {
		c := d.choose(draw)
		closeTo(t, "weights", c.weights[0]+c.weights[1]+c.weights[2]+c.weights[3], 1, 1e-12)
		first, squared = first+c.weights[0]/4000, squared+c.weights[0]*c.weights[0]/4000
		if c.geometric {
			geometric++
		}
		for k, g := range fourPosts {
			if far := 0.1 * math.Abs(g.To-g.From); math.Abs(c.from[k]-g.From) > far || math.Abs(c.from[k]+1/c.per[k]-g.To) > far+1e-12 {
				t.Fatal(c)
			}
		}
	}
	closeTo(t, "mean weight", first, 0.25, 0.01)
	closeTo(t, "variance of a weight, (k-1)/(k²(k+1))", squared-first*first, 3.0/80, 0.003)
	closeTo(t, "half are geometric", float64(geometric)/4000, 0.5, 0.03)
}
