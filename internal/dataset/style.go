package dataset

import (
	"cmp"
	"strconv"
)

// NoLabel is the label of a style that writes nothing on the map.
const NoLabel = "-"

// Kinds of palettes.
const (
	Sequential  = "sequential"
	Diverging   = "diverging"
	Categorical = "categorical"
	Single      = "single"
	Crossed     = "crossed" // nine colours, of three classes by three
)

// CrossedClasses is into how many classes a bivariate map cuts each of its two quantities.
const CrossedClasses = 3

// CrossedValue is the text of a feature of class i of the first quantity and j of the second, both from 0: 1-1 to 3-3.
func CrossedValue(i, j int) string { return strconv.Itoa(i+1) + "-" + strconv.Itoa(j+1) }

// Palettes are the names that a style may give, and what each is for; package carto has the colours.
var Palettes = map[string]string{
	"viridis": Sequential, "cividis": Sequential, "ylgnbu": Sequential, "blues": Sequential, "orrd": Sequential,
	"gaps":      Sequential, // its first colours are the dark ones: little is what one looks for
	"puor":      Diverging,
	"okabe-ito": Categorical,
	"balance":   Crossed,
	"ink":       Single, "blue": Single, "vermilion": Single, "purple": Single, "green": Single,
}

// usualPalettes are those of a style that names none, by its kind.
var usualPalettes = map[string]string{StylePlain: "blue", StyleClasses: "ylgnbu", StyleCategories: "okabe-ito", StyleCircles: "vermilion", StyleBivariate: "balance"}

// Style is how maps show the dataset unless a theme says otherwise; one colour where the descriptor says nothing.
func (d *Dataset) Style() Style {
	if d.Publication.Style == nil {
		return d.Styled(Style{})
	}
	return d.Styled(*d.Publication.Style)
}

// Styled fills what a style leaves unsaid.
func (d *Dataset) Styled(s Style) Style {
	s.Palette = cmp.Or(s.Palette, usualPalettes[s.Kind])
	s.Label = cmp.Or(s.Label, d.ownLabel())
	if c := d.Schema.Column(s.Property); c != nil {
		s.Title, s.Unit = cmp.Or(s.Title, c.Title, c.Name), cmp.Or(s.Unit, c.Unit)
	}
	s.Title = cmp.Or(s.Title, d.Title)
	return s
}

// ownLabel is the label of the dataset's own style, which every other style has that says none: its tiles carry no other.
func (d *Dataset) ownLabel() string {
	said := ""
	if d.Publication.Style != nil {
		said = d.Publication.Style.Label
	}
	return cmp.Or(said, d.Publication.Title, NoLabel)
}

// LabelColumn is the column that labels of the dataset's tiles carry; "" for none.
func (d *Dataset) LabelColumn() string {
	if label := d.ownLabel(); label != NoLabel {
		return label
	}
	return ""
}
