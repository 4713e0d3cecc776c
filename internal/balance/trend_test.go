package balance

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

type trendCase struct {
	Name     string
	Input    struct{ X json.RawMessage }
	Expected struct {
		Slope     *float64 `json:"sens_slope"`
		Intercept *float64
		MK        struct {
			P, Z, Tau, S *float64
			VarS         *float64 `json:"var_s"`
		}
	}
}

func TestTrendIsThePublishedOne(t *testing.T) {
	constant, linear := make([]float64, 360), make([]float64, 360)
	for i := range constant {
		constant[i], linear[i] = 7.3, float64(i)
	}
	var file struct{ Cases []trendCase }
	readTestdata(t, "trend_theil_sen_mann_kendall.json", &file)
	tried := 0
	for _, c := range file.Cases {
		x := map[string][]float64{"constant_360": constant, "linear_360": linear}[c.Name]
		if x == nil {
			var known numbers
			if err := json.Unmarshal(c.Input.X, &known); err != nil {
				t.Fatal(err)
			}
			x = known.floats()
		}
		got := TrendOf(x)
		for what, pair := range map[string]struct {
			want *float64
			got  float64
		}{
			"slope": {c.Expected.Slope, got.Slope}, "intercept": {c.Expected.Intercept, got.Intercept}, "S": {c.Expected.MK.S, got.S},
			"p": {c.Expected.MK.P, got.P}, "z": {c.Expected.MK.Z, got.Z}, "τ": {c.Expected.MK.Tau, got.Tau}, "var S": {c.Expected.MK.VarS, got.VarS},
		} {
			if pair.want != nil {
				closeTo(t, c.Name+" "+what, pair.got, *pair.want, 1e-9)
				tried++
			}
		}
	}
	if tried != 17 {
		t.Errorf("%d numbers", tried)
	}
}

// Run with pyMannKendall 1.4.3 (MIT).
func TestTrendIsPyMannKendalls(t *testing.T) {
	null := math.NaN()
	for _, c := range []struct {
		x    []float64
		want Trend
	}{
		{[]float64{1, 2, 3, 4, 5, 4, 6}, Trend{1, 1, 18, 43.333333333333336, 2.58248538606335, 0.009809151645794323, 0.8571428571428571}},
		{[]float64{5, 3, 3, 2, 2, 2, 1, 0, 4}, Trend{-0.5, 4, -18, 87.33333333333333, -1.8191097562663754, 0.06889468690767253, -0.5}},
		{[]float64{10.2, 10.1, null, 10.9, 11.3, 11.2, null, 12.5, 12.4, 13.9, 13.9, 15.1},
			Trend{0.4111111111111112, 9.383333333333335, 38, 124, 3.322698087495336, 0.0008915134791795953, 0.8444444444444444}},
	} {
		got := TrendOf(c.x)
		for _, pair := range [][2]float64{{got.Slope, c.want.Slope}, {got.Intercept, c.want.Intercept}, {got.S, c.want.S},
			{got.VarS, c.want.VarS}, {got.Z, c.want.Z}, {got.P, c.want.P}, {got.Tau, c.want.Tau}} {
			closeTo(t, "trend", pair[0], pair[1], 1e-12)
		}
	}
}

func TestTrendAtItsEdges(t *testing.T) {
	null := math.NaN()
	for _, x := range [][]float64{nil, {null}, {4}, {null, 4, null}} {
		if got := TrendOf(x); got.Slope == got.Slope || got.P == got.P || got.S == got.S {
			t.Errorf("%v: %+v", x, got)
		}
	}
	if got := TrendOf([]float64{1, null, 5}); got.Slope != 2 || got.Intercept != 1 || got.P != 1 {
		t.Errorf("two points with one missing between: %+v", got)
	}
	up := []float64{3, 1, 4, 1, 5, 9, 2, 6}
	down := slices.Clone(up)
	slices.Reverse(down)
	if a, b := TrendOf(up), TrendOf(down); a.Slope != -b.Slope || a.S != -b.S || a.P != b.P {
		t.Error("the same backwards:", a, b)
	}
}

// towards adds gains to a first number.
func towards(first float64, gains ...float64) []float64 {
	x := []float64{first}
	for _, gain := range gains {
		x = append(x, x[len(x)-1]+gain)
	}
	return x
}

func of(premises float64, n int) []float64 { return slices.Repeat([]float64{premises}, n) }

func TestProjectionByHand(t *testing.T) {
	// 8 gains 10 40 20 30 | 50 60 40 70: the last four have a median of 55, the eight 25 and 55 as quartiles (2nd and 3rd, 6th and 7th).
	r := towards(100, 10, 40, 20, 30, 50, 60, 40, 70)
	got := Project(r, of(970, len(r)))
	left := 970.0 - 420
	for what, pair := range map[string][2]float64{
		"recent": {got.Recent, left / 55}, "slow": {got.Slow, left / 25}, "fast": {got.Fast, left / 55},
	} {
		closeTo(t, what, pair[0], pair[1], 1e-14)
	}
	if got.Reason != "" || got.Error == got.Error {
		t.Errorf("nine points cannot be tried eight before: %+v", got)
	}
	waited := Project(append(slices.Clone(r), math.NaN(), math.NaN()), of(970, len(r)+2))
	closeTo(t, "two quarters that are missing at the end", waited.Recent, left/55-2, 1e-14)
}

