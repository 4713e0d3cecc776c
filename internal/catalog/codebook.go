package catalog

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// CodebookName is the file of a dataset's codebook, and CodebookMediaType its type.
func CodebookName(d *dataset.Dataset) string { return d.Name + ".codebook.csv" }

const CodebookMediaType = "text/csv; charset=utf-8; header=present"

// codebookFields are the columns of a codebook. Their titles and definitions are texts.
var codebookFields = []string{"nom", "titre", "type", "unite", "description", "obligatoire", "cle", "valeurs", "separateur", "forme", "exemple", "source"}

func codebookColumns() []schema.Column {
	columns := make([]schema.Column, len(codebookFields))
	for i, name := range codebookFields {
		columns[i] = schema.Column{Name: name, Title: texts.Say("codebook." + name), Description: texts.Say("codebook." + name + ".about"), Type: schema.String}
	}
	columns[0].Constraints.Required = true
	return columns
}

// WriteCodebook writes a dictionary of a dataset's columns, as CSV (RFC 4180): a line each, in the order of the schema. It
// gives how many.
func WriteCodebook(w io.Writer, d *dataset.Dataset) (rows int64, err error) {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(codebookFields); err != nil {
		return 0, err
	}
	for i := range d.Schema.Columns {
		if err := out.Write(codebookLine(d, &d.Schema.Columns[i])); err != nil {
			return 0, err
		}
	}
	out.Flush()
	return int64(len(d.Schema.Columns)), out.Error()
}

func codebookLine(d *dataset.Dataset, c *schema.Column) []string {
	credits := make([]string, len(d.Sources))
	for i, s := range d.Sources {
		credits[i] = s.Title
	}
	key := slices.Contains(d.Publication.Key, c.Name)
	return []string{c.Name, c.Title, texts.Say("type." + string(c.Type)), c.Unit, c.Description, yes(c.Constraints.Required || key), yes(key),
		strings.Join(c.Enum(), "|"), c.Delimiter, form(c), example(c), strings.Join(credits, " ; ")}
}

// example is one as the column's cells are written; a number of JSON was read as a float.
func example(c *schema.Column) string {
	switch v := c.Example.(type) {
	case nil:
		return ""
	case float64:
		return decimal(v)
	default:
		return fmt.Sprint(v)
	}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func yes(is bool) string {
	if is {
		return texts.Say("yes")
	}
	return texts.Say("no")
}

// form is what a value must look like, besides its type and the list of its values.
func form(c *schema.Column) string {
	var parts []string
	add := func(id string, value any) { parts = append(parts, texts.Say("form."+id, "value", value)) }
	k := &c.Constraints
	if k.Pattern != "" {
		add("pattern", k.Pattern)
	}
	if k.Minimum != nil {
		add("minimum", decimal(*k.Minimum))
	}
	if k.Maximum != nil {
		add("maximum", decimal(*k.Maximum))
	}
	if k.MinLength > 0 {
		add("min-length", k.MinLength)
	}
	if k.MaxLength > 0 {
		add("max-length", k.MaxLength)
	}
	if k.Unique {
		parts = append(parts, texts.Say("form.unique"))
	}
	return strings.Join(parts, " ; ")
}
