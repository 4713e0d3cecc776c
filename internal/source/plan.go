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
}

// slot is a place in a record: a column of the file, in one textual form.
type slot struct {
	name    string
	join    string // goes between the items of a JSON array; "" leaves the array as JSON text
	needed  bool   // a file without the column is refused
	virtual bool   // made by unpivot, not read from the file
}

// branch is one row of an unpivoted record.
type branch struct {
	column int // slot of the cell that makes the row
	set    map[int]string
	value  int // slot that receives the cell, -1 when the map does not read it
}

const (
	unpivoted   = "_value" // what the map calls the cell of an unpivoted column
	defaultJoin = "|"
)

func compile(r *dataset.Resource, s *schema.Schema) *plan {
	p := &plan{resource: r}
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
		p.branches = append(p.branches, p.branch(&r.Unpivot[i]))
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
		if _, set := u.Set[name]; set || name == unpivoted {
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

func (p *plan) branch(u *dataset.Unpivot) branch {
	b := branch{column: p.source(u.Column, defaultJoin, false), set: map[int]string{}, value: -1}
	for i, s := range p.slots {
		switch {
		case !s.virtual:
		case s.name == unpivoted:
			b.value = i
		default:
			b.set[i] = u.Set[s.name]
		}
	}
	return b
}

// absent names the columns without which the file is not what the descriptor says: those that are needed, and those to
// unpivot when none is there.
func (p *plan) absent(found []bool) (names []string) {
	for i, s := range p.slots {
		if s.needed && !s.virtual && !found[i] && !slices.Contains(names, s.name) {
			names = append(names, s.name)
		}
	}
	if len(p.branches) > 0 && !slices.ContainsFunc(p.branches, func(b branch) bool { return found[b.column] }) {
		for _, b := range p.branches {
			names = append(names, p.slots[b.column].name)
		}
	}
	return names
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
	switch {
	case len(rec.issues) > 0: // no condition can be trusted: it is reported, whatever it seems to say
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

// turn puts the branch's cell and constants where the map reads them; false when there is no cell.
func (b *branch) turn(cells []string) bool {
	if cells[b.column] == "" {
		return false
	}
	for slot, text := range b.set {
		cells[slot] = text
	}
	if b.value >= 0 {
		cells[b.value] = cells[b.column]
	}
	return true
}

func (p *plan) fill(rec *record, row *dataset.Row) *dataset.Row {
	row.Line, row.Geometry = rec.line, rec.geometry
	row.Issues = append(append(row.Issues[:0], rec.issues...), p.warnings...)
	p.warnings = nil
	for i, cell := range p.cells {
		row.Cells[i] = cell(rec.cells, row)
	}
	for i := range row.Issues {
		row.Issues[i].Resource, row.Issues[i].Line = row.Resource, row.Line
	}
	return row
}
