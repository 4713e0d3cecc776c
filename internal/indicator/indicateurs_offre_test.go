package indicator

import (
	"strings"
	"testing"
)

// TestWhatIsMissing: what is beyond the limit is missing from a value unless it is known and counted; where only the list of France services
// is known, a value says so, beside what is graver.
func TestWhatIsMissing(t *testing.T) {
	of := func(code string) *readings {
		d, err := definitionOf(code)
		if err != nil {
			t.Fatal(err)
		}
		d.Columns.Denominator = ""
		return &readings{d: &d, is: []float64{1}, numerator: []float64{1}, denominator: []float64{1}, low: []float64{none}, high: []float64{none}, few: []bool{false}, flags: []string{"ok"}}
	}
	for _, c := range []struct {
		code              string
		edge, known, part float64
		flag, reason      string
	}{
		{"med_distance", 0, 0, 0, "ok", ""},
		{"med_distance", 1, 0, 0, "effet_bord", ""},
		{"med_distance", 1, 1, 0, "ok", ""},
		{"med_pop_sans_acces_5", 1, 1, 1, "estime", "offre_partielle"},
		{"med_acces_2sfca", 1, 1, 0, "effet_bord", ""},
		{"med_acces_2sfca", 1, 1, 1, "effet_bord", "offre_partielle"},
		{"med_publics_seniors", 1, 1, 0, "effet_bord", ""},
		{"med_part_sous_dotee", 1, 1, 0, "effet_bord", ""},
		{"thd_taux_raccordable", 1, 0, 1, "ok", ""},
	} {
		l := &listing{p: longParameters{Least: 90}, communes: newSheet([]string{"a"})}
		l.communes.number("population")[0] = 10
		l.communes.number("effet_bord")[0], l.communes.number("voisins_connus")[0], l.communes.number("offre_partielle")[0] = c.edge, c.known, c.part
		here := of(c.code)
		v := value{is: 1, numerator: 1, denominator: 1}
		l.judge(here, 0, &v)
		if v.flag != c.flag || v.reason != c.reason {
			t.Errorf("%s %g %g %g: %s %q, want %s %q", c.code, c.edge, c.known, c.part, v.flag, v.reason, c.flag, c.reason)
		}
		a := &area{members: []int{0}}
		above := value{is: 1, denominator: 1}
		l.judgeAbove(here, a, &sums{rows: 1, known: 10, all: 10}, &above)
		if above.flag != c.flag || above.reason != c.reason {
			t.Errorf("above, %s %g %g %g: %s %q, want %s %q", c.code, c.edge, c.known, c.part, above.flag, above.reason, c.flag, c.reason)
		}
	}
}

// TestPartIsSaid: the sentence of a question about places says where only a part of them is known; that of another does not.
func TestPartIsSaid(t *testing.T) {
	const said = "Pour 2 communes, seule la liste des France services est connue."
	far := asking(func(q *Question) { q.Distance.From = 5000 })
	g := Gaps{Question: far, Found: Count{3, 3000}, All: Count{10, 9000}, Partial: Count{2, 2000}, facts: &facts{communes: &table{}}}
	if text := plainly(g.Sentence()); !strings.HasSuffix(text, said) {
		t.Error(text)
	}
	if text := plainly(strings.Join(g.Limits(), " ")); !strings.Contains(text, "(2 communes), un autre lieu") {
		t.Error(text)
	}
	g.Question = asking(func(q *Question) { q.Rate.To = 90 })
	if text := plainly(g.Sentence()); strings.Contains(text, said) {
		t.Error(text)
	}
}

// TestSeriesStart: a break of any commune cuts the series of all, and a quarter of a commune that was divided since is none of it.
func TestSeriesStart(t *testing.T) {
	all := noQuarter
	for _, r := range [][2]string{{"2019T4", ""}, {"2020T1", "denominateur_change"}, {"2020T3", ""}, {"2018T2", ""}} {
		all.add(r[0], r[1])
	}
	if quarterText(all.start()) != "2020T1" || quarterText(all.last) != "2020T3" || all.compares("2019T4", "ok") || !all.compares("2020T1", "ok") || all.compares("2020T3", "serie_rompue") {
		t.Errorf("%+v", all)
	}
	t.Run("a commune that begins after the break", func(t *testing.T) {
		rows := &Listing{Columns: []Heading{{Name: "trimestre"}, {Name: "locaux_raccordables"}, {Name: "locaux_estimation"}}}
		if q := rows.byQuarter(1, all.start(), all.last); q.first != all.start() || len(q.connectable) != 3 || q.connectable[0] == q.connectable[0] {
			t.Errorf("%+v", q)
		}
	})
}
