package indicator

import (
	"context"
	"math"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// sheet holds rows by key, in columns that are read, worked out and written by name. NaN and "" are null; a truth is 1 or 0.
type sheet struct {
	keys    []string
	at      map[string]int
	numbers map[string][]float64
	texts   map[string][]string
}

func newSheet(keys []string) *sheet {
	s := &sheet{keys: keys, at: make(map[string]int, len(keys)), numbers: map[string][]float64{}, texts: map[string][]string{}}
	for i, key := range keys {
		s.at[key] = i
	}
	return s
}

// number is a column of numbers, all null until they are set.
func (s *sheet) number(name string) []float64 {
	if s.numbers[name] == nil {
		column := make([]float64, len(s.keys))
		for i := range column {
			column[i] = math.NaN()
		}
		s.numbers[name] = column
	}
	return s.numbers[name]
}

// text is a column of texts.
func (s *sheet) text(name string) []string {
	if s.texts[name] == nil {
		s.texts[name] = make([]string, len(s.keys))
	}
	return s.texts[name]
}

// marked says of which rows a list names a column.
func (s *sheet) marked(list, name string) []bool {
	marks := make([]bool, len(s.keys))
	for i, names := range s.text(list) {
		marks[i] = slices.Contains(strings.Split(names, "|"), name)
	}
	return marks
}

// estimate is a column of communes with what stands for numbers that are not told, and the bounds of each.
type estimate struct {
	is, low, high []float64
	few           []bool
}

// estimate is that of a column, which may be of another sheet of the same communes. Only numbers of people are estimated.
func (s *sheet) estimate(name string, column []float64) estimate {
	e := estimate{is: column, low: column, high: column, few: s.marked(fewColumn, name)}
	if !strings.HasPrefix(name, "med_pop_") || !slices.Contains(e.few, true) {
		return e
	}
	e.is, e.low, e.high = slices.Clone(column), slices.Clone(column), slices.Clone(column)
	allBut, people := s.marked(allButColumn, name), s.number("population")
	for i, few := range e.few {
		if few {
			e.is[i], e.low[i], e.high[i] = fewOf(people[i], allBut[i] != (name == withinColumn))
		}
	}
	return e
}

// sheet reads the rows of a dataset by its key, in the order of the keys.
func (s *Source) sheet(ctx context.Context, name, key string, columns ...string) (*sheet, error) {
	t, err := s.table(ctx, name, dataset.Query{Sort: []dataset.Sort{{Column: key}}}, key)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(t.rows))
	for i := range keys {
		keys[i] = t.text(i, key)
	}
	all := newSheet(keys)
	all.texts[key] = keys
	return all, all.join(ctx, s, name, key, dataset.Query{}, columns...)
}

// join adds columns of a dataset by its key; "ours=theirs" gives one another name.
func (s *sheet) join(ctx context.Context, from *Source, name, key string, q dataset.Query, columns ...string) error {
	theirs, ours := make([]string, len(columns)), make([]string, len(columns))
	for k, column := range columns {
		own, other, renamed := strings.Cut(column, "=")
		if !renamed {
			other = own
		}
		ours[k], theirs[k] = own, other
	}
	t, err := from.table(ctx, name, q, append(theirs, key)...)
	if err != nil {
		return err
	}
	d := from.Dataset(name)
	for k := range columns {
		s.take(t, key, theirs[k], ours[k], d.Schema.Column(theirs[k]).Type)
	}
	return nil
}

func (s *sheet) take(t *table, key, theirs, ours string, of schema.Type) {
	if of == schema.String || of == schema.List || of == schema.Date {
		into := s.text(ours)
		for i := range t.rows {
			if at, known := s.at[t.text(i, key)]; known {
				into[at] = t.value(i, theirs).String()
			}
		}
		return
	}
	into := s.number(ours)
	for i := range t.rows {
		at, known := s.at[t.text(i, key)]
		switch v := t.value(i, theirs); {
		case !known:
		case v.Type() == schema.Boolean:
			into[at] = truly(v.Bool())
		default:
			into[at] = amount(v)
		}
	}
}

func truly(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// send gives a row of the sheet, as the schema of the dataset has it.
func (s *sheet) send(c *computation, i int, wkb []byte) error {
	r := c.row()
	r.f.WKB = wkb
	for k := range c.d.Schema.Columns {
		column := &c.d.Schema.Columns[k]
		if x := s.numbers[column.Name]; x != nil {
			r.f.Values[k] = valueOf(x[i], column.Type)
		} else if t := s.texts[column.Name]; t != nil && t[i] != "" {
			r.f.Values[k] = schema.Text(t[i])
			if column.Type == schema.List {
				r.f.Values[k] = schema.Joined(t[i])
			}
		}
	}
	return r.send()
}

func valueOf(x float64, of schema.Type) schema.Value {
	switch {
	case math.IsNaN(x):
		return schema.Value{}
	case of == schema.Integer:
		return schema.Int(int64(math.Round(x)))
	case of == schema.Boolean:
		return schema.Bool(x != 0)
	}
	return schema.Float(x)
}

// shapes sends all rows with the geometries of a dataset that has the same keys.
func (s *sheet) shapes(ctx context.Context, c *computation, name, key string) error {
	at := c.Dataset(name).Schema.Index(key)
	q := dataset.Query{Sort: []dataset.Sort{{Column: key}}, Geometry: dataset.AsWKB, Columns: []int{at}}
	for f, err := range c.Features(ctx, name, q) {
		if err != nil {
			return err
		}
		if i, known := s.at[f.Values[at].Text()]; known {
			if err := s.send(c, i, f.WKB); err != nil {
				return err
			}
		}
	}
	return nil
}
