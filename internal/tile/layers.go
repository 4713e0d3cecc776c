package tile

import (
	"slices"

	_ "embed"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// LayerInfo is a layer of the tiles of a dataset, and what its features carry, in words.
type LayerInfo struct {
	ID, Title, Description string
	Dimension              int // 0 of points, 2 of polygons
	Fields                 []Field
}

// Field is a property of features in tiles.
type Field struct {
	Name  string
	Title string
	Unit  string
	Type  schema.Type // as tiles write it
	About string      // the title with the unit
}

// Layers are those that the tiles of a dataset have, one that has a geometry.
func Layers(d *dataset.Dataset) []LayerInfo {
	t := d.Tiles()
	features := LayerInfo{ID: d.Name, Title: d.Title, Description: d.Description, Fields: columnFields(d, t.Properties)}
	if d.Publication.Geometry.Type == "Point" {
		features.Fields = append(features.Fields, ownField(Count, "count", schema.Integer))
		return []LayerInfo{features}
	}
	features.Dimension = 2
	features.Fields = append(features.Fields, ownField(Reduced, "reduced", schema.Boolean))
	labels, names := d.LabelsLayer()
	if names == nil {
		return []LayerInfo{features}
	}
	return []LayerInfo{features, {ID: labels, Title: texts.Say("labels", "title", d.Title), Description: texts.Say("labels.about"),
		Fields: columnFields(d, names)}}
}

// ownField is a property that is no column.
func ownField(name, text string, kind schema.Type) Field {
	return Field{Name: name, Title: texts.Say(text), Type: kind, About: texts.Say(text)}
}

// columnFields are columns, in their order, each once: their titles, and how a tile has them where that is not as the schema
// says.
func columnFields(d *dataset.Dataset, names []string) (fields []Field) {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		c := d.Schema.Column(name)
		f := Field{Name: name, Title: c.Title, Unit: c.Unit, Type: c.Type}
		if f.Title == "" {
			f.Title = name
		}
		f.About = f.Title
		if c.Unit != "" {
			f.About += " (" + c.Unit + ")"
		}
		f.Title, f.About = asTiled(d, c, f.Title), asTiled(d, c, f.About)
		if c.Type == schema.List {
			f.Type = schema.String
		}
		fields = append(fields, f)
	}
	return fields
}

// asTiled says of a column, as it is called, how a tile has it.
func asTiled(d *dataset.Dataset, c *schema.Column, called string) string {
	t := d.Tiles()
	if c.Type == schema.List {
		called = texts.Say("list", "title", called)
	}
	if slices.Contains(t.Sums, c.Name) {
		called = texts.Say("sum", "title", called)
	}
	if from := t.From[c.Name]; from > t.MinZoom {
		called = texts.Say("from", "title", called, "zoom", from)
	}
	return called
}
