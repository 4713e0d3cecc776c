// Package validate knows the rules of one row: from a raw row to a Feature, or the reasons why not.
package validate

import (
	"errors"
	"strings"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
)

// Validator turns rows of one dataset into features. It is not for two goroutines at once.
type Validator struct {
	d         *dataset.Dataset
	longitude int // columns of a table of points, or -1
	latitude  int
	key       []int
	contacts  []contact
	names     []int // columns whose words name the place, for contacts
	grid      float64
	feature   dataset.Feature
	last      []parsed // by column
	point     []byte
	rejected  int64
	read      int64
}

// New prepares the rules of a dataset.
func New(d *dataset.Dataset) *Validator {
	v := &Validator{d: d, longitude: -1, latitude: -1, grid: d.Grid()}
	v.feature.Values = make([]schema.Value, len(d.Schema.Columns))
	v.last = make([]parsed, len(d.Schema.Columns))
	if g := d.Publication.Geometry; g != nil && g.Longitude != "" {
		v.longitude, v.latitude = d.Schema.Index(g.Longitude), d.Schema.Index(g.Latitude)
	}
	for _, name := range d.Publication.Key {
		v.key = append(v.key, d.Schema.Index(name))
	}
	v.contacts, v.names = contactsOf(d)
	return v
}

// Counts are how many rows were read, and how many of them were left out.
func (v *Validator) Counts() (read, rejected int64) { return v.read, v.rejected }

// Row holds a row to its rules and adds what it breaks to the report. The feature is nil when the row is left out; it is
// reused by the next call.
func (v *Validator) Row(row *dataset.Row, report *dataset.Report) *dataset.Feature {
	v.read++
	broken := false
	fail := func(column, rule, message string) {
		broken = true
		if !report.Keeps(rule) {
			report.Count(rule)
			return
		}
		report.Add(dataset.Issue{Resource: row.Resource, Line: row.Line, Key: v.keyOf(row), Column: column, Rule: rule,
			Level: dataset.Error, Message: row.Told(message)})
	}
	for _, issue := range row.Issues {
		issue.Resource, issue.Line, issue.Key, issue.Message = row.Resource, row.Line, v.keyOf(row), row.Told(issue.Message)
		report.Add(issue)
		broken = broken || issue.Level == dataset.Error
	}
	if !broken {
		if len(v.contacts) > 0 {
			v.withoutPersons(row, report)
		}
		v.cells(row, report, fail)
		v.geometry(row, fail)
	}
	if broken {
		v.rejected++
		return nil
	}
	v.feature.Resource, v.feature.Line = row.Resource, row.Line
	return &v.feature
}

type failure func(column, rule, message string)

func (v *Validator) cells(row *dataset.Row, report *dataset.Report, fail failure) {
	for i := range v.d.Schema.Columns {
		c := &v.d.Schema.Columns[i]
		cell := row.Cells[i]
		if v.d.Schema.Missing(cell) {
			v.feature.Values[i] = schema.Value{}
			if c.Constraints.Required {
				fail(c.Name, "required", dataset.Say("required", "column", c.Name))
			}
			continue
		}
		value, wrong := v.parse(i, cell)
		if wrong != nil {
			v.feature.Values[i] = schema.Value{}
			if report.Keeps(wrong.Rule) {
				fail(c.Name, wrong.Rule, v.sentence(c, wrong))
			} else {
				fail(c.Name, wrong.Rule, "") // only counted: building sentences for millions of rows is dear
			}
			continue
		}
		if value.IsNull() && c.Constraints.Required {
			fail(c.Name, "required", dataset.Say("required", "column", c.Name))
		}
		v.feature.Values[i] = value
	}
}

// parsed is a cell's text that was read, and the value it gave. The text is a copy: a row's own would keep the whole row in memory.
type parsed struct {
	text  []byte
	value schema.Value // without its text, which is the cell's
}

// parse spares reading a text that is the same from row to row, as quarters and states are.
func (v *Validator) parse(i int, cell string) (schema.Value, *schema.CellError) {
	last := &v.last[i]
	if cell == string(last.text) {
		return last.value.WithText(cell), nil
	}
	value, wrong := v.d.Schema.Columns[i].Parse(cell)
	if wrong == nil && len(cell) <= longest && (value.Text() == "" || value.Text() == cell) {
		last.text, last.value = append(last.text[:0], cell...), value.WithText("")
	}
	return value, wrong
}

