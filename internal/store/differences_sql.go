package store

import (
	"fmt"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// differencePlan is the statement that compares two versions, and how a row of its answer is read: two flags, the title,
// the commune, the key, then a pair for each field, both null where it is the same.
type differencePlan struct {
	before, after *dataset.Dataset
	fields        []comparedField
	rereads       bool // some column has another type: equal texts are told apart here
	fill          map[string]string
	args          []any

	change release.RowChange
	key    []schema.Value // in the order of the columns of one side
}

// comparedField is a column on both sides; nil where a side lacks it. The geometry has neither.
type comparedField struct {
	name          string
	before, after *schema.Column
}

func newDifferencePlan(x Difference) *differencePlan {
	w := &where{}
	p := &differencePlan{before: x.Before.Dataset, after: x.After.Dataset}
	columns := []string{p.either(func(d *dataset.Dataset) string { return d.Publication.Title }), p.either(func(d *dataset.Dataset) string { return d.Publication.Commune })}
	columns = append(columns, p.keys()...)
	differs := p.compare(&columns)
	p.fill = map[string]string{"before": versionTable(x.Before.Version), "after": versionTable(x.After.Version), "same_key": p.sameKey(),
		"columns": strings.Join(columns, ", "), "differs": differs, "chosen": "true"}
	if x.Commune != "" {
		p.fill["chosen"] = p.within(w, x.Commune)
		p.narrow(w, x.Commune)
	}
	p.args = w.args
	return p
}

func (p *differencePlan) sql(limit int) string {
	sql := statement("differences", p.fill)
	if limit > 0 && !p.rereads {
		sql += fmt.Sprintf(" limit %d", limit)
	}
	return sql
}

// joined says whether keys may match: they are of the same columns, of the same types.
func (p *differencePlan) joined() bool {
	if !slices.Equal(p.before.Publication.Key, p.after.Publication.Key) {
		return false
	}
	return !slices.ContainsFunc(p.before.Publication.Key, func(name string) bool {
		return !sameColumn(p.before.Schema.Column(name), p.after.Schema.Column(name))
	})
}

func (p *differencePlan) sameKey() string {
	if !p.joined() {
		return "false"
	}
	var terms []string
	for _, name := range p.after.Publication.Key {
		terms = append(terms, fmt.Sprintf("b.%[1]s = a.%[1]s", quote(name)))
	}
	return strings.Join(terms, " and ")
}

// keys are the parts of a row's key, on the side where it is.
func (p *differencePlan) keys() (columns []string) {
	for _, side := range p.sides() {
		for _, name := range side.of.Publication.Key {
			columns = append(columns, textOf(side.name, side.of.Schema.Column(name)))
		}
	}
	return columns
}

type planSide struct {
	name string
	of   *dataset.Dataset
}

func (p *differencePlan) sides() []planSide { return []planSide{{"a", p.after}, {"b", p.before}} }

// either is a column of the row after, or of the one that is gone, as text.
func (p *differencePlan) either(named func(*dataset.Dataset) string) string {
	var texts []string
	for _, side := range p.sides() {
		text := "null::text"
		if c := side.of.Schema.Column(named(side.of)); c != nil {
			text = side.name + "." + quote(c.Name) + "::text"
		}
		texts = append(texts, text)
	}
	return "case when a._ord is null then " + texts[1] + " else " + texts[0] + " end"
}

// within holds for rows that are in a commune, or were.
func (p *differencePlan) within(w *where, commune string) string {
	var terms []string
	for _, side := range p.sides() {
		if c := side.of.Schema.Column(side.of.Publication.Commune); c != nil {
			terms = append(terms, side.name+"."+quote(c.Name)+" = "+w.arg(commune)+"::text")
		}
	}
	if len(terms) == 0 {
		return "false"
	}
	return "(" + strings.Join(terms, " or ") + ")"
}

// narrow has both sides give the rows of a commune and their partners, found by the index of keys, rather than all: the
// comparison of a commune takes what the commune has.
func (p *differencePlan) narrow(w *where, commune string) {
	of := func(d *dataset.Dataset) string {
		if d.Schema.Column(d.Publication.Commune) == nil {
			return "false"
		}
		return quote(d.Publication.Commune) + " = " + w.arg(commune) + "::text"
	}
	was, is := of(p.before), of(p.after)
	before, after := p.fill["before"], p.fill["after"]
	if !p.joined() {
		p.fill["before"], p.fill["after"] = "(select * from "+before+" where "+was+")", "(select * from "+after+" where "+is+")"
		return
	}
	var keys, same []string
	for i, name := range p.after.Publication.Key {
		keys = append(keys, fmt.Sprintf("%s as near_%d", quote(name), i))
		same = append(same, fmt.Sprintf("%s = near_%d", quote(name), i))
	}
	near := func(version string) string {
		return statement("near", map[string]string{"version": version, "before": before, "after": after, "was": was, "is": is,
			"hash": keyHash(p.after), "key": strings.Join(keys, ", "), "same": strings.Join(same, " and ")})
	}
	p.fill["before"], p.fill["after"] = near(before), near(after)
}

// compare adds the columns of all fields, and gives the condition that a matched row differs.
func (p *differencePlan) compare(columns *[]string) string {
	var differs []string
	for _, f := range p.compared() {
		p.fields = append(p.fields, f)
		unlike := p.unlike(f)
		differs = append(differs, unlike)
		matched := "a._ord is not null and b._ord is not null and " + unlike
		*columns = append(*columns, "case when "+matched+" then "+p.value("b", f, f.before)+" end", "case when "+matched+" then "+p.value("a", f, f.after)+" end")
	}
	if len(differs) == 0 {
		return "false"
	}
	return "(" + strings.Join(differs, " or ") + ")"
}

// compared are the fields in the order of the schema after, then those that went, then the geometry. Parts of the key,
// where rows are matched by it, are the same.
func (p *differencePlan) compared() (fields []comparedField) {
	add := func(name string) {
		if !p.joined() || !slices.Contains(p.after.Publication.Key, name) {
			fields = append(fields, comparedField{name, p.before.Schema.Column(name), p.after.Schema.Column(name)})
		}
	}
	for i := range p.after.Schema.Columns {
		add(p.after.Schema.Columns[i].Name)
	}
	for i := range p.before.Schema.Columns {
		if name := p.before.Schema.Columns[i].Name; p.after.Schema.Column(name) == nil {
			add(name)
		}
	}
	if p.before.Publication.Geometry != nil || p.after.Publication.Geometry != nil {
		fields = append(fields, comparedField{name: dataset.GeometryField})
	}
	return fields
}

// isGeometry says whether the field is the geometry, which has no column of the schema.
func (f *comparedField) isGeometry() bool { return f.before == nil && f.after == nil }

// retyped says whether both sides have the column, in other types: PostgreSQL cannot tell whether CSV writes the same.
func (f *comparedField) retyped() bool {
	return f.before != nil && f.after != nil && !sameColumn(f.before, f.after)
}

func sameColumn(a, b *schema.Column) bool {
	return a != nil && b != nil && a.Type == b.Type && (a.Type != schema.List || a.Delimiter == b.Delimiter)
}

func (p *differencePlan) unlike(f comparedField) string {
	name := quote(f.name)
	switch {
	case f.isGeometry():
		return p.bytesOf("b", p.before) + " is distinct from " + p.bytesOf("a", p.after)
	case f.before == nil:
		return "a." + name + " is not null"
	case f.after == nil:
		return "b." + name + " is not null"
	case f.retyped():
		p.rereads = true
		return fmt.Sprintf("(a.%[1]s is not null or b.%[1]s is not null)", name)
	}
	return fmt.Sprintf("b.%[1]s is distinct from a.%[1]s", name)
}

func (p *differencePlan) bytesOf(side string, d *dataset.Dataset) string {
	if d.Publication.Geometry == nil {
		return "null::bytea"
	}
	return side + ".geometry::bytea"
}

// value is what is read of a field on one side: in binary, a list as its joined text.
func (p *differencePlan) value(side string, f comparedField, c *schema.Column) string {
	switch {
	case f.isGeometry():
		return p.geometry(side)
	case c == nil:
		return "null"
	}
	return textOf(side, c)
}

func textOf(side string, c *schema.Column) string {
	column := side + "." + quote(c.Name)
	if c.Type == schema.List {
		return fmt.Sprintf("array_to_string(%s, '%s')", column, strings.ReplaceAll(c.Delimiter, "'", "''"))
	}
	return column
}

// geometry is a point's bytes, or a shape's area and the beginning of its hash. Both sides are read alike.
func (p *differencePlan) geometry(side string) string {
	d := map[string]*dataset.Dataset{"a": p.after, "b": p.before}[side]
	switch g := d.Publication.Geometry; {
	case g == nil:
		return "null::bytea"
	case g.Type == "Point":
		return side + ".geometry::bytea"
	}
	return fmt.Sprintf("convert_to(round((public.ST_Area(%[1]s.geometry::public.geography) / 1e6)::numeric, 4)::text || ' km² ' || left(encode(sha256(%[1]s.geometry::bytea), 'hex'), 12), 'UTF8')", side)
}

// read makes a RowChange of a row of the answer; nil when nothing differs in it after all.
func (p *differencePlan) read(raw [][]byte) (*release.RowChange, error) {
	c := &p.change
	*c = release.RowChange{Kind: release.RowChanged, Title: string(raw[2]), Commune: string(raw[3]), Fields: c.Fields[:0]}
	removed, added := raw[0][0] != 0, raw[1][0] != 0
	raw = raw[4:]
	n := len(p.after.Publication.Key)
	c.ID = p.id(p.after, raw[:n])
	if removed {
		c.ID = p.id(p.before, raw[n:])
	}
	raw = raw[n+len(p.before.Publication.Key):]
	switch {
	case removed:
		c.Kind = release.RowRemoved
		return c, nil
	case added:
		c.Kind = release.RowAdded
		return c, nil
	}
	for i, f := range p.fields {
		before, after := p.text(f, p.before, f.before, raw[2*i]), p.text(f, p.after, f.after, raw[2*i+1])
		if before != after && !(f.isGeometry() && p.told(c.Fields)) {
			c.Fields = append(c.Fields, release.FieldChange{Field: f.name, Before: before, After: after})
		}
	}
	if len(c.Fields) == 0 {
		return nil, nil
	}
	return c, nil
}

func (p *differencePlan) id(d *dataset.Dataset, parts [][]byte) string {
	if p.key == nil || len(p.key) < len(d.Schema.Columns) {
		p.key = make([]schema.Value, len(d.Schema.Columns))
	}
	for i, name := range d.Publication.Key {
		at := d.Schema.Index(name)
		p.key[at] = readValue(d.Schema.Columns[at].Type, parts[i])
	}
	return d.ID(p.key)
}

// told says whether the columns of a point's coordinates say where it went.
func (p *differencePlan) told(fields []release.FieldChange) bool {
	g := p.after.Publication.Geometry
	return g != nil && g.Longitude != "" && slices.ContainsFunc(fields, func(f release.FieldChange) bool { return f.Field == g.Longitude || f.Field == g.Latitude })
}

func (p *differencePlan) text(f comparedField, d *dataset.Dataset, c *schema.Column, raw []byte) string {
	switch {
	case raw == nil:
		return ""
	case !f.isGeometry():
		return readValue(c.Type, raw).String()
	case d.Publication.Geometry.Type != "Point":
		return string(raw)
	}
	lon, lat, _ := geo.PointOf(raw)
	return string(schema.AppendNumber(append(schema.AppendNumber(nil, lon), ' '), lat))
}
