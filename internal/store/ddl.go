package store

import (
	"embed"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// placeholder is psql's own: :"name" for a quoted identifier, :name for text that stands as it is. So each file of sql/
// runs in psql after \set.
var placeholder = regexp.MustCompile(`(^|[^:]):("[a-z_]+"|[a-z_]+)`)

// statement reads sql/<name>.sql and fills its placeholders; values of the query itself are parameters, $1.
func statement(name string, fill map[string]string) string {
	text, err := sqlFiles.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // embedded: a name that is not there is a defect
	}
	return placeholder.ReplaceAllStringFunc(string(text), func(found string) string {
		at := strings.IndexByte(found, ':')
		value, ok := fill[strings.Trim(found[at+1:], `"`)]
		if !ok {
			panic("sql/" + name + ".sql: nothing fills " + found[at:])
		}
		return found[:at] + value
	})
}

var columnTypes = map[schema.Type]string{
	schema.String:  "text",
	schema.Integer: "bigint",
	schema.Number:  "double precision",
	schema.Boolean: "boolean",
	schema.Date:    "date",
	schema.List:    "text[]",
}

func quote(parts ...string) string { return pgx.Identifier(parts).Sanitize() }

// versionTable is the table of a sealed version: data."communes@3f9a1c0b7d2e".
func versionTable(v release.Version) string { return quote("data", v.String()) }

// columnList lists a dataset's columns, quoted, in schema order.
func columnList(d *dataset.Dataset) string {
	names := make([]string, len(d.Schema.Columns))
	for i := range names {
		names[i] = quote(d.Schema.Columns[i].Name)
	}
	return strings.Join(names, ", ")
}

// contentList is columnList with the geometry: what a version's hash covers.
func contentList(d *dataset.Dataset) string {
	if d.Publication.Geometry == nil {
		return columnList(d)
	}
	return columnList(d) + ", geometry"
}

// keyTexts lists the parts of the key as a person reads them.
func keyTexts(d *dataset.Dataset) string {
	parts := keyParts(d)
	for i, name := range d.Publication.Key {
		if d.Schema.Column(name).Type == schema.Date {
			parts[i] = "to_char(" + quote(name) + ", 'YYYY-MM-DD')"
		}
	}
	return strings.Join(parts, ", ")
}

// keyHash is the indexed expression by which a feature is found: ids may pass the 2 704 bytes that a B-tree entry holds.
// A query compares the key itself too, so equal hashes do no harm; that keys are unique is checked before sealing.
func keyHash(d *dataset.Dataset) string {
	return "hashtextextended(" + strings.Join(keyParts(d), " || ':' || ") + ", 0)"
}

func keyParts(d *dataset.Dataset) []string {
	parts := make([]string, len(d.Publication.Key))
	for i, name := range d.Publication.Key {
		parts[i] = keyText(quote(name), d.Schema.Column(name).Type)
	}
	return parts
}

// keyText makes text of a part by a cast that an index expression may use: a date's own cast depends on a setting.
func keyText(expression string, t schema.Type) string {
	switch t {
	case schema.String:
		return expression
	case schema.Date:
		return "(" + expression + " - date '2000-01-01')::text"
	}
	return expression + "::text"
}

func keyColumns(d *dataset.Dataset) string {
	parts := make([]string, len(d.Publication.Key))
	for i, name := range d.Publication.Key {
		parts[i] = quote(name)
	}
	return strings.Join(parts, ", ")
}

// keyOrder is the order of a key's bytes: that of words differs from one server's locale to the next, and the files of a
// version would with it.
func keyOrder(d *dataset.Dataset) string {
	parts := make([]string, len(d.Publication.Key))
	for i, name := range d.Publication.Key {
		parts[i] = quote(name)
		if d.Schema.Column(name).Type == schema.String {
			parts[i] += ` collate "C"`
		}
	}
	return strings.Join(parts, ", ")
}

// draftDDL makes the table of a load on its way. It is unlogged: a crash loses it, and the next run begins again.
func draftDDL(d *dataset.Dataset, table string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "create unlogged table %s (_resource integer not null, _line bigint not null", table)
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		fmt.Fprintf(&b, ", %s %s", quote(c.Name), columnTypes[c.Type])
		if c.Constraints.Required {
			b.WriteString(" not null")
		}
		if d.IsDerived() {
			b.WriteString(derivedCheck(c))
		}
	}
	if g := d.Publication.Geometry; g != nil {
		fmt.Fprintf(&b, ", geometry public.geometry(%s, %d)", g.Type, geo.SRID)
		if d.IsDerived() {
			b.WriteString(` constraint "geometry is on the globe" check (geometry operator(public.@) public.ST_MakeEnvelope(-180, -90, 180, 90, 4326))`)
		}
	}
	b.WriteString(") with (autovacuum_enabled = off)")
	return b.String()
}

// derivedCheck refuses the values that SQL has and files do not: a version must be what is read from its files again. What is
// not derived was validated.
func derivedCheck(c *schema.Column) string {
	name := quote(c.Name)
	switch c.Type {
	case schema.Number: // JSON cannot say NaN
		return fmt.Sprintf(" constraint %s check (%s between -%[3]v and %[3]v)", quote(c.Name+" is a finite number"), name, math.MaxFloat64)
	case schema.Date: // ISO 8601 has four digits
		return fmt.Sprintf(" constraint %s check (%s between '0001-01-01' and '9999-12-31')", quote(c.Name+" is a date of years 1 to 9999"), name)
	case schema.List:
		delimiter := "'" + strings.ReplaceAll(c.Delimiter, "'", "''") + "'"
		return fmt.Sprintf(" constraint %s check (string_to_array(array_to_string(%s, %[3]s), %[3]s) = %[2]s)",
			quote(c.Name+" has no delimiter within an item"), name, delimiter)
	}
	return ""
}

// digits is how many decimals a coordinate needs on a dataset's grid.
func digits(d *dataset.Dataset) int {
	n := 0
	for g := d.Grid(); g < 0.999999 && n < 15; g *= 10 {
		n++
	}
	return n
}
