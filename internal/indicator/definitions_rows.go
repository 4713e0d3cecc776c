package indicator

import (
	"context"
	"slices"
	"strings"
	"time"

	"maille/internal/schema"
)

const definitionsVersion = "1.0.0"

// computeDefinitions makes "indicateurs-definitions": a row an indicator, by code.
func computeDefinitions(_ context.Context, c *computation) error {
	all := Definitions()
	slices.SortFunc(all, func(a, b Definition) int { return strings.Compare(a.Code, b.Code) })
	for i := range all {
		if err := c.definition(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *computation) definition(d *Definition) error {
	r := c.row()
	for column, text := range map[string]string{
		"code": d.Code, "famille": d.Family, "libelle": d.Title, "libelle_en": d.TitleEN, "definition": d.Definition, "formule": d.Formula, "unite": d.Unit,
		"sens": d.Direction, "numerateur": d.Numerator, "denominateur": d.Denominator, "methode_version": d.Method, "limites": d.Limits,
	} {
		if text != "" {
			r.set(column, schema.Text(text))
		}
	}
	var levels []string
	for _, l := range d.Levels {
		levels = append(levels, string(l))
	}
	for column, items := range map[string][]string{"niveaux": levels, "sources": d.Sources, "references": d.References} {
		if len(items) > 0 {
			r.set(column, schema.Joined(strings.Join(items, "|")))
		}
	}
	since, err := time.Parse(time.DateOnly, d.Since)
	if err != nil {
		return err
	}
	r.set("methode_date", schema.DateOf(int32(since.Unix()/86400)))
	r.set("decimales", schema.Int(int64(d.Decimals)))
	if d.Least > 0 {
		r.set("denominateur_minimum", schema.Float(d.Least))
	}
	return r.send()
}
