package indicator

import (
	"context"
	"encoding/json"
	"math"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// dimensions are those of the profile, and the columns that they are made of.
var dimensions = []struct{ name, of string }{
	{"profil_reseau", "thd_taux_raccordable"}, {"profil_accompagnement", "med_acces_2sfca"}, {"profil_proximite", "med_part_10km"}, {"profil_services", "es_part"},
}

// explainScore is for the geometric mean of the profile.
func explainScore(ctx context.Context, e *explaining) (float64, error) {
	var p struct {
		Posts map[string][2]float64 `json:"bornes"`
		Least int                   `json:"dimensions_minimum"`
	}
	d := e.Dataset(wideTable)
	if d == nil || d.Computed == nil {
		return 0, fault.New(fault.NotFound, "there is no dataset %s here", wideTable).About(wideTable)
	}
	if err := json.Unmarshal(d.Computed.Parameters, &p); err != nil {
		return 0, err
	}
	columns := []string{"nom"}
	for _, k := range dimensions {
		columns = append(columns, k.of)
	}
	t, err := e.chosen(ctx, wideTable, columns...)
	if err != nil || len(t.Rows) == 0 {
		return math.NaN(), err
	}
	s := e.step("profile")
	e.list(s, t)
	known, logs := 0, 0.0
	for _, k := range dimensions {
		post := p.Posts[k.name]
		s.parameter(k.name, post, "")
		x := t.number(0, k.of)
		if math.IsNaN(x) {
			s.result(k.name, x, "points", "")
			continue
		}
		scaled := 1 + 99*min(1, max(0, (x-post[0])/(post[1]-post[0])))
		s.result(k.name, scaled, "points", "")
		known, logs = known+1, logs+math.Log(scaled)
	}
	s = e.step("score")
	s.parameter("least", p.Least, "")
	value := math.NaN()
	if known >= p.Least {
		value = math.Exp(logs / float64(known))
	}
	s.result(e.def.Code, value, e.def.Unit, "")
	return value, nil
}

// explainRead is for what a source says of a commune and nothing changes: its last row there.
func explainRead(name, column, latest string) explainer {
	return func(ctx context.Context, e *explaining) (float64, error) {
		q := dataset.Query{Equal: equals("code_insee", e.at.Code)}
		if latest != "" {
			q.Sort = []dataset.Sort{{Column: latest}}
		}
		t, err := e.read(ctx, name, q, column)
		if err != nil {
			return 0, err
		}
		s := e.step("read", "dataset", name, "column", column)
		e.list(s, t)
		value := math.NaN()
		if n := len(t.Rows); n > 0 {
			value = t.number(n-1, column)
		}
		s.result(e.def.Code, value, e.def.Unit, "")
		return value, nil
	}
}

// explainNeed is for where the need of a commune and its access stand among those that are alike.
func explainNeed(ctx context.Context, e *explaining) (float64, error) {
	own, err := e.chosen(ctx, wideTable, "nom", "comparables")
	if err != nil || len(own.Rows) == 0 {
		return math.NaN(), err
	}
	class := own.At(0, "comparables").Text()
	t, err := e.read(ctx, wideTable, dataset.Query{Sort: []dataset.Sort{{Column: "code_insee"}}}, "nom", "comparables", "ifn", "med_acces_2sfca")
	if err != nil {
		return 0, err
	}
	t.keep(func(r Line) bool {
		return t.of(r, "comparables").Text() == class && !t.of(r, "ifn").IsNull() && !t.of(r, "med_acces_2sfca").IsNull()
	})
	s := e.step("need", "class", ClassSaid(class))
	e.list(s, t)
	need, access := lowerShare(t, "ifn", e.at.Code), lowerShare(t, "med_acces_2sfca", e.at.Code)
	s.result("besoin", need, "%", "")
	s.result("acces", access, "%", "")
	s.result(e.def.Code, need-access, e.def.Unit, "")
	return need - access, nil
}

// lowerShare is the share of the others that have less than a commune; NaN where it is not among them, or alone.
func lowerShare(t *Listing, column, code string) float64 {
	at, lower := -1, 0.0
	for i := range t.Rows {
		if t.At(i, "code_insee") == schema.Text(code) {
			at = i
		}
	}
	if at < 0 || len(t.Rows) < 2 {
		return math.NaN()
	}
	for i := range t.Rows {
		if t.number(i, column) < t.number(at, column) {
			lower++
		}
	}
	return 100 * lower / float64(len(t.Rows)-1)
}
