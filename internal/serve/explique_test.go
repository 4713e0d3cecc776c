package serve_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"maille/internal/indicator"
)

// explanation is what /explique answers, as far as these tests read it.
type explanation struct {
	Release   string
	Indicator indicator.Definition
	Territory struct{ Level, Code, Name, Text string }
	Period    string
	Value     *float64
	Formula   string
	Published evidence
	Steps     []explainedStep
	Check     struct {
		Agrees   bool
		Sentence string
	}
	Sources []struct {
		Dataset, Version, Hash, Since string
		Files                         []struct {
			Place, SHA256 string
			Licences      []string
		}
	}
	Methods   []struct{ Dataset, Version, By, Method string }
	Code      string
	Permanent string
}

type explainedStep struct {
	ID, Title, Formula string
	Parameters         []struct {
		Name, Title string
		Value, Upto any
	}
	Tables  []evidence
	Results []struct {
		Name  string
		Value *float64
	}
}

type evidence struct {
	Dataset, Version string
	Columns          []struct{ Name, Title string }
	Total            int
	Rows             []evidenceRow
}

type evidenceRow struct {
	ID, Href string
	Values   map[string]any
}

func (r evidenceRow) text(column string) string {
	s, _ := r.Values[column].(string)
	return s
}

// number is a cell; NaN for null.
func (r evidenceRow) number(column string) float64 {
	switch v := r.Values[column].(type) {
	case float64:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	}
	return math.NaN()
}

// taken is a cell as sums take it: 5 for 1 to 10 people, who are not told; all but 5 for those who are left.
func (r evidenceRow) taken(column string) float64 {
	few, _ := r.Values["moins_de_11"].([]any)
	most, _ := r.Values["presque_tous"].([]any)
	people := r.number("population")
	switch all := slices.Contains(most, any(column)); {
	case !slices.Contains(few, any(column)) || !strings.HasPrefix(column, "med_pop_"):
		return r.number(column)
	case all != (column == "med_pop_10km"):
		return people - min(5, people)
	}
	return min(5, people)
}

func explained(t *testing.T, w *world, code, territory, period string) explanation {
	t.Helper()
	return parse[explanation](t, w.address+"/explique?"+url.Values{"indicateur": {code}, "territoire": {territory}, "periode": {period}}.Encode())
}

// territoryText is how addresses write a territory of the long table.
func territoryText(level, code string) string {
	switch level {
	case "region", "perimetre":
		return level + "-" + code
	}
	return code
}

// TestEveryIndicatorIsExplained: of each indicator, at each of its levels, the number is computed once more from nothing but the rows of its
// explanation, by the arithmetic of this file, and is the published one.
func TestEveryIndicatorIsExplained(t *testing.T) { byHand(t, sample(t), unknownHere) }

func byHand(t *testing.T, w *world, unknown map[string]bool) {
	t.Helper()
	values := map[string]int{}
	for _, d := range indicator.Definitions() {
		for _, level := range d.Levels {
			some := someOf(t, w, d.Code, string(level))
			if len(some) == 0 && (level != indicator.Perimetre || unknown == nil) { // the sample has none
				t.Errorf("%s is not published at the level %s", d.Code, level)
			}
			for _, p := range some {
				x := explained(t, w, d.Code, territoryText(string(level), p.text("territoire")), p.text("periode"))
				at := d.Code + " of " + string(level) + " " + p.text("territoire")
				if !x.Check.Agrees {
					t.Errorf("%s: %s", at, x.Check.Sentence)
				}
				again := recomputed(t, &x)
				if want := p.number("valeur"); !close9(again, want) {
					t.Errorf("%s: %v by hand, %v published", at, again, want)
				}
				x.complete(t, at)
				if x.Value != nil {
					values[d.Code]++
				}
			}
		}
		if values[d.Code] == 0 && !unknown[d.Code] {
			t.Errorf("%s has no value anywhere: nothing was computed", d.Code)
		}
	}
}

