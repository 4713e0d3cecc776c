package balance

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// moranCase is a case of moran_global.json.
type moranCase struct {
	Name  string
	Input struct {
		Y         []float64
		Neighbors map[string][]string
		Order     []string `json:"id_order"`
		Same      string   `json:"same_as"`
	}
	Expected, Also map[string]any
}

func (c moranCase) graph() Graph {
	position := map[string]int32{}
	for i, key := range c.Input.Order {
		position[key] = int32(i)
	}
	g := make(Graph, len(c.Input.Order))
	for key, neighbours := range c.Input.Neighbors {
		for _, n := range neighbours {
			g[position[key]] = append(g[position[key]], position[n])
		}
	}
	return g
}

func readTestdata(t testing.TB, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func moranCases(t testing.TB) map[string]moranCase {
	var file struct {
		Cases []struct {
			moranCase
			AlsoExpected map[string]any `json:"also_expected"`
		}
	}
	readTestdata(t, "moran_global.json", &file)
	cases := map[string]moranCase{}
	for _, c := range file.Cases {
		if c.Input.Same != "" {
			c.Input = cases[c.Input.Same].Input
		}
		c.Also = c.AlsoExpected
		cases[c.Name] = c.moranCase
	}
	return cases
}

func closeTo(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: %.12g, not %.12g", what, got, want)
	}
}

func upperTail(z float64) float64 { return distuv.UnitNormal.Survival(z) }

func TestGlobalMoranIsThePublishedOne(t *testing.T) {
	cases := moranCases(t)
	if len(cases) != 4 {
		t.Fatalf("%d cases", len(cases))
	}
	for name, c := range cases {
		f := newField(c.Input.Y, c.graph(), c.Input.Order)
		if name == "stl_HR8893_binary" || name == "lattice_3x3_rook_variance" {
			f.binary()
		}
		m := f.moments()
		zNormal := (m.I - m.Expected) / math.Sqrt(m.VarianceNormal)
		got := map[string]float64{
			"I": m.I, "EI": m.Expected, "VI_norm": m.VarianceNormal, "VI_rand": m.Variance, "z_rand": m.Z, "z_norm": zNormal,
			"p_norm_one_sided": upperTail(zNormal), "p_rand_one_sided": upperTail(m.Z),
		}
		for _, expected := range []map[string]any{c.Expected, c.Also} {
			for key, want := range expected {
				if number, is := want.(float64); is {
					closeTo(t, name+" "+key, got[key], number, 1e-9)
				}
			}
		}
	}
}

// moran_esda.json: other data of libpysal (BSD-3), through esda 2.9; columbus_crime_queen is also the example of spdep's moran.test (0.500188557,
// -0.020833333, 0.008689289, 5.5894).
type esdaCase struct {
	Name       string
	Y          []float64
	Neighbours Graph
	Keys       []string
	I, EI      float64
	VINorm     float64 `json:"VI_norm"`
	VIRand     float64 `json:"VI_rand"`
	ZRand      float64 `json:"z_rand"`
	Is         []float64
	EIc, VIc   []float64
	Q          []Quadrant
	P          []float64
	GiStar     []float64 `json:"gi_star"`
}

func esdaCases(t *testing.T) []esdaCase {
	var cases []esdaCase
	readTestdata(t, "moran_esda.json", &cases)
	if len(cases) != 3 {
		t.Fatalf("%d cases", len(cases))
	}
	return cases
}

func TestGlobalMoranIsPySALs(t *testing.T) {
	for _, c := range esdaCases(t) {
		m := GlobalMoran(c.Y, c.Neighbours, c.Keys, 999, 1)
		closeTo(t, c.Name+" I", m.I, c.I, 1e-12)
		closeTo(t, c.Name+" EI", m.Expected, c.EI, 1e-12)
		closeTo(t, c.Name+" VI_norm", m.VarianceNormal, c.VINorm, 1e-12)
		closeTo(t, c.Name+" VI_rand", m.Variance, c.VIRand, 1e-12)
		closeTo(t, c.Name+" z", m.Z, c.ZRand, 1e-10)
		closeTo(t, c.Name+" p", m.P, 2*upperTail(c.ZRand), 0.03)
		if m.N != len(c.Y) {
			t.Errorf("%s: n is %d", c.Name, m.N)
		}
	}
}

func TestMoranOfRatesIsThePublishedOne(t *testing.T) {
	var file struct {
		Cases []struct {
			Name     string
			Input    struct{ E, B json.RawMessage }
			Expected json.RawMessage
		}
	}
	readTestdata(t, "rates_empirical_bayes.json", &file)
	seen := false
	for _, c := range file.Cases {
		if c.Name != "sids2_1979_moran_rate" {
			continue
		}
		var e, b []float64
		var want struct {
			I float64
			P float64 `json:"p_norm_one_sided"`
		}
		for into, text := range map[any]json.RawMessage{&e: c.Input.E, &b: c.Input.B, &want: c.Expected} {
			if err := json.Unmarshal(text, into); err != nil {
				t.Fatal(err)
			}
		}
		sids := moranCases(t)["sids2_SIDR74_row_standardised"]
		m := GlobalMoran(StandardisedRates(e, b), sids.graph(), sids.Input.Order, 99, 1)
		closeTo(t, "I", m.I, want.I, 1e-9)
		closeTo(t, "p", upperTail((m.I-m.Expected)/math.Sqrt(m.VarianceNormal)), want.P, 1e-9)
		seen = true
	}
	if !seen {
		t.Fatal("the case is not in the file")
	}
}

func TestStandardisedRatesOfNothing(t *testing.T) {
	z := StandardisedRates([]float64{1, 2, math.NaN(), 3, 9}, []float64{10, 0, 10, math.NaN(), 20})
	if math.IsNaN(z[0]) || math.IsNaN(z[4]) || !math.IsNaN(z[1]) || !math.IsNaN(z[2]) || !math.IsNaN(z[3]) {
		t.Errorf("%v: what has no base, or no count, has no rate", z)
	}
	for _, none := range StandardisedRates([]float64{0, 0}, []float64{10, 20}) {
		if !math.IsNaN(none) {
			t.Errorf("%v: no events, no rates to compare", none)
		}
	}
}
