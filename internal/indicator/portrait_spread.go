package indicator

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// Spread is how one indicator is shared in a territory. NotFound where the table of the shares does not have it.
func (s *Source) Spread(ctx context.Context, t Territory, code string) (sp *Spread, err error) {
	defer fault.Wrap(&err, "indicator.Spread")
	all, err := s.Spreads(ctx, t)
	if err != nil {
		return nil, err
	}
	var codes []string
	for i := range all {
		if all[i].Of.Code == code {
			return &all[i], nil
		}
		codes = append(codes, all[i].Of.Code)
	}
	if len(codes) == 0 {
		return nil, fault.New(fault.NotFound, "nothing is shared between the communes of %s; ask an EPCI, a département, a région, a perimeter or instance", t.key())
	}
	return nil, fault.New(fault.Invalid, "indicateur: %s has no curve; %s have one", strconv.Quote(cut(code)), strings.Join(codes, ", ")).About("indicateur")
}

// Spreads are those of a territory, in the order of the definitions.
func (s *Source) Spreads(ctx context.Context, t Territory) (found []Spread, err error) {
	q := dataset.Query{Equal: []dataset.Equal{{Column: "niveau", Value: string(t.Level)}, {Column: "territoire", Value: t.key()}}}
	rows, err := s.table(ctx, byTerritoryTable, q, "indicateur", "population", "couverture_donnees", "hoover", "gini", "theil", "theil_inter", "theil_intra",
		"d1", "d5", "d9", "d9_d1", "moran", "moran_p", "lorenz")
	if err != nil {
		return nil, err
	}
	curved := s.Dataset(byTerritoryTable).Schema.Column("lorenz")
	all := Definitions()
	for k := range all {
		for i := range rows.rows {
			if rows.text(i, "indicateur") != all[k].Code {
				continue
			}
			number := func(column string) *float64 { return rows.maybe(i, column) }
			sp := Spread{Of: &all[k], Population: number("population"), Covered: number("couverture_donnees"), Hoover: number("hoover"), Gini: number("gini"),
				Theil: number("theil"), Between: number("theil_inter"), Within: number("theil_intra"), D1: number("d1"), D5: number("d5"), D9: number("d9"),
				D9D1: number("d9_d1"), Moran: number("moran"), MoranP: number("moran_p")}
			if v := rows.value(i, "lorenz"); !v.IsNull() {
				if sp.Curve, err = curve(strings.Split(v.Text(), curved.Delimiter)); err != nil {
					return nil, err
				}
			}
			found = append(found, sp)
		}
	}
	return found, nil
}

func curve(items []string) ([]float64, error) {
	points := make([]float64, len(items))
	for i, item := range items {
		x, err := strconv.ParseFloat(item, 64)
		if err != nil {
			return nil, err
		}
		points[i] = x
	}
	return points, nil
}

// Premises says whether the communes of the spread weigh by their premises, rather than by their people.
func (sp *Spread) Premises() bool { return sp.Of.Family == "reseau" }

// Widest is where the curve is farthest under the diagonal: the length of the arrow there is Hoover's index, but for the steps of the
// curve.
func (sp *Spread) Widest() (at int) {
	for k := range sp.Curve {
		if sp.gap(k) > sp.gap(at) {
			at = k
		}
	}
	return at
}

func (sp *Spread) gap(k int) float64 { return float64(k)/float64(len(sp.Curve)-1) - sp.Curve[k] }

// short are the communes of a territory that are marked as under-served.
func (s *Source) short(ctx context.Context, t Territory, communes *table) (found []Short, err error) {
	q := dataset.Query{Equal: append(t.narrowed(), dataset.Equal{Column: "sous_dote", Value: "true"})}
	rows, err := s.table(ctx, byCommuneTable, q, "code_insee", "nom", "pop_sous_dotee", "sous_dote_motif")
	if err != nil {
		return nil, err
	}
	here := map[string]bool{}
	for i := range communes.rows {
		here[communes.text(i, "code_insee")] = true
	}
	for i := range rows.rows {
		one := Short{Territory: Territory{Commune, rows.text(i, "code_insee"), rows.text(i, "nom")}, Reason: rows.text(i, "sous_dote_motif")}
		if people, ok := rows.number(i, "pop_sous_dotee"); ok && !IsFew(int64(people)) {
			n := int64(people)
			one.People = &n
		}
		if here[one.Code] {
			found = append(found, one)
		}
	}
	slices.SortStableFunc(found, func(a, b Short) int { return byName(a.Territory, b.Territory) })
	return found, nil
}
