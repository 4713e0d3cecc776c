package indicator

import (
	"context"
	"strings"

	"maille/internal/dataset"
)

// measures are the rows of the long tables of coverage that a column of equilibre-communes counts.
var measures = map[string]struct{ measure, connectable, premises string }{
	"thd_taux_raccordable":      {"cartefibre_ftth", "cartefibre_ftth", "cartefibre_locaux"},
	"thd_taux_raccordable_mci":  {"mci_ftth", "mci_ftth", "mci_locaux"},
	"thd_taux_raccordable_anct": {"anct_ftth", "anct_ftth", "anct_locaux"},
	"thd_restant":               {"cartefibre_ftth", "cartefibre_ftth", "cartefibre_locaux"},
}

// trace follows a count of premises from the publisher's rows, by the table on the communes of today, to that of a commune.
func (e *explaining) trace(ctx context.Context) error {
	m, ok := measures[e.def.Code]
	if !ok {
		return nil
	}
	row, err := e.chosen(ctx, "couverture-thd-communes", "nom", "trimestre", m.connectable, m.premises)
	if err != nil || len(row.Rows) == 0 {
		return err
	}
	quarter := row.At(0, "trimestre").Text()
	series, err := e.read(ctx, "couverture-thd-series", dataset.Query{Equal: equals("code_insee", e.at.Code, "trimestre", quarter, "mesure", m.measure)},
		"nom", "locaux_raccordables", "locaux_estimation", "locaux_source", "drapeau", "codes_source")
	if err != nil {
		return err
	}
	if err := e.traceSource(ctx, series, quarter, m.measure); err != nil {
		return err
	}
	if len(series.Rows) > 0 {
		s := e.step("today", "commune", e.at.called())
		e.list(s, series)
		s.result("locaux_raccordables", series.number(0, "locaux_raccordables"), series.unit("locaux_raccordables"), "")
		s.result("locaux_estimation", series.number(0, "locaux_estimation"), series.unit("locaux_estimation"), "")
	}
	e.list(e.step("latest", "quarter", quarter), row)
	return nil
}

// traceSource lists the publisher's own rows: of each code that makes the commune today.
func (e *explaining) traceSource(ctx context.Context, series *Listing, quarter, measure string) error {
	if len(series.Rows) == 0 {
		return nil
	}
	s := e.step("publisher", "measure", measure, "quarter", quarter)
	for code := range strings.SplitSeq(series.At(0, "codes_source").Text(), "|") {
		t, err := e.read(ctx, "couverture-thd", dataset.Query{ID: []string{code, quarter, measure}},
			"locaux_raccordables", "locaux_estimation", "locaux_source", "drapeau", "cog_millesime", "source")
		if err != nil {
			return err
		}
		if len(s.Tables) == 0 {
			e.list(s, t)
			continue
		}
		s.Tables[0].Rows = append(s.Tables[0].Rows, t.Rows...)
		s.Tables[0].Total += t.Total
	}
	return nil
}
