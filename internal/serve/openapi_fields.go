package serve

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// parameter refers to the component that describes a parameter of a path, which it makes if need be.
func (a *apiDocument) parameter(d *dataset.Dataset, e *release.Entry, p collectionPath, name string) object {
	if c := d.Schema.Column(name); c != nil {
		return reference("parameters", a.columnParameter(d, c))
	}
	component := p.component(name)
	switch name {
	case "crs", "bbox-crs", "filter-crs":
		component = a.crsParameter(name, e)
	case "sortby":
		component = a.namesParameter(name, d, sortKey(d.Sortables(e.Rows)), "Names joined by commas; - before one: descending. Null comes last")
	case "properties":
		component = a.namesParameter(name, d, propertyName(d.Schema.Names()), "Those to answer, joined by commas; all unless said")
	}
	return reference("parameters", component)
}

// fewKeys is up to how many names are listed.
const fewKeys = 100

// sortKey is one of an order: a name as it is or with a minus (OGC API - Features - Part 8, draft). A pattern says it of
// each name once.
func sortKey(columns []string) object {
	if len(columns) > fewKeys {
		return object{"type": "string"}
	}
	return object{"type": "string", "pattern": "^-?(" + strings.Join(columns, "|") + ")$"}
}

func propertyName(columns []string) object {
	if len(columns) > fewKeys {
		return object{"type": "string"}
	}
	return object{"type": "string", "enum": columns}
}

func (a *apiDocument) namesParameter(name string, d *dataset.Dataset, item object, description string) string {
	component := name + "." + d.Name
	a.parameters[component] = query(name, description, object{"type": "array", "items": item})
	return component
}

// query is a parameter in the style that OGC 17-069r4 asks for: a list is one value, joined by commas.
func query(name, description string, schema object) object {
	return object{"name": name, "in": "query", "required": false, "description": description,
		"style": "form", "explode": false, "schema": schema}
}

// crsParameter lists the systems that a collection may be asked in; collections of one place share theirs.
func (a *apiDocument) crsParameter(name string, e *release.Entry) string {
	component, uris := name, []string{}
	for _, crs := range geo.OGCCRSsFor(e.Extent) {
		uris = append(uris, crs.URI)
		if !crs.IsCRS84() {
			component += "." + strconv.Itoa(crs.Code)
		}
	}
	if a.parameters[component] == nil {
		of := map[string]string{"crs": "the geometries that are answered (one that is a quarter of the globe away from where a system is meant for is null in it)", "bbox-crs": "bbox", "filter-crs": "the geometries in filter"}[name]
		a.parameters[component] = query(name, "The coordinate reference system of "+of+", in the axis order of its authority",
			object{"type": "string", "format": "uri", "enum": uris, "default": geo.CRS84URI})
	}
	return component
}

// columnParameter describes a property as a parameter: clients such as GDAL filter on the server by those that are listed
// (OGC 17-069r4 /rec/core/fc-filters). Collections share the columns that they describe in the same words.
func (a *apiDocument) columnParameter(d *dataset.Dataset, c *schema.Column) string {
	description := c.Title
	if c.Unit != "" {
		description += " (" + c.Unit + ")"
	}
	made := object{"name": c.Name, "in": "query", "description": description, "style": "form", "explode": false, "schema": valueSchema(c)}
	for _, component := range a.columns[c.Name] {
		if reflect.DeepEqual(a.parameters[component], any(made)) {
			return component
		}
	}
	component := c.Name
	if a.parameters[component] != nil {
		component += "." + d.Name
	}
	a.parameters[component] = made
	a.columns[c.Name] = append(a.columns[c.Name], component)
	return component
}

// columnsParameter describes all properties as parameters at once, which is how OpenAPI says that each member of an object is
// one (Parameter Object, style form, exploded): items have them one by one, and the document is not three times as long.
func (a *apiDocument) columnsParameter(d *dataset.Dataset) string {
	component := "columns." + d.Name
	a.parameters[component] = object{"name": "property", "in": "query", "style": "form", "explode": true,
		"description": "A property and its value, as items take them",
		"schema":      reference("schemas", d.Name)}
	return component
}

// valueSchema is that of one value: of a list, one item.
func valueSchema(c *schema.Column) object {
	s := object{"type": "string"}
	switch c.Type {
	case schema.Integer, schema.Number, schema.Boolean:
		s["type"] = string(c.Type)
	case schema.Date:
		s["format"] = "date"
	}
	if enum := c.Enum(); len(enum) > 0 && s["type"] == "string" {
		s["enum"] = enum
	}
	return s
}

// describeFeatures adds the schemas of a collection's features: of its properties, and of one feature.
func (a *apiDocument) describeFeatures(d *dataset.Dataset) {
	properties := object{}
	for i := range d.Schema.Columns {
		properties[d.Schema.Columns[i].Name] = a.property(&d.Schema.Columns[i])
	}
	geometry := "NoGeometry"
	if g := d.Publication.Geometry; g != nil {
		geometry = g.Type
	}
	a.schemas[d.Name] = object{"type": "object", "title": d.Title, "properties": properties}
	a.schemas[d.Name+".feature"] = also("Feature", object{"geometry": reference("schemas", geometry), "properties": reference("schemas", d.Name)})
}

// also is what all features, or all pages of them, have in common, and what one collection's have.
func also(component string, own object) object {
	return object{"allOf": []any{reference("schemas", component), object{"type": "object", "properties": own}}}
}

// shareProperties makes components of the properties that several collections have in the same words, such as the code and
// the name of a commune.
func (a *apiDocument) shareProperties() {
	times, counts := map[string]int{}, map[string]int{}
	for i := range a.r.manifest.Datasets {
		columns := a.r.datasets[a.r.manifest.Datasets[i].Dataset].Schema.Columns
		for j := range columns {
			said := wordsOf(&columns[j])
			if times[said]++; times[said] != 2 {
				continue
			}
			name := columns[j].Name
			counts[name]++
			a.shared[said] = "property." + name + "." + strconv.Itoa(counts[name])
			a.schemas[a.shared[said]] = featureProperty(&columns[j])
		}
	}
}

// property refers to what collections share, or is the collection's own.
func (a *apiDocument) property(c *schema.Column) object {
	if component := a.shared[wordsOf(c)]; component != "" {
		return reference("schemas", component)
	}
	return featureProperty(c)
}

// wordsOf is all that the property of a feature says of a column, and its name.
func wordsOf(c *schema.Column) string {
	return fmt.Sprintf("%q %v", c.Name, featureProperty(c))
}

// featureProperty is the value of a property in a feature, in full words. It may be null: a row that lacks what its schema
// asks for is published too where its rule is a warning.
func featureProperty(c *schema.Column) object {
	p := valueSchema(c)
	if c.Type == schema.List {
		p = object{"type": "array", "items": p}
	}
	p["nullable"] = true
	delete(p, "enum") // said of the parameter; with null it would have to be said again
	for name, text := range map[string]string{"title": c.Title, "description": c.Description, "x-ogc-unit": ucum(c.Unit)} {
		if text != "" {
			p[name] = text
		}
	}
	return p
}
