package serve

import (
	"reflect"
	"strconv"

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
		component = a.namesParameter(name, d, sortKeys(d.Sortables(e.Rows)), "By what to sort: names joined by commas, the first first; - before a name is from the greatest down. Features that have no value come last")
	case "properties":
		component = a.namesParameter(name, d, d.Schema.Names(), "The properties to answer, joined by commas; all unless said")
	}
	return reference("parameters", component)
}

// sortKeys are the keys of an order: each name as it is and with a minus (OGC API - Features - Part 8, draft).
func sortKeys(columns []string) (keys []string) {
	for _, name := range columns {
		keys = append(keys, name, "-"+name)
	}
	return keys
}

// fewKeys is up to how many names are listed as an enum.
const fewKeys = 100

func (a *apiDocument) namesParameter(name string, d *dataset.Dataset, keys []string, description string) string {
	component := name + "." + d.Name
	items := object{"type": "string"}
	if len(keys) <= fewKeys {
		items["enum"] = keys
	}
	a.parameters[component] = query(name, description, object{"type": "array", "items": items})
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
	made := query(c.Name, description, valueSchema(c))
	if known := a.parameters[c.Name]; known == nil || reflect.DeepEqual(known, any(made)) {
		a.parameters[c.Name] = made
		return c.Name
	}
	a.parameters[c.Name+"."+d.Name] = made
	return c.Name + "." + d.Name
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

// describeFeatures adds the schemas of a collection's features: of its properties, of one feature, of a page.
func (a *apiDocument) describeFeatures(d *dataset.Dataset) {
	properties := object{}
	for i := range d.Schema.Columns {
		properties[d.Schema.Columns[i].Name] = featureProperty(&d.Schema.Columns[i])
	}
	geometry := "NoGeometry"
	if g := d.Publication.Geometry; g != nil {
		geometry = g.Type
	}
	links := object{"type": "array", "items": reference("schemas", "Link")}
	a.schemas[d.Name] = object{"type": "object", "title": d.Title, "properties": properties}
	a.schemas[d.Name+".feature"] = object{"type": "object", "required": []string{"type", "id", "geometry", "properties"}, "properties": object{
		"type": object{"type": "string", "enum": []string{"Feature"}}, "id": object{"type": "string"},
		"geometry": reference("schemas", geometry), "properties": reference("schemas", d.Name), "links": links}}
	a.schemas[d.Name+".features"] = object{"type": "object", "required": []string{"type", "features", "links"}, "properties": object{
		"type":          object{"type": "string", "enum": []string{"FeatureCollection"}},
		"features":      object{"type": "array", "items": reference("schemas", d.Name+".feature")},
		"numberMatched": object{"type": "integer", "minimum": 0}, "numberReturned": object{"type": "integer", "minimum": 0},
		"timeStamp": object{"type": "string", "format": "date-time"}, "links": links}}
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
