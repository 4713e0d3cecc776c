package source

import (
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// plan is a resource's where, unpivot and map, compiled once per file so that a row costs no look-up by name.
type plan struct {
	resource *dataset.Resource
	slots    []slot
	where    []condition
	branches []branch
	cells    []cell          // by column of the schema
	own      []string        // columns of the schema that are read under their own name
	warnings []dataset.Issue // for the first row
	matches  []match         // what unpivots the columns whose names match, until the header is known
	null     string          // what an empty cell is written as; "" when it is empty
	observe  Columns         // may be nil
}

// slot is a place in a record: a column of the file, in one textual form.
type slot struct {
	name    string
	join    string // goes between the items of a JSON array; "" leaves the array as JSON text
	needed  bool   // a file without the column is refused
	virtual bool   // made by unpivot, not read from the file
}

const (
	unpivoted   = "_value"   // what the map calls the cell of an unpivoted column
	unpivotName = "_column"  // and its name
	vintage     = "_vintage" // and the state of the world that the file describes
	defaultJoin = "|"
)

func compile(r *dataset.Resource, s *schema.Schema) *plan {
	p := &plan{resource: r, null: strings.TrimSpace(r.Dialect.NullSequence)}
	for _, c := range r.Where {
		p.where = append(p.where, p.condition(&c, p.source, c.Is != "empty"))
	}
	for i := range s.Columns {
		p.cells = append(p.cells, p.cell(&s.Columns[i]))
		if _, mapped := r.Map[s.Columns[i].Name]; !mapped {
			p.own = append(p.own, s.Columns[i].Name)
		}
	}
	for i := range r.Unpivot {
		p.unpivot(&r.Unpivot[i])
	}
	return p
}

// source finds or makes the slot of a column of the file.
func (p *plan) source(name, join string, needed bool) int {
	return p.slot(slot{name: name, join: join, needed: needed})
}

// named is source for the map, which also reads what unpivot makes.
func (p *plan) named(name, join string, needed bool) int {
	for _, u := range p.resource.Unpivot {
		if _, set := u.Set[name]; set || name == unpivoted || name == unpivotName {
			return p.slot(slot{name: name, virtual: true})
		}
	}
	return p.source(name, join, needed)
}

func (p *plan) slot(s slot) int {
	i := slices.IndexFunc(p.slots, func(t slot) bool {
		return t.name == s.name && t.join == s.join && t.virtual == s.virtual
	})
	if i < 0 {
		p.slots = append(p.slots, s)
		return len(p.slots) - 1
	}
	p.slots[i].needed = p.slots[i].needed || s.needed
	return i
}

// missing warns of columns that the schema has and a table has not: they may be left out, but seldom on purpose.
func (p *plan) missing(header []string) {
	var names []string
	for _, name := range p.own {
		if !slices.Contains(header, name) && !slices.ContainsFunc(p.slots, func(s slot) bool { return s.name == name && s.virtual }) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		p.warnings = append(p.warnings, dataset.Issue{Column: names[0], Rule: "missing-column", Level: dataset.Warning,
			Message: dataset.Say("missing-column", "columns", strings.Join(names, ", "))})
	}
}

func (p *plan) comma() rune {
	for _, r := range p.resource.Dialect.Delimiter {
		return r
	}
	return ','
}

// rows hands to yield the rows that a record makes; false when yield wants no more.
func (p *plan) rows(rec *record, row *dataset.Row, yield func(*dataset.Row) bool) bool {
	p.blank(rec.cells)
	switch {
	case slices.ContainsFunc(rec.issues, func(i dataset.Issue) bool { return i.Level == dataset.Error }): // no condition can be trusted: it is reported, whatever it seems to say
		return yield(p.fill(rec, row))
	case slices.ContainsFunc(p.where, func(holds condition) bool { return !holds(rec.cells) }):
		return true
	case len(p.branches) == 0:
		return yield(p.fill(rec, row))
	}
	for i := range p.branches {
		if p.branches[i].turn(rec.cells) && !yield(p.fill(rec, row)) {
			return false
		}
	}
	return true
}

// blank empties the cells that hold what the publisher writes for nothing.
func (p *plan) blank(cells []string) {
	if p.null == "" {
		return
	}
	for i, cell := range cells {
		if len(cell) >= len(p.null) && strings.TrimSpace(cell) == p.null {
			cells[i] = ""
		}
	}
}

func (p *plan) fill(rec *record, row *dataset.Row) *dataset.Row {
	row.Line, row.Geometry, row.WKB = rec.line, rec.geometry, rec.wkb
	row.Issues = append(append(row.Issues[:0], rec.issues...), p.warnings...)
	p.warnings, rec.issues = nil, rec.issues[:0] // said once, however many rows unpivot makes
	for i, cell := range p.cells {
		row.Cells[i] = cell(rec.cells, row)
	}
	for i := range row.Issues {
		row.Issues[i].Resource, row.Issues[i].Line = row.Resource, row.Line
	}
	return row
}
