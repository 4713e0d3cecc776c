package indicator

import (
	"context"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// placed is Territory, which says of one that is not known which one may be meant, by its code or its name.
func (s *Source) placed(ctx context.Context, text string) (Territory, error) {
	if text == string(Instance) {
		text = ""
	}
	t, err := s.Territory(ctx, text)
	if fault.KindOf(err) != fault.NotFound {
		return t, err
	}
	names, called, lookErr := s.territories(ctx)
	if lookErr != nil {
		return t, lookErr
	}
	if near := fault.Nearest(text, names); near != "" {
		return t, fault.New(fault.NotFound, "%s, did you mean %s?", fault.Message(err), called[near]).About(fault.Subject(err))
	}
	return t, err
}

// territories are the codes and the names of all territories, and what to call the one that each is of.
func (s *Source) territories(ctx context.Context) (names []string, called map[string]string, err error) {
	called = map[string]string{}
	for _, level := range []Level{Region, Departement, EPCI, Commune} {
		where := named[level]
		if s.Dataset(where.dataset) == nil {
			continue
		}
		t, err := s.table(ctx, where.dataset, dataset.Query{Sort: []dataset.Sort{{Column: where.key}}}, where.key, "nom")
		if err != nil {
			return nil, nil, err
		}
		for i := range t.rows {
			at := Territory{Level: level, Code: t.text(i, where.key), Name: t.text(i, "nom")}
			for _, name := range []string{at.String(), at.Name} {
				if called[name] == "" {
					names = append(names, name)
					called[name] = at.String() + " (" + at.Name + ")"
				}
			}
		}
	}
	return names, called, nil
}

// chosen reads the rows that a dataset of communes has of a territory, with the columns that are named.
func (e *explaining) chosen(ctx context.Context, name string, columns ...string) (*Listing, error) {
	if e.at.Level == Commune {
		return e.read(ctx, name, dataset.Query{ID: []string{e.at.Code}}, columns...)
	}
	t, err := e.read(ctx, name, dataset.Query{Equal: e.at.narrowed()}, columns...)
	if err != nil || e.at.Level != Perimetre {
		return t, err
	}
	codes, err := e.Members(ctx, e.at)
	if err != nil {
		return nil, err
	}
	member := map[string]bool{}
	for _, code := range codes {
		member[code] = true
	}
	t.keep(func(row Line) bool { return member[t.cell(row, "code_insee")] })
	return t, nil
}
