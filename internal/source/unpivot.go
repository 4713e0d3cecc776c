package source

import (
	"regexp"
	"slices"

	"maille/internal/dataset"
)

// branch is one row of an unpivoted record.
type branch struct {
	column int // slot of the cell that makes the row
	set    map[int]string
	value  int // slot that receives the cell, -1 when the map does not read it
}

// match makes branches of the columns whose whole name matches, once the header is known.
type match struct {
	pattern *regexp.Regexp
	unpivot *dataset.Unpivot
	at      int // branches before it
}

// mostMatched bounds the rows that one record makes: a workbook is 16 384 columns wide.
const mostMatched = 1 << 14

func (p *plan) unpivot(u *dataset.Unpivot) {
	if u.Match == "" {
		p.branches = append(p.branches, p.branch(u, u.Column))
		return
	}
	pattern := wholly(u.Match)
	p.matches = append(p.matches, match{pattern, u, len(p.branches)})
}

func (p *plan) branch(u *dataset.Unpivot, column string) branch {
	b := branch{column: p.source(column, defaultJoin, false), set: map[int]string{}, value: -1}
	for i, s := range p.slots {
		switch {
		case !s.virtual:
		case s.name == unpivoted:
			b.value = i
		case s.name == unpivotName:
			b.set[i] = column
		default:
			b.set[i] = u.Set[s.name]
		}
	}
	return b
}

// unfold makes the branches of the columns that match, in the descriptor's order, then the header's.
func (p *plan) unfold(f file, names []string) error {
	for _, m := range slices.Backward(p.matches) {
		var made []branch
		for _, name := range names {
			if name == "" || !m.pattern.MatchString(name) {
				continue
			}
			if len(made) == mostMatched {
				return f.refuse("unpivot.many", "pattern", quoted(m.unpivot.Match), "most", mostMatched)
			}
			made = append(made, p.branch(m.unpivot, name))
		}
		p.branches = slices.Insert(p.branches, m.at, made...)
	}
	return nil
}

// absent names the columns without which the file is not what the descriptor says: those that are needed, and those to
// unpivot when none is there.
func (p *plan) absent(found []bool) (names []string) {
	for i, s := range p.slots {
		if s.needed && !s.virtual && !found[i] && !slices.Contains(names, s.name) {
			names = append(names, s.name)
		}
	}
	if slices.ContainsFunc(p.branches, func(b branch) bool { return found[b.column] }) {
		return names
	}
	for _, b := range p.branches {
		names = append(names, p.slots[b.column].name)
	}
	for _, m := range p.matches {
		names = append(names, m.unpivot.Match)
	}
	return names
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