// longest is how much of a wrong cell a sentence repeats.
const longest = 80

// sentence never repeats what a column of contacts holds: issues are public, and it may be a person's.
func (v *Validator) sentence(c *schema.Column, wrong *schema.CellError) string {
	if v.d.Publication.Contacts[c.Name] != "" {
		wrong.Value = "…"
	}
	id := wrong.Rule
	pairs := []any{"column", c.Name, "value", shorten(wrong.Value), "expected", wrong.Expected}
	switch wrong.Rule {
	case "type":
		id += "." + wrong.Expected
	case "enum":
		if near := nearest(wrong.Value, c.Enum()); near != "" {
			id += ".suggestion"
			pairs = append(pairs, "suggestion", near)
		}
	}
	return dataset.Say(id, pairs...)
}

// shorten makes a stranger's text fit for a sentence: not long, and without NUL, which PostgreSQL's text cannot hold.
func shorten(text string) string {
	if runes := []rune(text[:min(len(text), 4*longest+4)]); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return strings.ReplaceAll(text, "\x00", "\ufffd")
}

func (v *Validator) keyOf(row *dataset.Row) string {
	parts := make([]string, len(v.key))
	for i, column := range v.key {
		if column < len(row.Cells) {
			parts[i] = shorten(strings.ToValidUTF8(row.Cells[column], "\ufffd"))
		}
	}
	return strings.Join(parts, ":")
}

func (v *Validator) geometry(row *dataset.Row, fail failure) {
	v.feature.WKB = nil
	g := v.d.Publication.Geometry
	switch {
	case g == nil:
	case v.longitude >= 0:
		v.fromColumns(row, fail)
	case row.Geometry != nil:
		wkb, err := geo.FromGeoJSON(row.Geometry, g.Type, v.grid)
		v.shape(wkb, err, func() string { return geo.TypeOf(row.Geometry) }, fail)
	case row.WKB != nil:
		wkb, err := geo.FromWKB(row.WKB, g.Type, v.grid)
		v.shape(wkb, err, func() string { return geo.TypeOfWKB(row.WKB) }, fail)
	}
}

func (v *Validator) fromColumns(row *dataset.Row, fail failure) {
	lon, lat := v.feature.Values[v.longitude], v.feature.Values[v.latitude]
	g := v.d.Publication.Geometry
	noLon, noLat := v.d.Schema.Missing(row.Cells[v.longitude]), v.d.Schema.Missing(row.Cells[v.latitude])
	if noLon != noLat {
		missing := g.Longitude
		if noLat {
			missing = g.Latitude
		}
		fail(missing, "coordinates", dataset.Say("coordinates.half", "column", missing))
		return
	}
	if lon.IsNull() || lat.IsNull() { // both missing, or one unreadable, which is said already
		return
	}
	if !geo.InRange(lon.Float(), lat.Float()) {
		id, column, value := "coordinates.range", g.Longitude, lon
		if geo.InRange(lon.Float(), 0) {
			column, value = g.Latitude, lat
		}
		if geo.InRange(lat.Float(), lon.Float()) {
			id = "coordinates.swapped"
		}
		fail(column, "coordinates", dataset.Say(id, "column", column, "value", value))
		return
	}
	v.point = geo.AppendPoint(v.point[:0], geo.Snap(lon.Float(), v.grid), geo.Snap(lat.Float(), v.grid))
	v.feature.WKB = v.point
}

// shape keeps a geometry, or says what is wrong with it.
func (v *Validator) shape(wkb []byte, err error, kind func() string, fail failure) {
	switch {
	case errors.Is(err, geo.ErrType):
		fail("geometry", "geometry", dataset.Say("geometry.type", "value", shorten(kind()), "expected", v.d.Publication.Geometry.Type))
	case errors.Is(err, geo.ErrRange):
		fail("geometry", "coordinates", dataset.Say("coordinates.range.geometry"))
	case errors.Is(err, geo.ErrRing):
		fail("geometry", "geometry", dataset.Say("geometry.ring"))
	case err != nil:
		reason := strings.TrimPrefix(err.Error(), geo.ErrUnreadable.Error()+": ")
		fail("geometry", "geometry", dataset.Say("geometry", "value", shorten(reason)))
	}
	v.feature.WKB = wkb
}
