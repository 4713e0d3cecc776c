package carto

import (
	"cmp"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// fields are how QGIS calls columns and shows their values: the part of a style file that is about attributes.
func (l *Layer) fields() []*element {
	widgets, aliases, columns := el("fieldConfiguration"), el("aliases"), el("columns")
	if l.hasFieldID() {
		widgets.with(fieldWidget("id", widget("Hidden")))
		columns.with(el("column", "type", "field", "name", "id", "hidden", "1", "width", "-1"))
	}
	for i := range l.Schema.Columns {
		c := &l.Schema.Columns[i]
		widgets.with(fieldWidget(c.Name, l.widget(c)))
		aliases.with(el("alias", "field", c.Name, "name", cmp.Or(c.Title, c.Name)))
		columns.with(el("column", "type", "field", "name", c.Name, "hidden", "0", "width", "-1"))
	}
	return []*element{
		widgets, aliases,
		el("attributetableconfig", "actionWidgetStyle", "dropDown", "sortExpression", "", "sortOrder", "0").with(columns),
		say("editorlayout", "generatedlayout"),
		say("previewExpression", l.display()),
	}
}

// hasFieldID says whether QGIS adds a field for the identifier of a GeoJSON feature: it does where no property is named so.
func (l *Layer) hasFieldID() bool { return l.Schema.Column("id") == nil }

// display is what QGIS calls a feature by.
func (l *Layer) display() string {
	if t := l.Publication.Title; t != "" {
		return field(t)
	}
	if len(l.Publication.Key) > 0 {
		return field(l.Publication.Key[0])
	}
	return ""
}

func fieldWidget(name string, widget *element) *element {
	return el("field", "name", name, "configurationFlags", "None").with(widget)
}

// widget is how values of a column are shown. A list is text, for QGIS takes a column that is null in the first features for
// one of text.
func (l *Layer) widget(c *schema.Column) *element {
	switch enum := c.Enum(); {
	case c.Type == schema.List:
		return widget("TextEdit", optionFlag("IsMultiline", "false"), optionFlag("UseHtml", "false"))
	case c.Type == schema.Boolean:
		return widget("ValueMap", valueMap([2]string{texts.Say("qgis.true"), "true"}, [2]string{texts.Say("qgis.false"), "false"}))
	case c.Type == schema.Date:
		return widget("DateTime", option("display_format", "dd/MM/yyyy"), option("field_format", "yyyy-MM-dd"), optionFlag("calendar_popup", "true"))
	case len(enum) > 0:
		pairs := make([][2]string, len(enum))
		for i, value := range enum {
			pairs[i] = [2]string{l.called(c.Name, value), value}
		}
		return widget("ValueMap", valueMap(pairs...))
	}
	return widget("")
}

// called is how a value is called: as the legend does, if the column has one.
func (l *Layer) called(column, value string) string {
	for _, style := range []*dataset.Style{&l.Style, l.Publication.Style} {
		if style == nil || style.Property != column {
			continue
		}
		for _, c := range style.Categories {
			if c.Value == value && c.Title != "" {
				return c.Title
			}
		}
	}
	return value
}

func widget(kind string, options ...*element) *element {
	config := el("config")
	if len(options) > 0 {
		config.with(optionMap().with(options...))
	}
	return el("editWidget", "type", kind).with(config)
}

// valueMap is a list of titles and their values.
func valueMap(pairs ...[2]string) *element {
	list := el("Option", "type", "List", "name", "map")
	for _, p := range pairs {
		list.with(optionMap(p[0], p[1]))
	}
	return list
}
