package indicator

import (
	"context"
	"math"
)

// explainSum is for what communes have, summed over those of a territory.
func explainSum(ctx context.Context, e *explaining) (float64, error) {
	column := e.def.Columns.Value
	t, err := e.chosen(ctx, wideTable, "nom", "population", column, fewColumn, allButColumn)
	if err != nil {
		return 0, err
	}
	t.mark()
	s := e.step("sum", "column", column)
	t.sayTaken(s)
	e.list(s, t)
	total, some := 0.0, false
	for i := range t.Rows {
		if x := t.taken(i, column); !math.IsNaN(x) {
			total, some = total+x, true
		}
	}
	if !some {
		total = math.NaN()
	}
	total = e.ifCovered(t, column, total)
	s.result(e.def.Code, total, e.def.Unit, "")
	return total, nil
}
