package indicator

import (
	"context"
	"math"

	"maille/internal/dataset"
	"maille/internal/schema"
)

const offersTable = "offre-communes"

// explainPlaces is for how many places a commune has.
func explainPlaces(ctx context.Context, e *explaining) (float64, error) {
	if e.at.Level != Commune {
		return explainSum(ctx, e)
	}
	t, err := e.read(ctx, places, dataset.Query{Equal: equals("code_insee", e.at.Code), Sort: []dataset.Sort{{Column: "id"}}}, "nom", "code_insee")
	if err != nil {
		return 0, err
	}
	e.list(e.step("places"), t)
	own, err := e.chosen(ctx, offersTable, "nom", "med_lieux")
	if err != nil || len(own.Rows) == 0 {
		return math.NaN(), err
	}
	s := e.step("places.counted")
	e.list(s, own)
	s.result(e.def.Code, own.number(0, "med_lieux"), e.def.Unit, "")
	return own.number(0, "med_lieux"), nil
}

// explainBasket is for services online: how many of the basket, of those that the source knows of.
func explainBasket(share bool) explainer {
	return func(ctx context.Context, e *explaining) (float64, error) {
		if e.at.Level != Commune {
			if share {
				return explainRatio(ctx, e)
			}
			return explainSum(ctx, e)
		}
		t, err := e.chosen(ctx, offersTable, "nom", "mairie_site")
		if err != nil || len(t.Rows) == 0 {
			return math.NaN(), err
		}
		s := e.step("basket")
		e.list(s, t)
		has, basket := math.NaN(), 0.0
		if v := t.At(0, "mairie_site"); v.Type() == schema.Boolean {
			has, basket = numberOf(v), 1
		}
		if !share {
			s.result(e.def.Code, has, e.def.Unit, "")
			return has, nil
		}
		value := e.scaled() * has / basket
		e.x.Formula = e.division(has, basket, value)
		s.result(e.def.Code, value, e.def.Unit, e.x.Formula)
		return value, nil
	}
}

// explainShare is for the share of people who live in communes of a kind.
func explainShare(column string) explainer {
	return func(ctx context.Context, e *explaining) (float64, error) {
		t, err := e.chosen(ctx, wideTable, "nom", "population", column)
		if err != nil {
			return 0, err
		}
		s := e.step("share", "column", column)
		e.list(s, t)
		n, d := 0.0, 0.0
		for i := range t.Rows {
			if people := t.number(i, "population"); !t.At(i, column).IsNull() && !math.IsNaN(people) {
				n, d = n+people*numberOf(t.At(i, column)), d+people
			}
		}
		value := e.ifCovered(t, column, e.scaled()*n/d)
		if d == 0 {
			value = math.NaN()
		}
		e.x.Formula = e.division(n, d, value)
		s.result(e.def.Code, value, e.def.Unit, e.x.Formula)
		return value, nil
	}
}