func TestProjectionIsAnIntervalThatHoldsTheRecentPace(t *testing.T) {
	slowing := Project(towards(0, 90, 90, 90, 90, 20, 20, 20, 20), of(700, 9))
	closeTo(t, "the slow end is the recent pace", slowing.Slow, slowing.Recent, 0)
	faster := Project(towards(0, 1, 1, 1, 1, 10, 20, 30, 40), of(700, 9))
	closeTo(t, "the fast end is the recent pace", faster.Fast, faster.Recent, 0)
	if faster.Slow == faster.Slow || faster.Reason != "" {
		t.Errorf("596 premises at one a quarter have no latest date: %+v", faster)
	}
	halted := Project(towards(100, -5, 0, 0, 0, 40, 0, 30, 30), of(700, 9))
	if halted.Slow == halted.Slow || !(halted.Recent > 0) {
		t.Errorf("where the slow pace is none: %+v", halted)
	}
}

func TestProjectionSaysWhyThereIsNone(t *testing.T) {
	null := math.NaN()
	for _, c := range []struct {
		name string
		r, l []float64
		want string
	}{
		{"nothing known", nil, nil, ReasonShort},
		{"all null", []float64{null}, []float64{10}, ReasonShort},
		{"five points", towards(0, 1, 1, 1, 1), of(20, 5), ReasonShort},
		{"six points of which one has no premises known", towards(0, 1, 1, 1, 1, 1), append(of(20, 5), null), ReasonShort},
		{"six points", towards(0, 1, 1, 1, 1, 1), of(20, 6), ""},
		{"all is done", towards(15, 1, 1, 1, 1, 1), of(20, 6), ReasonComplete},
		{"more than all", towards(16, 1, 1, 1, 1, 1), of(20, 6), ReasonComplete},
		{"98 % and a half", towards(980, 1, 1, 1, 1, 1), of(1000, 6), ReasonTail},
		{"98 % is not above it", towards(930, 10, 10, 10, 10, 10), of(1000, 6), ""},
		{"nothing moves", towards(5, 0, 0, 0, 0, 0), of(20, 6), ReasonStill},
		{"downwards", towards(15, -1, -1, -1, -1, -1), of(20, 6), ReasonStill},
		{"moved, and stopped", towards(5, 2, 2, 2, 2, 0, 0, 0), of(20, 8), ReasonStill},
		{"more premises, none more connectable", towards(5, 0, 1, 0, 1, 1, 1), towards(10, 5, 5, 5, 5, 5, 5), ReasonStill},
		{"forty quarters", towards(5, 1, 1, 1, 1, 1), of(50, 6), ""},
		{"forty-one quarters", towards(5, 1, 1, 1, 1, 1), of(51, 6), ReasonFar},
	} {
		got := Project(c.r, c.l)
		if got.Reason != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
		if dated := got.Recent == got.Recent; dated != (got.Reason == "") {
			t.Errorf("%s: a date and a reason: %+v", c.name, got)
		}
	}
}

// The rule eight quarters before the last said 10 a quarter; 5 a quarter came: after h quarters it would have taken h/2, so that it is h/2 off, and of
// 1 to 8 quarters the median of that is 2.25.
func TestBackTestIsHowFarOffTheSameRuleWas(t *testing.T) {
	r := towards(0, 10, 10, 10, 10, 10, 5, 5, 5, 5, 5, 5, 5, 5)
	closeTo(t, "half as fast", Project(r, of(250, len(r))).Error, 2.25, 1e-14)
	right := towards(0, slices.Repeat([]float64{10}, 13)...)
	closeTo(t, "as said", Project(right, of(250, len(right))).Error, 0, 0)
	done := towards(0, 10, 10, 10, 10, 10, 40, 0, 0, 0, 0, 0, 0, 0) // 40 and done after one quarter, off by 3
	got := Project(done, of(90, len(done)))
	closeTo(t, "what comes after the end is not counted", got.Error, 3, 1e-14)
	if got.Reason != ReasonComplete {
		t.Error("tried though nothing is left:", got.Reason)
	}
	if short := Project(right[1:], of(250, len(right)-1)); short.Error == short.Error {
		t.Error("five points eight before the last cannot be tried:", short.Error)
	}
}

func TestMissingQuartersHaveTheirPartOfTheGain(t *testing.T) {
	whole := towards(0, 10, 20, 30, 30, 40, 17, 17, 60)
	holed := slices.Clone(whole)
	holed[3], holed[6] = math.NaN(), math.NaN()
	a, b := Project(whole, of(300, 9)), Project(holed, of(300, 9))
	if a.Recent != b.Recent || a.Slow != b.Slow || a.Fast != b.Fast {
		t.Error(a, b)
	}
}

func FuzzProjectionIsAnInterval(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8}, 20.0)
	f.Add([]byte{255, 1, 255, 3, 4, 90, 6, 7, 8, 1, 1, 1, 1, 30}, 95.0)
	f.Fuzz(func(t *testing.T, series []byte, premises float64) {
		series = series[:min(len(series), 60)]
		r := nulls(len(series))
		for i, b := range series {
			if b != 255 {
				r[i] = float64(b)
			}
		}
		p := Project(r, of(premises, len(r)))
		if p.Reason == "" && !(0 <= p.Fast && p.Fast <= p.Recent && p.Recent <= 40 && !(p.Slow < p.Recent) && !(p.Slow > 40)) || p.Error < 0 {
			t.Error(r, premises, p)
		}
	})
}
