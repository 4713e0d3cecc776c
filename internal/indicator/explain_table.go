package indicator

import (
	"context"
	"encoding/json"
	"math"
	"slices"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// Listing is rows of a dataset at the version of the release, with what the explanation works out of them in columns of their own.
type Listing struct {
	Dataset string
	Version string
	Columns []Heading
	Rows    []Line
	Total   int // rows that there are, of which Rows are the first: see MostRows

	Few string // text of what stands where a number is of too few people to be told
}

// Heading is a column that enters in the number.
type Heading struct {
	Name     string `json:"name"`
	Title    string `json:"title,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Computed bool   `json:"computed,omitempty"` // by the explanation: the dataset has no such column

	delimiter string
}

// Line is a feature; Href is where it is in the release.
type Line struct {
	ID, Href string
	Dataset  string         // where it is not that of the listing
	Values   []schema.Value // as the dump writes them

	made bool     // of several rows of the dataset: it has no address
	few  []string // columns that are null because their number is of too few people
}

// At finds a cell by the name of its column; null where there is none.
func (t *Listing) At(row int, column string) schema.Value {
	if i := slices.IndexFunc(t.Columns, func(c Heading) bool { return c.Name == column }); i >= 0 {
		return t.Rows[row].Values[i]
	}
	return schema.Value{}
}

// MarshalJSON writes each row with the names of its columns.
func (t Listing) MarshalJSON() ([]byte, error) {
	head, err := json.Marshal(struct {
		Dataset string    `json:"dataset"`
		Version string    `json:"version"`
		Columns []Heading `json:"columns"`
		Total   int       `json:"total"`
	}{t.Dataset, t.Version, t.Columns, t.Total})
	if err != nil {
		return nil, err
	}
	out := append(head[:len(head)-1], `,"rows":[`...)
	for i, row := range t.Rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = t.appendRow(out, row)
	}
	return append(out, "]}"...), nil
}

func (t *Listing) appendRow(out []byte, row Line) []byte {
	out = schema.AppendQuoted(append(out, `{"id":`...), row.ID)
	if row.Dataset != "" {
		out = schema.AppendQuoted(append(out, `,"dataset":`...), row.Dataset)
	}
	if row.Href != "" {
		out = schema.AppendQuoted(append(out, `,"href":`...), row.Href)
	}
	out = append(out, `,"values":{`...)
	for i, c := range t.Columns {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(schema.AppendQuoted(out, c.Name), ':')
		out = row.Values[i].AppendJSON(out, c.delimiter)
	}
	return append(out, "}}"...)
}

// read reads rows of a dataset with the columns that are named and its key, and lists them as far as there is room. What it
// gives has all of them.
func (e *explaining) read(ctx context.Context, name string, q dataset.Query, columns ...string) (*Listing, error) {
	d := e.Dataset(name)
	if d == nil {
		return nil, fault.New(fault.NotFound, "there is no dataset %s here", name).About(name)
	}
	for _, key := range slices.Backward(d.Publication.Key) {
		if !slices.Contains(columns, key) {
			columns = slices.Insert(columns, 0, key)
		}
	}
	if len(q.Sort) == 0 && q.ID == nil {
		for _, key := range d.Publication.Key {
			q.Sort = append(q.Sort, dataset.Sort{Column: key})
		}
	}
	q.Geometry = dataset.NoGeometry
	found, err := e.Source.table(ctx, name, q, columns...)
	if err != nil {
		return nil, err
	}
	v, _ := e.Version(name)
	t := &Listing{Dataset: name, Version: v.ID, Total: len(found.rows)}
	for _, column := range columns {
		c := d.Schema.Column(column)
		t.Columns = append(t.Columns, Heading{Name: c.Name, Title: c.Title, Unit: c.Unit, delimiter: c.Delimiter})
	}
	for _, values := range found.rows {
		t.Rows = append(t.Rows, Line{ID: idOf(d, columns, values), Values: values})
	}
	return t, nil
}

// idOf is the id of a row of which some columns were read, those of the key among them.
func idOf(d *dataset.Dataset, columns []string, values []schema.Value) string {
	all := make([]schema.Value, len(d.Schema.Columns))
	for i, column := range columns {
		all[d.Schema.Index(column)] = values[i]
	}
	return d.ID(all)
}

// number is a cell as a number, NaN where it is null or none.
func (t *Listing) number(row int, column string) float64 { return numberOf(t.At(row, column)) }

func numberOf(v schema.Value) float64 {
	switch v.Type() {
	case schema.Integer:
		return float64(v.Int())
	case schema.Number:
		return v.Float()
	case schema.Boolean:
		if v.Bool() {
			return 1
		}
		return 0
	}
	return math.NaN()
}

// numbers are a whole column.
func (t *Listing) numbers(column string) []float64 {
	all := make([]float64, len(t.Rows))
	for i := range all {
		all[i] = t.number(i, column)
	}
	return all
}

// sort puts rows in another order.
func (t *Listing) sort(compare func(a, b Line) int) { slices.SortStableFunc(t.Rows, compare) }

// keep drops the rows that do not hold.
func (t *Listing) keep(holds func(Line) bool) {
	t.Rows = slices.DeleteFunc(t.Rows, func(r Line) bool { return !holds(r) })
	t.Total = len(t.Rows)
}

// unit is that of a column.
func (t *Listing) unit(column string) string {
	if i := slices.IndexFunc(t.Columns, func(c Heading) bool { return c.Name == column }); i >= 0 {
		return t.Columns[i].Unit
	}
	return ""
}
