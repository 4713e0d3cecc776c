package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

const sensitivityVersion = "1.0.0"

// SensitivityTable says how much the access of communes owes to the choices of the method.
const SensitivityTable = "sensibilite"

// computeSensitivity makes "sensibilite": what each other choice does to the communes of the instance and of each département.
// All are of one ground, so that a département has the places and the people around it.
func computeSensitivity(ctx context.Context, c *computation) error {
	d := c.Dataset("acces-mediation")
	if d == nil || d.Computed == nil {
		return fault.New(fault.NotFound, "there is no dataset acces-mediation here").About("acces-mediation")
	}
	p, err := (&computation{Source: c.Source, d: d}).accessParameters()
	if err != nil {
		return err
	}
	g, err := c.ground(ctx, p, nil)
	if err != nil {
		return err
	}
	codes, of, err := c.byDepartement(ctx)
	if err != nil {
		return err
	}
	usual, others, err := g.tried(p, codes)
	if err != nil {
		return err
	}
	if err := c.varied(g, Territory{Level: Instance, Code: string(Instance)}, codes, usual, others); err != nil {
		return err
	}
	for from := 0; from < len(codes); {
		to := from
		for to < len(codes) && of[to] == of[from] {
			to++
		}
		within := make([][]float64, len(others))
		for i := range others {
			within[i] = others[i][from:to]
		}
		if err := c.varied(g, Territory{Level: Departement, Code: of[from]}, codes[from:to], usual[from:to], within); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// byDepartement is the communes in the order of their départements, and the département of each.
func (c *computation) byDepartement(ctx context.Context) (codes, of []string, err error) {
	points, err := c.table(ctx, "communes-points", dataset.Query{}, "code_departement", "code_insee")
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(points.rows, func(a, b []schema.Value) int {
		return cmp.Or(strings.Compare(a[0].Text(), b[0].Text()), strings.Compare(a[1].Text(), b[1].Text()))
	})
	for i := range points.rows {
		codes, of = append(codes, points.text(i, "code_insee")), append(of, points.text(i, "code_departement"))
	}
	return codes, of, nil
}

// varied gives a row for each choice.
func (c *computation) varied(g *ground, t Territory, members []string, usual []float64, others [][]float64) error {
	for i, choice := range choices {
		v := g.compared(choice.name, members, usual, others[i])
		r := c.row()
		r.set("niveau", schema.Text(string(t.Level)))
		r.set("territoire", schema.Text(t.Code))
		r.set("variante", schema.Text(v.choice))
		r.set("communes", schema.Int(int64(v.communes)))
		if !math.IsNaN(v.rho) {
			r.set("rho", rounded(v.rho, 10_000))
		}
		if !math.IsNaN(v.changed) {
			r.set("change_de_classe", rounded(v.changed, 100))
		}
		if err := r.send(); err != nil {
			return err
		}
	}
	return nil
}
