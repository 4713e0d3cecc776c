package balance

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// compositeCase is a case of composite_normalisation_aggregation.json: its rows differ from one case to the next.
type compositeCase struct {
	Name  string
	Rows  []json.RawMessage `json:"input_expected"`
	Error [][]float64       `json:"errors"`
	Input struct {
		Row       numbers
		Threshold float64 `json:"dat_thresh"`
	}
}

func rowsOf[row any](t *testing.T, c compositeCase) []row {
	t.Helper()
	rows := make([]row, len(c.Rows))
	for i := range rows {
		if err := json.Unmarshal(c.Rows[i], &rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// The two cases left out, outranking and Copeland, order units against one another: that is a league table, which Maille does not make.
func TestCompositeIsThePublishedOne(t *testing.T) {
	var file struct{ Cases []compositeCase }
	readTestdata(t, "composite_normalisation_aggregation.json", &file)
	var tried []string
	for _, c := range file.Cases {
		switch c.Name {
		case "goalposts_min_max":
			goalpostsAsPublished(t, c)
		case "distance_to_target":
			targetAsPublished(t, c)
		case "geometric_mean":
			meanAsPublished(t, c, Score)
		case "harmonic_mean":
			meanAsPublished(t, c, HarmonicScore)
		case "data_threshold":
			row := c.Input.Row.floats()
			if got := Score(row, nil, int(math.Ceil(c.Input.Threshold*float64(len(row))))); got == got {
				t.Error("too few are known:", got)
			}
		default:
			continue
		}
		tried = append(tried, c.Name)
	}
	if len(tried) != 5 {
		t.Error("tried only", tried)
	}
}

// onOne brings the scale of 1 to 100 to 0 to 1.
func onOne(g Goalpost, x float64) float64 { return (g.Scale(x) - 1) / 99 }

func goalpostsAsPublished(t *testing.T, c compositeCase) {
	for _, row := range rowsOf[struct {
		X, L, U, A, Direction, Y float64
	}](t, c) {
		g := Goalpost{row.L, row.U}
		if row.Direction < 0 {
			g = Goalpost{row.U, row.L}
		}
		closeTo(t, c.Name, row.A*onOne(g, row.X), row.Y, 1e-12)
	}
}

// targetAsPublished: the least value of the row is one goalpost, the target the other; downwards they count from the greatest. What is not capped
// there is cut here, by intent.
func targetAsPublished(t *testing.T, c compositeCase) {
	for _, row := range rowsOf[struct {
		X, Y            []float64
		Targ, Direction float64
	}](t, c) {
		g := Goalpost{slices.Min(row.X), row.Targ}
		if row.Direction < 0 {
			g = Goalpost{slices.Max(row.X), row.Targ}
		}
		for i := range row.X {
			closeTo(t, c.Name, onOne(g, row.X[i]), min(1, row.Y[i]), 1e-12)
		}
	}
}

func meanAsPublished(t *testing.T, c compositeCase, mean func(x, w []float64, least int) float64) {
	for _, row := range rowsOf[struct {
		X, W []float64
		Y    float64
	}](t, c) {
		closeTo(t, c.Name, mean(row.X, row.W, len(row.X)), row.Y, 1e-12)
	}
	for _, x := range c.Error {
		if got := mean(x, nil, 1); got == got {
			t.Errorf("%s of %v: %v", c.Name, x, got)
		}
	}
}

func TestScaleIsFixedAndCut(t *testing.T) {
	null := math.NaN()
	for _, c := range []struct {
		g       Goalpost
		x, want float64
	}{
		{Goalpost{0, 100}, 0, 1}, {Goalpost{0, 100}, 100, 100}, {Goalpost{0, 100}, 50, 50.5}, {Goalpost{0, 100}, 104, 100},
		{Goalpost{20, 0}, 20, 1}, {Goalpost{20, 0}, 0, 100}, {Goalpost{20, 0}, math.Inf(1), 1},
		{Goalpost{0, 100}, null, null}, {Goalpost{5, 5}, 5, null},
	} {
		if got := c.g.Scale(c.x); !sameNumber(got, c.want) {
			t.Errorf("%v of %v: %v", c.g, c.x, got)
		}
	}
}

func TestScoreAtItsEdges(t *testing.T) {
	null := math.NaN()
	for _, c := range []struct {
		name  string
		x, w  []float64
		least int
		want  float64
	}{
		{"nothing", nil, nil, 0, null},
		{"all null", []float64{null, null}, nil, 0, null},
		{"too few", []float64{50, 50, null, null}, nil, 3, null},
		{"enough", []float64{50, 50, 50, null}, nil, 3, 50},
		{"the same", []float64{100, 100, 100, 100}, nil, 3, 100},
		{"one", []float64{7.3}, nil, 1, 7.3},
		{"no weight", []float64{4, 5}, []float64{0, 0}, 1, null},
		{"what has no weight is not there, nor counts as known", []float64{4, 0, null, 4}, []float64{1, 0, 1, null}, 2, null},
		{"what has no weight is not there", []float64{4, 0, 9}, []float64{1, 0, null}, 1, 4},
		{"the weight of what is not known is left out", []float64{4, null, 4}, []float64{1, 9, 1}, 2, 4},
	} {
		if got := Score(c.x, c.w, c.least); !sameNumber(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	even, odd := Score([]float64{50, 50, 50, 50}, nil, 4), Score([]float64{100, 100, 99, 1}, nil, 4)
	if !(odd < even) {
		t.Error("much of three bought out the lack of the fourth:", odd)
	}
	if least := HarmonicScore([]float64{100, 100, 99, 1}, nil, 4); !(least < odd) {
		t.Error("harmonic above geometric:", least, odd)
	}
}
