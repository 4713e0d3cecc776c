package indicator

import (
	"context"

	"maille/internal/dataset"
)

// currentCodes finds the commune of today that a code of another year, or of an arrondissement, is in: cells are of an older grid, and
// know Paris, Lyon and Marseille by their arrondissements. Without it a merged commune would live where one of its parts does.
type currentCodes struct {
	*Source
	next map[string]string // nil until a code is met that is of no commune
}

// of is the commune of a code, which is its own where a commune of the ground has it.
func (c *currentCodes) of(ctx context.Context, g *ground, code string) (string, error) {
	if _, here := g.at[code]; here || code == "" {
		return code, nil
	}
	if c.next == nil {
		if err := c.read(ctx); err != nil {
			return "", err
		}
	}
	if next, there := c.next[code]; there {
		return next, nil
	}
	return code, nil
}

func (c *currentCodes) read(ctx context.Context) error {
	c.next = map[string]string{}
	passed, err := c.table(ctx, "communes-passages", dataset.Query{}, "code_ancien", "nature", "debut", "fin", "principal", "code_insee")
	if err != nil {
		return err
	}
	last := map[string]int{} // by code, the row of its last life that bears the figures
	for i := range passed.rows {
		code := passed.text(i, "code_ancien")
		if row, seen := last[code]; passed.value(i, "principal").Bool() && (!seen || passed.outlives(i, row)) {
			last[code] = i
		}
	}
	for code, i := range last {
		c.next[code] = passed.text(i, "code_insee")
	}
	parts, err := c.table(ctx, "arrondissements-municipaux-cog", dataset.Query{}, "code_insee", "commune")
	if err != nil {
		return err
	}
	for i := range parts.rows {
		c.next[parts.text(i, "code_insee")] = parts.text(i, "commune")
	}
	return nil
}

// outlives says whether a row is of a later life of a code than another: what was a commune goes before what was a part of one.
func (t *table) outlives(row, other int) bool {
	one, two := t.text(row, "nature") == "commune", t.text(other, "nature") == "commune"
	if one != two {
		return one
	}
	return later(t.life(row), t.life(other))
}
