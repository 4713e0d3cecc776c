package serve

import (
	"slices"

	"maille/internal/schema"
	"maille/internal/tile"
)

// vectorLayer is a layer of MVT and what its features carry.
type vectorLayer struct {
	id, title, description string
	dimension              int // 0 of points, 2 of polygons
	fields                 []tileField
}

// tileField is a property of a feature in a tile.
type tileField struct {
	name  string
	title string
	unit  string
	kind  schema.Type // as tiles write it
}

// labelsSuffix follows the name of a dataset of polygons in that of the layer of its labels.
const labelsSuffix = "-etiquettes"

// vectorLayers are the layers that the tiles of a dataset have.
func (l *tilesetLayer) vectorLayers() []vectorLayer {
	if l.Publication.Geometry.Type == "Point" {
		return []vectorLayer{{l.Name, l.Title, l.Description, 0, l.pointFields()}}
	}
	shapes := vectorLayer{l.Name, l.Title, l.Description, 2, append(l.columnFields(l.Tiles().Properties),
		tileField{name: tile.Reduced, title: texts.Say("tiles.reduced"), kind: schema.Boolean})}
	label := l.LabelColumn()
	if label == "" {
		return []vectorLayer{shapes}
	}
	names := slices.Clone(l.Publication.Key)
	if !slices.Contains(names, label) {
		names = append(names, label)
	}
	return []vectorLayer{shapes, {l.Name + labelsSuffix, texts.Say("tiles.labels", "title", l.Title), texts.Say("tiles.labels.about"), 0, l.columnFields(names)}}
}

func (l *tilesetLayer) pointFields() []tileField {
	t := l.Tiles()
	all := l.columnFields(t.Properties)
	for i := range all {
		if slices.Contains(t.Sums, all[i].name) {
			all[i].title = texts.Say("tiles.sum", "title", all[i].title)
		}
	}
	return append(all, tileField{name: tile.Count, title: texts.Say("tiles.count"), kind: schema.Integer})
}

func (l *tilesetLayer) columnFields(names []string) (all []tileField) {
	t := l.Tiles()
	for _, name := range names {
		c := l.Schema.Column(name)
		f := tileField{name: name, title: c.Title, unit: c.Unit, kind: c.Type}
		if f.title == "" {
			f.title = c.Name
		}
		if c.Type == schema.List {
			f.title, f.kind = texts.Say("tiles.list", "title", f.title), schema.String
		}
		if from := t.From[name]; from > t.MinZoom {
			f.title = texts.Say("tiles.from", "title", f.title, "n", from)
		}
		all = append(all, f)
	}
	return all
}

// about is what the field is, in words.
func (f *tileField) about() string {
	if f.unit == "" {
		return f.title
	}
	return f.title + " (" + f.unit + ")"
}

// schema describes the fields (OGC 17-083r4, propertiesSchema.json).
func (v *vectorLayer) schema() map[string]any {
	properties := map[string]any{}
	for i := range v.fields {
		f := &v.fields[i]
		p := map[string]any{"title": f.title, "type": string(f.kind)}
		if f.kind == schema.Date {
			p["type"], p["format"] = "string", "date"
		}
		if f.unit != "" {
			p["uom"] = f.unit
		}
		properties[f.name] = p
	}
	return map[string]any{"type": "object", "properties": properties}
}
