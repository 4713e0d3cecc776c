package indicator

import (
	"context"

	"maille/internal/dataset"
)

// Members are the codes of the communes of a territory, in their order.
func (s *Source) Members(ctx context.Context, t Territory) (codes []string, err error) {
	communes, err := s.members(ctx, t)
	if err != nil {
		return nil, err
	}
	for i := range communes.rows {
		codes = append(codes, communes.text(i, "code_insee"))
	}
	return codes, nil
}

// membership are the columns by which a commune is of a territory.
var membership = map[string]string{"commune": "code_insee", "epci": "code_epci", "departement": "code_departement", "region": "code_region"}

// members reads the communes of a territory, in the order of their codes, with the columns of membership and others.
func (s *Source) members(ctx context.Context, t Territory, columns ...string) (*table, error) {
	q := dataset.Query{Equal: t.narrowed(), Sort: []dataset.Sort{{Column: "code_insee"}}}
	communes, err := s.table(ctx, "communes", q, append(columns, "code_insee", "code_epci", "code_departement", "code_region")...)
	if err != nil || t.Level != Perimetre {
		return communes, err
	}
	here := map[string]bool{}
	for i := range communes.rows {
		here[communes.text(i, "code_insee")] = true
	}
	named, err := s.perimeter(ctx, t.Code, here)
	if err != nil {
		return nil, err
	}
	kept := communes.rows[:0]
	for i, row := range communes.rows {
		for level, column := range membership {
			if named[[2]string{level, communes.text(i, column)}] {
				kept = append(kept, row)
				break
			}
		}
	}
	communes.rows = kept
	return communes, nil
}

// perimeter is what a perimeter is made of: levels and codes. A commune that is not here counts as those that follow it.
func (s *Source) perimeter(ctx context.Context, code string, here map[string]bool) (named map[[2]string]bool, err error) {
	t, err := s.table(ctx, "perimetres-composition", dataset.Query{Equal: []dataset.Equal{{Column: "code_perimetre", Value: code}}}, "niveau", "code")
	if err != nil {
		return nil, err
	}
	named = map[[2]string]bool{}
	for i := range t.rows {
		level, code := t.text(i, "niveau"), t.text(i, "code")
		named[[2]string{level, code}] = true
		if level != "commune" || here[code] {
			continue
		}
		next, err := s.followers(ctx, code)
		if err != nil {
			return nil, err
		}
		for _, n := range next {
			named[[2]string{level, n.Code}] = true
		}
	}
	return named, nil
}
