package carto

import "maille/internal/dataset"

// crossed are the nine classes of two quantities, as the square of the legend reads: the first quantity falls from row to row, the second
// rises from left to right. A style of another time whose axes are not two of three has the nine colours alone.
func (s *Symbology) crossed(style dataset.Style) {
	if len(style.Axes) == 2 && len(style.Axes[0].Classes) == dataset.CrossedClasses && len(style.Axes[1].Classes) == dataset.CrossedClasses {
		s.Axes = style.Axes
	}
	colours := ramp(style.Palette, dataset.CrossedClasses*dataset.CrossedClasses)
	for i := dataset.CrossedClasses - 1; i >= 0; i-- {
		for j := range dataset.CrossedClasses {
			s.Classes = append(s.Classes, Class{Label: s.pair(i, j), Colour: colours[dataset.CrossedClasses*i+j], Value: dataset.CrossedValue(i, j)})
		}
	}
	s.Null = absent()
}

// pair says of both quantities which class it is.
func (s *Symbology) pair(i, j int) string {
	if s.Axes == nil {
		return dataset.CrossedValue(i, j)
	}
	one, other := s.Axes[0], s.Axes[1]
	return texts.Say("class.pair", "one", one.Title, "first", one.Classes[i], "other", other.Title, "second", other.Classes[j])
}
