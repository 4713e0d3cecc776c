package store

import (
	"context"
	"strings"

	"maille/internal/dataset"
)

// checkKnown holds commune codes to those that are: communes and arrondissements municipaux. One that died is reported
// with its successors, and the row keeps it, as its source wrote it.
func (dr *Draft) checkKnown(ctx context.Context, rule dataset.Rule, refs References, report *dataset.Report) (int64, error) {
	current := codesOf(refs.Communes, refs.Arrondissements)
	fill := dr.fill(refs.Passages)
	fill["known"], fill["current"] = current, current
	if refs.Passages != nil {
		fill["known"] += " union all select code_ancien from " + fill["reference"]
		if err := dr.reportFormer(ctx, statement("rule_former_commune", fill), report); err != nil {
			return 0, err
		}
	}
	return dr.report(ctx, rule, statement("rule_known_commune", fill), report)
}

// codesOf selects the codes of the references that are there, as known_code.
func codesOf(refs ...*Reference) string {
	var selects []string
	for _, ref := range refs {
		if ref != nil {
			selects = append(selects, "select "+quote(ref.Commune)+" as known_code from "+versionTable(ref.Version))
		}
	}
	return strings.Join(selects, " union all ")
}

func (dr *Draft) reportFormer(ctx context.Context, query string, report *dataset.Report) error {
	_, err := dr.find(ctx, query, false, func(f finding) {
		date, successors, _ := strings.Cut(f.Complement, " ")
		report.Add(dataset.Issue{Resource: f.Resource, Line: f.Line, Key: f.Key, Column: dr.d.Publication.Commune,
			Rule: dataset.FormerCommune, Level: dataset.Warning,
			Message: dataset.Say(dataset.FormerCommune, "value", f.Value, "date", date, "successors", successors)})
	})
	return err
}