// unknownHere are the indicators that the sample has no source for.
var unknownHere = map[string]bool{"besoin_ifn": true, "ecart_offre_besoin": true, "thd_rythme_4t": true, "thd_projection_fin": true,
	"med_publics_jeunes": true, "med_publics_etudiants": true, "med_publics_familles_et_ou_enfants": true, "med_publics_seniors": true, "med_publics_femmes": true}

// someOf are territories of a level whose number is explained: the first that has a value, the last that has, and one that has none.
func someOf(t *testing.T, w *world, code, level string) (some []evidenceRow) {
	t.Helper()
	page := parse[struct {
		Features []struct{ Properties map[string]any }
	}](t, w.address+"/collections/indicateurs/items?limit=1000&"+
		url.Values{"indicateur": {code}, "niveau": {level}, "sortby": {"territoire"}}.Encode())
	var known, unknown []evidenceRow
	for _, f := range page.Features {
		row := evidenceRow{Values: f.Properties}
		if f.Properties["valeur"] == nil {
			unknown = append(unknown, row)
		} else {
			known = append(known, row)
		}
	}
	if len(known) > 0 {
		some = append(some, known[0])
	}
	if len(known) > 1 {
		some = append(some, known[len(known)/2])
	}
	return append(some, unknown[:min(1, len(unknown))]...)
}

// complete holds an explanation to what it owes to who computes by hand.
func (x *explanation) complete(t *testing.T, at string) {
	t.Helper()
	if len(x.Steps) == 0 && x.Value != nil || len(x.Sources) == 0 || len(x.Methods) == 0 || x.Code == "" || !strings.Contains(x.Permanent, "/r/"+x.Release+"/explique?") {
		t.Errorf("%s: %d steps, %d sources, %d methods, code %q, %s", at, len(x.Steps), len(x.Sources), len(x.Methods), x.Code, x.Permanent)
	}
	for _, s := range x.Steps {
		for _, text := range []string{s.Title, s.Formula} {
			if text == "" || strings.Contains(text, "step.") || strings.Contains(text, "formula.") || strings.ContainsAny(text, "{}") {
				t.Errorf("%s, %s: %q is no text for people", at, s.ID, text)
			}
		}
		for _, p := range s.Parameters {
			if p.Title == "" || strings.HasPrefix(p.Title, "parameter.") {
				t.Errorf("%s, %s: the parameter %s has no title", at, s.ID, p.Name)
			}
		}
		for _, table := range s.Tables {
			for _, c := range table.Columns {
				if strings.HasPrefix(c.Title, "column.") {
					t.Errorf("%s, %s: the column %s has no title", at, s.ID, c.Name)
				}
			}
			for _, row := range table.Rows {
				if strings.Contains(row.ID, "RES200m") || strings.Contains(row.Href, "RES200m") {
					t.Errorf("%s, %s: %s is told", at, s.ID, row.ID)
				}
			}
			if table.Version == "" || table.Total != len(table.Rows) {
				t.Errorf("%s, %s: %s@%s has %d rows of %d", at, s.ID, table.Dataset, table.Version, len(table.Rows), table.Total)
			}
		}
	}
	for _, o := range x.Sources {
		for _, f := range o.Files {
			if f.Place == "" || len(f.SHA256) != 64 || len(f.Licences) == 0 {
				t.Errorf("%s: %s: %+v", at, o.Dataset, f)
			}
		}
	}
}

// TestExplainedRowsAreThose: each row that is shown is the feature that its link leads to.
func TestExplainedRowsAreThose(t *testing.T) {
	x := explained(t, sample(t), "thd_taux_raccordable", "91494", "")
	if x.Formula != "100 × 2\u202f063 / 2\u202f932 = 70,4" {
		t.Errorf("%q", x.Formula)
	}
	var seen []string
	for _, s := range x.Steps {
		for _, table := range s.Tables {
			seen = append(seen, table.Dataset)
			for _, row := range table.Rows {
				f := parse[struct {
					ID         string
					Properties map[string]any
				}](t, row.Href)
				for name, value := range row.Values {
					if got, want := asJSON(f.Properties[name]), asJSON(value); got != want {
						t.Errorf("%s, %s: %s, and %s in the collection", row.Href, name, want, got)
					}
				}
			}
		}
	}
	if want := []string{"couverture-thd", "couverture-thd-series", "couverture-thd-communes", "equilibre-communes"}; !slices.Equal(seen, want) {
		t.Errorf("%v, not %v", seen, want)
	}
	for i, o := range x.Sources {
		if o.Dataset == "couverture-thd" && len(o.Files) == 0 || x.Sources[i].Version == "" {
			t.Errorf("%+v", o)
		}
	}
}

func asJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// TestExpliqueAddresses: what is asked wrongly is said, and a release has an address of its own.
func TestExpliqueAddresses(t *testing.T) {
	w := sample(t)
	for _, c := range []struct {
		query, parameter, says string
		status                 int
	}{
		{"indicateur=thd_taux_racordable&territoire=91494", "indicateur", `did you mean \"thd_taux_raccordable\"?`, 404},
		{"indicateur=x", "indicateur", "no indicator is named", 404},
		{"indicateur=thd_taux_raccordable&territoire=Etampe", "territoire", "did you mean 91223 (Étampes)?", 404},
		{"indicateur=thd_taux_raccordable&territoire=91494%00", "territoire", "no text", 400},
		{"indicateur=equilibre_gini&territoire=91494", "territoire", "measured at the levels epci", 404},
		{"indicateur=thd_taux_raccordable&territoire=91494&periode=1999T1", "periode", "not known at the period", 404},
		{"indicateur=thd_taux_raccordable&teritoire=91494", "teritoire", "territoire", 400},
		{"indicateur=thd_taux_raccordable&release=1999-01-01.1", "release", "no release is named", 404},
		{"indicateur=thd_taux_raccordable&release=../x", "release", "no release is named", 404},
	} {
		a := ask(t, http.MethodGet, w.address+"/explique?"+c.query)
		if p := problemOf(t, a); p.Status != c.status || p.Parameter != c.parameter || !strings.Contains(string(a.body), c.says) {
			t.Errorf("%s: %s", c.query, a.body)
		}
	}
	x := explained(t, w, "thd_taux_raccordable", "91494", "")
	a := ask(t, http.MethodGet, w.address+"/explique?indicateur=thd_taux_raccordable&territoire=91494&release="+x.Release)
	if want := w.address + "/r/" + x.Release + "/explique?indicateur=thd_taux_raccordable&territoire=91494"; a.StatusCode != 301 || a.Header.Get("Location") != want {
		t.Errorf("%s %s", a.Status, a.Header.Get("Location"))
	}
	frozen := ask(t, http.MethodGet, x.Permanent)
	if frozen.StatusCode != 200 || frozen.Header.Get("ETag") == "" {
		t.Fatalf("%s: %s", x.Permanent, frozen.body)
	}
	if again := ask(t, http.MethodGet, x.Permanent, "If-None-Match", frozen.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("%s", again.Status)
	}
	if a := ask(t, http.MethodGet, w.address+"/r/"+x.Release+"/explique?indicateur=thd_taux_raccordable&release=2020-01-01.1"); a.StatusCode != 400 {
		t.Errorf("another release under one: %s", a.Status)
	}
}

// TestExpliquePages: people read the same number, with all that a program is given, in a page that stays light.
func TestExpliquePages(t *testing.T) {
	w := sample(t)
	for query, says := range map[string]string{
		"": "Chaque indicateur publié s’explique",
		"indicateur=thd_taux_raccordable&territoire=91494": "100 × 2\u202f063 / 2\u202f932 = 70,4",
		"indicateur=med_acces_2sfca&territoire=91494":      "de plus en JSON",
		"indicateur=equilibre_gini&territoire=91":          "La courbe de Lorenz",
		"indicateur=med_distance&territoire=91":            "<p>Σ med_distance_habitants",
	} {
		a := ask(t, http.MethodGet, w.address+"/explique?"+query, "Accept", "text/html")
		if a.StatusCode != 200 || !strings.Contains(string(a.body), says) || len(a.body) > 100_000 {
			t.Errorf("%s: %s, %d bytes", query, a.Status, len(a.body))
		}
	}
}
