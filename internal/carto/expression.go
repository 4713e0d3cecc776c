package carto

import (
	"maille/internal/dataset"
	"maille/internal/schema"
)

func get(name string) []any    { return []any{"get", name} }
func has(name string) []any    { return []any{"has", name} }
func hasNot(name string) []any { return []any{"!", has(name)} }

// several says whether a point stands for more than one.
func several() []any { return []any{">", []any{"coalesce", get(dataset.CountProperty), 1}, 1} }

// all holds when all conditions do; nil where there is none.
func all(conditions ...[]any) []any {
	list := []any{"all"}
	for _, c := range conditions {
		if c != nil {
			list = append(list, c)
		}
	}
	switch len(list) {
	case 1:
		return nil
	case 2:
		return list[1].([]any)
	}
	return list
}

// colour is that of a feature.
func (s *Symbology) colour() any {
	var of any = s.Colour
	switch s.Kind {
	case dataset.StyleClasses:
		of = s.step()
	case dataset.StyleCategories, dataset.StyleBivariate:
		of = s.match()
	}
	if s.Null != nil {
		of = []any{"case", hasNot(s.Column.Name), s.Null.Colour, of}
	}
	if s.Merged != nil && s.Merged.Colour != s.Colour {
		of = []any{"case", several(), s.Merged.Colour, of}
	}
	return of
}

func (s *Symbology) step() any {
	if len(s.Classes) < 2 {
		return s.Classes[0].Colour
	}
	e := []any{"step", get(s.Column.Name), s.Classes[0].Colour}
	for _, c := range s.Classes[1:] {
		e = append(e, *c.Lower, c.Colour)
	}
	return e
}

func (s *Symbology) match() any {
	if s.Column.Type == schema.List {
		return s.firstOf()
	}
	e := []any{"match", get(s.Column.Name)}
	for _, c := range s.Classes {
		e = append(e, c.Value, c.Colour)
	}
	return append(e, s.rest().Colour)
}

// rest is the symbol of a value that is of no category: that of what has none, where there is no other.
func (s *Symbology) rest() *Class {
	if s.Other != nil {
		return s.Other
	}
	return s.Null
}

// firstOf is the colour of the first category that a list has. Tiles join its items by "|".
func (s *Symbology) firstOf() any {
	items := []any{"concat", "|", get(s.Column.Name), "|"}
	e := []any{"case"}
	for _, c := range s.Classes {
		e = append(e, []any{"in", "|" + c.Value + "|", items}, c.Colour)
	}
	return append(e, s.Other.Colour)
}

// zooming is a number that changes with the zoom, in straight lines between pairs of zoom and value.
func zooming(stops ...any) []any {
	return append([]any{"interpolate", []any{"linear"}, []any{"zoom"}}, stops...)
}
