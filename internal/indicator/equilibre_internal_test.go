package indicator

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"maille/internal/balance"
	"maille/internal/dataset"
)

var none = math.NaN()

// shipped is a dataset of the instance.
func shipped(t *testing.T, name string) *dataset.Dataset {
	t.Helper()
	r, err := dataset.Load(dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")})
	if err != nil {
		t.Fatal(err)
	}
	return r.Get(name)
}

// weighed is communes without a database: each row is what is known before classes are made.
func weighed(t *testing.T, columns map[string][]float64) *weighing {
	t.Helper()
	c := &computation{d: shipped(t, "equilibre-communes")}
	p, err := c.balanceParameters()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, column := range columns {
		n = len(column)
	}
	keys := make([]string, n)
	for i := range keys {
		keys[i] = "9100" + string(rune('1'+i))
	}
	w := &weighing{computation: c, sheet: newSheet(keys), p: p}
	for name, column := range columns {
		w.numbers[name] = column
	}
	for i := range keys {
		w.text("comparables")[i] = "pop_0"
	}
	for _, step := range []func() error{
		func() error { return w.profile(t.Context()) }, func() error { return w.classes(t.Context()) },
		func() error { return w.short(t.Context()) }, func() error { return w.needs(t.Context()) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestClassesOfWhatIsNotKnown(t *testing.T) {
	w := weighed(t, map[string][]float64{
		"population":           {100, 100, 100, 0, 100, 100},
		"thd_taux_raccordable": {79, 95, none, 60, 60, 110},
		"med_acces_2sfca":      {0.4, 1, 0.2, none, none, 2},
		"distance_mediane":     {3000, 10_000, none, none, 10_001, 1},
		"med_part_10km":        {100, 100, 0, none, none, 100},
		"es_part":              {100, 0, none, none, none, none},
	})
	if w.median != 0.7 { // people without an access count in no half
		t.Fatalf("median %v", w.median)
	}
	want := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("bivarie", strings.Join(w.text("bivarie"), " "), "1-2 3-3    3-3")
	want("quadrant", w.text("quadrant")[0]+" "+w.text("quadrant")[1], "reseau_bas_offre_basse reseau_haut_offre_haute")
	want("sous_dote", texts(w.number("sous_dote")), "0 0 1 - 1 0")
	want("motifs", strings.Join(w.text("sous_dote_motif"), " "), "  acces non_renseigne eloignement ")
	want("double_peine", texts(w.number("double_peine")), "0 0 - - - 0")
	want("people", texts(w.number("pop_sous_dotee")), "0 0 100 - 100 0")
	want("dimensions", texts(w.number("profil_connus")), "4 4 2 1 1 3")
	want("scores", math.IsNaN(w.number("score")[2]) && math.IsNaN(w.number("score")[3]) && !math.IsNaN(w.number("score")[5]), true)
	want("cut at 100", w.number("profil_reseau")[5], 100.0)
}

// texts are numbers in a line, "-" for null.
func texts(x []float64) string {
	all := make([]string, len(x))
	for i := range x {
		if all[i] = "-"; !math.IsNaN(x[i]) {
			all[i] = valueOf(math.Round(x[i]), "integer").String()
		}
	}
	return strings.Join(all, " ")
}

func TestNothingIsKnown(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		columns := map[string][]float64{}
		for _, name := range []string{"population", "thd_taux_raccordable", "med_acces_2sfca", "distance_mediane", "med_part_10km", "es_part"} {
			columns[name] = slices.Repeat([]float64{none}, n)
		}
		w := weighed(t, columns)
		for _, name := range []string{"score", "score_classe", "rang_bas", "rang_haut", "sous_dote", "double_peine", "pop_sous_dotee", "besoin_quintile", "ecart_offre_besoin"} {
			for i, x := range w.number(name) {
				if !math.IsNaN(x) {
					t.Errorf("%d communes: %s of %d is %v", n, name, i, x)
				}
			}
		}
	}
}

// TestNobodyHasAccess: the median says nothing, so nobody is low against it; distance still decides.
func TestNobodyHasAccess(t *testing.T) {
	w := weighed(t, map[string][]float64{"population": {10, 10}, "med_acces_2sfca": {0, 0}, "distance_mediane": {20_000, 100}, "thd_taux_raccordable": {10, 10}})
	if got := texts(w.number("sous_dote")) + " " + strings.Join(w.text("bivarie"), "") + texts(w.number("double_peine")); got != "1 - - -" {
		t.Errorf("%s", got)
	}
}

// TestSparseCommunesReachFarther: 15 km rather than 10 in the last level of density.
func TestSparseCommunesReachFarther(t *testing.T) {
	w := weighed(t, map[string][]float64{"population": {10, 10, 10}, "med_acces_2sfca": {1, 1, 1}, "distance_mediane": {12_000, 12_000, 15_001}, "densite": {7, 6, 7}})
	if got := texts(w.number("sous_dote")); got != "0 1 1" {
		t.Errorf("%s", got)
	}
}

func TestNeedsBesideTheOffer(t *testing.T) {
	w := weighed(t, map[string][]float64{"population": {10, 10, 10, 10, 10}, "ifn": {1, 2, 3, 4, none}, "med_acces_2sfca": {4, 3, 2, 1, 5}, "distance_mediane": {1, 1, 1, 1, 1}})
	if got := texts(w.number("ecart_offre_besoin")); got != "-100 -33 33 100 -" {
		t.Errorf("%s", got)
	}
	if got := w.number("besoin_quintile"); !math.IsNaN(got[4]) {
		t.Errorf("%v", got)
	}
}

func TestTerritorySums(t *testing.T) {
	people := []float64{100, 100, 0, none, 800}
	n, d := []float64{1, none, 5, 7, 9}, []float64{2, 3, 5, 7, 9}
	a := area{members: []int{0, 1, 2, 3, 4}}
	s := a.sums(people, n, d)
	if s.rows != 4 || s.of[0] != 22 || s.of[1] != 23 || s.known != 900 || s.all != 1000 || s.everyone {
		t.Errorf("%+v", s)
	}
	if !s.covers(90) || s.covers(91) || s.coverage() != 90 {
		t.Errorf("%v", s.coverage())
	}
	for counted, want := range map[int]bool{2: true, 1: false} {
		one := []float64{none, none, none, 1, none}
		if counted == 2 {
			one[1] = 1
		}
		s := (&area{members: []int{1, 3}}).sums([]float64{none, none, none, none, none}, one)
		if s.covers(90) != want {
			t.Errorf("%d of two communes whose people are not known: %+v", counted, s)
		}
	}
	empty := area{}
	if s := empty.sums(people, n); s.covers(90) || !math.IsNaN(s.of[0]) || !math.IsNaN(s.coverage()) {
		t.Errorf("%+v", s)
	}
}

// collected gathers rows as text, by column.
func collected(c *computation) *[]map[string]string {
	rows := &[]map[string]string{}
	c.emit = func(f *dataset.Feature) bool {
		row := map[string]string{}
		for i, v := range f.Values {
			row[c.d.Schema.Columns[i].Name] = v.String()
		}
		*rows = append(*rows, row)
		return true
	}
	return rows
}

func TestSpreadOfSmallTerritories(t *testing.T) {
	c := &computation{d: shipped(t, "equilibre-territoires")}
	rows := collected(c)
	communes := newSheet([]string{"a", "b", "c"})
	communes.numbers["population"] = []float64{10, 0, none}
	for _, of := range spreadOf {
		communes.number(of.column)
		communes.number(of.weight)
	}
	communes.numbers["med_acces_2sfca"] = []float64{1, none, none}
	communes.number("revenu_median")
	s := &spreading{computation: c, communes: communes, graph: balance.Graph{{1}, {0}, nil}, epci: []int{0, 0, 0}}
	for _, a := range []area{{members: []int{0}}, {}, {members: []int{0, 1, 2}}} {
		a.Level, a.Code = EPCI, "200056232"
		if err := s.measure(&a); err != nil {
			t.Fatal(err)
		}
	}
	access := slices.DeleteFunc(*rows, func(r map[string]string) bool { return r["indicateur"] != "med_acces_2sfca" })
	for i, want := range []string{"0.0 100.0 10 0", "   0", "0.0 100.0  0"} {
		if got := access[i]["hoover"] + " " + access[i]["couverture_donnees"] + " " + access[i]["population"] + " " + access[i]["moran_n"]; got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	if access[1]["lorenz"] != "" || len(strings.Split(access[0]["lorenz"], "|")) != 101 {
		t.Errorf("%q", access[0]["lorenz"])
	}
}

func TestPlacesAmongThoseAlike(t *testing.T) {
	d := Definition{Direction: "haut_mieux", Least: 20, Columns: Columns{Denominator: "thd_locaux", Scale: 100}}
	of, l := &readings{d: &d}, &listing{p: longParameters{Alike: 1}}
	fresh := func() []value {
		return []value{{alike: "x", is: 90, denominator: 20}, {alike: "x", is: 95, denominator: 100}, {alike: "x", is: 90, denominator: 50},
			{alike: "x", is: 99, denominator: 19}, {alike: "y", is: 1, denominator: 50}, {alike: "x", is: none, denominator: 50}, {alike: "x", is: 10, denominator: 50}}
	}
	places := func(all []value) string {
		l.rank(of, all)
		var x []float64
		for _, v := range all {
			x = append(x, float64(10*v.rank+v.among))
		}
		return texts(x)
	}
	if got := places(fresh()); got != "24 14 24 0 0 0 44" {
		t.Errorf("high: %s", got)
	}
	d.Direction = "bas_mieux"
	if got := places(fresh()); got != "24 44 24 0 0 0 14" {
		t.Errorf("low: %s", got)
	}
	d.Direction = "neutre"
	if got := places(fresh()); got != "0 0 0 0 0 0 0" {
		t.Errorf("none: %s", got)
	}
	d.Direction, d.Unit = "haut_mieux", "%"
	above := []value{{alike: "x", is: 104, denominator: 50}, {alike: "x", is: 100, denominator: 50}, {alike: "x", is: 101, denominator: 50, reason: flagPart}}
	if got := places(above); got != "0 0 0" {
		t.Errorf("one value: %s", got)
	}
	above = append(above, value{alike: "x", is: 3, denominator: 50}, value{alike: "x", is: 2, denominator: 50})
	if got := places(above); got != "14 14 0 34 44" {
		t.Errorf("above the whole: %s", got)
	}
	l.p.Alike = 5
	if got := places(fresh()); got != "0 0 0 0 0 0 0" {
		t.Errorf("too few alike: %s", got)
	}
	if flag := of.doubt("ok", 19, true); flag != "faible_effectif" {
		t.Errorf("%s", flag)
	}
}

// TestFewPeopleAreNotTold: few people are bounds, on whichever side of the radius they are, and stand for 5 in a sum, which is in its own.
func TestFewPeopleAreNotTold(t *testing.T) {
	l := &listing{p: longParameters{Least: 90}, communes: newSheet([]string{"few", "known", "all but few", "three"})}
	l.communes.numbers["population"] = []float64{200, 100, 60, 3}
	for _, i := range []int{0, 2, 3} {
		l.communes.text(fewColumn)[i] = ownNames("pop_au_dela_10km|lieux_10km|services_10km")
	}
	l.communes.text(allButColumn)[2] = ownNames("pop_au_dela_10km")
	l.areas = []area{{Territory: Territory{Level: EPCI, Code: "e"}, members: []int{0, 1, 2, 3}}}
	people := l.communes.numbers["population"]
	for _, c := range []struct {
		d       Definition
		is, of  []float64
		bounds  [4][2]float64 // by commune; 0, 0 of what is known
		is4     float64
		low, up float64
	}{
		{Definition{Columns: Columns{Value: "med_pop_sans_acces_10", Sum: true}}, []float64{none, 40, none, none}, nil,
			[4][2]float64{{1, 10}, {}, {50, 59}, {1, 3}}, 5 + 40 + 55 + 3, 1 + 40 + 50 + 1, 10 + 40 + 59 + 3},
		{Definition{Columns: Columns{Value: "med_part_10km", Numerator: "med_pop_10km", Denominator: "population", Scale: 100}}, []float64{none, 60, none, none}, []float64{none, 60, none, none},
			[4][2]float64{{95, 99.5}, {}, {100. / 60, 1000. / 60}, {0, 200. / 3}}, 100 * (195. + 60 + 5 + 0) / 363, 100 * (190. + 60 + 1 + 0) / 363, 100 * (199. + 60 + 10 + 2) / 363},
	} {
		of := &readings{d: &c.d, is: c.is, numerator: c.of, denominator: people, few: l.communes.marked(fewColumn, c.d.Columns.Value), flags: make([]string, 4)}
		if of.counted = l.communes.estimate(c.d.Columns.Value, of.is); c.of != nil {
			of.counted = l.communes.estimate(c.d.Columns.Numerator, of.numerator)
		}
		for i, want := range c.bounds {
			v := value{is: of.is[i], denominator: people[i], low: none, high: none}
			l.judge(of, i, &v)
			if want == [2]float64{} {
				want = [2]float64{none, none}
			} else if v.flag != "moins_de_11" || !math.IsNaN(v.is) {
				t.Errorf("%s of %s: %+v", c.d.Columns.Value, l.communes.keys[i], v)
			}
			if !near(v.low, want[0]) || !near(v.high, want[1]) {
				t.Errorf("%s of %s: %+v, want %v", c.d.Columns.Value, l.communes.keys[i], v, want)
			}
		}
		if v := l.derive(of, EPCI)[0]; !near(v.is, c.is4) || !near(v.low, c.low) || !near(v.high, c.up) || v.flag != "estime" || v.reason != "moins_de_11" {
			t.Errorf("%s: %+v, want %g from %g to %g", c.d.Columns.Value, v, c.is4, c.low, c.up)
		}
	}
	of := &readings{d: &Definition{Columns: Columns{Value: "med_services_couverts"}}, is: []float64{none}, few: []bool{true}, flags: []string{""}}
	of.counted = l.communes.estimate("med_services_couverts", []float64{none, none, none, none})
	v := nothing
	if l.judge(of, 0, &v); v.flag != "moins_de_11" || !math.IsNaN(v.low) {
		t.Errorf("a mean: %+v", v)
	}
	if got := ownNames("pop_au_dela_10km|lieux_10km|hors_bureau_lieux_10km|pop_au_dela_10km_vol"); got != "med_pop_sans_acces_10|med_pop_10km|med_part_10km|profil_proximite|med_lieux_10km|med_hors_bureau_lieux_10km|med_hors_bureau_part" {
		t.Error(got)
	}
}

func near(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9 }

// TestTheQuarterOfAll: a territory has the quarter that all its communes have that have one.
func TestTheQuarterOfAll(t *testing.T) {
	quarters := []string{"", "2026T2", "2026T2", "2026T1"}
	for want, members := range map[string][]int{"2026T2": {0, 1, 2}, "": {1, 2, 3}} {
		if got := (&area{members: members}).common(quarters); got != want {
			t.Errorf("%v: %s, want %s", members, got, want)
		}
	}
}

func TestRolloutOfCommunesTogether(t *testing.T) {
	r := &rollout{first: quarterOf("2025T1"), last: quarterOf("2026T2"), connectable: make([][]float64, 3), premises: make([][]float64, 3)}
	for step := range 6 {
		r.set(0, step, float64(10*step), 100)
		if step != 2 {
			r.set(1, step, 50, 100)
		}
	}
	connectable, premises := r.of([]int{0, 1})
	if connectable[1] != 60 || premises[5] != 200 || !math.IsNaN(connectable[2]) {
		t.Errorf("%v of %v", connectable, premises)
	}
	if connectable, _ := r.of([]int{0, 2}); !math.IsNaN(connectable[5]) { // nothing is known of the third
		t.Errorf("%v", connectable)
	}
	if quarterText(quarterOf("2026T4")+3) != "2027T3" {
		t.Error(quarterText(quarterOf("2026T4") + 3))
	}
	s := newSheet([]string{"a"})
	connectable, premises = r.of([]int{0})
	s.project(0, r, connectable, premises)
	if s.text("thd_fin")[0] != "2027T3" || s.text("thd_fin_motif")[0] != "" || s.number("thd_fin_trimestres")[0] != 5 {
		t.Errorf("%v %v", s.texts, s.numbers)
	}
}

// TestDefinitionsAreWhole: each says all that people must know, of columns that are there.
func TestDefinitionsAreWhole(t *testing.T) {
	communes, long := shipped(t, "equilibre-communes"), shipped(t, "indicateurs")
	seen := map[string]bool{}
	for _, d := range Definitions() {
		if seen[d.Code] || d.Definition == "" || d.Limits == "" || d.Formula == "" || d.Unit == "" || d.Title == "" || d.TitleEN == "" || len(d.Sources) == 0 || len(d.Levels) == 0 {
			t.Errorf("%s is not whole, or stands twice", d.Code)
		}
		seen[d.Code] = true
		if (d.Columns.Scale != 0) != (d.Denominator != "") || d.Columns.Scale != 0 && d.Columns.Sum {
			t.Errorf("%s: a ratio has a denominator, and is no sum", d.Code)
		}
		for _, word := range []string{"palmarès", "à cause", "grâce à", "entraîne", "provoque"} {
			if strings.Contains(strings.ToLower(d.Definition+d.Limits), word) && !strings.Contains(d.Limits, "n'y a pas de") {
				t.Errorf("%s says %q", d.Code, word)
			}
		}
		period, _, _ := strings.Cut(d.Columns.Period, ".")
		if period != "" && !slices.Contains(long.Computed.From, period) {
			t.Errorf("%s is dated by %s, which the long table does not read", d.Code, period)
		}
		if d.Columns.Table != "" || d.Columns.Scale == 0 && !d.Columns.Sum && !slices.Contains(d.Levels, Commune) {
			continue
		}
		for _, column := range []string{d.Columns.Numerator, d.Columns.Denominator, d.Columns.Flag} {
			if column != "" && communes.Schema.Index(column) < 0 {
				t.Errorf("%s: equilibre-communes has no %s", d.Code, column)
			}
		}
	}
}
