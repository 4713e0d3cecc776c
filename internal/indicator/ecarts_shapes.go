package indicator

import (
	"context"
	"iter"

	"maille/internal/dataset"
)

// Asked are the datasets that questions are asked of.
var Asked = []string{"communes", "perimetres-composition", "communes-passages", ratesOf, accessOf, offersOf, balanceOf, pointsOf, places, bordering, "population-carreaux", "matrice-couts"}

// Drawn gives the rows of an answer with the contours of their communes, in the order of the codes; those that have a shape of their own
// as they are.
func (s *Source) Drawn(ctx context.Context, t Territory, a *Answer) iter.Seq2[*dataset.Feature, error] {
	if a.Dataset.Publication.Geometry.Type == "Point" {
		return a.Features()
	}
	q := dataset.Query{Equal: t.narrowed(), Sort: []dataset.Sort{{Column: "code_insee"}}, Geometry: dataset.AsGeoJSON}
	return s.drawn(ctx, q, a)
}

// DrawnCoarsely is Drawn for a small map, of so many rows at most.
func (s *Source) DrawnCoarsely(ctx context.Context, t Territory, a *Answer, step float64) iter.Seq2[*dataset.Feature, error] {
	if a.Dataset.Publication.Geometry.Type == "Point" {
		return a.Features()
	}
	q := dataset.Query{Equal: t.narrowed(), Geometry: dataset.AsGeoJSON}
	if d := s.Dataset("communes"); d != nil {
		q.Level = d.Level(step)
	}
	return s.drawn(ctx, q, a)
}

func (s *Source) drawn(ctx context.Context, q dataset.Query, a *Answer) iter.Seq2[*dataset.Feature, error] {
	at, rows := a.Dataset.Schema.Index("code_insee"), map[string]*dataset.Feature{}
	for _, f := range a.Rows {
		rows[f.Values[at].Text()] = f
	}
	return func(yield func(*dataset.Feature, error) bool) {
		if len(rows) == 0 {
			return
		}
		code := s.Dataset("communes").Schema.Index("code_insee")
		q.Columns = []int{code}
		for f, err := range s.Features(ctx, "communes", q) {
			if err != nil {
				yield(nil, err)
				return
			}
			row := rows[f.Values[code].Text()]
			if row == nil {
				continue
			}
			shown := *row
			shown.GeoJSON = f.GeoJSON
			if !yield(&shown, nil) {
				return
			}
		}
	}
}
