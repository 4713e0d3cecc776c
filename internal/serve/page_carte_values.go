package serve

import (
	"context"
	"strings"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/release"
)

// valued is a layer whose values a map speaks of.
type valued struct {
	*MapLayer
	of      *dataset.Dataset
	version release.Version
}

// learn finds what a map's reader is told of the values of its layers.
func (s *Server) learn(ctx context.Context, r *request, body *MapPage) error {
	for i := range body.Layers {
		l := &body.Layers[i]
		if l.Symbology.Column == nil || l.Rows == 0 {
			continue
		}
		v := valued{l, r.datasets[l.ID], r.manifest.Entry(l.ID).Version}
		if err := errorsFirst(s.findUnknown(ctx, v), s.findQuarter(ctx, v)); err != nil {
			return err
		}
	}
	return nil
}

// findUnknown says of a layer that none of its features has a value of what colours: its reader is told why all is hatched.
func (s *Server) findUnknown(ctx context.Context, v valued) error {
	n, known, err := s.countWhere(ctx, v, `"`+v.Symbology.Column.Name+`" IS NOT NULL`)
	v.Unknown = known && n == 0
	return err
}

// quarter is the column that says which quarter the figures of a row are of, in the datasets that have it.
const quarter = "trimestre"

// mostDated is how many features are looked through for their quarter.
const mostDated = 100_000

// findQuarter says which quarter a layer's figures are of, where it is the same for all.
func (s *Server) findQuarter(ctx context.Context, v valued) error {
	column := v.of.Schema.Index(quarter)
	if column < 0 || v.Rows > mostDated {
		return nil
	}
	dated, err := conditionOf(v.of, quarter+" IS NOT NULL")
	if err != nil {
		return err
	}
	first := ""
	for f, err := range s.DB.Features(ctx, v.version, v.of, dataset.Query{Filter: dated, Limit: 1, Columns: []int{column}}) {
		if err != nil {
			return err
		}
		first = f.Values[column].String()
	}
	if len(first) != len("2026T2") {
		return nil
	}
	others, known, err := s.countWhere(ctx, v, quarter+" <> '"+strings.ReplaceAll(first, "'", "''")+"'")
	if known && others == 0 {
		v.Quarter = first
	}
	return err
}

func (s *Server) countWhere(ctx context.Context, v valued, condition string) (n int64, known bool, err error) {
	filter, err := conditionOf(v.of, condition)
	if err != nil {
		return 0, false, err
	}
	return s.DB.Count(ctx, v.version, v.of, dataset.Query{Filter: filter})
}

// conditionOf is a condition of ours, on columns that the dataset has.
func conditionOf(d *dataset.Dataset, text string) (cql2.Expr, error) {
	e, err := cql2.ParseText(text)
	if err != nil {
		return nil, err
	}
	return cql2.Check(e, d.Queryables())
}
