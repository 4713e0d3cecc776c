package indicator

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// levelsFound are those that territories are listed and searched by, the widest first.
var levelsFound = []Level{Region, Departement, Perimetre, EPCI, Commune}

// Found is a territory that a search found. Former is the name, or the code, by which it was found when that is no longer its own.
type Found struct {
	Territory
	Former string
}

// Territories lists those of a level, by name.
func (s *Source) Territories(ctx context.Context, level Level) (all []Territory, err error) {
	defer fault.Wrap(&err, "indicator.Territories")
	where := named[level]
	if s.Dataset(where.dataset) == nil {
		return nil, nil
	}
	rows, err := s.table(ctx, where.dataset, dataset.Query{}, where.key, "nom")
	if err != nil {
		return nil, err
	}
	for i := range rows.rows {
		all = append(all, Territory{level, rows.text(i, where.key), rows.text(i, "nom")})
	}
	slices.SortStableFunc(all, byName)
	return all, nil
}

// Find looks for territories by a code, or by words of their names, whatever their accents: those that live, then those that were. At
// most so many of each level.
func (s *Source) Find(ctx context.Context, text string, most int) (found []Found, err error) {
	defer fault.Wrap(&err, "indicator.Find")
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	seen := map[string]bool{}
	add := func(t Territory, former string) {
		if !seen[t.String()] {
			seen[t.String()] = true
			found = append(found, Found{t, former})
		}
	}
	if err := s.findCode(ctx, text, add); err != nil {
		return nil, err
	}
	for _, level := range levelsFound {
		where := named[level]
		if s.Dataset(where.dataset) == nil {
			continue
		}
		rows, err := s.table(ctx, where.dataset, dataset.Query{Search: text, Sort: []dataset.Sort{{Column: where.key}}}, where.key, "nom")
		if err != nil {
			return nil, err
		}
		for i, n := 0, 0; i < len(rows.rows) && n < most; i++ {
			if name := rows.text(i, "nom"); holds(name, text) {
				n++
				add(Territory{level, rows.text(i, where.key), name}, "")
			}
		}
	}
	return found, s.findFormer(ctx, text, most, add)
}

// findCode finds a territory by its code, or the communes that have the territory of a code that died.
func (s *Source) findCode(ctx context.Context, text string, add func(Territory, string)) error {
	t, err := s.Territory(ctx, text)
	if err == nil {
		former := ""
		if at := readTerritory(text); at.Code != t.Code {
			former = at.Code
		}
		add(t, former)
		return nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	if at := readTerritory(text); at.Level == Commune {
		next, err := s.followers(ctx, at.Code)
		for _, n := range next {
			add(n, at.Code)
		}
		return err
	}
	return nil
}

// findFormer finds the communes that have the territory of one of a name.
func (s *Source) findFormer(ctx context.Context, text string, most int, add func(Territory, string)) error {
	const passages = "communes-passages"
	if s.Dataset(passages) == nil {
		return nil
	}
	rows, err := s.table(ctx, passages, dataset.Query{Search: text, Sort: []dataset.Sort{{Column: "code_ancien"}}}, "nom_ancien", "code_insee", "nom", "nature")
	if err != nil {
		return err
	}
	for i, n := 0, 0; i < len(rows.rows) && n < most; i++ {
		if former := rows.text(i, "nom_ancien"); holds(former, text) && rows.text(i, "nature") == "commune" {
			n++
			add(Territory{Commune, rows.text(i, "code_insee"), rows.text(i, "nom")}, former)
		}
	}
	return nil
}

// holds says whether a name has all words of a text: a search reads other columns besides.
func holds(name, text string) bool {
	name = plain(name)
	for _, word := range strings.Fields(plain(text)) {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return true
}

// plain is a text without accents, hyphens and capitals.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '-' || r == '\'' || r == '’':
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
}
